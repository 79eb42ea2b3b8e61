"""Thousands of numbers at once: a list in, the same list with what is known of each number out.

Some five statements for each thousand, however many there are. Only officials ask; every number is recorded under them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import uuid4

from msgspec import Struct

from certificates import queries
from certificates.models import VALID, Check
from certificates.numbering import BadNumber, parse_number
from certificates.queries import CredentialRow
from certificates.services.verifying import (
    UNKNOWN,
    Asker,
    Judged,
    issued_on,
    issuer_of,
    judge,
    look_alikes,
    programme_of,
    title_of,
)
from certificates.wording import FORGOTTEN
from lms.api.data import insert_many
from lms.api.people import below, nation_id
from lms.api.sheets import OLE, read_csv, read_text, read_values
from lms.api.transparency import logged_all
from lms.api.work import Invalid, _, clock, connection, take

MOST: Final = 10_000
AT_ONCE: Final = 1_000
MOST_AN_HOUR: Final = 30  # lists of one official
MALFORMED: Final = "malformed"  # no number at all, or one with a slip
LOOK_ALIKE: Final = "look_alike"  # letters that only look Latin
TITLES: Final = 20  # rows above the heads, at most
TOO_MANY = _(
    "There are more than {most} numbers. Please divide the list, by unit for example, and have the parts checked one"
    " after the other.",
    most="10.000",
)
NO_NUMBERS = _(
    "In no column was a number of a paper found. It looks like this: HVS-XN-2026-000123-36. Please look whether the"
    " right list was chosen."
)
NOTHING = _("Please choose a file, or paste the numbers into the box.")


class Answer(Struct, frozen=True):
    """What is known of one number, in the order in which they were asked."""

    typed: str
    state: str  # as of one paper, or malformed, look_alike
    number: str = ""
    row: CredentialRow | None = None  # None where nothing of it may be shown
    name: str = ""  # only where the official has the right
    reason: str = ""
    successor: str = ""


def check_many(typed: Sequence[str], asker: Asker, channel: str, purpose: str = "") -> list[Answer]:
    """What is known of these numbers, as people type them; recorded, in the open unit of work.

    Raises Invalid where there are more than `MOST`, TooMany after many lists.
    """
    if len(typed) > MOST:
        raise Invalid(TOO_MANY, numbers=TOO_MANY)
    person = asker.official
    assert person is not None, "only officials check many at once"
    take("verify-many", str(person.id), most=MOST_AN_HOUR, seconds=3600)
    seen = _units(asker)
    now = clock.seconds()
    answers: list[Answer] = []
    for start in range(0, len(typed), AT_ONCE):
        part = typed[start : start + AT_ONCE]
        found = list(_answers(part, seen))
        answers += [answer for answer, _credential in found]
        records = [
            {
                "credential_id": credential_id, "outcome": answer.state, "channel": channel, "at": now,
                "by_id": person.id, "org_id": asker.units[0], "uuid": uuid4(), "number": answer.number or None,
                "form": "number", "purpose": purpose or None,
            }
            for answer, credential_id in found
            if answer.number
        ]  # fmt: skip
        if records:
            insert_many(Check.__table__, records)
    return answers


def _units(asker: Asker) -> set[int] | None:
    """The units whose papers' names the official may see; None: all."""
    if nation_id() in asker.units:
        return None
    return set(connection().execute(below(asker.units)).scalars())


def _answers(typed: Sequence[str], seen: set[int] | None) -> Iterator[tuple[Answer, int | None]]:
    """Each answer, and the row of its paper."""
    numbers: list[str] = []
    for text in typed:
        try:
            numbers.append(str(parse_number(text)))
        except BadNumber:
            numbers.append("")
    asked = {number for number in numbers if number}
    rows = queries.credentials_by_numbers(asked) if asked else {}
    entries = logged_all(list(rows)) if rows else {}
    judged = {number: judge(row, entries.get(number, [])) for number, row in rows.items()}
    changed = [row for row in rows.values() if row.state != VALID]
    reasons = queries.last_changes([row.id for row in changed])
    successors = queries.numbers_of([row.successor_id for row in changed if row.successor_id])
    for text, number in zip(typed, numbers, strict=True):
        if not number:
            yield Answer(text, LOOK_ALIKE if look_alikes(text) else MALFORMED), None
        elif number not in rows:
            yield Answer(text, UNKNOWN, number), None
        else:
            yield _answer(text, rows[number], judged[number], reasons, successors, seen), rows[number].id


def _answer(
    text: str, row: CredentialRow, judged: Judged, reasons: dict[int, Any], successors: dict[int, str],
    seen: set[int] | None,
) -> Answer:  # fmt: skip
    if judged.ours_changed:
        return Answer(text, judged.state, row.number)  # nothing of it may be believed, so nothing of it is told
    may = seen is None or row.org_id in seen
    change = reasons.get(row.id)
    return Answer(
        text, judged.state, row.number, row, str(row.paper["full_name"]) if may else "",
        change.reason if change else "", successors.get(row.successor_id or 0, ""),
    )  # fmt: skip


def facts_of(answer: Answer) -> tuple[str, str, str, str]:
    """Kind, programme, issuer and day of issue (2026-11-20) of an answer's paper; empty where nothing may be told."""
    row = answer.row
    if row is None:
        return "", "", "", ""
    if row.paper["full_name"] == FORGOTTEN:
        return title_of(row), "", "", issued_on(row).isoformat()
    return title_of(row), programme_of(row), issuer_of(row), issued_on(row).isoformat()


# --- lists ------------------------------------------------------------------------------------------------------------


class Listed(Struct, frozen=True):
    """A list as it was sent: its rows, the column with the numbers, the row with the heads (-1: none)."""

    rows: list[list[Any]]
    column: int
    head: int

    @property
    def numbers(self) -> dict[int, str]:
        """The row of each number, and how it is written there."""
        found = {}
        for place, row in enumerate(self.rows[self.head + 1 :], self.head + 1):
            text = str(row[self.column]).strip() if self.column < len(row) and row[self.column] is not None else ""
            if text:
                found[place] = text
        return found


def read_list(content: bytes) -> Listed:
    """The list in a file, .xlsx or .csv. Raises Invalid saying what to do."""
    if not content.strip():
        raise Invalid(NOTHING, file=NOTHING)
    if content.startswith((b"PK", OLE)):
        rows = read_values(content, MOST + TITLES + 100)
    else:
        rows = [list(row) for row in read_csv(content, _likeness).rows]
    return _listed(rows)


def read_pasted(text: str) -> Listed:
    """Numbers that were pasted, one a line or as a table from Excel. Raises Invalid saying what to do."""
    if not text.strip():
        raise Invalid(NOTHING, file=NOTHING)
    return _listed([list(row) for row in read_text(text.strip("\r\n"), _likeness).rows])


def _listed(rows: list[list[Any]]) -> Listed:
    columns: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and _is_number(cell):
                columns.setdefault(column, []).append(place)
    if not columns:
        raise Invalid(NO_NUMBERS, file=NO_NUMBERS)
    column = max(columns, key=lambda c: (len(columns[c]), -c))
    first = columns[column][0]
    head = first - 1
    while head >= 0 and not _text_at(rows[head], column):
        head -= 1  # blank rows between heads and numbers
    if head >= 0 and _looks_meant(_text_at(rows[head], column)):
        head = -1  # a mistyped number stands first: there are no heads
    listed = Listed(rows, column, head)
    if len(listed.numbers) > MOST:
        raise Invalid(TOO_MANY, file=TOO_MANY)
    return listed


def _text_at(row: Sequence[Any], column: int) -> str:
    return str(row[column]).strip() if column < len(row) and row[column] is not None else ""


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except BadNumber:
        return False
    return True


def _looks_meant(text: str) -> bool:
    """Whether somebody meant a number: many digits in it, which heads do not have."""
    return sum(sign.isdigit() for sign in text) >= 8


def _likeness(rows: list[list[str]]) -> int:
    return sum(_is_number(cell) for row in rows for cell in row)


def answered(listed: Listed, answers: Sequence[Answer], heads: Sequence[str], told: Any) -> list[list[Any]]:
    """The rows of a list as they came, and behind the last column what is known: `told(answer)` gives the cells."""
    width = max(len(row) for row in listed.rows)
    of = dict(zip(listed.numbers, answers, strict=True))
    table: list[list[Any]] = []
    if listed.head < 0:
        table.append([None] * width + list(heads))
    for place, row in enumerate(listed.rows):
        more: list[Any] = list(heads) if place == listed.head else told(of[place]) if place in of else []
        table.append([*row, *([None] * (width - len(row))), *more] if more else list(row))
    return table
