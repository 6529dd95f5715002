"""Everything above becomes what people read."""
