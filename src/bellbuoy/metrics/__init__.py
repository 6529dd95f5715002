"""Counts become readings: pure functions, no store, no clock."""
