"""A candidate becomes what serves."""
