"""The pages and the HTTP API: they ask the app."""
