"""Taking a list back: what it made goes, as long as nothing depends on it; whoever has begun stays and is named."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from lms.api.learning import unjoin_many, unmake_newcomers
from lms.api.people import PAIR_COLUMNS, forget_pairs, unmake_people
from lms.api.work import Conflict, _, audit, clock, connection, tell
from plugins.rosters import queries
from plugins.rosters.events import PartTakenBack, RosterRevoked
from plugins.rosters.models import DONE, TAKEN, TAKEN_BACK, TAKING_BACK, UNDONE, Roster, RosterRow
from plugins.rosters.queries import RosterLine, RowLine
from plugins.rosters.services.taking import AT_ONCE, JOINED, MADE, REMOVED, STAYED

R, W = Roster.__table__, RosterRow.__table__


def revoke(roster: RosterLine, by_id: int) -> None:
    """Gives a list that was taken in to the worker, to be taken back."""
    done = connection().execute(
        update(R)
        .where(R.c.id == roster.id, R.c.state == TAKEN)
        .values(state=TAKING_BACK, done=0, changed_at=clock.seconds())
    )
    if done.rowcount != 1:
        raise Conflict(_("This list has been taken back already."))
    audit.record(by_id, "roster.revoked", f"roster:{roster.uuid}", rows=roster.rows, org=roster.org_id)
    tell(RosterRevoked(roster.id))


def when_roster_revoked(event: RosterRevoked) -> None:
    """Takes the first part back."""
    take_part_back(event.roster_id)


def when_part_taken_back(event: PartTakenBack) -> None:
    """Takes the next part back."""
    take_part_back(event.roster_id)


def take_part_back(roster_id: int) -> None:
    """Undoes the next rows of a list, and calls for the part after them."""
    locked = select(R.c.state).where(R.c.id == roster_id).with_for_update()
    if connection().execute(locked).scalar() != TAKING_BACK:
        return
    roster = queries.roster_by_id(roster_id)
    assert roster is not None, "its state was read a line above"
    rows = queries.rows(roster_id, W.c.state == DONE, most=AT_ONCE)
    _unmake(roster_id, [r for r in rows if r.outcome == MADE])
    _unjoin([r for r in rows if r.outcome == JOINED])
    database, now = connection(), clock.seconds()
    database.execute(update(W).where(W.c.id.in_([r.id for r in rows])).values(state=UNDONE))
    done = roster.done + len(rows)
    if len(rows) == AT_ONCE:
        database.execute(update(R).where(R.c.id == roster_id).values(done=done, changed_at=now))
        tell(PartTakenBack(roster_id, done))
    else:
        database.execute(update(R).where(R.c.id == roster_id).values(done=done, state=TAKEN_BACK, changed_at=now))


def _unmake(roster_id: int, rows: Sequence[RowLine]) -> None:
    people = {r.account_id for r in rows if r.account_id is not None}
    if not people:
        return
    database = connection()
    elsewhere = select(W.c.account_id).where(W.c.account_id.in_(people), W.c.roster_id != roster_id)
    people -= set(database.execute(elsewhere).scalars())  # another list counts on them
    stay = unmake_newcomers(people, [W.c.account_id, *PAIR_COLUMNS])
    go = people - stay
    forget_pairs(go)
    mine = W.c.roster_id == roster_id
    database.execute(
        update(W).where(mine, W.c.outcome == MADE, W.c.account_id.in_(go)).values(outcome=REMOVED, account_id=None)
    )
    database.execute(
        update(W).where(mine, W.c.outcome == MADE, W.c.id.in_([r.id for r in rows])).values(outcome=STAYED)
    )
    unmake_people(go)


def _unjoin(rows: Sequence[RowLine]) -> None:
    if not rows:
        return
    unjoin_many(
        {r.made["membership"] for r in rows if "membership" in r.made},
        {e for r in rows for e in r.made.get("enrollments", ())},
        {r.account_id for r in rows if r.account_id is not None},
    )
    connection().execute(update(W).where(W.c.id.in_([r.id for r in rows])).values(outcome=REMOVED))
