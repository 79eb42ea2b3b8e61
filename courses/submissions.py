"""Reads of what waits for a review, and of which units ask for one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from courses.models import Document, Remark, ReviewRule, Submission
from lms.api.learning import Activity
from lms.api.people import ancestors, reaches
from lms.api.work import connection

S, D, A, RULE, REMARK = (
    Submission.__table__, Document.__table__, Activity.__table__, ReviewRule.__table__, Remark.__table__,
)  # fmt: skip
SUBMITTED, REVIEWED, RETURNED, WITHDRAWN, PUBLISHED = "submitted", "reviewed", "returned", "withdrawn", "published"
OPEN = (SUBMITTED, REVIEWED)


@dataclass(frozen=True)
class RuleRow:
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


@dataclass(frozen=True)
class SubmissionRow:
    """A submission with the draft that it was taken from."""

    id: int
    activity_id: int
    kind: str
    slug: str
    org_id: int
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


@dataclass(frozen=True)
class RemarkRow:
    """What a reviewer said of a block, or of the whole where `block` is empty."""

    block: str
    words: str
    by_id: int
    at: int


def _submissions() -> Select[*tuple[Any, ...]]:
    return (
        select(
            S.c.id, S.c.activity_id, D.c.kind, A.c.slug, D.c.org_id, S.c.state, S.c.body, S.c.digest, S.c.change,
            S.c.note, S.c.submitted_at, S.c.submitted_by, S.c.reviewed_at, S.c.reviewed_by, S.c.ended_at, S.c.ended_by,
            S.c.reason,
        )
        .join(D, D.c.activity_id == S.c.activity_id)
        .join(A, A.c.id == S.c.activity_id)
    )  # fmt: skip


def submission(submission_id: int) -> SubmissionRow | None:
    """A submission by its number."""
    row = connection().execute(_submissions().where(S.c.id == submission_id)).first()
    return SubmissionRow(*row) if row else None


def newest_of(activity_id: int) -> SubmissionRow | None:
    """The newest submission of an activity, open or not."""
    found = _submissions().where(S.c.activity_id == activity_id).order_by(S.c.id.desc()).limit(1)
    row = connection().execute(found).first()
    return SubmissionRow(*row) if row else None


def open_of(activity_id: int) -> SubmissionRow | None:
    """The submission that is under way, if one is."""
    row = newest_of(activity_id)
    return row if row is not None and row.is_open else None


def waiting(granted: Collection[int]) -> list[SubmissionRow]:
    """The open submissions of these units and those below them, the one that has waited longest first."""
    rows = connection().execute(_submissions().where(S.c.state.in_(OPEN)).order_by(S.c.submitted_at, S.c.id))
    return [row for row in (SubmissionRow(*r) for r in rows) if reaches(granted, row.org_id)]


def remarks(submission_id: int) -> list[RemarkRow]:
    """What was said of a submission, in order."""
    rows = connection().execute(
        select(REMARK.c.block, REMARK.c.words, REMARK.c.by_id, REMARK.c.at)
        .where(REMARK.c.submission_id == submission_id)
        .order_by(REMARK.c.id)
    )
    return [RemarkRow(*row) for row in rows]
