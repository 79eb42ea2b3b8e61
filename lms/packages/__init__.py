"""Content packages: the format of docs/packages.md, read and written without a database (pure)."""
