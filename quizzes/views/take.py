"""Taking a quiz: one question a screen, saved at every answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask import redirect, request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from lms.api.competency import area
from lms.api.learning import InCourse, Place, activity, activity_slug, course_for
from lms.api.packages import plain
from lms.api.packages import render as markdown
from lms.api.people import Claim, claimed, here, needs_guardian, require_level
from lms.api.web import LEARNER, Routes, address, at_address, panels, piece, render, say, shelled
from lms.api.work import NotFound, NotSignedIn, _, connection, unit_of_work
from quizzes import queries
from quizzes.access import attempt_for
from quizzes.items.contract import ITEM_TYPES, WHOLE, Mark
from quizzes.items.contract import Answer as Given
from quizzes.models import OPEN
from quizzes.queries import VersionRow
from quizzes.scoring import score
from quizzes.services import attempts
from quizzes.views.shown import Question, drawn, html_of, in_use, read_answer
from quizzes.views.shown import question as shown

routes = Routes("quizzes")
Answer = str | Response | tuple[str, int]


# What stands in a frame that many see where each has their own: the attempt's name or a token, and the question itself.
NOBODYS, CONTENT = "00000000-0000-4000-8000-000000000000", "<!--question-->"
NOBODY = UUID(NOBODYS)


def _place(person: Claim, course: str, quiz: str) -> tuple[InCourse, Place]:
    at = course_for(person, course)
    return at, at.place("quiz", quiz)


def _refusal(at: InCourse, place: Place) -> str:
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


@dataclass(frozen=True)
class Titled:
    """Something with a name of its own."""

    slug: str
    title: str
    intro: str = ""
    questions: int = 0
    minutes: int = 0
    need: int = 0
    parts: tuple[Any, ...] = ()


@dataclass(frozen=True)
class FrontPart:
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
    if not _refusal(at, place) and (first := _first_to_do(body)):
        return redirect(first, 303)
    mine = queries.newest_attempts(person.id, place.activity_id)
    going = next((a for a in mine if a.state == OPEN), None)
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
            quiz, body["title"], body["intro"], sum(d["count"] for d in body["draw"]), place.minutes,
            body["pass"]["correct"], parts,
        ),
        "attempts_left": None,
        "last": {
            "correct": sum(last.counted) / WHOLE,
            "total": len(last.counted),
            "passed": bool(last.passed),
            "on": last.submitted_at,
        }
        if last
        else None,
        "open_attempt": {
            "url": _first_open(going),
            "n": _first_gap(going) or going.total,
            "total": going.total,
        }
        if going
        else None,
        "refusal": _refusal(at, place),
        "back_url": address("courses.course", slug=course),
    }  # fmt: skip
    if last or going:
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
    if _refusal(at, place) or _first_to_do(body):
        return redirect(front_page, 303)
    token = request.form.get("token", "")
    try:
        key = UUID(token).bytes
    except ValueError:
        key = None
    with unit_of_work():
        uuid = attempts.start(
            person.id, at.course.id, place.activity_id, place.content_id, key, at.enrollment is not None
        )
    return redirect(_question_url(uuid, 1), 303)


@routes.get("/luot/<uuid:attempt>/<int:n>", LEARNER, by_claim=True)
def question(attempt: UUID, n: int) -> Answer:
    """One question on the screen."""
    row, answers = attempt_for(claimed(), attempt)
    if row.state != OPEN:
        return redirect(address("quizzes.result", attempt=attempt), 303)
    if request.args or not 1 <= n <= row.total:
        return _question_page(row, answers, n, [], request.args)
    body = queries.revision(row.revision_id)
    version_id, order, _area = row.paper[n - 1]
    (version,) = queries.versions([version_id])
    content = drawn(version, order, answers.get(n - 1), f"q{n}")
    frame = (row.total, n, body["slug"], body["title"], tuple(sorted(answers)))
    return shelled(
        ("question", *frame), lambda: _question_frame(row, answers, n), {NOBODYS: str(attempt), CONTENT: content}
    )


def _question_frame(row: queries.AttemptRow, answers: queries.Answers, n: int) -> str:
    """The page of a question with nobody's attempt and no question in it."""
    with at_address(address("quizzes.question", attempt=NOBODY, n=n)):
        return _page_around(row, NOBODY, answers, n, [], Markup(CONTENT), None)  # noqa: S704  ours


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
    q = shown(version, order, given or answers.get(n - 1), f"q{n}")
    return _page_around(row, row.uuid, answers, n, errors, None, q)


def _page_around(
    row: queries.AttemptRow,
    uuid: UUID,
    answers: queries.Answers,
    n: int,
    errors: list[str],
    content: Markup | None,
    q: Question | None,
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
        row, answers = attempt_for(claimed(), attempt)
    except NotSignedIn:
        kept = [(k, v) for k, v in request.form.items(multi=True) if k == "answer" or k.startswith("place-")]
        raise NotSignedIn(back=f"{request.path}?{urlencode(kept)}") from None
    if not 1 <= n <= row.total:
        raise NotFound
    if row.state != OPEN:
        return redirect(address("quizzes.result", attempt=attempt), 303)
    version_id, order, _area = row.paper[n - 1]
    (version,) = queries.versions([version_id])
    given = read_answer(version, order, request.form)
    if given is None and in_use(version):
        return _question_page(row, answers, n, [say(_("Please choose an answer, then go on."))]), 422
    if given is not None:
        with unit_of_work():
            attempts.save_answer(row.id, n - 1, given)
    if n == row.total:
        return redirect(address("quizzes.review", attempt=attempt), 303)
    return redirect(_question_url(attempt, n + 1), 303)


def _question_url(attempt: UUID, n: int) -> str:
    """The address of a question, without building anew what differs by the attempt's name alone."""
    return address("quizzes.question", attempt=NOBODY, n=n).replace(NOBODYS, str(attempt))


@dataclass(frozen=True)
class ReviewRow:
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
    found = queries.versions([entry[0] for entry in row.paper])
    body = queries.revision(row.revision_id)
    rows = [
        ReviewRow(
            i + 1,
            plain(v.body["stem"]),
            i in answers,
            _question_url(attempt, i + 1),
            in_use(v),
        )
        for i, v in enumerate(found)
    ]
    return render(
        "quizzes/take/review.html",
        attempt={"id": row.uuid, "total": row.total},
        quiz=Titled(body["slug"], body["title"]),
        rows=rows,
        missing=sum(1 for r in rows if r.shown and not r.answered),
        lamp_states=["on" if r.answered else "" for r in rows],
        back_url=_course_url(row),
        token=str(uuid4()),
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
    return redirect(address("quizzes.result", attempt=attempt), 303)


@dataclass(frozen=True)
class ResultPart:
    """A part of the score in points."""

    title: str
    correct: float
    count: int
    need: int
    met: bool


@dataclass(frozen=True)
class ResultRow:
    """A question after handing in. The right answer of an exam item stays secret: lists of answers prove nothing."""

    n: str
    stem_html: Markup
    right: bool
    half: bool
    chosen: list[str]
    answer: list[str]
    html: Markup
    lesson: Any
    shown: bool
    counted: bool


def points(halves: int) -> float:
    """Halves as points: a whole number where it is one."""
    return halves // WHOLE if halves % WHOLE == 0 else halves / WHOLE


NUMBER = "\ue000n\ue001"  # where a question's number stands in what is drawn for all


def _answer_shown(n: int, version: VersionRow, given: Given | None, kept: int | None, course: str) -> Markup:
    """A question after handing in: drawn once for all who gave this answer, wherever on their papers it stood."""
    kind = ITEM_TYPES.find(version.type)
    mark = kind.grade(version.spec, given) if kind else Mark(kept or 0, "")
    lesson = activity("lesson", version.body["lesson"]) if version.body["lesson"] and not mark.right else None

    def draw() -> str:
        row = ResultRow(
            NUMBER,
            html_of(version.body["stem"]),
            mark.right,
            mark.halves == 1,
            kind.in_words(version.spec, given) if kind and given else [],
            [],
            Markup(markdown(mark.why)) if mark.why else Markup(""),  # noqa: S704  cleaned
            {"title": lesson.title, "url": address("courses.lesson", course=course, lesson=lesson.slug)}
            if lesson
            else None,
            kind is not None,
            kept is not None,
        )
        return render("quizzes/take/_answer.html", answer=row)

    answered = (tuple(given or ()), mark, kind is not None, kept is not None)
    key = ("answer", connection().engine, version.id, *answered, course, lesson)
    return Markup(piece(key, draw).replace(NUMBER, str(n)))  # noqa: S704  a number into a template's own output


@routes.get("/luot/<uuid:attempt>/ket-qua", LEARNER, by_claim=True)
def result(attempt: UUID) -> Answer:
    """After handing in: how it went, why, and what to do next."""
    person = claimed()
    row, answers = attempt_for(person, attempt)
    if row.state == OPEN:
        return redirect(address("quizzes.review", attempt=attempt), 303)
    body = queries.revision(row.revision_id)
    found = queries.versions([entry[0] for entry in row.paper])
    marks = list(row.marks or ())
    graded = score(marks, [v.body["skills"] for v in found], body["pass"])
    slug = activity_slug(row.course_id)
    rows = [_answer_shown(i + 1, version, answers.get(i), marks[i], slug) for i, version in enumerate(found)]
    return render(
        "quizzes/take/result.html",
        quiz=Titled(body["slug"], body["title"]),
        result={
            "passed": graded.passed,
            "correct": points(graded.halves),
            "total": graded.most // WHOLE,
            "need": graded.need // WHOLE,
            "parts": [
                ResultPart(_area_name(p.code), points(p.halves), p.most // WHOLE, p.need // WHOLE, p.met)
                for p in graded.parts
            ],
        },
        lamp_states=["on" if m == WHOLE else "" for m in marks],
        answers=rows,
        onward={"label": "course", "url": address("courses.course", slug=slug)}
        if graded.passed
        else {"label": "retry", "url": address("quizzes.front", course=slug, quiz=body["slug"])},
        home_url=address("home.mine"),
        panels=panels("result", person=person, passed=graded.passed, course_id=row.course_id),
    )
