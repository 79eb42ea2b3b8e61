"""Reads of what was taken in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import select

from lms.db.unit_of_work import connection
from lms.media.models import READY, Media
from lms.text import Text

M = Media.__table__


class MediaRow(Struct, frozen=True):
    """A file that was taken in: how far it is, what is wrong with it, and its facts once it is ready."""

    id: int
    org_id: int
    kind: str
    name: str
    bytes: int
    state: str  # waiting, working, ready, refused
    percent: int
    problem: Text | None
    facts: Mapping[str, Any]


_COLUMNS = (M.c.id, M.c.org_id, M.c.kind, M.c.name, M.c.bytes, M.c.state, M.c.percent, M.c.problem, M.c.facts)


def media(ids: Iterable[int]) -> dict[int, MediaRow]:
    """The rows by their ids; those that there are not are left out. One statement, none for no ids."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = connection().execute(select(*_COLUMNS).where(M.c.id.in_(wanted)))
    return {row.id: MediaRow(*row[:7], said(row.problem), row.facts) for row in rows}


def file_entry(row: MediaRow) -> dict[str, Any]:
    """What a lesson keeps of it: its facts once it is ready, and until then where it stands."""
    if row.state == READY:
        return dict(row.facts)
    return {"media": row.id, "kind": row.kind, "state": row.state}


def settled(files: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """A lesson's files with what is ready by now in its place. One statement where something waits, else none."""
    rows = media(file["media"] for file in files.values() if "media" in file)
    return {
        name: file_entry(rows[file["media"]]) if file.get("media") in rows else dict(file)
        for name, file in files.items()
    }


def kept(text: Text) -> dict[str, Any]:
    """A sentence as it is stored."""
    values = {k: kept(v) if isinstance(v, Text) else v for k, v in text.values.items()}
    return {"msgid": text.msgid, "values": values}


def said(stored: Any) -> Text | None:
    """A stored sentence."""
    if not stored:
        return None
    values = {k: said(v) if isinstance(v, dict) and "msgid" in v else v for k, v in stored["values"].items()}
    return Text(stored["msgid"], values)
