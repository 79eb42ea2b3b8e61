"""Joining two accounts that are one person, and parting them again. Both are acts with a reason; neither loses a row.

What conflicts stays with the account that goes; enrollments and figures are made anew from the ledger in the same unit
of work. Papers keep every word: they are only listed with the account that is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from msgspec import Struct
from sqlalchemy import Row, and_, func, insert, or_, select, update

from lms import audit, clock
from lms.db.unit_of_work import connection
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.identity.models import Account, Grant
from lms.identity.people import Person
from lms.identity.roles import May
from lms.identity.sessions import end_sessions
from lms.indicators import counting
from lms.learning import projecting, record
from lms.learning.models import Enrollment, Evidence, Syllabus, SyllabusEntry
from lms.learning.rollup import is_complete
from lms.merging import moving
from lms.merging.deciding import decide
from lms.merging.events import AccountMerged, AccountMergeUndone
from lms.merging.models import DIFFERENT, MERGED, Merge
from lms.merging.queries import MergeRow, lowest_above
from lms.orgs.models import Membership
from lms.orgs.scope import require_at
from lms.outbox.telling import tell
from lms.text import Text, _

A, G, M = Account.__table__, Grant.__table__, Merge.__table__
E, S, ENTRY, EVIDENCE = Enrollment.__table__, Syllabus.__table__, SyllabusEntry.__table__, Evidence.__table__
GIVEN = ("phone", "username", "identity_key", "identity_tail", "birth_date", "birth_year")  # where `kept` has none
MOST_REASON = 500
WHY = _("Please write why, e.g. who was asked and what they said.")
ITSELF = _("These are not two accounts but one.")
ERASED = _("One of the two asked to be forgotten. What is left of them belongs to nobody and cannot be joined.")
GONE = _("{name} was joined to another account already. Please look at that account.")
CLOSED = _("The account that stays must be open. Please choose the other one.")
NUMBERS = _("Their citizen's numbers differ: these are two people. If a number is wrong, correct it first.")
SELF = _("One of the two is your own account. Please ask another officer to do this.")
STAFF = _("One of the two holds a role here, which the other would get. An administrator of that unit may do this.")
UNDONE = _("This was undone already.")
LATER = _("One of these accounts was joined to another one later. Please undo that first.")


class Obstacle(Struct, frozen=True):
    """Why two accounts cannot be joined, or not by this person."""

    text: Text
    allowed: bool  # whether somebody else could


def obstacle(kept_id: int, gone_id: int, by: Person) -> Obstacle | None:
    """What stands against joining `gone` to `kept`, if anything does. Reads only."""
    if kept_id == gone_id:
        return Obstacle(ITSELF, False)
    rows = {row.id: row for row in connection().execute(select(A).where(A.c.id.in_([kept_id, gone_id])))}
    if len(rows) < 2:
        raise NotFound
    kept, gone = rows[kept_id], rows[gone_id]
    for row in (gone, kept):
        if row.erased_at is not None:
            return Obstacle(ERASED, False)
        if row.merged_into_id is not None:
            return Obstacle(Text(GONE.msgid, {"name": row.full_name}), False)
    if kept.closed_at is not None:
        return Obstacle(CLOSED, False)
    if kept.identity_key and gone.identity_key and bytes(kept.identity_key) != bytes(gone.identity_key):
        return Obstacle(NUMBERS, False)
    if by.id in rows:
        return Obstacle(SELF, True)
    for org_id in _granted_at(kept_id, gone_id):
        try:
            require_at(by, May.ADMINISTER, org_id)
        except NotFound:
            return Obstacle(STAFF, True)
    return None


def _granted_at(*account_ids: int) -> list[int]:
    """The units at which these accounts hold a role now or later."""
    at = clock.seconds()
    held = select(G.c.org_id).where(G.c.account_id.in_(account_ids), or_(G.c.valid_to.is_(None), G.c.valid_to > at))
    return sorted(set(connection().execute(held).scalars()))


def merge(kept_id: int, gone_id: int, by: Person, reason: str) -> int:
    """Joins `gone` to `kept`; returns the merge's id. In an open unit of work; who may see them is the caller's to ask.

    Raises Invalid without a reason, Conflict or NotAllowed where something stands against it.
    """
    reason = _reason(reason)
    _lock(kept_id, gone_id)
    if (against := obstacle(kept_id, gone_id, by)) is not None:
        raise (NotAllowed if against.allowed else Conflict)(against.text)
    both, at, database = (kept_id, gone_id), clock.seconds(), connection()
    before, courses = counting.facts(both), _enrollments(both)
    merge_id: int = database.execute(
        insert(M)
        .values(
            uuid=uuid4(),
            kept_id=kept_id,
            gone_id=gone_id,
            org_id=lowest_above([both])[0],
            reason=reason,
            by_id=by.id,
            at=at,
            detail={},
        )
        .returning(M.c.id)
    ).scalar_one()
    detail: dict[str, Any] = {"ledger": database.execute(select(func.max(Evidence.id))).scalar() or 0}
    moved = moving.move(merge_id, kept_id, gone_id)
    detail |= _give_values(kept_id, gone_id)
    database.execute(update(A).where(A.c.id == gone_id).values(merged_into_id=kept_id, closed_at=clock.now()))
    _prefer_complete(kept_id, gone_id)
    projecting.mend(projecting.astray(both))
    after = _enrollments(both)
    detail["enrollments"] = [list(row) for i, row in courses.items() if after[i] != row]
    database.execute(update(M).where(M.c.id == merge_id).values(detail=detail))
    _recount(before, both)
    end_sessions(gone_id)
    if "lms_grant.account_id" in moved:
        end_sessions(kept_id)
    decide(kept_id, gone_id, MERGED, by.id, reason)
    audit.record(by.id, "account.merged", f"account:{gone_id}", into=kept_id, merge=merge_id)
    tell(AccountMerged(merge_id, kept_id, gone_id, at))
    return merge_id


def catch_up(merge_id: int) -> None:
    """Moves what has come to the account that went since: from a request that was under way when they were joined."""
    row = connection().execute(select(M).where(M.c.id == merge_id)).one()
    both = (row.kept_id, row.gone_id)
    _lock(*both)
    if connection().execute(select(M.c.undone_at).where(M.c.id == merge_id)).scalar() is not None:
        return
    if moving.move(merge_id, *both):
        projecting.mend(projecting.astray(both))
        units = connection().execute(select(Membership.org_id).where(Membership.account_id.in_(both)))
        counting.recount(units.scalars())  # that request counted somebody who was joined to another already


def undo(merge_id: int, by: Person, reason: str) -> None:
    """Parts the two again: each row that moved goes back. In an open unit of work; scope is the caller's to ask.

    What was learnt, attained and issued in between stays with the account that it was recorded for. Raises Invalid
    without a reason, Conflict where it was undone already or a later merge of one of the two stands.
    """
    reason = _reason(reason)
    row = connection().execute(select(M).where(M.c.id == merge_id)).first()
    if row is None:
        raise NotFound
    _lock(row.kept_id, row.gone_id)
    row = connection().execute(select(M).where(M.c.id == merge_id)).one()
    if (against := obstacle_to_undoing(row, by)) is not None:
        raise (NotAllowed if against.allowed else Conflict)(against.text)
    both, at, database = (row.kept_id, row.gone_id), clock.seconds(), connection()
    before = counting.facts(both)
    touched = moving.move_back(merge_id, row.kept_id, row.gone_id)
    _take_values_back(row.kept_id, row.gone_id, row.detail)
    _restore_enrollments(row, both)
    _recount(before, both)
    database.execute(update(M).where(M.c.id == merge_id).values(undone_at=at, undone_by_id=by.id, undone_reason=reason))
    if "lms_grant.account_id" in touched:
        end_sessions(row.kept_id)
    decide(row.kept_id, row.gone_id, DIFFERENT, by.id, reason)
    audit.record(by.id, "account.merge_undone", f"account:{row.gone_id}", merge=merge_id)
    tell(AccountMergeUndone(merge_id, row.kept_id, row.gone_id, at))


def obstacle_to_undoing(row: Row[Any] | MergeRow, by: Person) -> Obstacle | None:
    """What stands against undoing a merge, if anything does. Reads only."""
    if row.undone_at is not None:
        return Obstacle(UNDONE, False)
    both = (row.kept_id, row.gone_id)
    later = select(M.c.id).where(
        M.c.id > row.id, M.c.undone_at.is_(None), or_(M.c.kept_id.in_(both), M.c.gone_id.in_(both))
    )
    if connection().execute(later.limit(1)).first() is not None:
        return Obstacle(LATER, False)
    erased = select(A.c.id).where(A.c.id.in_(both), A.c.erased_at.is_not(None))
    if connection().execute(erased.limit(1)).first() is not None:
        return Obstacle(ERASED, False)
    if by.id in both:
        return Obstacle(SELF, True)
    for org_id in _granted_at(*both):
        try:
            require_at(by, May.ADMINISTER, org_id)
        except NotFound:
            return Obstacle(STAFF, True)
    return None


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason or len(reason) > MOST_REASON:
        raise Invalid(WHY, reason=WHY)
    return reason


def _lock(*account_ids: int) -> None:
    """Whoever writes anything about these people waits, and whoever was first is waited for."""
    database = connection()
    if database.dialect.name == "postgresql":
        database.execute(select(A.c.id).where(A.c.id.in_(account_ids)).order_by(A.c.id).with_for_update())


# --- what the account itself holds ------------------------------------------------------------------------------------


def _give_values(kept_id: int, gone_id: int) -> dict[str, Any]:
    """Gives the account that stays what it lacks: a telephone, a name to sign in with, a birth date …

    A password goes along only where there is none: one person, one password.
    """
    kept, gone = _values(kept_id), _values(gone_id)
    given = {c: gone[c] for c in GIVEN if kept[c] is None and gone[c] is not None}
    if "identity_key" not in given:
        given.pop("identity_tail", None)
    password = kept["password_hash"] is None and gone["password_hash"] is not None
    level = max(kept["assurance_level"], gone["assurance_level"])
    database = connection()
    if given:
        database.execute(update(A).where(A.c.id == gone_id).values(dict.fromkeys(given)))
    secret = {c: gone[c] for c in ("password_hash", "password_once_until")} if password else {}
    values = given | secret | {"assurance_level": level}
    database.execute(update(A).where(A.c.id == kept_id).values(values))
    return {
        "given": {c: _plain(v) for c, v in given.items()},
        "password": password,
        "levels": [kept["assurance_level"], level],
        "closed": None if gone["closed_at"] is None else gone["closed_at"].isoformat(),
    }


def _take_values_back(kept_id: int, gone_id: int, detail: Mapping[str, Any]) -> None:
    """Gives back what was given; what has been changed since stays as it was changed."""
    kept, gone = _values(kept_id), _values(gone_id)
    for_kept: dict[str, Any] = {}
    closed = detail["closed"]
    for_gone: dict[str, Any] = {
        "merged_into_id": None,
        "closed_at": datetime.fromisoformat(closed) if closed else None,
    }
    for column, plain in detail["given"].items():
        value = _value(column, plain)
        if kept[column] == value:
            for_kept[column] = None
        elif A.c[column].unique and _taken(column, value):
            continue
        for_gone[column] = value
    if detail["password"] and kept["password_hash"] == gone["password_hash"]:
        for_kept |= {"password_hash": None, "password_once_until": None}
    if kept["assurance_level"] == detail["levels"][1]:
        for_kept["assurance_level"] = detail["levels"][0]
    database = connection()
    if for_kept:
        database.execute(update(A).where(A.c.id == kept_id).values(for_kept))
    database.execute(update(A).where(A.c.id == gone_id).values(for_gone))


def _values(account_id: int) -> Mapping[str, Any]:
    return dict(connection().execute(select(A).where(A.c.id == account_id)).mappings().one())


def _taken(column: str, value: Any) -> bool:
    return connection().execute(select(A.c.id).where(A.c[column] == value).limit(1)).first() is not None


def _plain(value: Any) -> str | int:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return value.isoformat() if isinstance(value, date) else value


def _value(column: str, plain: Any) -> Any:
    if column == "identity_key":
        return bytes.fromhex(plain)
    return date.fromisoformat(plain) if column == "birth_date" else plain


# --- what follows from the ledger -------------------------------------------------------------------------------------


def _enrollments(account_ids: tuple[int, int]) -> dict[int, tuple[int, int, int, int | None]]:
    rows = connection().execute(
        select(E.c.id, E.c.syllabus_id, E.c.done, E.c.completed_at).where(E.c.account_id.in_(account_ids))
    )
    return {row[0]: tuple(row) for row in rows}


def _prefer_complete(kept_id: int, gone_id: int) -> None:
    """Where both began a course in different revisions and only the other one is complete, that one counts."""
    theirs = E.alias("theirs")
    rows = connection().execute(
        select(E.c.id, E.c.done, S.c.required, theirs.c.syllabus_id)
        .join(theirs, and_(theirs.c.course_id == E.c.course_id, theirs.c.account_id == gone_id))
        .join(S, S.c.id == theirs.c.syllabus_id)
        .where(E.c.account_id == kept_id, E.c.completed_at.is_(None), theirs.c.syllabus_id != E.c.syllabus_id)
    )
    for row in rows.all():
        if is_complete(record.done_before(kept_id, row.syllabus_id), row.required):
            connection().execute(update(E).where(E.c.id == row.id).values(syllabus_id=row.syllabus_id))


def _restore_enrollments(merge: Row[Any], both: tuple[int, int]) -> None:
    database, as_they_were = connection(), merge.detail["enrollments"]
    for enrollment_id, syllabus_id, _done, _completed_at in as_they_were:
        database.execute(update(E).where(E.c.id == enrollment_id).values(syllabus_id=syllabus_id))
    _enroll_anew(merge)
    projecting.mend(projecting.astray(both))
    for enrollment_id, _syllabus_id, _done, completed_at in as_they_were:
        if completed_at is not None:
            still = (E.c.id == enrollment_id, E.c.completed_at.is_not(None))
            database.execute(update(E).where(*still).values(completed_at=completed_at))


def _enroll_anew(merge: Row[Any]) -> None:
    """A course that only `gone` had begun, and in which `kept` has learnt since: both have an enrollment now."""
    ours = E.alias("ours")
    learnt = (
        select(E.c.course_id, E.c.syllabus_id, func.min(EVIDENCE.c.at), func.max(EVIDENCE.c.at))
        .join(ENTRY, ENTRY.c.syllabus_id == E.c.syllabus_id)
        .join(EVIDENCE, EVIDENCE.c.activity_id == ENTRY.c.activity_id)
        .outerjoin(ours, and_(ours.c.course_id == E.c.course_id, ours.c.account_id == merge.kept_id))
        .where(
            E.c.account_id == merge.gone_id,
            ours.c.id.is_(None),
            EVIDENCE.c.account_id == merge.kept_id,
            EVIDENCE.c.id > merge.detail["ledger"],
        )
        .group_by(E.c.course_id, E.c.syllabus_id)
    )
    rows = [
        {"account_id": merge.kept_id, "course_id": course, "syllabus_id": syllabus, "started_at": first,
         "last_at": last, "done": 0}
        for course, syllabus, first, last in connection().execute(learnt)
    ]  # fmt: skip
    if rows:
        connection().execute(insert(E), rows)


def _recount(before: Mapping[counting.Key, int], both: tuple[int, int]) -> None:
    """Moves the figures by what these two people count for now and did not before."""
    after = counting.facts(both)
    for key in sorted({*before, *after}):
        if by := after.get(key, 0) - before.get(key, 0):
            counting.count_at(key, by)
