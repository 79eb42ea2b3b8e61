"""One law: the server's function and the page's script give the same for every case of law.json."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.testing.pytest_plugin import missing
from plugins.practice.format.grading import grade
from plugins.practice.format.stepping import (
    ALONE,
    EXAM,
    GUIDED,
    MODES,
    MOST_LOG,
    Action,
    State,
    advance,
    begin,
    is_over,
    play,
    read,
    told,
    written,
)
from plugins.practice.format.widgets import inputs_on

TABLE: dict[str, Any] = json.loads((Path(__file__).parent / "law.json").read_text(encoding="utf-8"))
PRACTICE: dict[str, Any] = TABLE["practice"]
PLAYER = Path(__file__).parents[2] / "plugins/practice/static/practice/player.js"
CASES = TABLE["cases"]


def played(case: dict[str, Any]) -> dict[str, Any]:
    """What the server's law makes of a case, in the words of the table."""
    state = begin(case["mode"])
    for tap, values in case["taps"]:
        state, _told = play(PRACTICE, state, Action(tap, values))
    said, result = told(PRACTICE, state), grade(PRACTICE, state.log)
    return {
        "step": state.step,
        "away": state.away,
        "log": written(state.log),
        "told": {"kind": said.kind, "text": said.text, "hint": said.hint, "ring": said.ring, "may": list(said.may)},
        "grade": [result.points, result.most, result.traps, result.passed],
    }


def expected(case: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """The table's row; the words of the end are the page's, not the law's."""
    wanted = {key: case[key] for key in ("step", "away", "log", "grade")}
    wanted["told"] = {"text": found["told"]["text"], **case["told"]}
    return wanted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_server_plays_by_the_law(case: dict[str, Any]) -> None:
    found = played(case)
    assert found == expected(case, found)


RUN = """
require(process.argv[1]);
const { start, play, told, grade } = globalThis.practice;
const { law, cases } = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map((one) => {
  const here = { ...law, mode: one.mode };
  let state = start;
  for (const [tap, values] of one.taps) state = play(here, state, tap, values, 5);
  const said = told(here, state);
  const result = grade(here, state.log);
  return {
    step: state.step, away: state.away,
    log: state.log.map((e) => e.tap + (e.right ? "" : "!")).join("."),
    told: { kind: said.kind, text: said.text || "", hint: said.hint, ring: said.ring, may: said.may },
    grade: [result.points, result.most, result.traps, result.passed],
  };
})));
"""


def law_for_script() -> dict[str, Any]:
    """The practice as the page hands it to the script, but for its drawn texts."""
    views = {screen["id"]: screen["view"] for screen in PRACTICE["screens"]}
    steps = []
    for step in PRACTICE["steps"]:
        kinds = {name: widget["w"] for name, widget in inputs_on(views[step["screen"]]).items()}
        want = [
            {**one, "values": {name: [value, kinds[name]] for name, value in one["values"].items()}}
            for one in step["want"]
        ]
        steps.append({**step, "want": want})
    return {"task": PRACTICE["task"], "steps": steps}


def scripted(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the script makes of the cases."""
    node = shutil.which("node")
    if node is None:
        missing("node", "install it to hold the script to the law")
    done = subprocess.run(
        [node, "-e", RUN, str(PLAYER)],
        input=json.dumps({"law": law_for_script(), "cases": cases}),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_the_script_plays_by_the_law() -> None:
    wrong = []
    for case, found in zip(CASES, scripted(CASES), strict=True):
        if found != expected(case, found):
            wrong.append((case["name"], found, expected(case, found)))
    assert wrong == []


TAPS = ["bank", "sms", "shop", "open", "link", "next", "out", "ok", "give", "cry", "@next", "@back", "@show", "@skip"]
VALUES = [
    {},
    {"amount": "30000", "note": "tiền rau"},
    {"amount": "3", "note": ""},
    {"pass": "x", "who": "me"},
    {"pass": "", "who": "other"},
]
on_screen = {s["id"]: s["view"] for s in PRACTICE["screens"]}


def random_cases() -> list[dict[str, Any]]:
    """Runs by chance, always the same ones, of taps that the screens offer."""
    import random

    from plugins.practice.format.stepping import screen_of
    from plugins.practice.format.widgets import taps_on

    chance = random.Random(1945)
    cases = []
    for number in range(400):
        mode = MODES[number % 4]
        state, taps = begin(mode), []
        for _ in range(chance.randint(0, 14)):
            here = taps_on(on_screen[screen_of(PRACTICE, state)])
            tap, values = chance.choice([*here, *here, "@next", "@back", "@show", "@skip"]), chance.choice(VALUES)
            taps.append([tap, values])
            state, _told = play(PRACTICE, state, Action(tap, values))
        cases.append({"mode": mode, "taps": taps})
    return cases


def test_server_and_script_agree_on_what_nobody_thought_of() -> None:
    cases = random_cases()
    for case, found in zip(cases, scripted(cases), strict=True):
        mine = played(case)
        if mine["told"]["kind"] == "done":
            found["told"]["text"] = mine["told"]["text"]
        assert found == mine, case


@given(
    st.sampled_from(MODES),
    st.lists(st.tuples(st.sampled_from(TAPS), st.sampled_from(VALUES)), max_size=30),
)
@settings(max_examples=150, deadline=None)
def test_a_log_says_where_one_stands(mode: str, taps: list[tuple[str, dict[str, str]]]) -> None:
    """What is written into an address and read back is the same state: going back in the browser goes back."""
    state = begin(mode)
    for tap, values in taps:
        state, _told = play(PRACTICE, state, Action(tap, values, 7))
        times = ".".join(str(entry.ms) for entry in state.log)
        assert read(PRACTICE, mode, written(state.log), times) == state
        assert 0 <= grade(PRACTICE, state.log).points <= 3


def test_what_cannot_be_tapped_there_changes_nothing() -> None:
    assert play(PRACTICE, begin(GUIDED), Action("give", {}))[0] == begin(GUIDED)
    assert read(PRACTICE, GUIDED, "give!.<script>.bank") == begin(GUIDED)
    assert read(PRACTICE, GUIDED, "next.ok.ok") == begin(GUIDED), "nobody skips steps by saying so"


def test_a_run_without_end_is_kept_short_and_can_still_be_finished() -> None:
    state = begin(ALONE)
    for _ in range(1000):
        state = advance(PRACTICE, state, "sms", False)
    assert len(state.log) == MOST_LOG
    for tap in ("bank", "next", "ok"):
        state = advance(PRACTICE, state, tap, True)
    assert is_over(PRACTICE, state)
    assert is_over(PRACTICE, read(PRACTICE, ALONE, written(state.log)))


def test_a_trap_fails_the_test() -> None:
    state = begin(EXAM)
    for tap, right in (("bank", True), ("next", True), ("ok", True)):
        state = advance(PRACTICE, state, tap, right)
    assert grade(PRACTICE, state.log).passed
    trapped = State(EXAM)
    for tap, right in (("link", False), ("bank", True), ("next", True), ("ok", True)):
        trapped = advance(PRACTICE, trapped, tap, right)
    result = grade(PRACTICE, trapped.log)
    assert (result.points, result.most, result.traps, result.passed) == (1, 3, 1, False)
