"""Languages: Vietnamese first. Sentences are English in the code; catalogues are `translations/<locale>.po`."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from babel.messages.pofile import read_po
from flask import g, has_request_context, request

from lms import clock

LOCALES = {"vi": "Tiếng Việt", "en": "English"}
DEFAULT = "vi"


class Catalogue:
    """Every plugin's sentences in every language. English needs no file: the sentences are it."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._said: dict[str, dict[str, str]] = {locale: {} for locale in LOCALES}
        for folder in folders:
            for locale in LOCALES:
                path = folder / f"{locale}.po"
                if path.exists():
                    self._said[locale].update(_sentences(path, locale, path.stat().st_mtime_ns))

    def wording(self, locale: str) -> str:
        """A digest of all sentences of a language."""
        return hashlib.sha256(repr((locale, sorted(self._said[locale].items()))).encode()).hexdigest()

    def say(self, locale: str, msgid: str) -> str:
        """The sentence in a language; the English one where the catalogue has none."""
        return self._said[locale].get(msgid, msgid)

    @functools.cache  # noqa: B019  lives as long as the process
    def translator(self, locale: str) -> Callable[[str], str]:
        """The same as a function of the sentence alone."""
        said = self._said[locale]
        return lambda msgid: said.get(msgid, msgid)


@functools.lru_cache(maxsize=100)
def _sentences(path: Path, locale: str, written_at: int) -> Mapping[str, str]:
    """What a catalogue holds. Read once a process: reading takes longer than the rest of a start."""
    found = {}
    with path.open("rb") as file:
        for message in read_po(file, locale=locale):
            # a sentence with a number: (one, many) in both; the first names it
            key, words = _first(message.id), _first(message.string)
            if key and words:
                found[key] = words
    return found


def _first(words: str | Sequence[str] | None) -> str:
    return words if isinstance(words, str) else words[0] if words else ""


def current_locale() -> str:
    """The reader's language: the cookie's, else Vietnamese."""
    if not has_request_context():
        return DEFAULT
    here = g._get_current_object()  # the proxy costs more than the question
    found: str | None = here.get("locale")
    if found is None:
        chosen = request.cookies.get("lang", DEFAULT)
        found = here.locale = chosen if chosen in LOCALES else DEFAULT
    return found


def short_date(day: date | datetime | int | None, locale: str = DEFAULT) -> str:
    """20/11/2026, in both languages; a moment is taken on the Vietnamese clock. Empty for None."""
    if day is None:
        return ""
    if isinstance(day, int):
        day = clock.from_seconds(day)
    if isinstance(day, datetime):
        day = clock.local(day).date()
    return day.strftime("%d/%m/%Y")


def long_date(day: date | datetime | int | None, locale: str = DEFAULT) -> str:
    """ "ngày 20 tháng 11 năm 2026", as papers say it: day below 10 and months 1 and 2 with a leading zero."""
    if day is None:
        return ""
    if isinstance(day, int):
        day = clock.from_seconds(day)
    if isinstance(day, datetime):
        day = clock.local(day).date()
    if locale == "en":
        return f"{day.day} {day.strftime('%B')} {day.year}"
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def time_and_date(moment: datetime | int | None, locale: str = DEFAULT) -> str:
    """ "19:45 ngày 20/11/2026" on the Vietnamese clock."""
    if moment is None:
        return ""
    if isinstance(moment, int):
        moment = clock.from_seconds(moment)
    there = clock.local(moment)
    joint = ", " if locale == "en" else " ngày "
    return f"{there:%H:%M}{joint}{there:%d/%m/%Y}"


def number(value: float, locale: str = DEFAULT) -> str:
    """1.234,5 in Vietnamese, 1,234.5 in English; at most one decimal."""
    text = f"{value:,.1f}" if isinstance(value, float) and value != int(value) else f"{int(value):,}"
    return text if locale == "en" else text.translate(str.maketrans(",.", ".,"))


def percent(value: float, locale: str = DEFAULT) -> str:
    """A share 0..1 as "71,4%"."""
    return number(round(value * 100, 1), locale) + "%"


def kilobytes(size: int, locale: str = DEFAULT) -> str:
    """A size in words that people feel: "85 KB", "0,9 MB"."""
    return f"{number(max(1, round(size / 1000)), locale)} KB" if size < 900_000 else f"{number(size / 1e6, locale)} MB"
