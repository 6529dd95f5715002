"""The whole: what doors ask for, put together from the floors below."""
