"""Benches: the user's questions, timed as ratios in one run, each with a budget."""
