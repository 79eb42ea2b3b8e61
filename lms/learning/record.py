"""Facts go into the ledger here, and nowhere else. The one caller is `lms.progress`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, func, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from lms import clock
from lms.db.statement import Statement
from lms.db.unit_of_work import connection
from lms.identity.models import Session
from lms.identity.people import claim_or_none
from lms.learning.models import ClientToken, Enrollment, Evidence, EvidencePart, Kind, Syllabus, SyllabusEntry
from lms.learning.queries import stands
from lms.learning.rollup import is_complete
from lms.orgs.models import Membership
from lms.orgs.queries import taken_up

EVIDENCE, PART, ENROLLMENT, ENTRY = (
    Evidence.__table__,
    EvidencePart.__table__,
    Enrollment.__table__,
    SyllabusEntry.__table__,
)


class Result(Struct, frozen=True):
    """What somebody did in an activity. Points are whole numbers; `parts` maps an area's id to (raw, most).

    `content_id`: the revision that was done, where that is known: the one that the syllabus pins.
    """

    kind: Kind
    raw: int | None = None
    most: int | None = None
    passed: bool | None = None
    parts: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    by_id: int | None = None
    content_id: int | None = None

    @property
    def completes(self) -> bool:
        """Whether the activity is done by it: a quiz that was not passed is not."""
        return self.kind not in (Kind.MERGED, Kind.WITHDRAWN) and self.passed is not False


class Moved(Struct, frozen=True):
    """An enrollment after an activity's bit was set or cleared in it."""

    enrollment_id: int
    course_id: int
    syllabus_id: int
    done: int
    required: int
    completed_at: int | None


def first_time(token: bytes) -> bool:
    """Remembers a client token; False when it has been here before, so that its write must not happen again."""
    database = connection()
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    statement = make(ClientToken).values(token=token, day=clock.seconds() // 86400).on_conflict_do_nothing()
    # What came back is asked for: psycopg's row count of such an insert is not known.
    return database.execute(statement.returning(ClientToken.__table__.c.token)).first() is not None


_MEMBERSHIP = (
    select(Membership.__table__.c.id)
    .where(
        Membership.__table__.c.account_id == bindparam("who"),
        Membership.__table__.c.valid_from <= bindparam("now"),
        or_(Membership.__table__.c.valid_to.is_(None), Membership.__table__.c.valid_to > bindparam("now")),
    )
    .order_by(taken_up().desc())
    .limit(1)
    .scalar_subquery()
)
# Whoever signed the learner in beside them: what is done in such a session carries the helper.
_HELPER = (
    select(Session.__table__.c.helper_id)
    .where(Session.__table__.c.id == bindparam("session"), Session.__table__.c.account_id == bindparam("who"))
    .scalar_subquery()
)
_APPEND: Statement[Any] = Statement(
    insert(EVIDENCE)
    .values(
        account_id=bindparam("who"),
        activity_id=bindparam("activity"),
        kind=bindparam("what"),
        raw=bindparam("points"),
        most=bindparam("of"),
        passed=bindparam("ok"),
        at=bindparam("now"),
        membership_id=_MEMBERSHIP,
        content_id=bindparam("content", type_=BigInteger),
        by_id=func.coalesce(bindparam("by", type_=BigInteger), _HELPER),
    )
    .returning(EVIDENCE.c.id)
)
_HAS_ACTIVITY = and_(
    ENROLLMENT.c.account_id == bindparam("who"),
    ENTRY.c.syllabus_id == ENROLLMENT.c.syllabus_id,
    ENTRY.c.activity_id == bindparam("activity"),
)
_MOVED = (
    ENROLLMENT.c.id,
    ENROLLMENT.c.course_id,
    ENROLLMENT.c.syllabus_id,
    ENROLLMENT.c.done,
    select(Syllabus.__table__.c.required)
    .where(Syllabus.__table__.c.id == ENROLLMENT.c.syllabus_id)
    .correlate(ENROLLMENT)
    .scalar_subquery(),
    ENROLLMENT.c.completed_at,
)
_CONTENT: ColumnElement[int | None] = bindparam("content", type_=BigInteger)


def _counting(content: ColumnElement[int | None]) -> ColumnElement[bool]:
    """`rollup.counts` for an entry of a syllabus, in the database's words."""
    return or_(content.is_(None), ENTRY.c.counts_from.is_(None), content >= ENTRY.c.counts_from)


_SET_BIT = Statement(
    update(ENROLLMENT)
    .values(done=ENROLLMENT.c.done.op("|")(ENTRY.c.mask), last_at=bindparam("now"))
    .where(_HAS_ACTIVITY, ENROLLMENT.c.done.op("&")(ENTRY.c.mask) == 0, _counting(_CONTENT))
    .returning(*_MOVED),
    Moved,
)
_CLEAR_BIT = Statement(  # also where the bit is not set: whoever is just setting it is waited for
    update(ENROLLMENT)
    .values(done=ENROLLMENT.c.done - ENROLLMENT.c.done.op("&")(ENTRY.c.mask))
    .where(_HAS_ACTIVITY)
    .returning(*_MOVED),
    Moved,
)
_COMPLETED: Statement[Any] = Statement(
    update(ENROLLMENT).where(ENROLLMENT.c.id == bindparam("enrollment")).values(completed_at=bindparam("moment"))
)
_PARTS: Statement[Any] = Statement(
    {  # one for all areas of a score
        "sqlite": text(
            "INSERT INTO lms_evidence_part (evidence_id, area_id, raw, most) SELECT :evidence,"
            " json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')"
            " FROM json_each(:rows)"
        ),
        "postgresql": text(
            "INSERT INTO lms_evidence_part (evidence_id, area_id, raw, most) SELECT :evidence,"
            " CAST(one ->> 0 AS BIGINT), CAST(one ->> 1 AS SMALLINT), CAST(one ->> 2 AS SMALLINT)"
            " FROM jsonb_array_elements(CAST(:rows AS jsonb)) AS each(one)"
        ),
    }
)


def append(account_id: int, activity_id: int, result: Result, at: int) -> int:
    """Appends to the ledger with the membership held at that moment; returns the evidence's id.

    `by_id`: who observed it, or in whose presence it was done where a helper signed the learner in.
    """
    claim = claim_or_none()
    evidence_id: int = _APPEND.scalar(
        who=account_id,
        activity=activity_id,
        what=int(result.kind),
        points=result.raw,
        of=result.most,
        ok=result.passed,
        now=at,
        content=result.content_id,
        by=result.by_id,
        session=claim.session_id if claim else 0,
    )
    if result.parts:
        rows = [[area, raw, most] for area, (raw, most) in sorted(result.parts.items())]
        _PARTS.run(evidence=evidence_id, rows=json.dumps(rows))
    return evidence_id


def append_many(facts: Sequence[tuple[int, int, Result]], at: int) -> list[int]:
    """`append` for (account, activity, result) of many people, in nobody's session; the evidence's ids in that order.

    As many statements for many as for few.
    """
    if not facts:
        return []
    m, database = Membership.__table__, connection()
    rows = database.execute(
        select(m.c.account_id, m.c.id)
        .where(
            m.c.account_id.in_({account_id for account_id, _activity, _result in facts}),
            m.c.valid_from <= at,
            or_(m.c.valid_to.is_(None), m.c.valid_to > at),
        )
        .order_by(taken_up())
    )
    memberships = {row.account_id: row.id for row in rows}  # the one taken up last
    ids = _added(
        [
            {
                "account_id": account_id, "activity_id": activity_id, "kind": int(result.kind), "raw": result.raw,
                "most": result.most, "passed": result.passed, "at": at, "content_id": result.content_id,
                "membership_id": memberships.get(account_id), "by_id": result.by_id,
            }
            for account_id, activity_id, result in facts
        ]
    )  # fmt: skip
    parts = [
        {"evidence_id": evidence_id, "area_id": area_id, "raw": raw, "most": most}
        for evidence_id, (_account, _activity, result) in zip(ids, facts, strict=True)
        for area_id, (raw, most) in sorted(result.parts.items())
    ]
    if parts:
        database.execute(insert(PART), parts)
    return ids


def _added(rows: list[dict[str, Any]]) -> list[int]:
    """Adds rows to the ledger; their ids in that order."""
    database = connection()
    if database.dialect.name == "postgresql":
        made = database.execute(insert(EVIDENCE).returning(EVIDENCE.c.id, sort_by_parameter_order=True), rows)
        return list(made.scalars())
    # SQLite would be asked row by row; but there nobody else writes meanwhile, and numbers only rise.
    last = database.execute(select(func.coalesce(func.max(EVIDENCE.c.id), 0))).scalar_one()
    database.execute(insert(EVIDENCE), rows)
    return list(database.execute(select(EVIDENCE.c.id).where(EVIDENCE.c.id > last).order_by(EVIDENCE.c.id)).scalars())


def withdrawn_since(account_ids: Collection[int], activity_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """When an activity was last withdrawn from people, by (account, activity)."""
    rows = connection().execute(
        select(EVIDENCE.c.account_id, EVIDENCE.c.activity_id, func.max(EVIDENCE.c.at).label("at"))
        .where(
            EVIDENCE.c.account_id.in_(account_ids),
            EVIDENCE.c.activity_id.in_(activity_ids),
            EVIDENCE.c.kind == int(Kind.WITHDRAWN),
        )
        .group_by(EVIDENCE.c.account_id, EVIDENCE.c.activity_id)
    )
    return {(row.account_id, row.activity_id): row.at for row in rows}


def set_done(account_id: int, activity_id: int, content_id: int | None, at: int) -> list[Moved]:
    """Sets the activity's bit in every enrollment that has it, lacks the bit, and where this content counts."""
    return _SET_BIT.all(who=account_id, activity=activity_id, content=content_id, now=at)


def clear_done(account_id: int, activity_id: int) -> list[Moved]:
    """Clears the activity's bit in every enrollment that has it."""
    return _CLEAR_BIT.all(who=account_id, activity=activity_id)


def complete_course(moved: Moved, account_id: int, at: int) -> None:
    """Marks an enrollment complete and says so in the ledger: of a course, the content is the syllabus."""
    _COMPLETED.run(enrollment=moved.enrollment_id, moment=at)
    append(account_id, moved.course_id, Result(Kind.COMPLETED, content_id=moved.syllabus_id), at)


def reopen_course(moved: Moved, account_id: int, by_id: int | None, at: int) -> None:
    """Marks an enrollment no longer complete and says so in the ledger."""
    _COMPLETED.run(enrollment=moved.enrollment_id, moment=None)
    append(account_id, moved.course_id, Result(Kind.WITHDRAWN, by_id=by_id), at)


def _completing() -> ColumnElement[bool]:
    """Whether a row of the ledger completes its activity. The newest word counts: what was withdrawn later does not."""
    return and_(
        EVIDENCE.c.kind != int(Kind.MERGED),
        EVIDENCE.c.kind != int(Kind.WITHDRAWN),
        or_(EVIDENCE.c.passed.is_(None), EVIDENCE.c.passed.is_(True)),
        stands(EVIDENCE),
    )


_COMPLETED_BEFORE: Statement[Any] = Statement(
    select(EVIDENCE.c.id)
    .where(
        EVIDENCE.c.account_id == bindparam("who"),
        EVIDENCE.c.activity_id == bindparam("activity"),
        _completing(),
        or_(_CONTENT.is_(None), EVIDENCE.c.content_id.is_(None), EVIDENCE.c.content_id >= _CONTENT),
    )
    .limit(1)
)


def completed_before(account_id: int, activity_id: int, content_id: int | None = None) -> bool:
    """Whether the ledger already says that this person completed this activity, in this content or a newer one."""
    return _COMPLETED_BEFORE.first(who=account_id, activity=activity_id, content=content_id) is not None


def done_before(account_id: int, syllabus_id: int, without: int | None = None) -> int:
    """The bitmap that a person's evidence gives in a syllabus: what a new enrollment begins with, and the rebuild.

    `without`: an activity that is taken as not done.
    """
    e = EVIDENCE.c
    rows = connection().execute(
        select(ENTRY.c.mask)
        .distinct()
        .where(
            ENTRY.c.syllabus_id == syllabus_id,
            e.activity_id == ENTRY.c.activity_id,
            e.account_id == account_id,
            _completing(),
            _counting(e.content_id),
            *([] if without is None else [ENTRY.c.activity_id != without]),
        )
    )
    done = 0
    for (mask,) in rows:
        done |= mask
    return done


def completed_enrollments(account_id: int) -> list[Moved]:
    """A person's completed courses."""
    rows = connection().execute(
        select(*_MOVED).where(ENROLLMENT.c.account_id == account_id, ENROLLMENT.c.completed_at.is_not(None))
    )
    return [Moved(*row) for row in rows]


def once_complete(account_id: int, course_id: int, syllabus_id: int, without: int | None = None) -> bool:
    """Whether a course was completed on another syllabus than this one, and all that was required there is done still.

    Whoever completed a course and moves on to a newer syllabus has completed it, whatever the newer one asks for. Which
    syllabus it was stands in the ledger; what was written before that was kept may mean any that was published by then.
    A course that was reopened since is not complete by this. `without`: an activity that is taken as not done.
    """
    s, e = Syllabus.__table__, EVIDENCE.c
    found = connection().execute(
        select(s.c.id, s.c.required)
        .distinct()
        .where(
            s.c.course_id == course_id,
            s.c.id != syllabus_id,
            e.account_id == account_id,
            e.activity_id == course_id,
            e.kind == int(Kind.COMPLETED),
            stands(EVIDENCE),
            or_(e.content_id == s.c.id, and_(e.content_id.is_(None), s.c.published_at <= e.at)),
        )
    )
    return any(is_complete(done_before(account_id, row.id, without), row.required) for row in found.all())
