"""Playing without a script, page by page; what is kept of it, and what never is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.api.work import clock, connection, unit_of_work
from lms.learning.activities import anchor
from lms.learning.models import Activity, Evidence, Kind, Practised
from lms.testing.page_client import Pages
from plugins.practice.format.checking import faults
from plugins.practice.format.stepping import Action, begin, play, written
from plugins.practice.models import Run, RunStep
from plugins.practice.services import authoring, running

SLUG = "tra-tien-thu"
ROOM = f"/thuc-hanh/{SLUG}"
LAW = json.loads((Path(__file__).parent / "law.json").read_text(encoding="utf-8"))["practice"]
SignIn = Callable[..., FlaskClient]
PRACTICE: dict[str, Any] = {
    **LAW,
    "slug": SLUG,
    "title": "Trả tiền thử",
    "promise": "Luyện xong, bác biết trả tiền.",
    "address": "bác",
    "device": "phone",
    "minutes": 3,
    "groups": ["citizens"],
    "skills": ["ND.5.3"],
    "checked": None,
    "review": None,
    "sources": [],
    "files": {},
}
RIGHT = [
    ("bank", {}),
    ("next", {"amount": "30000", "note": "Tiền rau"}),
    ("ok", {"pass": "mat-khau-that", "who": "me"}),
]


def published(app: Flask) -> int:
    """The practice of the table, published; its activity's id."""
    with app.app_context(), unit_of_work():
        activity_id = anchor("practice", SLUG, PRACTICE["title"], 3)
        authoring.publish_body(activity_id, PRACTICE, None)
    return activity_id


@pytest.fixture
def practice(any_app: Flask) -> Flask:
    published(any_app)
    return any_app


def tap(client: FlaskClient, mode: str, at: str, what: str, values: dict[str, str]) -> Any:
    """One form post from the page at an address, as its form sends it."""
    page = client.get(at)
    assert page.status_code == 200, at
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    assert f'action="{ROOM}/{mode}"' in page.text
    return client.post(
        f"{ROOM}/{mode}", data={**sent, "tap": what, **{f"v-{name}": value for name, value in values.items()}}
    )


def play_all(client: FlaskClient, mode: str, taps: list[tuple[str, dict[str, str]]], at: str = "") -> str:
    """Plays without a script; returns the address of the last page."""
    at = at or f"{ROOM}/{mode}"
    for what, values in taps:
        answer = tap(client, mode, at, what, values)
        assert answer.status_code == 303, answer.text
        at = answer.headers["Location"]
    return at


def rows(app: Flask, table: Any) -> list[Any]:
    with app.app_context():
        return list(connection().execute(select(table)))


def evidence(app: Flask) -> list[Any]:
    """What the ledger says of practices."""
    e, a = Evidence.__table__, Activity.__table__
    with app.app_context():
        return list(
            connection().execute(
                select(e.c.kind, e.c.raw, e.c.most, e.c.passed, e.c.content_id)
                .join(a, a.c.id == e.c.activity_id)
                .where(a.c.slug == SLUG)
                .order_by(e.c.id)
            )
        )


def test_the_table_s_practice_is_a_good_one() -> None:
    icons = {"landmark", "message-circle", "house"}
    assert faults(PRACTICE, icons) == []


def test_somebody_unknown_plays_to_the_end_and_nothing_is_kept(practice: Flask) -> None:
    client = practice.test_client()
    end = play_all(client, "chi-dan", RIGHT)
    page = client.get(end)
    assert "Xong rồi!" in page.text
    assert "Trả tiền" in page.text
    assert "Giỏi quá!" in page.text
    assert rows(practice, Run.__table__) == []
    assert evidence(practice) == []


def test_going_back_in_the_browser_goes_back(practice: Flask) -> None:
    client = practice.test_client()
    first = play_all(client, "chi-dan", RIGHT[:1])
    second = play_all(client, "chi-dan", RIGHT[1:2], first)
    assert "Gõ mật khẩu." in client.get(second).text
    assert "Gõ 30.000." in client.get(first).text
    assert "Gõ mật khẩu." in client.get(play_all(client, "chi-dan", RIGHT[1:2], first)).text


def test_each_mode_says_what_it_should(practice: Flask) -> None:
    client = practice.test_client()
    watch, guided = client.get(f"{ROOM}/xem").text, client.get(f"{ROOM}/chi-dan").text
    alone, exam = client.get(f"{ROOM}/tu-lam").text, client.get(f"{ROOM}/kiem-tra").text

    def coach(page: str) -> str:
        return page.partition('class="coach"')[2].partition("</section>")[0]

    def offered(page: str) -> list[str]:
        return re.findall(r'name="tap" value="(@\w+)">', coach(page))

    assert [offered(page) for page in (watch, guided, alone, exam)] == [["@next"], ["@show"], [], ["@skip"]]
    assert ["Ô đầu tiên." in coach(page) for page in (watch, guided, alone, exam)] == [False, True, False, False]
    assert "Trả 30.000 đồng cho chị Hoa." in coach(exam)
    assert "Mở ngân hàng." not in coach(exam)
    screens = [page.partition("<main")[2].partition("<template")[0] for page in (watch, guided, alone, exam)]
    assert [screen.count(" hot") for screen in screens] == [1, 0, 0, 0]
    for page in (watch, guided, alone, exam):
        assert "Luyện tập, không mất tiền thật" in page


def test_a_wrong_tap_is_answered_kindly_and_a_trap_shows_what_follows(practice: Flask) -> None:
    client = practice.test_client()
    missed = client.get(play_all(client, "tu-lam", [("sms", {})])).text
    assert "Đây là tin nhắn." in missed
    assert "Ô đầu tiên." in missed
    lost = client.get(play_all(client, "tu-lam", [("link", {})])).text
    assert "Tiền đã mất." in lost
    assert "Mất tiền</h2>" in lost
    back = client.get(play_all(client, "tu-lam", [("link", {}), ("@back", {})])).text
    assert "Mở ngân hàng." in back
    assert "Màn hình chính</h2>" in back


def test_what_was_typed_wrongly_comes_back_and_a_password_does_not(practice: Flask) -> None:
    client = practice.test_client()
    at = play_all(client, "tu-lam", RIGHT[:1])
    answer = tap(client, "tu-lam", at, "next", {"amount": "3.000", "note": "Tiền rau"})
    assert answer.status_code == 422
    assert "Số tiền chưa đúng." in answer.text
    assert 'value="3.000"' in answer.text
    at = play_all(client, "tu-lam", RIGHT[:2])
    answer = tap(client, "tu-lam", at, "ok", {"pass": "mat-khau-that", "who": "other"})
    assert answer.status_code == 422
    assert "mat-khau-that" not in answer.text


def test_what_is_typed_is_in_no_address_and_in_no_table(practice: Flask, sign_in: SignIn) -> None:
    learner = sign_in("learner", on=practice)
    at = f"{ROOM}/tu-lam"
    for what, values in RIGHT:
        at = play_all(learner, "tu-lam", [(what, values)], at)
        assert "mat-khau-that" not in at
        assert "30000" not in at
    kept = [list(row) for row in (*rows(practice, Run.__table__), *rows(practice, RunStep.__table__))]
    assert kept
    assert "mat-khau-that" not in str(kept)


def test_a_run_is_evidence_once(practice: Flask, sign_in: SignIn) -> None:
    learner = sign_in("learner", on=practice)
    before = play_all(learner, "chi-dan", [("sms", {}), *RIGHT[:2]])
    for _ in range(2):  # on a bad line the last form is sent twice
        end = play_all(learner, "chi-dan", RIGHT[2:], before)
    assert "Kết quả đã được lưu" in learner.get(end).text
    (run,) = rows(practice, Run.__table__)
    assert (run.mode, run.points, run.most, run.traps) == (1, 2, 3, 0)
    steps = [
        (s.step, s.tap, s.right, s.ms) for s in sorted(rows(practice, RunStep.__table__), key=lambda s: s.position)
    ]
    assert steps == [(0, "sms", False, None), (0, "bank", True, None), (1, "next", True, None), (2, "ok", True, None)]
    (fact,) = evidence(practice)
    assert (fact.kind, fact.raw, fact.content_id) == (Kind.COMPLETED, None, run.revision_id)
    assert [(p.kind, p.slug) for p in rows(practice, Practised.__table__) if p.slug == SLUG] == [("practice", SLUG)]


def test_the_test_is_scored_and_a_trap_fails_it(practice: Flask, sign_in: SignIn) -> None:
    learner = sign_in("learner", on=practice)
    failed = learner.get(play_all(learner, "kiem-tra", [("link", {}), *RIGHT])).text
    assert "Chưa đạt, không sao cả" in failed
    assert not [p for p in rows(practice, Practised.__table__) if p.slug == SLUG]
    passed = learner.get(play_all(learner, "kiem-tra", RIGHT)).text
    assert "Bấm đúng ngay lần đầu" in passed
    assert "Chưa đạt" not in passed
    facts = [tuple(row)[:4] for row in evidence(practice)]
    assert facts == [(Kind.SCORED, 2, 6, False), (Kind.SCORED, 6, 6, True)]


def test_having_watched_is_remembered_and_completes_nothing(practice: Flask, sign_in: SignIn) -> None:
    learner = sign_in("learner", on=practice)

    def now() -> str:
        found = re.search(r'class="btn wide" href="([^"]+)"', learner.get(ROOM).text)
        assert found is not None
        return found[1]

    assert now() == f"{ROOM}/xem"
    play_all(learner, "xem", [("@next", {})] * 3)
    assert now() == f"{ROOM}/chi-dan"
    assert evidence(practice) == []
    play_all(learner, "chi-dan", RIGHT)
    assert now() == f"{ROOM}/tu-lam"
    play_all(learner, "tu-lam", RIGHT)
    assert now() == f"{ROOM}/tu-lam"
    assert len(rows(practice, Run.__table__)) == 3


def test_a_whole_run_of_the_script_is_the_same_run(practice: Flask, sign_in: SignIn) -> None:
    learner = sign_in("learner", on=practice)
    state = begin("alone")
    for what, values in [("sms", {}), *RIGHT]:
        state, _told = play(PRACTICE, state, Action(what, values))
    sent = {"l": written(state.log), "ms": "1200.800.400.90", "t": str(uuid4())}
    for _ in range(3):
        answer = learner.post(f"{ROOM}/tu-lam/xong", data=sent, headers={"X-Fragment": "1"})
        assert answer.status_code == 200
        assert "Kết quả đã được lưu" in answer.text
    assert len(rows(practice, Run.__table__)) == 1
    assert [s.ms for s in sorted(rows(practice, RunStep.__table__), key=lambda s: s.position)] == [1200, 800, 400, 90]
    unfinished = learner.post(f"{ROOM}/tu-lam/xong", data={"l": "bank.ok", "t": str(uuid4())})
    assert unfinished.status_code == 422
    assert "Gõ 30.000." in unfinished.text


@pytest.mark.parametrize(
    "log", ["bank.next", "@back.@back", "give", "x" * 5000, "a.b.c", "%00", "\u202e", "bank!" * 900, ".", "@next"]
)
def test_nonsense_in_an_address_is_a_page(practice: Flask, log: str) -> None:
    client = practice.test_client()
    for mode in ("xem", "chi-dan", "tu-lam", "kiem-tra"):
        assert client.get(f"{ROOM}/{mode}", query_string={"l": log, "r": "9" * 30, "t": "x"}).status_code == 200
        answer = client.post(f"{ROOM}/{mode}", data={"l": log, "tap": log, "t": log, "course": log, "return_to": log})
        assert answer.status_code in (303, 422)
    assert client.get(f"{ROOM}/khong-co").status_code == 404
    assert client.get("/thuc-hanh/khong-co").status_code == 404


def test_whoever_began_goes_on_with_the_revision_they_began(practice: Flask) -> None:
    client = practice.test_client()
    at = play_all(client, "chi-dan", RIGHT[:1])
    changed = {**PRACTICE, "steps": [{**step, "say": "Lời mới."} for step in PRACTICE["steps"]]}
    with practice.app_context(), unit_of_work():
        authoring.publish_body(anchor("practice", SLUG, PRACTICE["title"], 3), changed, None)
    assert "Gõ 30.000." in client.get(at).text
    assert "Lời mới." in client.get(f"{ROOM}/chi-dan").text


def test_it_leads_back_to_where_somebody_came_from_and_nowhere_else(practice: Flask) -> None:
    client = practice.test_client()
    at = f"{ROOM}/tu-lam?return_to=/hoc/x/y"
    end = play_all(client, "tu-lam", RIGHT, at)
    assert parse_qs(urlsplit(end).query)["return_to"] == ["/hoc/x/y"]
    assert 'href="/hoc/x/y"' in client.get(end).text
    evil = play_all(client, "tu-lam", RIGHT, f"{ROOM}/tu-lam?return_to=https://lua.example")
    assert "lua.example" not in client.get(evil).text


def test_taps_are_forgotten_after_their_term_and_the_result_stays(practice: Flask, sign_in: SignIn) -> None:
    learner = sign_in("learner", on=practice)
    play_all(learner, "tu-lam", RIGHT)
    with practice.app_context():
        now = clock.seconds()
        assert running.taps_before(now - 86400) == 0
        assert running.taps_before(now + 1) == 1
        running.forget_taps(now + 1)
        assert running.taps_before(now + 1) == 0
        assert connection().execute(select(func.count()).select_from(Run.__table__)).scalar() == 1


def test_pages_are_whole(practice: Flask) -> None:
    """Every page of a run, looked at by the page client: titles, headings, labels, ids, language."""
    pages = Pages(practice)
    pages.open(ROOM)
    for mode, log in (
        ("xem", ""),
        ("chi-dan", "sms!"),
        ("tu-lam", "link!"),
        ("kiem-tra", "bank"),
        ("tu-lam", "bank.next.ok"),
    ):
        pages.open(f"{ROOM}/{mode}?l={log}")


def test_what_is_said_by_the_house_stands_in_vietnamese(practice: Flask) -> None:
    client = practice.test_client()
    assert "Chưa phải chỗ này" in client.get(play_all(client, "tu-lam", [("bank", {}), ("out", {})])).text
