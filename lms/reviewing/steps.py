"""The steps from author to reviewer to publisher. Each is in the log; what is published was reviewed.

Anything with a draft goes this way: REVIEWABLE says what there is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms import audit, clock
from lms.db.unit_of_work import connection
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.identity.people import person_by_id
from lms.identity.roles import May
from lms.inbox.telling import notify
from lms.orgs.scope import may_at
from lms.reviewing.kinds import REVIEWABLE, Announced, Signed
from lms.reviewing.models import Remark, ReviewRule, Submission
from lms.reviewing.queries import (
    OPEN,
    PUBLISHED,
    RETURNED,
    REVIEWED,
    SUBMITTED,
    WITHDRAWN,
    SubmissionRow,
    remarks,
    rule_at,
)
from lms.text import Text, _

S, RULE, REMARK = Submission.__table__, ReviewRule.__table__, Remark.__table__
LONGEST, LONGEST_NOTE = 1000, 300
MOVED_ON = _("Somebody has dealt with this meanwhile. Please look at it again.")
OWN = _("Nobody reviews what they wrote or handed in themselves. Please ask another reviewer.")
UNDER_WAY = _("This is waiting for a review already. Withdraw it first if you want to hand in another version.")


def digest_of(body: Mapping[str, Any]) -> str:
    """SHA-256 of a body's canonical JSON: equal bodies are one revision."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


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


def refuse_unreviewed(org_id: int, by_id: int | None) -> None:
    """For what publishes at once, as a package does: Conflict where the unit asks for a review and this person may not
    publish there. None is somebody on the server, who is not asked.
    """
    if by_id is None or not rule_at(org_id).needs_review:
        return
    person = person_by_id(by_id)
    if person is None or not may_at(person, May.PUBLISH, org_id):
        raise Conflict(
            _(
                "This unit asks for a review before anything is published, and a package is published at once. Please"
                " ask whoever publishes for the unit to bring it in."
            )
        )


# --- steps ------------------------------------------------------------------------------------------------------------


def submit(
    kind: str, key: str, title: str, body: Mapping[str, Any], by_id: int, change: str = "", note: str = ""
) -> int:
    """Hands a body in, word for word; returns the submission's number. The same one sent twice is one.

    `kind` and `key` name the subject as REVIEWABLE does. Raises Conflict where another body of it waits already.
    """
    if len(note) > LONGEST_NOTE:
        text = _("Please keep it under {most} letters.", most=LONGEST_NOTE)
        raise Invalid(text, note=text)
    digest, database = digest_of(body), connection()
    make = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
    values = {
        "kind": kind, "subject": key, "title": title[:200], "state": SUBMITTED, "body": dict(body), "digest": digest,
        "change": change, "note": note, "submitted_at": clock.seconds(), "submitted_by": by_id, "reason": "",
    }  # fmt: skip
    # The index of what is open lets one in: of two who press at once, the second finds the first's.
    made = database.execute(make(S).values(**values).on_conflict_do_nothing().returning(S.c.id)).first()
    if made is None:
        waits = select(S.c.id, S.c.digest).where(S.c.kind == kind, S.c.subject == key, S.c.state.in_(OPEN))
        held = database.execute(waits).first()
        if held is None or held.digest != digest:
            raise Conflict(UNDER_WAY)
        return int(held.id)
    audit.record(by_id, f"{kind}.submitted", f"{kind}:{key}", submission=made.id, digest=digest)
    return int(made.id)


def remark(row: SubmissionRow, block: str, words: str, by_id: int) -> None:
    """Says something of a place, or of the whole; the same twice is once."""
    words = _words(words, "words", _("Please write what you think of it."))
    if block and block not in {key for key, _called in REVIEWABLE.get(row.kind).places(row.body)}:
        raise NotFound
    if any((r.block, r.words, r.by_id) == (block, words, by_id) for r in remarks(row.id)):
        return
    values = {"submission_id": row.id, "block": block, "words": words, "by_id": by_id, "at": clock.seconds()}
    connection().execute(insert(REMARK).values(**values))
    audit.record(by_id, f"{row.kind}.remarked", f"{row.kind}:{row.key}", submission=row.id, block=block)


def is_own(row: SubmissionRow, account_id: int) -> bool:
    """Whether somebody handed it in or, where its kind knows that, wrote any of it."""
    if account_id == row.submitted_by:
        return True
    kind: object = REVIEWABLE.find(row.kind)
    return isinstance(kind, Signed) and account_id in kind.writers(row.body)


def approve(row: SubmissionRow, by_id: int) -> None:
    """A reviewer finds it good. It is then for whoever publishes."""
    if is_own(row, by_id):
        raise NotAllowed(OWN)
    if row.state == REVIEWED and row.reviewed_by == by_id:
        return
    _move(row, (SUBMITTED,), state=REVIEWED, reviewed_at=clock.seconds(), reviewed_by=by_id)
    audit.record(by_id, f"{row.kind}.reviewed", f"{row.kind}:{row.key}", submission=row.id, digest=row.digest)
    _tell(row, _("Your work was reviewed"), _("“{title}” is good and waits to be published.", title=row.title))


def give_back(row: SubmissionRow, reason: str, by_id: int) -> None:
    """A reviewer or publisher gives it back to its author, with the reason."""
    reason = _words(reason, "reason", _("Please say what is to be changed."))
    if row.state == RETURNED and row.reason == reason:
        return
    _move(row, OPEN, state=RETURNED, ended_at=clock.seconds(), ended_by=by_id, reason=reason)
    audit.record(by_id, f"{row.kind}.returned", f"{row.kind}:{row.key}", submission=row.id, reason=reason)
    _tell(row, _("Please look at your work again"), _("“{title}”: {reason}", title=row.title, reason=reason))


def withdraw(row: SubmissionRow, by_id: int) -> None:
    """Its authors take it back."""
    if row.state == WITHDRAWN:
        return
    _move(row, OPEN, state=WITHDRAWN, ended_at=clock.seconds(), ended_by=by_id)
    audit.record(by_id, f"{row.kind}.withdrawn", f"{row.kind}:{row.key}", submission=row.id)


def edited(kind: str, key: str, by_id: int) -> None:
    """What was handed in and is changed after that is a draft again: whoever saves a draft calls this.

    The editor says so beforehand.
    """
    ended = connection().execute(
        update(S)
        .where(S.c.kind == kind, S.c.subject == key, S.c.state.in_(OPEN))
        .values(state=WITHDRAWN, ended_at=clock.seconds(), ended_by=by_id)
        .returning(S.c.id)
    )
    for submission_id in ended.scalars().all():
        audit.record(by_id, "submission.edited", f"submission:{submission_id}")


def publish(row: SubmissionRow, by_id: int) -> None:
    """Publishes exactly the body that was reviewed."""
    if row.state == PUBLISHED:
        return
    _move(row, (REVIEWED,), state=PUBLISHED, ended_at=clock.seconds(), ended_by=by_id)
    if digest_of(row.body) != row.digest:
        raise Conflict(_("What was handed in is no longer what was reviewed. Please have it reviewed again."))
    kind = REVIEWABLE.get(row.kind)
    kind.publish(row.key, row.body, by_id, row.change, row.note)
    told = kind.announced.msgid if isinstance(kind, Announced) else _("“{title}” can be learned now.").msgid
    _tell(row, _("Your work is published"), Text(told, {"title": row.title}))


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
