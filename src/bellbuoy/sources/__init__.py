"""Where the rows are: one port, one file a kind, each the sole importer of its driver."""
