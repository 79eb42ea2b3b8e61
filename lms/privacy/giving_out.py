"""Everything that is kept about a person, for them: to look at, and to take along as JSON and as a page to read."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Table, select

from lms import clock
from lms.competency.models import Programme
from lms.db.unit_of_work import connection
from lms.identity.people import accounts_of
from lms.identity.personal import PERSONAL_DATA, Erased
from lms.learning.models import Activity
from lms.orgs.queries import path_name
from lms.privacy.labels import COLUMNS, VALUES
from lms.text import Text, _
from lms.web.rendering import render, say

EPOCH = date(1970, 1, 1)


class Kept(Struct, frozen=True):
    """One kind of rows that are kept: what it is, the columns shown, the rows as text, what erasing does."""

    name: str
    title: Text
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    erased: Erased
    why_kept: Text | None


def kept_about(account_id: int, most: int | None = None) -> list[Kept]:
    """All that is shown to a person of their own rows, table by table; `most` rows of each."""
    found, theirs = [], accounts_of(account_id)
    for entry in sorted(PERSONAL_DATA, key=lambda e: e.name):
        if not entry.shown:
            continue
        table = entry.table
        query = select(*(table.c[c] for c in entry.shown)).where(table.c[entry.person].in_(theirs))
        rows = connection().execute(query.order_by(*table.primary_key.columns).limit(most)).all()
        if rows:
            found.append(
                Kept(entry.name, entry.title, entry.shown, _named(entry.shown, rows), entry.erased, entry.why_kept)
            )
    return found


def _named(columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Rows with the names of activities, programmes and units in place of their numbers."""
    names: dict[str, dict[int, str]] = {}
    for place, column in enumerate(columns):
        if column in _NAMES:
            ids = {row[place] for row in rows if isinstance(row[place], int)}
            names[column] = _NAMES[column](ids)
    if not names:
        return [tuple(row) for row in rows]
    return [tuple(names[c].get(v, v) if c in names else v for c, v in zip(columns, row, strict=True)) for row in rows]


def _titles(table: Table) -> Callable[[set[int]], dict[int, str]]:
    def of(ids: set[int]) -> dict[int, str]:
        rows = connection().execute(select(table.c.id, table.c.title).where(table.c.id.in_(ids)))
        return {row.id: row.title for row in rows}

    return of


_NAMES: dict[str, Callable[[set[int]], dict[int, str]]] = {
    "activity_id": _titles(Activity.__table__),
    "course_id": _titles(Activity.__table__),
    "programme_id": _titles(Programme.__table__),
    "org_id": lambda ids: {i: path_name(i) for i in ids},
}


def as_zip(account_id: int) -> bytes:
    """A ZIP with `du-lieu.json` (all of it, for other systems) and `du-lieu.html` (the same, to read without us)."""
    kept = kept_about(account_id)
    made = clock.now()
    whole = {
        "made_at": made.isoformat(),
        "tables": {k.name: [dict(zip(k.columns, map(_plain, row), strict=True)) for row in k.rows] for k in kept},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("du-lieu.json", json.dumps(whole, ensure_ascii=False, indent=2))
        archive.writestr(
            "du-lieu.html", render("privacy/document.html", kept=kept, made=made, shown=shown, label=label, say=say)
        )
    return out.getvalue()


def _plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date | UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return value


def label(column: str) -> str:
    """What a column is called in the reader's language."""
    return say(COLUMNS[column])


def shown(column: str, value: Any) -> str:
    """A value as a person reads it: moments as dates, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, str) and value in VALUES:
        return say(VALUES[value])
    if isinstance(value, bool):
        return "✓" if value else "–"
    if (
        isinstance(value, int)
        and value > 10**9
        and (column.endswith(("_at", "_by", "_from", "_to", "until")) or column == "at")
    ):
        return clock.local(clock.from_seconds(value)).strftime("%H:%M %d/%m/%Y")
    if isinstance(value, int) and column.endswith("_day"):  # days since 1970
        return (EPOCH + timedelta(days=value)).strftime("%d/%m/%Y")
    if isinstance(value, datetime):
        return clock.local(value).strftime("%H:%M %d/%m/%Y")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, dict | list):
        return say(_("in full in the download, file du-lieu.json")) if value else ""
    return str(_plain(value))
