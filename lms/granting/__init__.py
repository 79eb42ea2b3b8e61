"""Roles given and ended, people looked up in scope, and in plain words what somebody may see and do."""
