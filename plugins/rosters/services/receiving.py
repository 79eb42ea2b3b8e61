"""A list arrives, its columns are chosen, its rows are read and compared."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct
from sqlalchemy import delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.data import insert_many
from lms.api.people import children, fold, identity_key, org
from lms.api.sheets import MOST_ROWS, TOO_LONG, Sheet
from lms.api.work import Invalid, _, clock, connection
from plugins.rosters import queries
from plugins.rosters.formats.columns import (
    FAMILY,
    FIELDS,
    FULL_NAME,
    GIVEN,
    NO_HEADS,
    TWICE,
    VILLAGE,
    Layout,
    fingerprint,
    layout,
)
from plugins.rosters.formats.people import Entry, read_people
from plugins.rosters.models import CHECKING, COLUMNS, Roster, RosterForm, RosterRow, RosterSheet
from plugins.rosters.queries import RosterLine
from plugins.rosters.services.comparing import Index, Row, add_to, compare_with_people, compare_within

R, W, F = Roster.__table__, RosterRow.__table__, RosterForm.__table__
_KIND_WORDS = (
    "to dan pho",
    "khu pho",
    "thon",
    "xom",
    "ap",
    "ban",
    "buon",
    "lang",
    "khom",
    "phum",
    "soc",
    "khu",
    "to",
    "tdp",
    "kp",
)
NOBODY = _("No line below the heads tells of a person. Please look at the columns again.")


def begin(sheet: Sheet, title: str, org_id: int, target_group: str, programmes: Sequence[int], made_by: int) -> UUID:
    """Keeps a list as a draft and returns its address. Raises Invalid where it has no column of names."""
    if layout(sheet.rows) is None:
        raise Invalid(NO_HEADS)
    uuid, now = uuid4(), clock.seconds()
    roster_id: int = (
        connection()
        .execute(
            insert(R)
            .values(
                uuid=uuid, org_id=org_id, target_group=target_group, programmes=list(programmes), title=title[:120],
                digest=hashlib.sha256(msgspec.json.encode(sheet.rows)).hexdigest(), state=COLUMNS, fields={},
                left_out=[], rows=0, done=0, made_by=made_by, made_at=now, changed_at=now,
            )
            .returning(R.c.id)
        )
        .scalar_one()
    )  # fmt: skip
    connection().execute(insert(RosterSheet).values(roster_id=roster_id, content=queries.packed(sheet)))
    return uuid


class Guess(Struct, frozen=True):
    """What the columns of a draft are taken to be; `remembered` where the unit said so of such a form before."""

    layout: Layout
    fields: Mapping[str, str]
    remembered: bool


def guess(roster: RosterLine, sheet: Sheet) -> Guess:
    """The columns as they were chosen, as the unit chose them before, or as their heads say."""
    found = layout(sheet.rows)
    if found is None:
        raise Invalid(NO_HEADS)
    if roster.fields:
        return Guess(found, roster.fields, False)
    known = queries.known_form(roster.org_id, found.fingerprint)
    return Guess(found, known, True) if known else Guess(found, found.fields, False)


def check_fields(fields: Mapping[str, str]) -> None:
    """Raises Invalid where the columns hold no name, or two are said to be the same thing."""
    chosen = Counter(fields.values())
    if not chosen[FULL_NAME] and not (chosen[FAMILY] and chosen[GIVEN]):
        text = _("Please say which column holds the full name, or which two hold its parts.")
        raise Invalid(text, columns=text)
    for field, times in chosen.items():
        if times > 1 and field not in TWICE:
            text = _("Two columns are said to be “{field}”. Please choose one of them.", field=FIELDS[field])
            raise Invalid(text, columns=text)


def choose_columns(roster: RosterLine, fields: Mapping[str, str], units: Collection[int]) -> int:
    """Reads the rows by these columns and compares them; returns how many there are. Rows read before are forgotten.

    `units`: where the sender may enter people. The unit's form is remembered by its heads.
    """
    check_fields(fields)
    sheet = queries.sheet(roster.id)
    if sheet is None:
        raise Invalid(NOBODY)
    found = layout(sheet.rows)
    if found is None:
        raise Invalid(NO_HEADS)
    people = read_people(sheet, found, fields, clock.today())
    if not people.entries:
        raise Invalid(NOBODY)
    if len(people.entries) > MOST_ROWS:
        raise Invalid(TOO_LONG)
    rows = _rows(roster, people.entries)
    compare_within(rows, Index())
    compare_with_people(rows, roster.org_id, units)
    _store(roster, rows)
    now = clock.seconds()
    connection().execute(
        update(R)
        .where(R.c.id == roster.id)
        .values(
            fields=dict(fields), state=CHECKING, rows=len(rows), done=0, changed_at=now,
            left_out=[*people.left_out[:200], *sheet.others],
        )
    )  # fmt: skip
    _remember(roster.org_id, fingerprint(found.labels), dict(fields), now)
    return len(rows)


def _rows(roster: RosterLine, entries: Sequence[Entry]) -> list[Row]:
    villages = villages_of(roster.org_id)
    return [_row(roster, entry, villages) for entry in entries]


def _row(roster: RosterLine, entry: Entry, villages: Mapping[str, int]) -> Row:
    number = entry.number
    row: Row = {
        "roster_id": roster.id,
        "line": entry.line,
        "full_name": entry.full_name,
        "birth_date": entry.birth_date,
        "birth_year": entry.birth_year,
        "phone": entry.phone,
        "number": number,
        "number_key": identity_key(number).hex() if number else None,
        "number_tail": number[-4:] if number else None,
        "org_id": None,
        "target_group": entry.group if entry.group != roster.target_group else None,
        "typed": {},
        "problems": "",
        "notes": "",
        "decision": "",
        "match_id": None,
        "match_how": "",
        "twin_line": None,
        "made": {},
    }
    if entry.village:
        org_id = villages.get(village_key(entry.village))
        if org_id is None:
            row["typed"][VILLAGE] = [entry.village[:120], ""]
            add_to(row, "problems", VILLAGE)
        elif org_id != roster.org_id:
            row["org_id"] = org_id
    for field, wrong in entry.wrong.items():
        row["typed"][field] = [wrong.typed, wrong.suggestion]
        add_to(row, "problems", field)
    return row


def village_key(text: str) -> str:
    """What a village is found by: without marks, without the kind of village, without a number before it."""
    words = fold(text).lstrip("0123456789 ")
    for kind in _KIND_WORDS:
        if words.startswith(kind + " ") and len(words) > len(kind) + 1:
            words = words[len(kind) + 1 :]
            break
    return " ".join(w.lstrip("0") or "0" if w.isdigit() else w for w in words.split()) or fold(text)


def villages_of(org_id: int) -> dict[str, int]:
    """The units right below one and the unit itself, by `village_key`; a name that two have finds neither."""
    found: dict[str, int] = {}
    twice: set[str] = set()
    for unit in children(org_id):
        for key in {village_key(unit.full_name), village_key(unit.name)}:
            if found.setdefault(key, unit.id) != unit.id:
                twice.add(key)
    itself = org(org_id)
    if itself is not None:
        found.setdefault(village_key(itself.full_name), org_id)
    return {key: unit for key, unit in found.items() if key not in twice}


_COLUMNS = [c.name for c in W.c if c.name not in ("id", "state", "outcome", "account_id")]


def _store(roster: RosterLine, rows: Sequence[Row]) -> None:
    database = connection()
    database.execute(delete(W).where(W.c.roster_id == roster.id))
    insert_many(W, [{c: row[c] for c in _COLUMNS} for row in rows])


def _remember(org_id: int, heads: str, fields: dict[str, str], at: int) -> None:
    database = connection()
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    statement = make(RosterForm).values(org_id=org_id, fingerprint=heads, fields=fields, used_at=at)
    database.execute(
        statement.on_conflict_do_update(
            index_elements=["org_id", "fingerprint"], set_={"fields": fields, "used_at": at}
        )
    )


def give_up(roster: RosterLine) -> None:
    """Deletes a draft with all that was read of it."""
    database = connection()
    for table, column in ((W, W.c.roster_id), (RosterSheet.__table__, queries.S.c.roster_id), (R, R.c.id)):
        database.execute(delete(table).where(column == roster.id))
