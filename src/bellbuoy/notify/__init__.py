"""Channels that carry notices: one file a kind."""
