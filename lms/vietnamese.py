"""Vietnamese writing: normal form, folding for search, the order of names."""

from __future__ import annotations

import re
import unicodedata

_ALPHABET = "aăâb\u0180cdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: chr(ord("A") + i) for i, letter in enumerate(_ALPHABET)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}  # huyền hỏi ngã sắc nặng
_Y = re.compile(r"(?<=[bcdghklmnpqrstvx])y\b|(?<=qu)y")  # where y and i are one: kĩ, kỹ; quí, quý
_SIGNS = {"-": "!", ".": '"', "'": "#", "\u2019": "#"}  # in names: before digits and letters, as in CLDR


def nfc(text: str) -> str:
    """Composed form, trimmed, with single spaces. Phones and PDFs often send decomposed letters."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(text: str) -> str:
    """What search compares: lower case, no marks, đ as d, i for y at a syllable's end, so that hoà = hòa, kĩ = kỹ."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d").replace("\u0180", "b"))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    plain = re.sub(r"[^a-z0-9]+", " ", plain).strip()
    return _Y.sub("i", plain)


def compact(text: str) -> str:
    """`fold` without spaces: "Bắc Hà", "bac ha" and "bacha" are one."""
    return fold(text).replace(" ", "")


def compact_keys(name: str, initials: bool = False) -> dict[str, bool]:
    """What a name is found by, and whether that is the whole name: "Bắc Hà" → bacha (whole), ha.

    `initials`: by its first letters too, as in "TP HCM".
    """
    words = fold(name).split()
    keys = {"".join(words[n:])[:200]: n == 0 for n in range(len(words) - 1, -1, -1)}
    if initials and len(words) > 1:
        keys.setdefault("".join(word[0] for word in words), True)
    return keys


def toned(text: str) -> list[str]:
    """The words with their marks, the tone put last, so that hoà and hòa are one and hoa is another."""
    words = []
    for word in re.split(r"[^\w']+", nfc(text).lower()):
        parts = unicodedata.normalize("NFD", word)
        tone = "".join(_TONES[c] for c in parts if c in _TONES)
        plain = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
        words.append(_Y.sub("i", plain) + tone)
    return [word for word in words if word]


def spelling(text: str, case: bool = False, marks: bool = False) -> str:
    """A text in the one spelling in which typed answers are compared: words with single spaces, their signs kept.

    Old and new places of the tone are one (hoà, hòa), and i and y where they are (kĩ, kỹ). `case`: capitals differ;
    `marks`: tones, â, ê, đ and the like differ too. What is composed or decomposed, and which dash, never differs.
    """
    text = nfc(text.translate(_ONE_SIGN))
    return " ".join(_LETTERS.sub(lambda run: _one_spelling(run[0], case, marks), text).split())


_ONE_SIGN = {ord(c): "'" for c in "\u2018\u2019\u02bc"} | {ord(c): '"' for c in "\u201c\u201d"}
_ONE_SIGN |= {ord(c): "-" for c in "\u2010\u2011\u2012\u2013\u2014\u2212"} | {ord("…"): "..."}
_LETTERS = re.compile(r"[^\W\d_]+")


def _one_spelling(run: str, case: bool, marks: bool) -> str:
    parts = unicodedata.normalize("NFD", run)
    tone = "".join(_TONES[c] for c in parts if c in _TONES)
    word = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
    if not case:
        word = word.lower()
    if not marks:
        word = word.replace("đ", "d").replace("Đ", "D")
        word = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    word = _ANY_Y.sub(lambda y: "I" if y[0] == "Y" else "i", word)
    return word + tone if marks else word


_ANY_Y = re.compile(_Y.pattern, re.IGNORECASE)


def sort_key(text: str) -> str:
    """A key that plain comparison puts into Vietnamese order: letters a ă â b … đ first, marks only where letters tie.

    Source of the order: CLDR vi (tones: ngang, huyền, hỏi, ngã, sắc, nặng). Letters of other languages of the country
    (č, ŏ) stand at the letter they are written with, ƀ after b; apostrophe and hyphen come before letters.
    """
    letters, marks = [], []
    for word in nfc(text).lower().split(" "):
        for char in word:
            parts = unicodedata.normalize("NFD", char)
            tone = next((_TONES[c] for c in parts if c in _TONES), "0")
            base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
            if base not in _RANK and not base.isdigit() and len(parts) > 1:
                for length in range(len(parts), 0, -1):  # ơ̆ is an ơ that carries something: the longest letter of ours
                    letter = unicodedata.normalize("NFC", parts[:length])
                    if letter in _RANK:
                        base, tone = letter, tone if tone != "0" else "6"
                        break
            letters.append(_RANK.get(base, base if base.isdigit() else _SIGNS.get(base, "~")))
            marks.append(tone)
        letters.append(" ")
        marks.append("0")
    return "".join(letters).rstrip() + "\t" + "".join(marks).rstrip("0")  # before a space: Ba, Ba Bể


def natural_sort_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """`sort_key` where numbers count as numbers: 2 before 10."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, sort_key(part))
        for part in re.split(r"([0-9]+)", text)
        if part
    )


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
