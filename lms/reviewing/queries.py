"""Reads of what waits for a review, and of which units ask for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, Select, func, select

from lms.db.unit_of_work import connection
from lms.orgs.queries import ancestors, reaches
from lms.reviewing.kinds import REVIEWABLE, Subject
from lms.reviewing.models import Remark, ReviewRule, Submission

S, RULE, REMARK = Submission.__table__, ReviewRule.__table__, Remark.__table__
SUBMITTED, REVIEWED, RETURNED, WITHDRAWN, PUBLISHED = "submitted", "reviewed", "returned", "withdrawn", "published"
OPEN = (SUBMITTED, REVIEWED)


class RuleRow(Struct, frozen=True):
    """What holds at a unit, and the unit that decided it: None where none did, and authors publish by themselves."""

    needs_review: bool
    decided_at: int | None


def rule_at(org_id: int) -> RuleRow:
    """Whether what this unit publishes is reviewed first: the nearest unit that decided, itself or one above."""
    above = ancestors(org_id)
    rows = connection().execute(select(RULE.c.org_id, RULE.c.needs_review).where(RULE.c.org_id.in_(above)))
    decided = {row.org_id: row.needs_review for row in rows}
    for org in above:
        if org in decided:
            return RuleRow(decided[org], org)
    return RuleRow(False, None)


class SubmissionRow(Struct, frozen=True):
    """A submission, with the unit that answers for its subject now. `title` is what it was called when handed in."""

    id: int
    kind: str
    key: str
    org_id: int
    title: str
    state: str
    body: Mapping[str, Any]
    digest: str
    change: str
    note: str
    submitted_at: int
    submitted_by: int
    reviewed_at: int | None
    reviewed_by: int | None
    ended_at: int | None
    ended_by: int | None
    reason: str

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class RemarkRow(Struct, frozen=True):
    """What a reviewer said of a place, or of the whole where `block` is empty."""

    block: str
    words: str
    by_id: int
    at: int


def _submissions() -> Select[*tuple[Any, ...]]:
    return select(
        S.c.id, S.c.kind, S.c.subject, S.c.title, S.c.state, S.c.body, S.c.digest, S.c.change, S.c.note,
        S.c.submitted_at, S.c.submitted_by, S.c.reviewed_at, S.c.reviewed_by, S.c.ended_at, S.c.ended_by, S.c.reason,
    )  # fmt: skip


def _with_subjects(rows: Iterable[Row[Any]]) -> list[SubmissionRow]:
    """Rows whose subject is there; one whose plugin is away, or whose subject is gone, is nobody's to look at."""
    held = list(rows)
    keys: dict[str, set[str]] = defaultdict(set)
    for row in held:
        keys[row.kind].add(row.subject)
    found: dict[tuple[str, str], Subject] = {}
    for name, wanted in keys.items():
        kind = REVIEWABLE.find(name)
        for key, subject in (kind.subjects(wanted) if kind is not None else {}).items():
            found[name, key] = subject
    whole: list[tuple[Any, ...]] = [
        (*row[:3], found[row.kind, row.subject].org_id, *row[3:]) for row in held if (row.kind, row.subject) in found
    ]
    return [SubmissionRow(*values) for values in whole]


def submission(submission_id: int) -> SubmissionRow | None:
    """A submission by its number."""
    rows = _with_subjects(connection().execute(_submissions().where(S.c.id == submission_id)))
    return rows[0] if rows else None


def newest_of(kind: str, key: str) -> SubmissionRow | None:
    """The newest submission of a subject, open or not."""
    found = _submissions().where(S.c.kind == kind, S.c.subject == key).order_by(S.c.id.desc()).limit(1)
    rows = _with_subjects(connection().execute(found))
    return rows[0] if rows else None


class StandsAt(Struct, frozen=True):
    """Where the newest submission of a subject stands, without its body."""

    id: int
    state: str
    submitted_at: int
    submitted_by: int
    ended_by: int | None
    reason: str

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def stand_at(kind: str, keys: Collection[str]) -> dict[str, StandsAt]:
    """The newest submission of each of these subjects; those that were never handed in are missing."""
    found: dict[str, StandsAt] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), 500):
        newest = (
            select(func.max(S.c.id))
            .where(S.c.kind == kind, S.c.subject.in_(wanted[start : start + 500]))
            .group_by(S.c.subject)
        )
        rows = connection().execute(
            select(S.c.subject, S.c.id, S.c.state, S.c.submitted_at, S.c.submitted_by, S.c.ended_by, S.c.reason).where(
                S.c.id.in_(newest)
            )
        )
        found |= {row[0]: StandsAt(*row[1:]) for row in rows}
    return found


def waiting(granted: Collection[int]) -> list[SubmissionRow]:
    """The open submissions of these units and those below them, the one that has waited longest first."""
    rows = connection().execute(_submissions().where(S.c.state.in_(OPEN)).order_by(S.c.submitted_at, S.c.id))
    return [row for row in _with_subjects(rows) if reaches(granted, row.org_id)]


def remarks(submission_id: int) -> list[RemarkRow]:
    """What was said of a submission, in order."""
    rows = connection().execute(
        select(REMARK.c.block, REMARK.c.words, REMARK.c.by_id, REMARK.c.at)
        .where(REMARK.c.submission_id == submission_id)
        .order_by(REMARK.c.id)
    )
    return [RemarkRow(*row) for row in rows]
