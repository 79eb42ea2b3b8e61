"""From author to reviewer to whoever publishes for the unit. Each step is in the log; what is published was reviewed.

Anything with a draft goes this way: lesson, task, course.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from sqlalchemy import insert, select, update

from courses.comparing import Change
from courses.drafts import DocumentRow
from courses.models import Remark, ReviewRule, Submission
from courses.services import publishing
from courses.submissions import (
    OPEN,
    PUBLISHED,
    RETURNED,
    REVIEWED,
    SUBMITTED,
    WITHDRAWN,
    SubmissionRow,
    open_of,
    remarks,
)
from lms.api.learning import Activity
from lms.api.work import Conflict, Invalid, NotAllowed, NotFound, Text, _, audit, clock, connection, notify

S, A, RULE, REMARK = Submission.__table__, Activity.__table__, ReviewRule.__table__, Remark.__table__
LONGEST = 1000
MOVED_ON = _("Somebody has dealt with this meanwhile. Please look at it again.")
OWN = _("Nobody reviews what they handed in themselves. Please ask another reviewer.")
UNDER_WAY = _("This is waiting for a review already. Withdraw it first if you want to hand in another version.")


# --- which units ask for it -------------------------------------------------------------------------------------------


def set_rule(org_id: int, needs_review: bool | None, by_id: int) -> None:
    """Decides for a unit and those below it; None leaves it to the unit above again."""
    database, at = connection(), clock.seconds()
    held = database.execute(select(RULE.c.needs_review).where(RULE.c.org_id == org_id).with_for_update()).first()
    if (held.needs_review if held is not None else None) == needs_review:
        return
    if needs_review is None:
        database.execute(RULE.delete().where(RULE.c.org_id == org_id))
    elif held is None:
        database.execute(insert(RULE).values(org_id=org_id, needs_review=needs_review, set_at=at, set_by=by_id))
    else:
        database.execute(
            update(RULE).where(RULE.c.org_id == org_id).values(needs_review=needs_review, set_at=at, set_by=by_id)
        )
    audit.record(by_id, "review.rule", f"org:{org_id}", needs_review=needs_review)


# --- steps ------------------------------------------------------------------------------------------------------------


def submit(row: DocumentRow, body: Mapping[str, Any], change: Change | None, note: str, by_id: int) -> int:
    """Hands a body in, word for word; returns the submission's number. The same one sent twice is one."""
    if len(note) > publishing.LONGEST_NOTE:
        text = _("Please keep it under {most} letters.", most=publishing.LONGEST_NOTE)
        raise Invalid(text, note=text)
    digest = publishing.digest_of(body)
    connection().execute(select(A.c.id).where(A.c.id == row.activity_id).with_for_update())
    held = open_of(row.activity_id)
    if held is not None:
        if held.digest == digest:
            return held.id
        raise Conflict(UNDER_WAY)
    made = connection().execute(
        insert(S)
        .values(
            activity_id=row.activity_id, state=SUBMITTED, body=dict(body), digest=digest, change=change or "major",
            note=note, submitted_at=clock.seconds(), submitted_by=by_id, reason="",
        )
        .returning(S.c.id)
    )  # fmt: skip
    submission_id = int(made.scalar_one())
    audit.record(by_id, f"{row.kind}.submitted", f"{row.kind}:{row.slug}", submission=submission_id, digest=digest)
    return submission_id


def remark(row: SubmissionRow, block: str, words: str, by_id: int) -> None:
    """Says something of a block, or of the whole; the same twice is once."""
    words = _words(words, "words", _("Please write what you think of it."))
    if block and block not in {b.get("id", "") for b in row.body.get("blocks", ())}:
        raise NotFound
    if any((r.block, r.words, r.by_id) == (block, words, by_id) for r in remarks(row.id)):
        return
    values = {"submission_id": row.id, "block": block, "words": words, "by_id": by_id, "at": clock.seconds()}
    connection().execute(insert(REMARK).values(**values))
    audit.record(by_id, f"{row.kind}.remarked", f"{row.kind}:{row.slug}", submission=row.id, block=block)


def approve(row: SubmissionRow, by_id: int) -> None:
    """A reviewer finds it good. It is then for whoever publishes."""
    if by_id == row.submitted_by:
        raise NotAllowed(OWN)
    if row.state == REVIEWED and row.reviewed_by == by_id:
        return
    _move(row, (SUBMITTED,), state=REVIEWED, reviewed_at=clock.seconds(), reviewed_by=by_id)
    audit.record(by_id, f"{row.kind}.reviewed", f"{row.kind}:{row.slug}", submission=row.id, digest=row.digest)
    _tell(row, _("Your work was reviewed"), _("“{title}” is good and waits to be published.", title=row.body["title"]))


def give_back(row: SubmissionRow, reason: str, by_id: int) -> None:
    """A reviewer or publisher gives it back to its author, with the reason."""
    reason = _words(reason, "reason", _("Please say what is to be changed."))
    if row.state == RETURNED and row.reason == reason:
        return
    _move(row, OPEN, state=RETURNED, ended_at=clock.seconds(), ended_by=by_id, reason=reason)
    audit.record(by_id, f"{row.kind}.returned", f"{row.kind}:{row.slug}", submission=row.id, reason=reason)
    _tell(row, _("Please look at your work again"), _("“{title}”: {reason}", title=row.body["title"], reason=reason))


def withdraw(row: SubmissionRow, by_id: int) -> None:
    """Its authors take it back."""
    if row.state == WITHDRAWN:
        return
    _move(row, OPEN, state=WITHDRAWN, ended_at=clock.seconds(), ended_by=by_id)
    audit.record(by_id, f"{row.kind}.withdrawn", f"{row.kind}:{row.slug}", submission=row.id)


def publish(row: SubmissionRow, by_id: int) -> None:
    """Publishes exactly the body that was reviewed."""
    if row.state == PUBLISHED:
        return
    _move(row, (REVIEWED,), state=PUBLISHED, ended_at=clock.seconds(), ended_by=by_id)
    if publishing.digest_of(row.body) != row.digest:
        raise Conflict(_("What was handed in is no longer what was reviewed. Please have it reviewed again."))
    change: Change = "minor" if row.change == "minor" else "major"
    publishing.publish(row.kind, row.activity_id, row.body, by_id, change, row.note)
    _tell(row, _("Your work is published"), _("“{title}” can be learned now.", title=row.body["title"]))


def _move(row: SubmissionRow, before: Collection[str], **values: Any) -> None:
    """From one of these states to another. Conflict where somebody moved it first, or it was edited."""
    moved = connection().execute(
        update(S).where(S.c.id == row.id, S.c.state.in_(before)).values(**values).returning(S.c.id)
    )
    if moved.first() is None:
        _refuse()


def _refuse() -> NoReturn:
    raise Conflict(MOVED_ON)


def _words(typed: str, field: str, missing: Text) -> str:
    if not typed:
        raise Invalid(missing, **{field: missing})
    if len(typed) > LONGEST:
        text = _("Please keep it under {most} letters.", most=LONGEST)
        raise Invalid(text, **{field: text})
    return typed


def _tell(row: SubmissionRow, title: Text, body: Text) -> None:
    notify(row.submitted_by, "review", title, body, f"/studio/duyet/{row.id}")
