"""How often questions are given, counted by the worker from papers that were begun, never in a learner's request.

What was given too often lately rests: it is not drawn while others remain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.api.work import clock, connection, unit_of_work
from quizzes.models import Attempt, BankState, Exposure, ItemVersion, QuizRevision, Resting
from quizzes.policies import MOST_DAYS, Given, Policy, resting

A, E, R, RT, S, V = (
    Attempt.__table__,
    Exposure.__table__,
    QuizRevision.__table__,
    Resting.__table__,
    BankState.__table__,
    ItemVersion.__table__,
)
DAY = 86_400
PAPERS = 0  # the item under which the papers themselves are counted
A_ROUND = 1_000  # papers counted in one transaction
SETTLED = 300  # seconds: papers begun later may have neighbors with smaller numbers that are not committed yet


def heeding() -> dict[int, Policy]:
    """The quizzes whose newest revision lets questions rest."""
    newest = select(func.max(R.c.id)).group_by(R.c.activity_id)
    rows = connection().execute(
        select(R.c.activity_id, R.c.body).where(
            R.c.id.in_(newest), R.c.body["policy"]["exposure"].as_integer().is_not(None)
        )
    )
    return {row.activity_id: Policy.of(row.body) for row in rows}


def count() -> None:
    """Counts the papers begun since the last time, and lets rest what was given too often."""
    with unit_of_work():
        quizzes = heeding()
    while quizzes:
        with unit_of_work():
            if _count_round(quizzes) < A_ROUND:
                break
    with unit_of_work():
        rest(quizzes)


def _count_round(quizzes: Collection[int]) -> int:
    """Counts as many papers as one transaction may; how many there were."""
    database = connection()
    last = database.execute(select(S.c.counted_to).where(S.c.id == 1)).scalar_one()
    rows = database.execute(
        select(A.c.id, A.c.activity_id, A.c.started_at, A.c.paper)
        .where(A.c.id > last, A.c.activity_id.in_(quizzes))
        .order_by(A.c.id)
        .limit(A_ROUND)
    ).all()
    settled = []
    for row in rows:
        if row.started_at > clock.seconds() - SETTLED:
            break
        settled.append(row)
    if not settled:
        return 0
    versions = {entry[0] for row in settled for entry in row.paper}
    found = database.execute(select(V.c.id, V.c.item_id).where(V.c.id.in_(versions)))
    items = {row.id: row.item_id for row in found}
    times: Counter[tuple[int, int, int]] = Counter()
    for row in settled:
        day = row.started_at // DAY
        times[row.activity_id, day, PAPERS] += 1
        times.update((row.activity_id, day, items[entry[0]]) for entry in row.paper)
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    adding: Any = make(E)
    adding = adding.on_conflict_do_update(
        index_elements=[E.c.activity_id, E.c.day, E.c.item_id], set_={"times": E.c.times + adding.excluded.times}
    )
    database.execute(
        adding,
        [{"activity_id": a, "day": day, "item_id": item, "times": n} for (a, day, item), n in sorted(times.items())],
    )
    database.execute(update(S).where(S.c.id == 1).values(counted_to=settled[-1].id))
    return len(settled)


def rest(quizzes: dict[int, Policy]) -> None:
    """Sets which questions rest, by what was counted; where that changes, decks are made anew. In a unit of work."""
    database, today = connection(), clock.seconds() // DAY
    database.execute(delete(E).where(E.c.day < today - MOST_DAYS))
    now = {(row.activity_id, row.item_id) for row in database.execute(select(RT.c.activity_id, RT.c.item_id))}
    wanted = {
        (activity_id, item)
        for activity_id, policy in quizzes.items()
        for item in resting(policy, given(activity_id, today - policy.days))
    }
    if wanted == now:
        return
    for activity_id, item_id in now - wanted:
        database.execute(delete(RT).where(RT.c.activity_id == activity_id, RT.c.item_id == item_id))
    fresh = [{"activity_id": activity_id, "item_id": item_id} for activity_id, item_id in sorted(wanted - now)]
    if fresh:
        database.execute(insert(RT), fresh)
    database.execute(update(S).where(S.c.id == 1).values(changes=S.c.changes + 1))


def given(activity_id: int, since: int) -> Given:
    """How often a quiz gave which item since a day (days since 1970), that day not included."""
    rows = connection().execute(
        select(E.c.item_id, func.sum(E.c.times))
        .where(E.c.activity_id == activity_id, E.c.day > since)
        .group_by(E.c.item_id)
    )
    times = {item: int(n) for item, n in rows}
    return Given(times.pop(PAPERS, 0), times)
