"""Readings become states."""
