"""Vietnamese writing: normal form, folding for search, the order of names."""

from __future__ import annotations

import re
import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: chr(ord("A") + i) for i, letter in enumerate(_ALPHABET)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}  # huyền hỏi ngã sắc nặng


def nfc(text: str) -> str:
    """Composed form, trimmed, with single spaces. Phones and PDFs often send decomposed letters."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """What search compares: lower case, no marks, đ as d, i for y at a syllable's end, so that hoà = hòa, kĩ = kỹ."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    plain = re.sub(r"[^a-z0-9]+", " ", plain).strip()
    return re.sub(r"(?<=[bcdghklmnpqrstvx])y\b", "i", plain)


def sort_key(text: str) -> str:
    """A key that plain comparison puts into Vietnamese order: letters a ă â b … đ first, tones only where letters tie.

    Source of the order: CLDR vi (ngang, huyền, hỏi, ngã, sắc, nặng).
    """
    letters, tones = [], []
    for word in nfc(text).lower().split(" "):
        for char in word:
            tone = "0"
            base = ""
            for part in unicodedata.normalize("NFD", char):
                if part in _TONES:
                    tone = _TONES[part]
                else:
                    base += part
            base = unicodedata.normalize("NFC", base)
            letters.append(_RANK.get(base, base if base.isdigit() else "~"))
            tones.append(tone)
        letters.append(" ")
        tones.append("0")
    return "".join(letters).rstrip() + "|" + "".join(tones).rstrip("0")


def given_name(full_name: str) -> str:
    """The name by which a person is greeted: the last word."""
    words = full_name.split()
    return words[-1] if words else ""


def name_sort_key(full_name: str) -> str:
    """The order of lists of people in Việt Nam: given name, then family name, then middle names."""
    words = nfc(full_name).split(" ")
    return sort_key(" ".join([words[-1], *words[:-1]]))


def mask_name(full_name: str) -> str:
    """A name that its bearer recognises and a stranger cannot use: the family name's first letter, the rest whole."""
    words = full_name.split()
    if len(words) < 2:
        return full_name[:1] + "*****"
    return " ".join([words[0][:1] + "*****", *words[1:]])
