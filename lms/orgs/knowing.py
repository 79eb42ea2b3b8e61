"""Who is here already: people found by their citizen's number, telephone, or name and birth year, many at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Integer, Select, String, and_, column, or_, select, text

from lms import clock
from lms.db.unit_of_work import connection
from lms.identity.models import Account
from lms.orgs.models import Membership
from lms.orgs.scope import below
from lms.vietnamese import fold

A, M = Account.__table__, Membership.__table__


class Known(Struct, frozen=True):
    """Somebody who is here. `near`: a member of the units asked about, so that whoever works there may see the name."""

    id: int
    full_name: str
    birth_date: date | None
    birth_year: int | None
    phone: str | None
    identity_key: bytes | None
    near: bool


def known_by_id(account_ids: Collection[int], units: Collection[int]) -> dict[int, Known]:
    """Open accounts by number of the row."""
    return {known.id: known for known in _known(_OPEN.where(A.c.id.in_(account_ids)), units)} if account_ids else {}


def known_by_number(keys: Collection[bytes], units: Collection[int]) -> dict[bytes, Known]:
    """Open accounts by the keyed hash of the citizen's number, wherever they belong."""
    found = _known(_OPEN.where(A.c.identity_key.in_(keys)), units) if keys else []
    return {known.identity_key: known for known in found if known.identity_key}


def known_by_phone(phones: Collection[str], units: Collection[int]) -> dict[str, Known]:
    """Open accounts by telephone number in normal form, wherever they belong."""
    found = _known(_OPEN.where(A.c.phone.in_(phones)), units) if phones else []
    return {known.phone: known for known in found if known.phone}


def known_by_username(names: Collection[str], units: Collection[int]) -> dict[str, Known]:
    """Open accounts by sign-in name in normal form, wherever they belong."""
    if not names:
        return {}
    rows = connection().execute(select(A.c.id, A.c.username).where(A.c.username.in_(names)))
    by_id = {row.id: row.username for row in rows}
    return {by_id[account_id]: known for account_id, known in known_by_id(by_id, units).items()}


def known_by_name(born: Collection[tuple[str, int]], units: Collection[int]) -> dict[str, list[Known]]:
    """Members of these units or of those below, of (name, birth year); by folded name."""
    found: dict[str, list[Known]] = {}
    if born:
        # As a table that is joined: with a list of pairs SQLite would read every account there is.
        pairs = sorted({(fold(name), year) for name, year in born})
        content = msgspec.json.encode([{"folded": name, "year": year} for name, year in pairs]).decode()
        asked = _ASKED[connection().dialect.name].bindparams(pairs=content).columns(_FOLDED, _YEAR).cte("asked")
        same = _OPEN.join(asked, and_(asked.c.folded == A.c.folded, asked.c.year == A.c.birth_year))
        for known in _known(same, units):
            if known.near:
                found.setdefault(fold(known.full_name), []).append(known)
    return found


_FOLDED, _YEAR = column("folded", String), column("year", Integer)
_ASKED = {
    "sqlite": text(
        "SELECT json_extract(value, '$.folded') AS folded, json_extract(value, '$.year') AS year FROM json_each(:pairs)"
    ),
    "postgresql": text("SELECT * FROM jsonb_to_recordset(CAST(:pairs AS jsonb)) AS r(folded text, year integer)"),
}
_OPEN: Select[Any] = select(A.c.id, A.c.full_name, A.c.birth_date, A.c.birth_year, A.c.phone, A.c.identity_key).where(
    A.c.closed_at.is_(None), A.c.merged_into_id.is_(None), A.c.erased_at.is_(None)
)


def _known(which: Select[Any], units: Collection[int]) -> list[Known]:
    rows = connection().execute(which).all()
    near = _members([row.id for row in rows], units)
    return [
        Known(
            row.id, row.full_name, row.birth_date, row.birth_year, row.phone,
            bytes(row.identity_key) if row.identity_key is not None else None, row.id in near,
        )
        for row in rows
    ]  # fmt: skip


def _members(account_ids: Collection[int], units: Collection[int]) -> set[int]:
    """Those of a few people who belong to these units now: found by the people, whose units may be a nation's."""
    if not account_ids or not units:
        return set()
    at = clock.seconds()
    rows = connection().execute(
        select(M.c.account_id).where(
            M.c.account_id.in_(account_ids),
            M.c.valid_from <= at,
            or_(M.c.valid_to.is_(None), M.c.valid_to > at),
            M.c.org_id.in_(below(units)),
        )
    )
    return set(rows.scalars())
