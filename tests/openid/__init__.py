"""Signing in through other systems, against a certified provider and against one that lies."""
