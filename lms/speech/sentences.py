"""A text in sentences, as they are spoken one after another and lit up while they are heard. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# After these a full stop ends no sentence: "TP. Hồ Chí Minh", "Q. 1", "v.v. và", "ThS. Hoa".
_SHORT = {
    "tp", "tx", "tt", "q", "kp", "ts", "ths", "pgs", "gs", "bs", "ks", "mr", "mrs", "dr", "vd", "đt", "sđt", "sgk",
    "nxb", "hđnd", "ubnd", "tel",
}  # fmt: skip
_ENDS = re.compile(r"""[.!?…។៕။。！？]+["'”’»)\]]*(?=\s|$)|[。！？៕]["'”’»)\]]*""")
_WORD_BEFORE = re.compile(r"([^\s(\[\"'“‘«]+)$")
LONGEST = 400  # letters: longer ones are divided at a comma, so that a listener can go back to where they were


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order. A new line always ends one; spaces are single; nothing is said twice or lost.

    A full stop inside a number (1.234,5), an abbreviation (TP. HCM, v.v.), an address (dichvucong.gov.vn) or after the
    number of a list ("1. Mở") ends none.
    """
    found: list[str] = []
    for line in unicodedata.normalize("NFC", text).splitlines():
        words = " ".join(line.split())
        start = 0
        for match in _ENDS.finditer(words):
            if _goes_on(words, start, match):
                continue
            found += _divided(words[start : match.end()])
            start = match.end()
        found += _divided(words[start:])
    return [sentence for sentence in found if any(letter.isalnum() for letter in sentence)]


def _goes_on(words: str, start: int, match: re.Match[str]) -> bool:
    """Whether the sentence goes on after this sign."""
    sign, after = match[0], words[match.end() :].lstrip()
    if sign[0] == "…" or sign.startswith("..."):
        return after[:1].islower()
    if sign != ".":
        return False
    before = _WORD_BEFORE.search(words[start : match.start()])
    word = before[1] if before else ""
    if after[:1].islower():
        return True
    if word.lower() in _SHORT or (len(word) == 1 and word.isupper()):
        return bool(after)
    if word.isdigit() and not words[start : match.start()].strip(" \"'“(").removesuffix(word).strip():
        return bool(after)  # "1. Mở ứng dụng": the number of a step
    return "." in word and word.replace(".", "").isalpha() and len(word) <= 5 and bool(after)  # v.v. · T.Ư. · U.B.


def _divided(sentence: str) -> list[str]:
    rest, pieces = sentence.strip(), []
    while len(rest) > LONGEST:
        at = max(rest.rfind(sign, 60, LONGEST) for sign in (", ", "; ", ": ", " – "))
        at = at + 1 if at > 0 else rest.rfind(" ", 0, LONGEST)
        if at <= 0:
            at = LONGEST
        pieces.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [*pieces, rest] if rest else pieces


def key_of(lang: str, voice: str, sentence: str) -> str:
    """The name of a spoken sentence: SHA-256 of language, voice and words, in hexadecimal."""
    words = " ".join(unicodedata.normalize("NFC", sentence).split())
    return hashlib.sha256(f"{lang}\n{voice}\n{words}".encode()).hexdigest()


def key_of_all(lang: str, voice: str, texts: list[str]) -> str:
    """The name of sentences spoken one after another."""
    return hashlib.sha256("\n".join([lang, voice, *(key_of(lang, voice, t) for t in texts)]).encode()).hexdigest()
