"""What was decided of two accounts that look like one person is remembered, so that nobody is asked twice."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms import clock
from lms.db.unit_of_work import connection
from lms.merging.models import OPEN, Duplicate

D = Duplicate.__table__
SAID = "said"  # found by no rule: somebody said so


def decide(one_id: int, other_id: int, state: str, by_id: int, reason: str) -> None:
    """Keeps what was decided of a pair, known before or not. In an open unit of work."""
    at, database = clock.seconds(), connection()
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    decided = {"state": state, "decided_by": by_id, "decided_at": at, "reason": reason}
    database.execute(
        make(D)
        .values(low_id=min(one_id, other_id), high_id=max(one_id, other_id), why=SAID, found_at=at, **decided)
        .on_conflict_do_update(index_elements=["low_id", "high_id"], set_=decided)
    )


def propose(one_id: int, other_id: int) -> int:
    """Notes a pair that somebody wants to look at; a pair that is known stays as it is. Returns its id."""
    low, high, database = min(one_id, other_id), max(one_id, other_id), connection()
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    database.execute(
        make(D)
        .values(low_id=low, high_id=high, why=SAID, state=OPEN, found_at=clock.seconds(), reason="")
        .on_conflict_do_nothing()
    )
    return int(database.execute(select(D.c.id).where(D.c.low_id == low, D.c.high_id == high)).scalar_one())
