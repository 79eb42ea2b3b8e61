"""All that a plugin may import from the core. Nothing else of `lms` is a promise."""
