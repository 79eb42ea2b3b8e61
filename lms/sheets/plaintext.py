"""Lists as text: .csv in the encodings and with the separators that offices have, and what is pasted from Excel."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import suppress

from lms.errors import Invalid
from lms.sheets.oldfont import from_tcvn3
from lms.sheets.sheet import MOST_COLUMNS, MOST_LETTERS, MOST_ROWS, Sheet, checked
from lms.text import _

NO_TEXT = _("This file is not a list that can be read here. Please send a .xlsx or .csv file, or paste the list.")
WEB_PAGE = _(
    "This file is a web page with another name, as some programmes export it. Please open it in Excel, choose Save as,"
    " and save it as .xlsx."
)
Likeness = Callable[[list[list[str]]], int]


def read_csv(content: bytes, likeness: Likeness) -> Sheet:
    """The rows of a text file. Where several readings are possible, the one whose heads are known words wins."""
    candidates = []
    for text in _readings(content):
        candidates.append(read_text(text, likeness))
    return max(candidates, key=lambda sheet: likeness(sheet.rows[:40]))


def _readings(content: bytes) -> Iterator[str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield _decoded(content, "utf-16")
        return
    if content.startswith(b"\xef\xbb\xbf"):
        yield _decoded(content, "utf-8-sig")
        return
    head = content[:2000]
    if head.count(0) > len(head) // 5:  # UTF-16 without its mark
        yield _decoded(content, "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be")
        return
    if b"\0" in content:
        raise Invalid(NO_TEXT)
    try:
        yield content.decode("utf-8")
        return
    except UnicodeDecodeError:
        pass
    with suppress(UnicodeDecodeError):
        yield content.decode("cp1258")
    yield from_tcvn3(content.decode("latin-1"))


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Invalid(NO_TEXT) from error


def read_text(text: str, likeness: Likeness) -> Sheet:
    """The rows of a text: separated by tabs, semicolons or commas, whichever makes it look most like a list."""
    start = text[:400].lstrip().lower()
    if start.startswith(("<html", "<!doctype", "<table", "<?xml", "<meta")):
        raise Invalid(WEB_PAGE)
    if any(c < " " and c not in "\t\r\n\f\v" for c in text[:4000]):
        raise Invalid(NO_TEXT)
    best = max("\t;,|", key=lambda mark: _score(text[:60_000], mark, likeness))
    return Sheet(checked(list(_rows(text, best))))


def _score(text: str, mark: str, likeness: Likeness) -> tuple[int, int]:
    rows = list(_rows(text, mark))[:40]
    return likeness(rows), sorted(len(row) for row in rows)[len(rows) // 2] if rows else 0


def _rows(text: str, mark: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    for number, row in enumerate(_careful(reader)):
        if number > MOST_ROWS + 60:
            return
        yield [cell[:MOST_LETTERS].strip() for cell in row[:MOST_COLUMNS]]


def _careful(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:  # a cell beyond the csv module's own limit: a quotation mark that never closes
        raise Invalid(NO_TEXT) from error
