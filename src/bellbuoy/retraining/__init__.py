"""An answer or the calendar becomes a candidate."""
