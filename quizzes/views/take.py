"""Taking a quiz: one question a screen, saved at every answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask import redirect, request
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from lms.api.competency import area
from lms.api.learning import InCourse, Place, activity_slug, course_for
from lms.api.people import Claim, claimed, here, needs_guardian, require_level
from lms.api.web import (
    LEARNER,
    Routes,
    address,
    at_address,
    hole,
    macro,
    onward,
    panels,
    render,
    render_alike,
    say,
    shelled,
)
from lms.api.work import Conflict, NotFound, NotSignedIn, Text, TooEarly, _, lone_write, unit_of_work
from quizzes import queries
from quizzes.access import attempt_for, is_at_home
from quizzes.items.contract import WHOLE
from quizzes.measures import ALONE, ENTRY, LATER, LITTLE, MUCH, asked, measure_of, purpose_of
from quizzes.models import OPEN
from quizzes.policies import EACH, NO_KEY, Policy
from quizzes.scoring import in_points, score
from quizzes.services import attempts, marking, measured, running, timing
from quizzes.showing import Question, drawn, in_use, read_answer, refusal_of, run_of, spoken_of, typed_in
from quizzes.showing import question as shown
from quizzes.stems import words_of
from quizzes.views.again import again, is_secret
from quizzes.views.answered import answer_shown
from quizzes.views.clock import is_up, resting_url, time_left
from quizzes.views.going import after, going
from quizzes.views.remarked import remarked

routes = Routes("quizzes")
Answer = str | Response | tuple[str, int]


# What stands in a frame that many see where each has their own: the attempt's name or a token, and the question itself.
NOBODYS, CONTENT, CLOCK = "00000000-0000-4000-8000-000000000000", "<!--question-->", "<!--clock-->"
NOBODY = UUID(NOBODYS)
MOST_BROUGHT = 1500  # signs of an answer that goes along in an address
HELPED: dict[int, Text] = {
    ALONE: _("I did it alone"),
    LITTLE: _("Somebody helped a little"),
    MUCH: _("Somebody helped a lot"),
}


def _place(person: Claim, course: str, quiz: str) -> tuple[InCourse, Place]:
    at = course_for(person, course)
    return at, at.place("quiz", quiz)


def _refusal(at: InCourse, place: Place, body: Mapping[str, Any]) -> str:
    if purpose_of(body) in (ENTRY, LATER):  # before the lessons, or long after them; `going` says when
        return (
            say(_("First learn “{title}” in this course; then this opens.", title=at.missing(place)[0].title))
            if (at.is_locked(place))
            else ""
        )
    undone = sum(1 for p in at.places if p.kind == "lesson" and not at.done & p.mask)
    if not undone and at.is_locked(place):
        return say(_("First learn “{title}” in this course; then this opens.", title=at.missing(place)[0].title))
    return say(_("This opens when all lessons are learnt. {n} are still to go.", n=undone)) if undone else ""


def _first_to_do(body: Mapping[str, Any]) -> str:
    """Where to go before a quiz that asks for the birth date: to say it, or to a guardian's yes. Empty: nowhere.

    Raises LevelNeeded where it must be better known who they are.
    """
    if not body["needs_birth_date"]:
        return ""
    person = here()
    require_level(person, "final-check")
    if person.birth_date is None:
        return address("identity.birth_date", return_to=request.path)
    return address("guardians.guardian", return_to=request.path) if needs_guardian(person) else ""


def _area_name(code: str) -> str:
    found = area(code)
    return found[1] if found else code


class Titled(Struct, frozen=True):
    """Something with a name of its own."""

    slug: str
    title: str
    intro: str = ""
    questions: int = 0
    minutes: int = 0
    need: int = 0
    parts: tuple[Any, ...] = ()


class FrontPart(Struct, frozen=True):
    """A part that must be met by itself."""

    title: str
    count: int
    need: int


@routes.get("/hoc/<course>/kiem-tra/<quiz>", LEARNER, by_claim=True)
def front(course: str, quiz: str) -> Answer:
    """How it goes, before it goes."""
    person = claimed()
    at, place = _place(person, course, quiz)
    body = queries.revision(place.content_id)
    if not _refusal(at, place, body) and (first := _first_to_do(body)):
        return redirect(first, 303)
    mine = queries.newest_attempts(person.id, place.activity_id)
    way = going(body, person.id, mine)
    open_one = next((a for a in mine if a.state == OPEN), None)
    last = next((a for a in mine if a.state != OPEN), None)
    parts = tuple(
        FrontPart(
            _area_name(p["from"]),
            sum(d["count"] for d in body["draw"] if d["from"] == [p["from"]]),
            p["correct"],
        )
        for p in body["pass"]["parts"]
    )
    what = {
        "course": at.course,
        "quiz": Titled(
            quiz, body["title"], body["intro"], asked(body), place.minutes,
            body["pass"]["correct"], parts,
        ),
        "attempts_left": way.tries_left if way else None,
        "way": way,
        "score": {"correct": in_points(way.score["got"]), "total": way.score["total"]} if way and way.score else None,
        "last": {
            "correct": in_points(sum(last.counted)),
            "total": len(last.counted),
            "passed": bool(last.passed),
            "on": last.submitted_at,
        }
        if last
        else None,
        "open_attempt": {
            "url": _first_open(open_one),
            "n": _first_gap(open_one) or open_one.total,
            "total": open_one.total,
        }
        if open_one
        else None,
        "refusal": _refusal(at, place, body),
        "measures": bool(measure_of(body)),
        "back_url": address("courses.course", slug=course),
    }  # fmt: skip
    if last or open_one or way:
        return render("quizzes/take/front.html", token=str(uuid4()), **what)
    return shelled(  # whoever comes for the first time sees the same page, but for the form's token
        ("front", request.full_path, at.course, place, what["refusal"]),
        lambda: render("quizzes/take/front.html", token=NOBODYS, **what),
        {NOBODYS: str(uuid4())},
    )


def _first_open(row: queries.AttemptRow) -> str:
    n = _first_gap(row)
    if n is None:
        return address("quizzes.review", attempt=row.uuid)
    return _question_url(row.uuid, n)


def _first_gap(row: queries.AttemptRow) -> int | None:
    answered = queries.responses(row.id)
    return next((i + 1 for i in range(row.total) if i not in answered), None)


@routes.post("/hoc/<course>/kiem-tra/<quiz>/bat-dau", LEARNER, by_claim=True)
def start(course: str, quiz: str) -> Answer:
    """Draws a paper, or goes on with the open one."""
    person = claimed()
    at, place = _place(person, course, quiz)
    body = queries.revision(place.content_id)
    front_page = address("quizzes.front", course=course, quiz=quiz)
    if _refusal(at, place, body) or _first_to_do(body):
        return redirect(front_page, 303)
    token = request.form.get("token", "")
    try:
        key = UUID(token).bytes
    except ValueError:
        key = None
    try:
        with unit_of_work():
            uuid = attempts.start(
                person.id, at.course.id, place.activity_id, place.content_id, key, at.enrollment is not None
            )
    except TooEarly:
        if not body.get("policy") and not measure_of(body):
            raise
        return redirect(front_page, 303)  # which says why, and from when on one can
    return onward(_question_url(uuid, 1), lambda: question(uuid, 1))


@routes.get("/luot/<uuid:attempt>/<int:n>", LEARNER, by_claim=True)
def question(attempt: UUID, n: int) -> Answer:
    """One question on the screen."""
    return _on_screen(*attempt_for(claimed(), attempt), n)


def _on_screen(row: queries.AttemptRow, answers: queries.Answers, n: int) -> Answer:
    attempt = row.uuid
    if row.state != OPEN:
        return redirect(address("quizzes.result", attempt=attempt), 303)
    if (elsewhere := resting_url(row)) or is_up(row):
        return redirect(elsewhere or address("quizzes.review", attempt=attempt), 303)
    body = queries.revision(row.revision_id)
    if n - 1 in answers and Policy.of(body).feedback == EACH:
        return _told_page(row, answers, n)
    if request.args or not 1 <= n <= row.total:
        return _question_page(row, answers, n, [], request.args)
    version_id, order, _area = row.paper[n - 1]
    (version,) = queries.versions([version_id])
    content = drawn(version, order, answers.get(n - 1), f"q{n}", run_of(row, answers, n, version))
    frame: tuple[Any, ...] = (row.total, n, body["slug"], body["title"], tuple(sorted(answers)))
    if row.aloud:
        content += spoken_of(version, order)
    fill = {NOBODYS: str(attempt), CONTENT: content}
    if row.due_at is not None or row.aloud or row.passing is not None or row.session is not None:
        frame = (*frame, row.due_at is not None, row.break_left > 0, row.aloud, row.passing is not None)
        frame = (*frame, row.session is not None)
        if row.due_at is not None:
            fill[CLOCK] = time_left(row)
    return shelled(("question", *frame), lambda: _question_frame(row, answers, n), fill)


def _question_frame(row: queries.AttemptRow, answers: queries.Answers, n: int) -> str:
    """The page of a question with nobody's attempt and no question in it."""
    with at_address(address("quizzes.question", attempt=NOBODY, n=n)):
        return _page_around(row, NOBODY, answers, n, [], Markup(CONTENT), None, Markup(CLOCK))  # noqa: S704  ours


def _question_page(
    row: queries.AttemptRow,
    answers: queries.Answers,
    n: int,
    errors: list[str],
    brought: MultiDict[str, str] | None = None,
) -> str:
    """`brought`: an answer that came back from signing in again; shown as chosen, saved when it is sent."""
    if not 1 <= n <= row.total:
        raise NotFound
    version_id, order, _area = row.paper[n - 1]
    (version,) = queries.versions([version_id])
    given = read_answer(version, order, brought) if brought else None
    q = shown(version, order, given or answers.get(n - 1), f"q{n}", run_of(row, answers, n, version))
    if errors and given is None and brought:
        q = replace(q, chosen=typed_in(version, brought) or q.chosen)
    return _page_around(row, row.uuid, answers, n, errors, None, q)


def _page_around(
    row: queries.AttemptRow,
    uuid: UUID,
    answers: queries.Answers,
    n: int,
    errors: list[str],
    content: Markup | None,
    q: Question | None,
    clock: Markup | None = None,
) -> str:
    body = queries.revision(row.revision_id)
    return render(
        "quizzes/take/question.html",
        attempt={"id": uuid, "n": n, "total": row.total, "last": n == row.total},
        quiz=Titled(body["slug"], body["title"]),
        q=q,
        content=content,
        lamp_states=["now" if i == n - 1 else "on" if i in answers else "" for i in range(row.total)],
        errors=errors,
        clock=(time_left(row) if clock is None else clock) if row.due_at is not None else "",
        breaks=row.break_left > 0,
        aloud=row.aloud,
        fewer=row.passing is not None and n == 1,
        beside=panels("paper") if row.session is not None else [],
        back_url=address("quizzes.review", attempt=uuid),
        previous_url=address("quizzes.question", attempt=uuid, n=n - 1) if n > 1 else "",
        token="",
    )


@routes.post("/luot/<uuid:attempt>/<int:n>", LEARNER, endpoint="answer", by_claim=True)
def answer(attempt: UUID, n: int) -> Answer:
    """Keeps an answer and shows the next question. Sending it twice is harmless: the last one wins.

    Where the session has ended meanwhile, the answer goes along to the sign-in page and comes back chosen.
    """
    try:
        reader = claimed()
        known = queries.known(attempt, reader.id)
        if known is not None and (saved := _saved_at_once(known, reader, n)) is not None:
            return _next(known, n, saved)
        row, answers = attempt_for(reader, attempt)
    except NotSignedIn:
        kept = [(k, v) for k, v in request.form.items(multi=True) if k == "answer" or k.startswith("place-")]
        brought = urlencode(kept)
        if len(brought) > MOST_BROUGHT:
            raise  # too long for an address: it is kept as every form is
        raise NotSignedIn(back=f"{request.path}?{brought}") from None
    if not 1 <= n <= row.total:
        raise NotFound
    if row.state != OPEN:
        return redirect(address("quizzes.result", attempt=attempt), 303)
    if timing.is_over(row):
        return _not_saved(attempt)
    version_id, order, _area = row.paper[n - 1]
    (version,) = queries.versions([version_id])
    given = read_answer(version, order, request.form) or running.answer_of(version, row.uuid, n - 1, row.account_id)
    skips = measure_of(queries.revision(row.revision_id)) and refusal_of(version, request.form) is None
    if given is None and in_use(version) and not skips:
        why = say(refusal_of(version, request.form) or _("Please choose an answer, then go on."))
        return _question_page(row, answers, n, [why], request.form), 422
    told = Policy.of(queries.revision(row.revision_id)).feedback == EACH
    if given is not None:
        try:
            with unit_of_work():
                attempts.save_answer(row.id, n - 1, given, once=told)
        except Conflict:
            return _not_saved(attempt)
    if told:
        return onward(_question_url(attempt, n), lambda: question(attempt, n))
    return _next(row, n)


def _saved_at_once(row: queries.AttemptRow, reader: Claim, n: int) -> queries.Answers | None:
    """The usual answer, by the one statement that keeps it; None: nothing is kept, and it is to be looked at closely.

    The paper is known from the page that asked the question; what may have changed since is in the statement.
    """
    if not 1 <= n <= row.total or Policy.of(queries.revision(row.revision_id)).feedback == EACH:
        return None
    if not is_at_home(row, reader):
        return None
    version_id, order, _area = row.paper[n - 1]
    (version,) = queries.versions([version_id])
    given = read_answer(version, order, request.form)
    if given is None:
        return None
    with lone_write():
        return attempts.save_own(row.id, n - 1, given, reader)


def _next(row: queries.AttemptRow, n: int, answers: queries.Answers | None = None) -> Response:
    """Where an answered question leads to: the next one, or all answers.

    `answers`: all there are, where they were read as this one was kept. The attempt was open then; a clock, which
    others may have moved since `row` was read, is read anew.
    """
    if n == row.total:
        return onward(address("quizzes.review", attempt=row.uuid), lambda: review(row.uuid))
    url = _question_url(row.uuid, n + 1)
    if answers is None or row.state != OPEN or row.paused_at is not None or row.due_at is not None:
        return onward(url, lambda: question(row.uuid, n + 1))
    return onward(url, lambda: _on_screen(row, answers, n + 1))


def _not_saved(attempt: UUID) -> Answer:
    """Where an answer came too late: the paper is handed in with what was saved, or it stands still."""
    reader = claimed()
    with unit_of_work():
        row, answers = attempt_for(reader, attempt, hold=True)
        if timing.is_over(row):
            attempts.submit(row, answers)
    return redirect(resting_url(row) if row.state == OPEN and row.paused_at else _result_url(attempt), 303)


def _told_page(row: queries.AttemptRow, answers: queries.Answers, n: int) -> str:
    """What is said to an answer at once, where a quiz is for practice: the first answer stays, and teaches."""
    body = queries.revision(row.revision_id)
    (version,) = queries.versions([row.paper[n - 1][0]])
    kept = attempts.mark_of(version, answers[n - 1])
    left = [i + 1 for i in range(row.total) if i not in answers]
    return render(
        "quizzes/take/told.html",
        attempt={"id": row.uuid, "n": n, "total": row.total},
        quiz=Titled(body["slug"], body["title"]),
        answer=answer_shown(
            n, version, answers[n - 1], kept, activity_slug(row.course_id), True, None, _question_url(row.uuid, n)
        ),
        lamp_states=["now" if i == n - 1 else "on" if i in answers else "" for i in range(row.total)],
        next_url=_question_url(row.uuid, next((i for i in left if i > n), left[0]))
        if left
        else address("quizzes.review", attempt=row.uuid),
        next_label=say(_("Next question")) if left else say(_("See all my answers")),
        back_url=address("quizzes.review", attempt=row.uuid),
    )


def _result_url(attempt: UUID) -> str:
    return address("quizzes.result", attempt=attempt)


def _question_url(attempt: UUID, n: int) -> str:
    return address("quizzes.question", attempt=attempt, n=n)


class ReviewRow(Struct, frozen=True):
    """A question in the list before handing in."""

    n: int
    text: str
    answered: bool
    url: str
    shown: bool


@routes.get("/luot/<uuid:attempt>/xem-lai", LEARNER, by_claim=True)
def review(attempt: UUID) -> Answer:
    """All answers before handing in."""
    row, answers = attempt_for(claimed(), attempt)
    if row.state != OPEN:
        return redirect(address("quizzes.result", attempt=attempt), 303)
    if elsewhere := resting_url(row):
        return redirect(elsewhere, 303)
    found = queries.versions([entry[0] for entry in row.paper])
    body = queries.revision(row.revision_id)
    rows = [
        ReviewRow(
            i + 1,
            hole(f"text{i}"),
            i in answers,
            str(i + 1),  # beside this page: without the attempt's name it is the same for all
            in_use(v),
        )
        for i, v in enumerate(found)
    ]
    own = {
        NOBODYS: str(attempt),
        hole("token"): str(uuid4()),
        **{shown.text: words_of(v.body["stem"]) for shown, v in zip(rows, found, strict=True)},
    }
    if row.due_at is not None:
        own[hole("clock")] = time_left(row)
    with at_address(address("quizzes.review", attempt=NOBODY)):
        return render_alike(
            "quizzes/take/review.html",
            own,
            attempt={"id": NOBODY, "total": row.total},
            quiz=Titled(body["slug"], body["title"]),
            rows=rows,
            missing=sum(1 for r in rows if r.shown and not r.answered),
            over=is_up(row),
            clock=hole("clock") if row.due_at is not None else "",
            beside=panels("paper") if row.session is not None else [],
            fewer={"total": row.total, "need": row.passing["correct"]} if row.passing else None,
            lamp_states=["on" if r.answered else "" for r in rows],
            back_url=_course_url(row) if row.session is None else address("quizzes.question", attempt=NOBODY, n=1),
            token=hole("token"),
        )


def _course_url(row: queries.AttemptRow) -> str:
    return address("courses.course", slug=activity_slug(row.course_id))


@routes.post("/luot/<uuid:attempt>/nop", LEARNER, by_claim=True)
def submit(attempt: UUID) -> Answer:
    """Hands in. Twice is once."""
    reader = claimed()
    with unit_of_work():
        row, answers = attempt_for(reader, attempt, hold=True)
        if row.state == OPEN:
            attempts.submit(row, answers)
    return redirect(_result_url(attempt), 303)


class ResultPart(Struct, frozen=True):
    """A part of the score in points."""

    title: str
    correct: float
    count: int
    need: int
    met: bool


def _thanks(person: Claim, row: queries.AttemptRow, body: Mapping[str, Any]) -> str:
    """After a form that measures change: no score and no key, they would help at the next form. Who helped is asked."""
    purpose = purpose_of(body)
    return render(
        "quizzes/take/measured.html",
        quiz=Titled(body["slug"], body["title"]),
        purpose=purpose,
        answered=len(queries.responses(row.id)),
        total=row.total,
        much=measured.help_of(row.id),
        choices=[(much, say(text)) for much, text in HELPED.items()],
        help_url=address("quizzes.helped", attempt=row.uuid),
        course_url=_course_url(row),
        home_url=address("home.mine"),
        panels=panels("result", person=person, passed=True, course_id=row.course_id),
    )


@routes.post("/luot/<uuid:attempt>/ai-giup", LEARNER, by_claim=True)
def helped(attempt: UUID) -> Answer:
    """Keeps whether somebody helped. Saying it again says it anew."""
    reader = claimed()
    row, _answers = attempt_for(reader, attempt)
    typed = request.form.get("much", "")
    with unit_of_work():
        measured.note_help(row.id, int(typed) if typed in ("0", "1", "2") else -1, reader.id)
    return redirect(_result_url(attempt), 303)


@routes.get("/luot/<uuid:attempt>/ket-qua", LEARNER, by_claim=True)
def result(attempt: UUID) -> Answer:
    """After handing in: how it went, why, and what to do next."""
    person = claimed()
    row, answers = attempt_for(person, attempt)
    if row.state == OPEN:
        return redirect(address("quizzes.review", attempt=attempt), 303)
    body = queries.revision(row.revision_id)
    if measure_of(body):
        return _thanks(person, row, body)
    found = queries.versions([entry[0] for entry in row.paper])
    if body["pool"] == "practice":  # asked once for all that were missed
        state = queries.bank_state()
        found = [replace(version, state=state) for version in found]
    marks = list(row.marks or ())
    graded = score(marks, [v.body["skills"] for v in found], row.passing or body["pass"])
    passed = bool(row.passed) if row.acts else graded.passed  # nobody loses a pass by a question that was put right
    slug = activity_slug(row.course_id)
    tells = body["pool"] == "practice" and Policy.of(body).feedback != NO_KEY
    said = marking.marked(row.id, found)
    back = _result_url(attempt)
    rows = [
        answer_shown(i + 1, version, answers.get(i), marks[i], slug, tells, said.get(i), back)
        for i, version in enumerate(found)
        if not is_secret(version, marks[i])
    ]
    learn = again(found, marks, body["draw"], row, slug)
    lit = sorted(marks, key=lambda mark: mark != WHOLE) if body["pool"] == "exam" else marks  # how many, not which
    stop = after(body, row) if body.get("policy") else None
    own = {
        NOBODYS: str(attempt),
        hole("lamps"): macro("ui/progress.html", "lamps", ["on" if m == WHOLE else "" for m in lit]),
        hole("answers"): Markup("\n").join(rows),
    }
    with at_address(address("quizzes.result", attempt=NOBODY)):
        return render_alike(
            "quizzes/take/result.html",
            own,
            quiz=Titled(body["slug"], body["title"]),
            result={
                "passed": passed,
                "correct": in_points(graded.got),
                "total": graded.most // WHOLE,
                "need": graded.need // WHOLE,
                "waits": row.waits,
                "parts": [
                    ResultPart(_area_name(p.code), in_points(p.got), p.most // WHOLE, p.need // WHOLE, p.met)
                    for p in graded.parts
                ],
            },
            lamps=hole("lamps"),
            answers=[hole("answers")] if rows else [],
            again=learn,
            stop=stop,
            over=row.due_at is not None and (row.submitted_at or 0) >= row.due_at,
            fewer=row.total if row.passing else 0,
            onward={"label": "course", "url": address("courses.course", slug=slug)}
            if passed or stop or row.waits
            else {"label": "retry", "url": address("quizzes.front", course=slug, quiz=body["slug"])},
            home_url=address("home.mine"),
            panels=panels("result", person=person, passed=passed, course_id=row.course_id),
            remarked=remarked(row),
            supervised=bool(person.within),
        )
