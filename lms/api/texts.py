"""Sentences for people, where nothing else of the core is needed: pure modules import this."""

from lms.text import Text, _

__all__ = ["Text", "_"]
