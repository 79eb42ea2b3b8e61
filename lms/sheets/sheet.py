"""A list as rows of text, whatever file it came from, and the words for one that cannot be read."""

from __future__ import annotations

from msgspec import Struct

from lms.errors import Invalid
from lms.text import _

MOST_ROWS = 20_000  # in one list; more are split by whoever sends them
MOST_COLUMNS = 60
MOST_LETTERS = 500  # of one cell; more is cut off
MOST_BLANK = 500  # empty rows after each other: then the list is taken to have ended

TOO_LONG = _(
    "This list has more than {most} rows. Please split it, by village for example, and send the parts one after the"
    " other.",
    most=f"{MOST_ROWS:,}".replace(",", "."),
)
EMPTY = _("There is nothing in this list. Please look whether the right file was chosen.")


class Sheet(Struct, frozen=True):
    """Rows as they stand in the file, empty ones too, so that row numbers agree with what the clerk sees in Excel."""

    rows: list[list[str]]
    name: str = ""
    others: tuple[str, ...] = ()  # sheets of the same workbook that were not read


def checked(rows: list[list[str]]) -> list[list[str]]:
    """The rows without the empty ones at the end. Raises Invalid where none is left or there are too many."""
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows:
        raise Invalid(EMPTY)
    if len(rows) > MOST_ROWS + 60:  # titles, heads and signatures besides
        raise Invalid(TOO_LONG)
    return rows
