"""Sentences for people, where nothing else of the core is needed: pure modules import this."""

from lms.reviewing.words import Piece, words
from lms.text import Text, _
from lms.vietnamese import fold, nfc, spelling, toned

__all__ = ["Piece", "Text", "_", "fold", "nfc", "spelling", "toned", "words"]
