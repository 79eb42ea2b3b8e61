"""The database: base class, types, engines, the unit of work, migrating."""
