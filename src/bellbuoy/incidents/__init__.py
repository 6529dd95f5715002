"""States become one answer and its owner."""
