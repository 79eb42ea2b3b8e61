"""The heading face has every letter of Vietnamese, drawn, and stays light."""

from __future__ import annotations

import string
import unicodedata

from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from lms.web.sheets import STATIC

FILE = STATIC / "lms/fonts/BeVietnamPro-700.subset.woff2"
VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
MARKS = "\u0300\u0301\u0303\u0309\u0323"


def test_every_letter_is_there_and_marks_make_it_taller_or_deeper() -> None:
    font = TTFont(FILE)
    cmap, glyphs = font.getBestCmap(), font.getGlyphSet()

    def bounds(letter: str) -> tuple[float, float, float, float]:
        pen = BoundsPen(glyphs)
        glyphs[cmap[ord(letter)]].draw(pen)
        assert pen.bounds, f"{letter} is empty"
        found: tuple[float, float, float, float] = pen.bounds
        return found

    for letter in string.ascii_letters + string.digits + VOWELS + "đĐ" + ".,:;!?…·“”()/-–%&+@₫":
        bounds(letter)
    for vowel in VOWELS:
        for mark in MARKS:
            letter = unicodedata.normalize("NFC", vowel + mark)
            _left, bottom, _right, top = bounds(letter)
            _left, plain_bottom, _right, plain_top = bounds(vowel)
            if mark == "\u0323":
                assert bottom < plain_bottom, letter
            elif vowel != "i":  # its dot gives way to the mark
                assert top > plain_top, letter
            assert abs(glyphs[cmap[ord(letter)]].width - glyphs[cmap[ord(vowel)]].width) < 25, letter


def test_it_is_light() -> None:
    assert FILE.stat().st_size <= 8_500
