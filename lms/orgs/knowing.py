"""Who is here already: people found by their citizen's number, telephone, or name and birth year, many at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, literal, select

from lms.db.unit_of_work import connection
from lms.identity.models import Account
from lms.orgs.scope import people_below
from lms.vietnamese import fold

A = Account.__table__


@dataclass(frozen=True)
class Known:
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
    return {known.id: known for known in _known(A.c.id.in_(account_ids), units)} if account_ids else {}


def known_by_number(keys: Collection[bytes], units: Collection[int]) -> dict[bytes, Known]:
    """Open accounts by the keyed hash of the citizen's number, wherever they belong."""
    found = _known(A.c.identity_key.in_(keys), units) if keys else []
    return {known.identity_key: known for known in found if known.identity_key}


def known_by_phone(phones: Collection[str], units: Collection[int]) -> dict[str, Known]:
    """Open accounts by telephone number in normal form, wherever they belong."""
    found = _known(A.c.phone.in_(phones), units) if phones else []
    return {known.phone: known for known in found if known.phone}


def known_by_name(names: Collection[str], units: Collection[int]) -> dict[str, list[Known]]:
    """Members of these units or of those below, by folded name."""
    found: dict[str, list[Known]] = {}
    if names:
        here = and_(A.c.folded.in_({fold(n) for n in names}), people_below(A.c.id, units))
        for known in _known(here, ()):
            found.setdefault(fold(known.full_name), []).append(known)
    return found


def _known(which: ColumnElement[bool], units: Collection[int]) -> list[Known]:
    near = case((people_below(A.c.id, units), True), else_=False) if units else literal(True)
    rows = connection().execute(
        select(A.c.id, A.c.full_name, A.c.birth_date, A.c.birth_year, A.c.phone, A.c.identity_key, near).where(
            which, A.c.closed_at.is_(None), A.c.merged_into_id.is_(None), A.c.erased_at.is_(None)
        )
    )
    return [Known(*row[:5], bytes(row[5]) if row[5] is not None else None, bool(row[6])) for row in rows]
