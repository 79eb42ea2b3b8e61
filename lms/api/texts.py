"""Sentences for people, where nothing else of the core is needed: pure modules import this."""

from lms.text import Text, _
from lms.vietnamese import fold, nfc, toned

__all__ = ["Text", "_", "fold", "nfc", "toned"]
