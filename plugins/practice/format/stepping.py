"""How a practice is played: one law for the server and for the script that plays it without a line. Pure.

All that has happened is the log of what was tapped; where the learner stands, and what is said to them, follows from
it. `static/practice/player.js` implements the same law; tests/practice/law.json holds both to it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from plugins.practice.format.widgets import inputs_on, taps_on

WATCH, GUIDED, ALONE, EXAM = MODES = ("watch", "guided", "alone", "exam")
NEXT, BACK, SHOW, SKIP = "@next", "@back", "@show", "@skip"
MOST_STEPS = 30
MOST_LOG = 200  # taps; of a run that is longer the last wrong one is written over
ANYTHING = "*"  # as a wanted value: whatever is typed; as a miss: for every other tap

Practice = Mapping[str, Any]


class Entry(Struct, frozen=True):
    """One tap: in which step, on what, whether it was right, after how many milliseconds (None: not known)."""

    step: int
    tap: str
    right: bool
    ms: int | None = None


class State(Struct, frozen=True):
    """Where a learner stands: the step (as many as there are steps: the end), and the tap that led them astray."""

    mode: str
    step: int = 0
    away: str = ""
    log: tuple[Entry, ...] = ()


class Action(Struct, frozen=True):
    """A tap, with what is filled in on the screen."""

    tap: str
    values: Mapping[str, str]
    ms: int | None = None


class Told(Struct, frozen=True):
    """What is said about where the learner stands.

    kind: say, miss, values (the right button, but something is filled in wrongly), trap, astray, show, done.
    text: the author's words for it, Markdown inline; empty where the player has words of its own. hint: the step's
    hint where it is shown now. ring: what is shown to be tapped. may: the actions beside the taps that are offered.
    """

    kind: str
    text: str
    hint: str = ""
    ring: str = ""
    may: tuple[str, ...] = ()


def begin(mode: str) -> State:
    """The beginning."""
    return State(mode)


def is_over(practice: Practice, state: State) -> bool:
    """Whether the last step is done."""
    return state.step >= len(practice["steps"])


def screen_of(practice: Practice, state: State) -> str:
    """The screen that the learner sees; at the end, the last one."""
    steps = practice["steps"]
    step = steps[min(state.step, len(steps) - 1)]
    return str(step["branch"][state.away]["screen"] if state.away else step["screen"])


def view_of(practice: Practice, screen: str) -> Sequence[Mapping[str, Any]]:
    """The widgets of a screen."""
    return next((s["view"] for s in practice["screens"] if s["id"] == screen), ())


def play(practice: Practice, state: State, action: Action) -> tuple[State, Told]:
    """One tap. What cannot be tapped where the learner stands changes nothing."""
    after = advance(practice, state, action.tap, fits(practice, state, action), action.ms)
    return after, told(practice, after)


def fits(practice: Practice, state: State, action: Action) -> bool:
    """Whether a tap is one that the step wants, and everything that it wants filled in is."""
    if is_over(practice, state) or state.away:
        return False
    step = practice["steps"][state.step]
    kinds = {one: widget["w"] for one, widget in inputs_on(view_of(practice, step["screen"])).items()}
    return any(
        want["tap"] == action.tap
        and all(
            same(action.values.get(name, ""), wanted, kinds.get(name, "field"), want["exact"])
            for name, wanted in want["values"].items()
        )
        for want in step["want"]
    )


def advance(practice: Practice, state: State, tap: str, right: bool, ms: int | None = None) -> State:
    """One tap of which it is known whether it is what the step wants: what the log is read back with."""
    if is_over(practice, state):
        return state
    step = practice["steps"][state.step]
    entry = Entry(state.step, tap, False, ms)
    if state.away:
        return replace(state, away="", log=_with(state.log, entry)) if tap == BACK else state
    if state.mode == WATCH:
        seen = tap == NEXT or tap in wanted(step)
        return _on(state, replace(entry, tap=NEXT, right=True)) if seen else state
    if tap == SKIP:
        return _on(state, entry) if state.mode == EXAM else state
    if tap == SHOW:
        return replace(state, log=_with(state.log, entry)) if SHOW in _may(state) else state
    if tap not in taps_on(view_of(practice, step["screen"])):
        return state
    if right and tap in wanted(step):
        return _on(state, replace(entry, right=True))
    away = tap if state.mode != EXAM and tap in step["branch"] else ""
    return replace(state, away=away, log=_with(state.log, entry))


def told(practice: Practice, state: State) -> Told:
    """What is said where the learner stands."""
    if is_over(practice, state):
        return Told("done", practice["done"]["say"])
    step = practice["steps"][state.step]
    if state.away:
        return Told("astray", step["branch"][state.away]["say"], may=(BACK,))
    ring = step["want"][0]["tap"]
    if state.mode == WATCH:
        return Told("say", step["say"], ring=ring, may=(NEXT,))
    if state.mode == EXAM:
        return Told("say", practice["task"] or step["say"], may=(SKIP,))
    may = _may(state)
    hint = step["hint"] if may else ""
    last = state.log[-1] if state.log and state.log[-1].step == state.step else None
    if last is None or last.tap == BACK:
        return Told("say", step["say"], hint, may=may)
    if last.tap == SHOW:
        return Told("show", step["say"], hint, ring, may)
    if last.tap in step["traps"]:
        return Told("trap", step["traps"][last.tap], hint, may=may)
    own = step["miss"].get(last.tap, "")
    if last.tap in wanted(step):
        return Told("values", own, hint, may=may)
    return Told("miss", own or step["miss"].get(ANYTHING, ""), hint, may=may)


def wanted(step: Mapping[str, Any]) -> list[str]:
    """The taps that a step wants."""
    return [want["tap"] for want in step["want"]]


def replay(practice: Practice, mode: str, taps: Iterable[tuple[str, bool, int | None]]) -> State:
    """Where a log leads: (what was tapped, whether what was filled in was right, milliseconds), one after another."""
    state = begin(mode)
    for tap, right, ms in taps:
        state = advance(practice, state, tap, right, ms)
    return state


_TOKEN = re.compile(r"@?[a-z0-9-]{1,40}!?")


def written(log: Sequence[Entry]) -> str:
    """A log as one text for addresses and forms: `bank.sms!.next`; a mark behind what was not right."""
    return ".".join(entry.tap + ("" if entry.right else "!") for entry in log)


def read(practice: Practice, mode: str, log: str, times: str = "") -> State:
    """The state that `written` came from; from what cannot be read on, nothing counts.

    `times`: the milliseconds of each tap, written alike.
    """
    taps = []
    spans = times.split(".")
    for number, token in enumerate(log.split(".")[: MOST_LOG + MOST_STEPS] if log else ()):
        if not _TOKEN.fullmatch(token):
            break
        span = spans[number] if number < len(spans) else ""
        ms = int(span) if span.isascii() and span.isdigit() and len(span) < 9 else None
        taps.append((token.rstrip("!"), not token.endswith("!"), ms))
    return replay(practice, mode, taps)


def same(typed: str, wanted_: str, kind: str, exact: bool) -> bool:
    """Whether what was filled in is what is wanted: trimmed; of amounts the digits alone; else, unless `exact`,
    whatever the case and the marks."""
    if kind == "amount":
        return bool(digits(typed)) and digits(typed) == digits(wanted_)
    if wanted_ == ANYTHING:
        return bool(typed.strip())
    if exact:
        return unicodedata.normalize("NFC", typed).strip() == unicodedata.normalize("NFC", wanted_).strip()
    return folded(typed) == folded(wanted_)


def digits(text: str) -> str:
    """The digits of an amount, without noughts before it."""
    return re.sub(r"[^0-9]", "", text).lstrip("0")


def folded(text: str) -> str:
    """A text without case and marks, its words one space apart."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join(re.sub("[\u0300-\u036f]", "", plain).split())


def _on(state: State, entry: Entry) -> State:
    return replace(state, step=state.step + 1, log=_with(state.log, entry))


def _with(log: tuple[Entry, ...], entry: Entry) -> tuple[Entry, ...]:
    return (*log[: MOST_LOG - 1], entry) if len(log) >= MOST_LOG and not entry.right else (*log, entry)


def _may(state: State) -> tuple[str, ...]:
    """Whether showing is offered: always with a guide, alone after something went wrong in this step."""
    missed = any(e.step == state.step and e.tap != BACK for e in state.log)
    return (SHOW,) if state.mode == GUIDED or (state.mode == ALONE and missed) else ()
