"""What officials do with a case. Each act has a reason, stands in the journal, and is told to the case's people."""

from __future__ import annotations

from sqlalchemy import insert, update

from lms.api.competency import release
from lms.api.work import Conflict, Invalid, Text, TooEarly, _, audit, clock, connection, notify
from plugins.integrity import queries
from plugins.integrity.models import CLEARED, OPEN, PROPOSED, RETAKE, UPHELD, Case, CaseStep
from plugins.integrity.queries import CaseRow
from plugins.integrity.services import finding

C, S = Case.__table__, CaseStep.__table__
LONGEST = 1_000
CLEAR, PROPOSE, AGREE, REFUSE, AGAIN, REOPEN = "cleared", "proposed", "upheld", "refused", "retake", "reopened"
# From which states each may be done, and what the case is then.
STEPS: dict[str, tuple[tuple[str, ...], str]] = {
    CLEAR: ((OPEN, RETAKE), CLEARED),
    PROPOSE: ((OPEN, RETAKE), PROPOSED),
    AGREE: ((PROPOSED,), UPHELD),
    REFUSE: ((PROPOSED,), OPEN),
    AGAIN: ((OPEN,), RETAKE),
    REOPEN: ((CLEARED, UPHELD), OPEN),
}
NEEDS_REASON = _("Please say why, in a few words that its people will read too.")
MEANWHILE = _("Somebody decided about this meanwhile. Please look again.")
NOT_TWICE = _("A second person has to look: whoever proposed it cannot agree too.")
STILL_TIME = _("Its people have until {day} to answer. Until then it can be cleared, or taken again, but not closed.")

TOLD: dict[str, tuple[Text, Text]] = {
    CLEAR: (
        _("All is well with your result"),
        _("A person has looked, and your result counts as before. Their reason: {reason}"),
    ),
    AGREE: (
        _("Your result is not counted in the figures"),
        _(
            "Two people have looked. This result stays out of the unit's figures. Their reason: {reason} Your papers"
            " were not changed. If you do not agree, speak to your unit: the decision can be taken back."
        ),
    ),
    AGAIN: (
        _("Please take the check once more"),
        _("A person has looked and asks you to take the check once more, with somebody beside you. Why: {reason}"),
    ),
    REOPEN: (
        _("Your result is looked at once more"),
        _("An earlier decision was taken back, and a person looks again. Why: {reason}"),
    ),
}


def may(case: CaseRow, step: str, officer_id: int) -> bool:
    """Whether this officer may take this step now; who sees the case at all is asked elsewhere."""
    if case.state not in STEPS[step][0]:
        return False
    if step == AGREE:
        return case.decided_by != officer_id
    return step != PROPOSE or ready(case)


def ready(case: CaseRow) -> bool:
    """Whether everybody has answered, or their time is over."""
    said = queries.people_of([case.id])[case.id]
    return queries.late(case) or all(one.answered_at is not None for one in said)


def decide(case: CaseRow, step: str, reason: str, officer_id: int) -> None:
    """Takes a step. `case` is held by this unit of work.

    Raises Invalid without a reason, Conflict where it is in another state by now or the same person would agree with
    themselves, TooEarly where people still have time to answer.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST:
        raise Invalid(NEEDS_REASON, reason=NEEDS_REASON)
    before, after = STEPS[step]
    if case.state not in before:
        raise Conflict(MEANWHILE)
    if step == AGREE and case.decided_by == officer_id:
        raise Conflict(NOT_TWICE)
    if step == PROPOSE and not ready(case):
        day = clock.local(clock.from_seconds(case.answer_by)).strftime("%d/%m/%Y")
        raise TooEarly(Text(STILL_TIME.msgid, {"day": day}))
    at = clock.seconds()
    values = {"state": after, "decided_at": at, "decided_by": officer_id, "second_by": None, "reason": reason}
    if step == AGREE:  # the reason that people read is the one that was proposed and agreed to
        values = {"state": after, "decided_at": at, "second_by": officer_id}
    elif after == OPEN:
        values = {"state": after, "decided_at": None, "decided_by": None, "second_by": None, "reason": ""}
    database = connection()
    database.execute(update(C).where(C.c.id == case.id).values(values))
    database.execute(insert(S).values(case_id=case.id, step=step, by_id=officer_id, at=at, reason=reason))
    audit.record(officer_id, f"integrity.{step}", f"case:{case.uuid}", reason=reason)
    if after == CLEARED:
        release(finding.holder(case.uuid))
    elif step == REOPEN:
        finding.hold(case.uuid)
    if step in TOLD:
        title, body = TOLD[step]
        told = case.reason if step == AGREE else reason
        for one in queries.people_of([case.id])[case.id]:
            notify(
                one.account_id,
                "integrity",
                title,
                Text(body.msgid, {"reason": told}),
                finding.LINK.format(uuid=case.uuid),
            )
