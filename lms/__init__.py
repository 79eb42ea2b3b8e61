"""Học vụ số: the core: people, places, what was learnt, and how plugins join."""

__version__ = "0.4.0"
