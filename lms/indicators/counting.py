"""Counts move by deltas in the transaction that changes the facts; `reconcile` proves them equal to the facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.competency.models import Attainment, Programme
from lms.db.unit_of_work import connection
from lms.indicators.models import Rollup
from lms.learning.models import Enrollment
from lms.orgs.models import Membership
from lms.orgs.queries import ancestors

ENROLLED, ATTAINED = "enrolled", "attained"
Key = tuple[str, int, str]  # indicator, org, target group


def count(indicator: str, membership_id: int | None, by: int = 1) -> None:
    """Adds to an indicator at the membership's unit and every unit above it. Without a membership nothing moves."""
    if membership_id is None:
        return
    m = Membership.__table__
    held = connection().execute(select(m.c.org_id, m.c.target_group).where(m.c.id == membership_id)).one()
    rows = [
        {"indicator": indicator, "org_id": org, "target_group": held.target_group, "value": by}
        for org in ancestors(held.org_id)
    ]
    database = connection()
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    statement = make(Rollup).values(rows)
    database.execute(
        statement.on_conflict_do_update(
            index_elements=["indicator", "org_id", "target_group"],
            set_={"value": Rollup.__table__.c.value + statement.excluded.value},
        )
    )


def from_facts() -> Mapping[Key, int]:
    """The same figures counted from enrollments and attainments, slowly."""
    totals: Counter[Key] = Counter()
    m, a, p = Membership.__table__, Attainment.__table__, Programme.__table__
    attained = (
        select(m.c.org_id, m.c.target_group).join(a, a.c.membership_id == m.c.id).join(p, p.c.id == a.c.programme_id)
    )
    for org_id, group in connection().execute(attained.where(p.c.recognition == "attainment")).all():
        for org in ancestors(org_id):
            totals[(ATTAINED, org, group)] += 1
    e = Enrollment.__table__
    learning = select(m.c.id, m.c.org_id, m.c.target_group).where(m.c.account_id.in_(select(e.c.account_id)))
    for _id, org_id, group in connection().execute(learning.distinct()).all():
        for org in ancestors(org_id):
            totals[(ENROLLED, org, group)] += 1
    return totals


def stored() -> Mapping[Key, int]:
    """The roll-ups as they stand, without zeros."""
    r = Rollup.__table__
    return {
        (row.indicator, row.org_id, row.target_group): row.value for row in connection().execute(select(r)) if row.value
    }


def differences() -> list[tuple[Key, int, int]]:
    """(key, stored, counted) wherever a roll-up and the facts differ. Must be empty."""
    facts, held = from_facts(), stored()
    keys = sorted(set(facts) | set(held))
    return [(k, held.get(k, 0), facts.get(k, 0)) for k in keys if held.get(k, 0) != facts.get(k, 0)]


def rebuild() -> int:
    """Writes the roll-ups anew from the facts; returns how many figures there are."""
    facts = from_facts()
    database = connection()
    table = Rollup.__table__
    database.execute(table.delete())
    rows = [{"indicator": i, "org_id": o, "target_group": g, "value": v} for (i, o, g), v in facts.items()]
    if rows:
        database.execute(table.insert(), rows)
    return len(rows)
