"""State: one transaction per cycle, on SQLite or PostgreSQL."""
