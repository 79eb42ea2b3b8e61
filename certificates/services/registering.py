"""The register of papers (sổ cấp giấy) and their hand-over: read, page by page, and written down once.

A register is a book of numbers: issuer, kind and year. Its lines are the numbers from 1 to the last one given, each
with its paper. A number without a paper would stand there as one: nothing of the book is left out. What an officer sees
of it, and hands over, are the papers of the officer's units; of the others stand the number and the state, which
anybody can look up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, select, update

from certificates.models import REVOKED, SUPERSEDED, Book, Credential, Handed, Handover
from certificates.numbering import format_number
from certificates.queries import CredentialRow, all_columns, numbers_of
from lms.api.data import insert_many
from lms.api.people import below, nation_id
from lms.api.work import Conflict, Invalid, NotFound, Text, _, audit, clock, connection

C, B, V, H = Credential.__table__, Book.__table__, Handover.__table__, Handed.__table__
PAGE: Final = 50  # lines of a page
SHEETS: Final = 1_000  # lines of one file to print
MOST_AT_ONCE: Final = 500  # papers of one hand-over
SELF, FAMILY, DELEGATE, UNIT, POST = "self", "family", "delegate", "unit", "post"
RELATIONS: Final[dict[str, Text]] = {
    SELF: _("The holder in person"),
    FAMILY: _("Somebody of the family"),
    DELEGATE: _("Somebody whom the holder asked"),
    UNIT: _("The unit, which passes it on"),
    POST: _("By post"),
}


class BookRow(Struct, frozen=True):
    """A book of numbers and the last one given."""

    issuer_code: str
    kind: str
    year: int
    last: int

    @property
    def name(self) -> str:
        """HVS-XN-2026: how its numbers begin."""
        return f"{self.issuer_code}-{self.kind}-{self.year}"

    def number(self, serial: int) -> str:
        """The number of a line, as it stands on the paper."""
        return format_number(self.issuer_code, self.kind, self.year, serial)


class Line(Struct, frozen=True):
    """A line of a book. `row` is None for a number without a paper; `mine`: the reader may see whose it is."""

    serial: int
    number: str
    row: CredentialRow | None
    mine: bool
    successor: str = ""
    handed: HandedRow | None = None


class HandedRow(Struct, frozen=True):
    """That a paper was handed over: when, by whom, to whom."""

    id: int
    credential_id: int
    uuid: UUID
    on_day: date
    by_id: int
    at: int
    relation: str
    receiver: str


def books() -> list[BookRow]:
    """Every book, the newest year first."""
    found = select(B.c.issuer_code, B.c.kind, B.c.year, B.c.last)
    rows = connection().execute(found.order_by(B.c.year.desc(), B.c.issuer_code, B.c.kind.desc()))
    return [BookRow(*row) for row in rows]


def book(name: str) -> BookRow:
    """A book by its name (HVS-XN-2026). NotFound where there is none."""
    for row in books():
        if row.name == name:
            return row
    raise NotFound


def lines(of: BookRow, first: int, many: int, units: Sequence[int]) -> list[Line]:
    """`many` lines of a book from a serial on; four statements at most. `units`: where the reader may look them up."""
    numbers = {of.number(serial): serial for serial in range(max(1, first), min(of.last, first + many - 1) + 1)}
    if not numbers:
        return []
    rows = {row.number: row for row in _papers(C.c.number.in_(numbers))}
    mine = _mine(rows.values(), units)
    handed = handed_of([row.id for row in rows.values() if row.id in mine])
    following = numbers_of([row.successor_id for row in rows.values() if row.successor_id is not None])
    return [
        Line(
            serial, number, row, row is not None and row.id in mine,
            following.get(row.successor_id, "") if row is not None and row.successor_id is not None else "",
            handed.get(row.id) if row is not None else None,
        )
        for number, serial in numbers.items()
        for row in [rows.get(number)]
    ]  # fmt: skip


def _mine(rows: Collection[CredentialRow], units: Sequence[int]) -> set[int]:
    """Those of the papers that lie in these units or below."""
    if nation_id() in units:
        return {row.id for row in rows}
    wanted = {row.org_id for row in rows if row.org_id is not None}
    inside = below(units)
    reached = set(connection().execute(inside.where(inside.selected_columns[0].in_(wanted))).scalars())
    return {row.id for row in rows if row.org_id in reached}


def _papers(where: ColumnElement[bool], most: int | None = None) -> list[CredentialRow]:
    found = all_columns().where(where).order_by(C.c.id)
    return [CredentialRow(*row) for row in connection().execute(found if most is None else found.limit(most))]


# --- hand-over --------------------------------------------------------------------------------------------------------

_HANDED: Select[*tuple[Any, ...]] = select(
    H.c.id, H.c.credential_id, V.c.uuid, V.c.on_day, V.c.by_id, V.c.at, H.c.relation, H.c.receiver
).join(V, V.c.id == H.c.handover_id)


def handed_of(credential_ids: Collection[int]) -> Mapping[int, HandedRow]:
    """By paper, that it was handed over; one statement. Struck lines are left out."""
    if not credential_ids:
        return {}
    found = _HANDED.where(H.c.credential_id.in_(credential_ids), H.c.struck_at.is_(None))
    return {row.credential_id: HandedRow(*row) for row in connection().execute(found)}


def lines_of(credential_id: int) -> list[tuple[HandedRow, int | None]]:
    """Every hand-over of a paper, struck ones too (when), the oldest first."""
    found = _HANDED.add_columns(H.c.struck_at).where(H.c.credential_id == credential_id).order_by(H.c.id)
    return [(HandedRow(*values), struck) for *values, struck in connection().execute(found)]


def _not_handed(units: Sequence[int]) -> ColumnElement[bool]:
    """Papers of these units that nobody has got yet, of those that still can be given: not withdrawn, not replaced."""
    gone = exists().where(H.c.credential_id == C.c.id, H.c.struck_at.is_(None))
    wanted = and_(C.c.state.not_in((REVOKED, SUPERSEDED)), ~gone)
    return wanted if nation_id() in units else and_(wanted, C.c.org_id.in_(below(units)))


def not_handed(units: Sequence[int], after: int = 0, most: int = PAGE) -> list[CredentialRow]:
    """The papers of these units that are not handed over yet, the oldest first, from the one after `after` (an id)."""
    return _papers(and_(_not_handed(units), C.c.id > after), most)


def ticked(numbers: Collection[str], units: Sequence[int]) -> list[CredentialRow]:
    """Those of these numbers whose papers lie in these units, by their ids. NotFound where one does not."""
    rows = _papers(C.c.number.in_(numbers)) if numbers else []
    if len(_mine(rows, units)) != len(set(numbers)):
        raise NotFound
    return rows


def count_not_handed(units: Sequence[int]) -> int:
    """How many there are."""
    return int(connection().execute(select(func.count()).select_from(C).where(_not_handed(units))).scalar_one())


def hand_over(rows: Sequence[CredentialRow], on_day: date, relation: str, receiver: str, note: str, by_id: int) -> UUID:
    """Notes that papers were handed over: on which day, to whom. All of them or none; returns the record's link."""
    receiver, note = " ".join(receiver.split()), note.strip()
    if not rows:
        text = _("Please tick the papers that were handed over.")
        raise Invalid(text, paper=text)
    if len(rows) > MOST_AT_ONCE:
        text = _("At most {n} papers at a time.", n=MOST_AT_ONCE)
        raise Invalid(text, paper=text)
    if relation not in RELATIONS:
        text = _("Please say who received them.")
        raise Invalid(text, relation=text)
    if relation == SELF:
        receiver = ""
    elif not 2 <= len(receiver) <= 200:
        text = _("Please write the name of who received them.")
        raise Invalid(text, receiver=text)
    if len(note) > 300:
        text = _("Please keep it under 300 letters.")
        raise Invalid(text, note=text)
    first = min(clock.local(clock.from_seconds(row.issued_at)).date() for row in rows)
    if not first <= on_day <= clock.today():
        text = _("The day lies before the papers were issued, or it is still to come.")
        raise Invalid(text, on_day=text)
    ids = [row.id for row in rows]
    held = connection().execute(select(C.c.state).where(C.c.id.in_(ids)).order_by(C.c.id).with_for_update())
    if {REVOKED, SUPERSEDED} & set(held.scalars()) or handed_of(ids):  # locked: two who do the same do it one by one
        raise Conflict(_("Some of these papers are handed over already, or were withdrawn. Look at the list again."))
    uuid = uuid4()
    made = insert(V).values(uuid=uuid, on_day=on_day, note=note, by_id=by_id, at=clock.seconds())
    handover_id = connection().execute(made.returning(V.c.id)).scalar_one()
    insert_many(
        H,
        [
            {"handover_id": handover_id, "credential_id": row.id, "account_id": row.account_id, "relation": relation,
             "receiver": receiver}
            for row in rows
        ],
    )  # fmt: skip
    audit.record(by_id, "papers.handed_over", f"handover:{uuid}", papers=len(rows), relation=relation)
    return uuid


def strike(row: CredentialRow, by_id: int) -> None:
    """Strikes the line that says that a paper was handed over, because it was written by mistake. It stays readable."""
    done = connection().execute(
        update(H)
        .where(H.c.credential_id == row.id, H.c.struck_at.is_(None))
        .values(struck_at=clock.seconds(), struck_by=by_id)
    )
    if done.rowcount:
        audit.record(by_id, "papers.handover_struck", row.number)


class Record(Struct, frozen=True):
    """One hand-over with those of its papers that the reader may see."""

    uuid: UUID
    on_day: date
    note: str
    by_id: int
    at: int
    lines: Sequence[tuple[CredentialRow, HandedRow, int | None]]  # paper, to whom, when the line was struck


def record(uuid: UUID, units: Sequence[int]) -> Record:
    """A hand-over by its link. NotFound where none of its papers lies in these units."""
    head = connection().execute(select(V).where(V.c.uuid == uuid)).first()
    if head is None:
        raise NotFound
    struck = {
        row.credential_id: row.struck_at
        for row in connection().execute(select(H.c.credential_id, H.c.struck_at).where(H.c.handover_id == head.id))
    }
    given = {
        row.credential_id: HandedRow(*row) for row in connection().execute(_HANDED.where(H.c.handover_id == head.id))
    }
    rows = _papers(C.c.id.in_(given))
    mine = _mine(rows, units)
    if not mine:
        raise NotFound
    seen = [(row, given[row.id], struck[row.id]) for row in rows if row.id in mine]
    return Record(head.uuid, head.on_day, head.note, head.by_id, head.at, seen)


def records_by(units: Sequence[int], most: int = 20) -> list[tuple[UUID, date, int, int]]:
    """(link, day, by whom, how many) of the newest hand-overs of papers of these units."""
    found = (
        select(V.c.uuid, V.c.on_day, V.c.by_id, func.count())
        .join(H, H.c.handover_id == V.c.id)
        .join(C, C.c.id == H.c.credential_id)
        .group_by(V.c.id, V.c.uuid, V.c.on_day, V.c.by_id)
        .order_by(V.c.id.desc())
        .limit(most)
    )
    if nation_id() not in units:
        found = found.where(C.c.org_id.in_(below(units)))
    return [(row[0], row[1], row[2], row[3]) for row in connection().execute(found)]
