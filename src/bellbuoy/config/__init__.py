"""Every setting, its reading from TOML, its inference from data, its JSON Schema."""
