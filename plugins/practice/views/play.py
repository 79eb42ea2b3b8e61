"""Playing a practice: the page from which to begin, and the screens, with a script or one form a step without.

Where a learner stands is in the address, as the log of what was tapped, so that going back in the browser goes back.
What is typed is in no address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from flask import redirect, request, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.learning import course_for, url_of
from lms.api.people import here_or_none
from lms.api.web import ANYONE, Routes, address, render, render_fragment, safe_return, say, wants_fragment
from lms.api.work import NotFound, Text, _, unit_of_work
from plugins.practice.access import practice_for_anyone
from plugins.practice.format.grading import Grade, grade
from plugins.practice.format.stepping import (
    ALONE,
    EXAM,
    GUIDED,
    MODES,
    WATCH,
    Action,
    State,
    fits,
    is_over,
    play,
    read,
    written,
)
from plugins.practice.queries import Published, modes_done
from plugins.practice.services import running
from plugins.practice.views.shown import ABOUT, NAMES, SLUGS, coach, inline, law, mode_of, screens, shown

routes = Routes("practice", "/thuc-hanh")
AGAIN, GO_ON, HOME = _("Play it again"), _("Go on learning"), _("To the home page")
BACK_TO_LESSON, BACK_TO_COURSE = _("Back to the lesson"), _("Back to the course")
FOLLOW: dict[str, Text] = {GUIDED: _("Now do it yourself, with hints"), ALONE: _("Now do it alone")}
Answer = str | Response | tuple[str, int]


class Trip(Struct, frozen=True):
    """From where somebody came to practise, and goes back to: a course, or a page of this site."""

    course: str = ""
    back: str = ""

    @property
    def values(self) -> dict[str, str]:
        """What an address must carry so as not to forget it."""
        return {name: value for name, value in (("course", self.course), ("return_to", self.back)) if value}


def trip(sent: Mapping[str, str]) -> Trip:
    """The trip that an address or a form tells of."""
    back = safe_return(sent.get("return_to"), "")
    course = sent.get("course", "")
    return Trip(course if course.replace("-", "").isalnum() and len(course) <= 64 else "", back)


class ModeRow(Struct, frozen=True):
    """One way to play."""

    mode: str
    name: str
    about: str
    url: str
    done: bool
    now: bool


class PracticeRow(Struct, frozen=True):
    """A practice as its pages name it."""

    slug: str
    title: str
    promise: str
    minutes: int
    sources: tuple[str, ...]
    checked: str
    steps: int


def practice_row(slug: str, body: Mapping[str, object]) -> PracticeRow:
    """The head of a practice."""
    sources, steps = body["sources"], body["steps"]
    assert isinstance(sources, list)
    assert isinstance(steps, list)
    minutes = body["minutes"]
    assert isinstance(minutes, int)
    day = "/".join(reversed(str(body["checked"]).split("-"))) if body["checked"] else ""
    return PracticeRow(slug, str(body["title"]), str(body["promise"]), minutes, tuple(sources), day, len(steps))


def next_mode(done: frozenset[str] | set[str]) -> str:
    """What to do now: watch, then with hints, then alone; whoever could do it alone does it alone again."""
    return next((mode for mode in (WATCH, GUIDED, ALONE) if mode not in done), ALONE)


@routes.get("/<slug>", ANYONE)
def front(slug: str) -> str:
    """What is practised here, how far one is, and the button that begins."""
    found, on = practice_for_anyone(slug), trip(request.args)
    person = here_or_none()
    done = modes_done(person.id, found.activity_id) if person else frozenset()
    # Whoever did the later one needs not watch the earlier one.
    furthest = max((MODES.index(mode) for mode in done if mode != EXAM), default=-1)
    done = done | frozenset(MODES[: furthest + 1])
    now = next_mode(done)
    return render(
        "practice/play/front.html",
        practice=practice_row(slug, found.body),
        modes=[
            ModeRow(m, say(NAMES[m]), say(ABOUT[m]), play_url(slug, m, on), m in done, m == now) for m in MODES
        ],
        now=say(NAMES[now]),
        now_url=play_url(slug, now, on),
        back_url=on.back or (address("courses.course", slug=on.course) if on.course else "/"),
        signed_in=person is not None,
    )  # fmt: skip


def play_url(slug: str, mode: str, on: Trip, **more: str | int) -> str:
    """Where a practice is played in a mode."""
    values: dict[str, Any] = {"slug": slug, "mode": SLUGS[mode], **on.values, **more}
    return url_for("practice.play", **values) if more else address("practice.play", **values)


def _mode(slug: str) -> str:
    mode = mode_of(slug)
    if mode is None:
        raise NotFound
    return mode


def _number(typed: str | None) -> int | None:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 16 else None


@routes.get("/<slug>/<mode>", ANYONE, endpoint="play")
def play_page(slug: str, mode: str) -> Answer:
    """The screen where the learner stands; at the end, what they can do now."""
    way = _mode(mode)
    found = practice_for_anyone(slug, _number(request.args.get("r")))
    state = read(found.body, way, request.args.get("l", ""))
    on, token = trip(request.args), _token(request.args.get("t"))
    return page_of(found, state, on, token)


def _token(sent: str | None) -> str:
    try:
        return str(UUID(sent or ""))
    except ValueError:
        return str(uuid4())


class Ways(Struct, frozen=True):
    """Where the forms and links of a run lead: those of a published practice, or of a draft that its author tries."""

    step: str
    finish: str
    back: str
    play: Callable[[str], str]  # by the mode
    says: str = ""  # on a copy that a phone keeps: what it tells of a run besides its log, as JSON


def ways_of(slug: str, mode: str, on: Trip) -> Ways:
    return Ways(
        address("practice.step", slug=slug, mode=SLUGS[mode]),
        address("practice.finish", slug=slug, mode=SLUGS[mode]),
        address("practice.front", slug=slug, **on.values),
        lambda other: play_url(slug, other, on),
    )


def page_of(
    found: Published,
    state: State,
    on: Trip,
    token: str,
    typed: Mapping[str, str] | None = None,
    ways: Ways | None = None,
) -> str:
    """The page where a run stands: the screen, or the end. `typed`: what was filled in, and not rightly."""
    body, mode = found.body, state.mode
    ways = ways or ways_of(found.slug, mode, on)
    if is_over(body, state):
        return _done_page(found, state, on, ways)
    return render(
        "practice/play/play.html",
        practice=practice_row(found.slug, body),
        mode=mode,
        mode_name=say(NAMES[mode]),
        state=state,
        coach=coach(body, state),
        shown=shown(body, state, typed),
        screens=screens(body),
        law=law(body, mode),
        log=written(state.log),
        began=bool(state.log),
        revision=found.revision_id,
        token=token,
        trip=on,
        lamp_states=["on" if n < state.step else "now" if n == state.step else "" for n in range(len(body["steps"]))],
        back_url=ways.back,
        step_url=ways.step,
        finish_url=ways.finish,
        says=ways.says,
        **_done(found, mode, None, on, ways),
    )


class Onward(Struct, frozen=True):
    """A button of the last page."""

    label: str
    url: str


def _done(found: Published, mode: str, result: Grade | None, on: Trip, ways: Ways) -> dict[str, object]:
    """What the last page names. Without a result, for the script to fill in: of a test that was passed, or not."""
    body = found.body
    last = body["done"]
    again = Onward(say(AGAIN), ways.play(mode))
    follow = {WATCH: GUIDED, GUIDED: ALONE}.get(mode)
    back = _back(found.slug, on)
    test = Onward(say(NAMES[EXAM]), ways.play(EXAM))
    return {
        "done_say": inline(last["say"]),
        "can": last["can"],
        "result": result,
        "onward": Onward(say(FOLLOW[follow]), ways.play(follow)) if follow else back,
        "others": [back, again] if follow else ([] if mode == EXAM else [test]) + [again],
    }


def _back(slug: str, on: Trip) -> Onward:
    if on.back:
        return Onward(say(BACK_TO_LESSON), on.back)
    if on.course:
        person = here_or_none()
        try:
            at = course_for(person, on.course)
            following = at.after(at.place("practice", slug))
        except NotFound:
            following = None
        if following is not None:
            return Onward(say(GO_ON), url_of(following.kind, on.course, following.slug))
        return Onward(say(BACK_TO_COURSE), address("courses.course", slug=on.course))
    return Onward(say(HOME), "/")


def _done_page(found: Published, state: State, on: Trip, ways: Ways) -> str:
    person = here_or_none()
    return render(
        "practice/play/done.html",
        practice=practice_row(found.slug, found.body),
        mode=state.mode,
        mode_name=say(NAMES[state.mode]),
        signed_in=person is not None,
        lamp_states=["on"] * len(found.body["steps"]),
        back_url=ways.back,
        **_done(found, state.mode, grade(found.body, state.log), on, ways),
    )


@routes.post("/<slug>/<mode>", ANYONE, endpoint="step")
def step(slug: str, mode: str) -> Answer:
    """One tap, without a script. The last one keeps the run."""
    way, sent = _mode(mode), request.form
    found = practice_for_anyone(slug, _number(sent.get("r")))
    on, token = trip(sent), _token(sent.get("t"))
    before, after, wrong = tapped(found, way)
    if wrong:
        return page_of(found, after, on, token, wrong), 422
    if is_over(found.body, after) and not is_over(found.body, before):
        _keep(found, after, token, on)
    more: dict[str, str | int] = {"r": found.revision_id, "t": token, "l": written(after.log)}
    return redirect(play_url(slug, way, on, **more), 303)


@routes.post("/<slug>/<mode>/xong", ANYONE)
def finish(slug: str, mode: str) -> Answer:
    """A whole run at once: what the script has played."""
    way, sent = _mode(mode), request.form
    found = practice_for_anyone(slug, _number(sent.get("r")))
    on, token = trip(sent), _token(sent.get("t"))
    state = read(found.body, way, sent.get("l", ""), sent.get("ms", ""))
    if not is_over(found.body, state):
        return page_of(found, state, on, token), 422
    _keep(found, state, token, on)
    if wants_fragment():
        return render_fragment("practice/play/kept.html", signed_in=here_or_none() is not None)
    more: dict[str, str | int] = {"r": found.revision_id, "t": token, "l": written(state.log)}
    return redirect(play_url(slug, way, on, **more), 303)


def tapped(found: Published, mode: str) -> tuple[State, State, Mapping[str, str]]:
    """What a posted tap does: the state before it, the one after, and what was filled in where it was not right."""
    sent = request.form
    before = read(found.body, mode, sent.get("l", ""))
    typed = {name[2:]: value for name, value in sent.items() if name.startswith("v-")}
    action = Action(sent.get("tap", ""), typed)
    after, said = play(found.body, before, action)
    wrong = typed if said.kind == "values" and not fits(found.body, before, action) else {}
    return before, after, wrong


def _keep(found: Published, state: State, token: str, on: Trip) -> None:
    person = here_or_none()
    if person is None:
        return
    course_id = None
    if on.course:
        try:
            at = course_for(person, on.course)
            at.place("practice", found.slug)
            course_id = None if at.enrollment else at.course.id
        except NotFound:
            course_id = None
    with unit_of_work():
        running.keep(person.id, found, state, UUID(token).bytes, course_id)
