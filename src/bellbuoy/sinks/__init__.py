"""Where readings are mirrored: InfluxDB, Prometheus."""
