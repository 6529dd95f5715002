"""History under a simulated clock: what the alarms would have done, before anyone is woken up by them.

`history` says where the rows of the past are and from when to when they became visible, `run` runs the very cycle
that `bellbuoy run` runs at each moment of it, in a scratch state; `noise` says which rules rang too often and why, and
`golden` compares what rang with what should have.
"""
