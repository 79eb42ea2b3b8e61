"""What forms came to: kept when they are graded, and anew with new difficulties. Who is due is asked again later."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, update

from lms.api.learning import activity, course_with
from lms.api.people import orgs_of
from lms.api.work import _, clock, connection, notify, unit_of_work
from plugins.measuring.ability import Answered, Known, unweighted
from plugins.measuring.models import Calibration, Difficulty, Invited, Scaled, Taken
from quizzes.api import (
    WHOLE,
    AttemptGraded,
    DueLater,
    FormHelped,
    FormTaken,
    Graded,
    PapersRemarked,
    due_later,
    forms_taken,
    measures,
    papers,
)

C, D, N, S, T = (x.__table__ for x in (Calibration, Difficulty, Invited, Scaled, Taken))
AT_ONCE = 500


def is_form(event: AttemptGraded) -> bool:
    """Whether a paper was a form; most are none."""
    return event.form is not None


def when_graded(event: AttemptGraded) -> None:
    """Keeps what a form came to."""
    keep([event.attempt_id])


def when_remarked(event: PapersRemarked) -> None:
    """Keeps it anew, where marks were changed by an act."""
    for start in range(0, len(event.attempt_ids), AT_ONCE):
        keep(event.attempt_ids[start : start + AT_ONCE])


def when_helped(event: FormHelped) -> None:
    """Keeps who helped. Where the form itself is not kept yet, it comes with it."""
    connection().execute(update(T).where(T.c.attempt_id == event.attempt_id).values(helped=event.much))


def keep(attempt_ids: Sequence[int]) -> None:
    """What these papers came to, as far as they are forms of a measure. Doing it again does it anew."""
    forms = {form.attempt_id: form for form in forms_taken(attempt_ids)}
    if not forms:
        return
    found = papers(ids=list(forms), most=len(forms))
    known = _difficulties({version for paper in found for version in paper.versions})
    held = {
        row.attempt_id: row.target_group
        for row in connection().execute(select(T.c.attempt_id, T.c.target_group).where(T.c.attempt_id.in_(forms)))
    }
    rows = [
        _row(paper, forms[paper.id], known, held.get(paper.id))
        for paper in found
        if not paper.waits and any(mark is not None for mark in paper.marks)
    ]
    connection().execute(delete(T).where(T.c.attempt_id.in_(list(forms))))
    if rows:
        connection().execute(insert(T), rows)


def _row(paper: Graded, form: FormTaken, known: dict[int, Known], group: str | None) -> dict[str, object]:
    marks = [(v, mark / WHOLE) for v, mark in zip(paper.versions, paper.marks, strict=True) if mark is not None]
    estimate = unweighted([Answered(known[v], share) for v, share in marks if v in known])
    if group is None:
        group = next((name for _org, name in orgs_of(paper.account_id)), "")
    return {
        "attempt_id": paper.id,
        "account_id": paper.account_id,
        "measure": form.measure,
        "purpose": form.purpose,
        "form": form.form,
        "share": sum(share for _v, share in marks) / len(marks),
        "questions": len(marks),
        "calibrated": sum(v in known for v, _share in marks),
        "ability": estimate.ability if estimate else None,
        "error": estimate.error if estimate else None,
        "helped": form.helped,
        "target_group": group,
        "at": paper.submitted_at,
    }


def _difficulties(version_ids: set[int]) -> dict[int, Known]:
    rows = connection().execute(
        select(D.c.version_id, D.c.difficulty, D.c.error).where(D.c.version_id.in_(version_ids))
    )
    # Common questions have the same error at both moments, which cancels out; so the curve is taken as it stands.
    return {row.version_id: Known(row.difficulty) for row in rows}


def rescale() -> None:
    """After difficulties were found anew: every ability anew, some papers at a time. Periodic, aside."""
    database = connection()
    newest = database.execute(select(func.max(C.c.id))).scalar() or 0
    if newest == database.execute(select(S.c.calibration_id)).scalar():
        return
    after = 0
    while True:
        with unit_of_work():
            ids = list(
                connection()
                .execute(select(T.c.attempt_id).where(T.c.attempt_id > after).order_by(T.c.attempt_id).limit(AT_ONCE))
                .scalars()
            )
            keep(ids)
        if len(ids) < AT_ONCE:
            break
        after = ids[-1]
    with unit_of_work():
        connection().execute(update(S).values(calibration_id=newest))


def later_quiz(measure: str) -> tuple[str, str, str] | None:
    """(course, quiz, title) of the later quiz of a measure; None where no published course holds one."""
    for row in measures():
        if row.name == measure and "later" in row.quizzes:
            slug, title = row.quizzes["later"]
            held = activity("quiz", slug)
            course = course_with(held.id) if held is not None else None
            if course is not None:
                return course, slug, title
    return None


def invite() -> None:
    """Tells everybody once to whom the later form of a measure is open. Periodic, aside."""
    told = {(row.account_id, row.measure) for row in connection().execute(select(N.c.account_id, N.c.measure))}
    quizzes: dict[str, tuple[str, str, str] | None] = {}
    for due in due_later(clock.seconds()):
        if (due.account_id, due.measure) in told:
            continue
        if due.measure not in quizzes:
            quizzes[due.measure] = later_quiz(due.measure)
        if (found := quizzes[due.measure]) is not None:
            _tell(due, found[2])


def _tell(due: DueLater, title: str) -> None:
    with unit_of_work():
        connection().execute(insert(N).values(account_id=due.account_id, measure=due.measure, at=clock.seconds()))
        notify(
            due.account_id,
            "measuring.later",
            _("A few questions, two months after your course"),
            _(
                "“{title}” is open to {ban} for 30 days. It is no exam: it shows us what stays of the lessons. If {ban}"
                " would rather not, nothing is lost.",
                title=title,
            ),
            "/",  # the first page leads there while it is open
        )
