"""The clock on a learner's pages, and breaks."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import redirect
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.api.learning import activity_slug
from lms.api.people import claimed
from lms.api.web import LEARNER, Routes, address, panels, render, render_fragment
from lms.api.work import Conflict, clock, unit_of_work
from quizzes import queries
from quizzes.access import attempt_for
from quizzes.models import OPEN
from quizzes.services import timing

routes = Routes("quizzes")
Answer = str | Response | tuple[str, int]


def time_left(row: queries.AttemptRow) -> Markup:
    """How much time is left, as a piece of a page; empty where no clock runs."""
    now = clock.seconds()
    left, ends = row.clock.left(now), row.clock.ends_at(now)
    if left is None or ends is None:
        return Markup("")
    until = f"{clock.local(clock.from_seconds(ends)):%H:%M}"
    html = render_fragment("quizzes/take/_clock.html", left=left, minutes=-(-left // 60), until=until)
    return Markup(html)  # noqa: S704  a template's own output


def is_up(row: queries.AttemptRow) -> bool:
    """Whether the time of an open paper is up; answers on their way may still come for a moment."""
    return row.clock.left(clock.seconds()) == 0


def resting_url(row: queries.AttemptRow) -> str:
    """Where an open paper that stands still is; empty where it does not."""
    return address("quizzes.rest", attempt=row.uuid) if row.paused_at is not None else ""


@routes.get("/luot/<uuid:attempt>/nghi", LEARNER, by_claim=True)
def rest(attempt: UUID) -> Answer:
    """A paper that stands still."""
    row, _answers = attempt_for(claimed(), attempt)
    if row.state != OPEN or row.paused_at is None:
        return redirect(address("quizzes.question", attempt=attempt, n=1), 303)
    left = max(0, row.pause_ends_at - clock.seconds()) if row.pause_ends_at is not None else 0
    body = queries.revision(row.revision_id)
    return render(
        "quizzes/take/break.html",
        attempt={"id": row.uuid},
        quiz={"title": body["title"]},
        own=row.pause_ends_at is not None,
        left=-(-left // 60),
        beside=panels("paper") if row.session is not None else [],
        token=str(uuid4()),
        back_url=address("courses.course", slug=activity_slug(row.course_id))
        if row.session is None
        else address("quizzes.question", attempt=attempt, n=1),
    )


@routes.post("/luot/<uuid:attempt>/nghi", LEARNER, endpoint="take_break", by_claim=True)
def take_break(attempt: UUID) -> Answer:
    """Takes a break. Twice is once."""
    reader = claimed()
    with unit_of_work():
        row, _answers = attempt_for(reader, attempt, hold=True)
        if row.state == OPEN:
            timing.take_break(row)
    return redirect(address("quizzes.rest", attempt=attempt), 303)


@routes.post("/luot/<uuid:attempt>/tiep", LEARNER, endpoint="end_break", by_claim=True)
def end_break(attempt: UUID) -> Answer:
    """Goes on after a break. Twice is once."""
    reader = claimed()
    try:
        with unit_of_work():
            row, _answers = attempt_for(reader, attempt, hold=True)
            if row.state == OPEN:
                timing.end_break(row)
    except Conflict:
        return redirect(address("quizzes.rest", attempt=attempt), 303)
    return redirect(address("quizzes.review", attempt=attempt), 303)
