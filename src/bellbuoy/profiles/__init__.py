"""Rows become counts."""
