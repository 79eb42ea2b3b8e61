"""Alembic asks for this file; the running is done by lms/db/migrating.py, one package at a time."""
