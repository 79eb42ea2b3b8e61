"""Lists as files: reading what people have, and giving back what came of it. Pure: no database, no web."""
