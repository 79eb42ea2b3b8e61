"""Pages of people and roles: for officers, and for oneself."""
