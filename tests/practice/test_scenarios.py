"""The practices that are shipped: each can be played to its end in every way, and keeps the rules of good content."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lms.api.web import icon_names
from plugins.practice.format.checking import advice, texts
from plugins.practice.format.grading import grade
from plugins.practice.format.reading import read_text
from plugins.practice.format.stepping import BACK, EXAM, MODES, NEXT, WATCH, Action, State, begin, is_over, play
from plugins.practice.format.widgets import inputs_on, taps_on
from plugins.practice.format.writing import written
from plugins.practice.pictures import described

STARTER = Path(__file__).parents[2] / "content" / "starter"
SLUGS = (
    "chan-va-bao-so-la",
    "cho-chu-to-len",
    "dang-nhap-vneid",
    "giay-xac-nhan-cu-tru",
    "goi-hinh",
    "ma-otp-qua-dien-thoai",
    "quet-ma-tra-tien",
    "tin-nhan-gia",
    "tra-tien-dien",
)
WITH_CONSEQUENCE = (
    "quet-ma-tra-tien",
    "tin-nhan-gia",
    "ma-otp-qua-dien-thoai",
    "dang-nhap-vneid",
    "chan-va-bao-so-la",
)
each = pytest.mark.parametrize("slug", SLUGS)


@cache
def practice(slug: str) -> dict[str, Any]:
    """A shipped practice, with the files beside it."""
    folder = STARTER / "practices"
    files = {file.name: described(file.name, file.read_bytes()) for file in sorted((folder / slug).glob("*.*"))}
    body, problems = read_text((folder / f"{slug}.yaml").read_text(encoding="utf-8"), slug, icon_names(), files)
    assert body is not None, [(p.line, p.message) for p in problems]
    return body


def right(step: Mapping[str, Any]) -> Action:
    """The first right answer of a step."""
    want = step["want"][0]
    return Action(want["tap"], want["values"])


def played(body: Mapping[str, Any], mode: str) -> State:
    """A run without a mistake."""
    state = begin(mode)
    for step in body["steps"]:
        state, _told = play(body, state, Action(NEXT, {}) if mode == WATCH else right(step))
    return state


def view(body: Mapping[str, Any], screen: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = next(s["view"] for s in body["screens"] if s["id"] == screen)
    return found


def test_these_nine_are_shipped() -> None:
    assert tuple(sorted(file.stem for file in (STARTER / "practices").glob("*.yaml"))) == SLUGS


@each
def test_nothing_is_missing_and_nothing_could_be_better(slug: str) -> None:
    body = practice(slug)
    assert [(fault.path, fault.code) for fault in advice(body)] == []
    assert 5 <= len(body["steps"]) <= 9
    assert len(body["done"]["can"]) == 3
    assert body["groups"]
    assert body["address"] == "bác"
    assert sorted(body["files"]) == sorted({w["src"] for s in body["screens"] for w in s["view"] if w["w"] == "scene"})


@each
def test_what_is_written_is_what_is_read(slug: str) -> None:
    body = practice(slug)
    again, problems = read_text(written(body), slug, icon_names(), body["files"])
    assert problems == []
    assert again == body


@each
@pytest.mark.parametrize("mode", MODES)
def test_it_can_be_played_to_the_end(slug: str, mode: str) -> None:
    body = practice(slug)
    state = played(body, mode)
    assert is_over(body, state)
    if mode == EXAM:
        result = grade(body, state.log)
        assert (result.points, result.traps, result.passed) == (len(body["steps"]), 0, True)


@each
def test_every_other_right_answer_is_right_too(slug: str) -> None:
    body = practice(slug)
    state = begin("alone")
    for step in body["steps"]:
        after = {play(body, state, Action(w["tap"], w["values"]))[0].step for w in step["want"]}
        assert after == {state.step + 1}
        state, _told = play(body, state, right(step))


@each
def test_every_wrong_tap_is_answered_in_the_authors_words(slug: str) -> None:
    body = practice(slug)
    state = begin("guided")
    for number, step in enumerate(body["steps"]):
        filled = {want["tap"] for want in step["want"] if want["values"]}
        rights = {want["tap"] for want in step["want"]} - filled
        for tap in (t for t in taps_on(view(body, step["screen"])) if t not in rights):
            away, told = play(body, state, Action(tap, {}))
            assert away.step == number
            assert told.text, (number, tap)
            if told.kind == "astray":
                assert "Vì sao?" in told.text
                home, again = play(body, away, Action(BACK, {}))
                assert (home.step, again.text) == (number, step["say"])
        state, _told = play(body, state, right(step))


@each
def test_a_trap_fails_the_test(slug: str) -> None:
    body = practice(slug)
    traps = [(n, name) for n, step in enumerate(body["steps"]) for name in step["traps"]]
    if slug != "giay-xac-nhan-cu-tru" or traps:
        assert traps
    for place, name in traps:
        state = begin(EXAM)
        for number, step in enumerate(body["steps"]):
            if number == place:
                state, _told = play(body, state, Action(name, {}))
            state, _told = play(body, state, right(step))
        assert is_over(body, state)
        assert not grade(body, state.log).passed


@pytest.mark.parametrize("slug", WITH_CONSEQUENCE)
def test_where_money_is_lost_the_consequence_is_shown(slug: str) -> None:
    body = practice(slug)
    shown = {b["screen"] for step in body["steps"] for b in step["branch"].values()}
    assert shown
    for name in shown:
        assert any(w["w"] == "result" and w["state"] == "bad" for w in view(body, name))


@each
def test_no_secret_of_ones_own_is_asked(slug: str) -> None:
    """What has to be typed into a hidden field stands on the screen, so that nobody types their own."""
    body = practice(slug)
    for step in body["steps"]:
        screen = view(body, step["screen"])
        for name, widget in inputs_on(screen).items():
            if widget["w"] == "field" and widget["type"] == "password":
                wanted = step["want"][0]["values"][name]
                assert wanted != "*"
                assert any(w["w"] == "text" and "tập" in w["text"] and wanted in w["text"] for w in screen)


@each
def test_the_skills_are_the_frameworks(slug: str) -> None:
    [file] = (STARTER / "frameworks").glob("*.json")
    known = {
        s["code"] for item in json.loads(file.read_text(encoding="utf-8"))["items"] for s in item.get("skills", ())
    }
    assert set(practice(slug)["skills"]) <= known
    assert practice(slug)["skills"]


def test_copies_of_real_services_say_that_they_are_copies() -> None:
    services = {"giay-xac-nhan-cu-tru": "Cổng Dịch vụ công", "dang-nhap-vneid": "VNeID"}
    for slug in services:
        copies = [s for s in practice(slug)["screens"] if any("Bản tập, không phải" in str(w) for w in s["view"])]
        assert len(copies) >= 5, slug


def test_nobody_is_blamed() -> None:
    rough = re.compile(r"\b(sai rồi|ngu|dốt|dại|kém|lỗi của bác|tại bác)\b", re.IGNORECASE)
    for slug in SLUGS:
        for path, text in texts(practice(slug)):
            assert not rough.search(text), (slug, path, text)


@each
def test_a_lesson_leads_to_it(slug: str) -> None:
    lessons = [f.read_text(encoding="utf-8") for f in (STARTER / "lessons").glob("*/lesson.md")]
    assert sum(f":::practice {slug}\n" in text for text in lessons) == 1
