"""Captions: WebVTT or SRT read strictly and written anew, as plain words with their times. Pure."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

from msgspec import Struct

from lms.characters import visible
from lms.errors import Invalid
from lms.text import Text, _

MOST_CUES = 3000
LONGEST_CUE = 400  # characters
_TIMES = re.compile(
    r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})(?:\s+.*)?"
)
_TAG = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,100}\}")


class Cue(Struct, frozen=True):
    """Words, from and to which millisecond they are shown."""

    start: int
    end: int
    text: str


def read(content: bytes) -> tuple[Cue, ...]:
    """The cues of a VTT or SRT file, in the order of their times. Raises Invalid naming the line that is not right."""
    try:
        text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Invalid(
            _("The captions are not UTF-8 text. Please save them as UTF-8, and choose them again.")
        ) from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cues: list[Cue] = []
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        number += 1
        if line.startswith(("NOTE", "STYLE", "REGION")):
            while number < len(lines) and lines[number].strip():
                number += 1
            continue
        if "-->" not in line:
            continue
        match = _TIMES.fullmatch(line)
        if match is None:
            raise Invalid(_at(number, _("the times are not written as 00:01.000 --> 00:04.000")))
        start, end = _milliseconds(match, 1), _milliseconds(match, 5)
        if end <= start:
            raise Invalid(_at(number, _("it ends before it begins")))
        words: list[str] = []
        while number < len(lines) and lines[number].strip() and "-->" not in lines[number]:
            words.append(_plain(lines[number]))
            number += 1
        if number < len(lines) and "-->" in lines[number] and words and words[-1].isdigit():
            words.pop()  # the number of the next one, with no empty line before it
        said = "\n".join(word for word in words if word)
        if len(said) > LONGEST_CUE:
            raise Invalid(_at(number, _("one caption has more than {most} letters; divide it", most=LONGEST_CUE)))
        if said:
            cues.append(Cue(start, end, said))
        if len(cues) > MOST_CUES:
            raise Invalid(_("There are more than {most} captions. Please divide the video.", most=MOST_CUES))
    if not cues:
        raise Invalid(_("There are no captions in this file. It should be a VTT or SRT file."))
    return tuple(sorted(cues, key=lambda cue: cue.start))


def _at(number: int, what: Text) -> Text:
    return _("Captions, line {line}: {what}. Please mend it, and choose the file again.", line=number, what=what)


def _milliseconds(match: re.Match[str], first: int) -> int:
    hours, minutes, seconds, rest = (match[first + i] or "0" for i in range(4))
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest.ljust(3, "0"))


def _plain(line: str) -> str:
    """A line without tags, and without characters that nobody sees."""
    line = unescape(_TAG.sub("", line))
    return visible(line).strip()


def written(cues: tuple[Cue, ...]) -> bytes:
    """The cues as WebVTT: the same cues give the same bytes."""
    parts = ["WEBVTT\n"]
    for cue in cues:
        safe = cue.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        parts.append(f"{_clock(cue.start)} --> {_clock(cue.end)}\n{safe}\n")
    return "\n".join(parts).encode()


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def transcript(cues: tuple[Cue, ...]) -> str:
    """What is said, as running text."""
    return " ".join(" ".join(cue.text.split()) for cue in cues)
