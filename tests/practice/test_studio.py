"""Writing practices: with forms, as text, by copying; who may; what happens when two write at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.audit import AuditEntry
from lms.db.unit_of_work import connection
from plugins.practice import drafts, queries
from plugins.practice.models import Run
from tests.studio.conftest import SVG, Author, begin, form_fields
from tests.studio.test_access import instructor_of

STUDIO = "/studio/luyen-tap"


@pytest.fixture
def author(sign_in: Any) -> Author:
    """The instructor of a commune."""
    return Author(sign_in("instructor"))


def body_of(app: Flask, slug: str) -> dict[str, Any]:
    with app.app_context():
        row = drafts.document(slug)
        assert row is not None
        return dict(row.draft)


def a_practice(author: Author, title: str = "Bật đèn pin") -> str:
    """Writes a practice of two screens and two steps that can be published; returns its editor's address."""
    page = begin(author, STUDIO, title)
    screen = author.press(page, "add:screen").headers["Location"]
    author.press(screen, "add::apps", name="Màn hình chính")
    change(author, screen, {"0-items-0-label": "Đèn pin", "0-items-1-label": "Cài đặt"}, "save")
    lit = author.press(page, "add:screen").headers["Location"]
    author.press(lit, "add::result", name="Đèn sáng")
    change(author, lit, {"0-title": "Đèn sáng rồi", "0-state": "good"}, "add::button")
    change(author, lit, {"1-text": "Tắt đèn"}, "save")
    step = author.press(page, "add:step").headers["Location"]
    change(author, step, {"say": "Bác mở **Đèn pin**.", "hint": "Ô đầu tiên.", "want-0-tap": "den-pin"})
    step = author.press(page, "add:step").headers["Location"]
    change(author, step, {"say": "Bác bấm **Tắt đèn**.", "want-0-tap": "tat-den"})
    author.press(
        page,
        "save",
        promise="Luyện xong, bác biết bật đèn.",
        done__say="Giỏi quá!",
        done__can="Bật đèn pin",
        groups=["citizens"],
    )
    return page


def change(author: Author, url: str, changes: Mapping[str, Any], do: str = "save", status: int = 303) -> TestResponse:
    """Presses a button with fields changed by their own names."""
    given: dict[str, Any] = dict(changes)
    return author.send(url, author.fields(url), do, status, **given)


def slug_of(page: str) -> str:
    return page.rsplit("/", 1)[1]


def test_from_nothing_to_a_learner(app: Flask, author: Author) -> None:
    page = a_practice(author)
    learner = app.test_client()
    assert learner.get("/thuc-hanh/bat-den-pin").status_code == 404
    author.press(page, "publish")
    text = learner.get("/thuc-hanh/bat-den-pin").get_data(as_text=True)
    assert "Luyện xong, bác biết bật đèn." in text
    first = learner.get("/thuc-hanh/bat-den-pin/chi-dan").get_data(as_text=True)
    assert 'value="den-pin"' in first
    with app.app_context():
        acts = list(connection().execute(select(AuditEntry.act)).scalars())
        assert {"practice.begun", "practice.published"} <= set(acts)


def test_published_is_final(app: Flask, author: Author) -> None:
    page = a_practice(author)
    author.press(page, "publish")
    with app.app_context():
        before = queries.newest("bat-den-pin")
        assert before is not None
    author.press(page, "publish")  # the same again makes no revision
    author.press(f"{page}/buoc/1", say="Bác mở **đèn**.")
    with app.app_context():
        now = queries.newest("bat-den-pin")
        assert now is not None
        assert now.revision_id == before.revision_id
        assert now.body["steps"][0]["say"] == "Bác mở **Đèn pin**."
    author.press(page, "publish")
    with app.app_context():
        after = queries.newest("bat-den-pin")
        assert after is not None
        assert after.revision_id != before.revision_id


def test_ids_are_made_from_words_and_then_stay(app: Flask, author: Author) -> None:
    page = a_practice(author)
    screen = body_of(app, "bat-den-pin")["screens"][0]["id"]
    address = f"{page}/man-hinh/{screen}"
    author.press(address, "row-add:0")
    change(author, address, {"0-items-2-label": "Đèn pin"}, "save")
    change(author, address, {"0-items-0-label": "Bóng đèn"}, "row-up:0:2")
    rows = body_of(app, "bat-den-pin")["screens"][0]["view"][0]["items"]
    assert [(row[0], row[2]) for row in rows] == [
        ("den-pin", "Bóng đèn"), ("den-pin-2", "Đèn pin"), ("cai-dat", "Cài đặt"),
    ]  # fmt: skip
    author.press(address, "row-remove:0:1")
    author.press(address, "row-remove:0:9")
    author.press(address, "row-up:0:x")
    assert [row[0] for row in body_of(app, "bat-den-pin")["screens"][0]["view"][0]["items"]] == ["den-pin", "cai-dat"]


def test_screens_and_steps_move_and_go(app: Flask, author: Author) -> None:
    page = a_practice(author)
    one, two = (s["id"] for s in body_of(app, "bat-den-pin")["screens"])

    def order() -> tuple[list[str], list[str]]:
        body = body_of(app, "bat-den-pin")
        return [s["id"] for s in body["screens"]], [s["screen"] for s in body["steps"]]

    author.press(page, "down:screen:0")
    author.press(page, "up:step:1")
    assert order() == ([two, one], [two, one])
    author.press(page, "copy:screen:0")
    assert len(order()[0]) == 3
    author.press(page, "remove:screen:1")
    author.press(page, "remove:step:0")
    author.press(page, "remove:step:7")
    assert order() == ([two, one], [one])
    widgets = f"{page}/man-hinh/{two}"
    author.press(widgets, "down:0")
    assert [w["w"] for w in body_of(app, "bat-den-pin")["screens"][0]["view"]] == ["button", "result"]
    author.press(widgets, "remove:1")
    assert [w["w"] for w in body_of(app, "bat-den-pin")["screens"][0]["view"]] == ["button"]


def test_what_is_missing_is_said_with_the_way_to_it(app: Flask, author: Author) -> None:
    page = begin(author, STUDIO, "Còn dở")
    author.press(page, "add:screen")
    author.press(page, "add:step")
    answer = author.press(page, "publish", 422)
    text = answer.get_data(as_text=True)
    screen = body_of(app, "con-do")["screens"][0]["id"]
    for place in (f"{page}/man-hinh/{screen}#name", f"{page}/buoc/1#say", f"{page}/buoc/1#want", f"{page}#promise"):
        assert f'href="{place}"' in text, place
    with app.app_context():
        assert queries.newest("con-do") is None
    assert author.client.get(f"{page}/choi-thu").status_code == 422


def test_a_mistake_can_lead_to_a_consequence(app: Flask, author: Author) -> None:
    page = a_practice(author)
    bad = author.press(page, "add:screen").headers["Location"]
    author.press(bad, "add::result", name="Hết pin")
    change(author, bad, {"0-title": "Hết pin", "0-state": "bad"}, "save")
    name = bad.rsplit("/", 1)[1].split("#")[0]
    step = f"{page}/buoc/1"
    assert "vì sao chỗ này nguy hiểm" in change(author, step, {"on-cai-dat-trap": "1"}, "save", 422).get_data(
        as_text=True
    )
    changes = {
        "on-cai-dat-trap": "1", "on-cai-dat-say": "Chỗ này tốn pin.", "on-cai-dat-screen": name,
        "on-cai-dat-told": "Máy hết pin. **Vì sao?** Vì bật nhầm.", "on-*-say": "Chưa phải ô này.",
    }  # fmt: skip
    change(author, step, changes)
    step_body = body_of(app, "bat-den-pin")["steps"][0]
    assert step_body["traps"] == {"cai-dat": "Chỗ này tốn pin."}
    assert step_body["miss"] == {"*": "Chưa phải ô này."}
    assert step_body["branch"]["cai-dat"]["screen"] == name
    author.press(page, "publish")
    played = app.test_client().post("/thuc-hanh/bat-den-pin/chi-dan", data={"tap": "cai-dat"}, follow_redirects=True)
    assert "Máy hết pin." in played.get_data(as_text=True)
    # What the step names stays when the screen loses it, and is said to be gone.
    first = body_of(app, "bat-den-pin")["screens"][0]["id"]
    author.press(f"{page}/man-hinh/{first}", "row-remove:0:1")
    assert "không còn trên màn hình này" in author.get(step)
    assert body_of(app, "bat-den-pin")["steps"][0]["traps"] == {"cai-dat": "Chỗ này tốn pin."}


def test_several_right_answers_with_what_is_filled_in(app: Flask, author: Author) -> None:
    page = a_practice(author)
    lit = body_of(app, "bat-den-pin")["screens"][1]["id"]
    author.press(f"{page}/man-hinh/{lit}", "add::field")
    change(author, f"{page}/man-hinh/{lit}", {"2-label": "Mật khẩu tập"}, "save")
    step = f"{page}/buoc/2"
    change(author, step, {"want-0-value-mat-khau-tap": "la chuoi"})
    shown = author.press(step, "want").headers["Location"].split("#")[0]
    fields = form_fields(author.get(shown), step)
    fields |= {"want-1-tap": ["tat-den"], "want-1-value-mat-khau-tap": ["la mit"], "on-tat-den-say": ["Gõ lại nhé."]}
    author.send(step, fields)
    body = body_of(app, "bat-den-pin")["steps"][1]
    assert [(w["tap"], w["values"]) for w in body["want"]] == [
        ("tat-den", {"mat-khau-tap": "la chuoi"}), ("tat-den", {"mat-khau-tap": "la mit"}),
    ]  # fmt: skip
    assert body["miss"] == {"tat-den": "Gõ lại nhé."}
    author.press(step, "unwant:0")
    assert [w["values"] for w in body_of(app, "bat-den-pin")["steps"][1]["want"]] == [{"mat-khau-tap": "la mit"}]


def test_places_are_put_on_a_picture_by_pressing_it(app: Flask, author: Author) -> None:
    page = a_practice(author)
    screen = body_of(app, "bat-den-pin")["screens"][0]["id"]
    address = f"{page}/man-hinh/{screen}"
    author.press(address, "add::scene")
    change(author, address, {"1-src-upload": ("Nhà.svg", SVG), "1-alt": "Một bức tường"}, "save")
    widget = body_of(app, "bat-den-pin")["screens"][0]["view"][1]
    assert widget["src"] == "nha.svg"
    fields = author.fields(address)
    fields.pop("do", None)
    # the picture is 72 by 42, and shown 300 wide: so 175 high
    author.client.post(address, data={**fields, "1-pin": "new", "pin:1.x": "150", "pin:1.y": "35"})
    spots = body_of(app, "bat-den-pin")["screens"][0]["view"][1]["spots"]
    assert spots[-1][1:5] == [40, 10, 20, 20]
    change(author, address, {"1-spots-0-name": "Công tắc"}, "save")
    fields = author.fields(address)
    author.client.post(address, data={**fields, "1-pin": "0", "pin:1.x": "299", "pin:1.y": "174"})
    spot = body_of(app, "bat-den-pin")["screens"][0]["view"][1]["spots"][0]
    assert spot == [spot[0], 80, 80, 20, 20, "Công tắc"]
    refused = change(author, address, {"1-src-upload": ("x.svg", b"<svg><script>1</script></svg>")}, "save", 422)
    assert body_of(app, "bat-den-pin")["screens"][0]["view"][1]["src"] == "nha.svg"
    assert "error" in refused.get_data(as_text=True)
    look = author.get(f"{page}/xem/{screen}")
    assert 'alt="Một bức tường"' in look
    assert 'type="submit" name="tap"' not in look


def test_the_text_form_says_what_is_wrong_by_line(app: Flask, author: Author) -> None:
    page = a_practice(author)
    address = f"{page}/van-ban"
    text = author.fields(address)["text"][0]
    author.press(address, text=text.replace("Bật đèn pin", "Bật đèn thật sáng", 1))
    assert body_of(app, "bat-den-pin")["title"] == "Bật đèn thật sáng"
    before = body_of(app, "bat-den-pin")
    for wrong in (text.replace("title:", "titel:"), text + "\n- x: [", "", "x: &a [*a, *a]"):
        answer = author.press(address, "save", 422, text=wrong)
        assert re.search(r"Dòng \d+:", answer.get_data(as_text=True)), wrong[-40:]
        assert body_of(app, "bat-den-pin") == before
    # What is readable though unfinished is kept, with what is missing by line; it is not published.
    open_end = text.replace("tap: tat-den", "tap: khong-co")
    author.press(address, text=open_end)
    assert body_of(app, "bat-den-pin")["steps"][1]["want"][0]["tap"] == "khong-co"
    line = next(n for n, each in enumerate(open_end.split("\n"), 1) if "khong-co" in each)
    assert f"Dòng {line}:" in author.get(address)
    author.press(address, "publish", 422)
    with app.app_context():
        assert queries.newest("bat-den-pin") is None


def test_a_copy_of_a_shipped_one_is_complete(app: Flask, author: Author) -> None:
    a = begin(author, STUDIO, "Trả tiền ở chợ xã mình", kind="quet-ma-tra-tien")
    body = body_of(app, slug_of(a))
    with app.app_context():
        shipped = queries.newest("quet-ma-tra-tien")
        assert shipped is not None
        assert {**shipped.body, "slug": body["slug"], "title": body["title"]} == body
    assert begin(author, STUDIO, "Trả tiền ở chợ xã mình", kind="quet-ma-tra-tien") == a
    assert author.client.post(STUDIO, data={"title": "Khác", "kind": "khong-co"}).status_code == 404
    # Every part of it opens in its form, and saving it unchanged changes nothing.
    for screen in body["screens"]:
        author.press(f"{a}/man-hinh/{screen['id']}")
    for number in range(1, len(body["steps"]) + 1):
        author.press(f"{a}/buoc/{number}")
    author.press(a)
    author.press(f"{a}/van-ban")
    with app.app_context():
        row = drafts.document(slug_of(a))
        assert row is not None
        assert (dict(row.draft), row.base) == (body, 1)


@pytest.mark.parametrize("mode", ["xem", "chi-dan", "tu-lam", "kiem-tra"])
def test_a_draft_is_played_and_nothing_is_kept(app: Flask, author: Author, mode: str) -> None:
    page = a_practice(author)
    author.get(f"{page}/choi-thu")
    address = f"{page}/choi-thu/{mode}"
    for tap in ("den-pin", "tat-den"):
        fields = author.fields(address)
        sent = {**fields, "tap": "@next" if mode == "xem" else tap}
        answer = author.client.post(address.split("?")[0], data=sent)
        assert answer.status_code == 303
        address = answer.headers["Location"]
    assert "Về trang soạn" in author.get(address)
    script = author.client.post(
        f"{page}/choi-thu/{mode}/xong", data={"l": "den-pin.tat-den"}, headers={"X-Fragment": "1"}
    )
    assert script.status_code in (200, 303)
    with app.app_context():
        assert connection().execute(select(Run.__table__)).first() is None
    assert author.client.get(f"{page}/choi-thu/bay").status_code == 404


def test_saving_over_somebody_elses_save_shows_both(app: Flask, author: Author, sign_in: Any) -> None:
    page = a_practice(author)
    first = body_of(app, "bat-den-pin")["screens"][0]["id"]
    screen, step = f"{page}/man-hinh/{first}", f"{page}/buoc/1"
    mine = {url: author.fields(url) for url in (page, screen, step, f"{page}/van-ban")}
    Author(sign_in("administrator")).press(step, say="Lời của quản trị.")
    for url, change in (
        (page, {"promise": "Của giảng viên."}),
        (screen, {"name": "Của giảng viên."}),
        (step, {"say": "Của giảng viên."}),
        (f"{page}/van-ban", {"text": mine[f"{page}/van-ban"]["text"][0].replace("Giỏi quá!", "Của giảng viên.")}),
    ):
        answer = author.client.post(url, data={**mine[url], **change, "do": "save"})
        text = answer.get_data(as_text=True)
        assert answer.status_code == 409, url
        assert "Lời của quản trị." in text
        assert "Của giảng viên." in text
        assert body_of(app, "bat-den-pin")["steps"][0]["say"] == "Lời của quản trị."
    # Saving what came back puts mine in place, and only that.
    again = form_fields(
        author.client.post(screen, data={**mine[screen], "name": "Nhà tôi"}).get_data(as_text=True), screen
    )
    author.send(screen, again)
    body = body_of(app, "bat-den-pin")
    assert (body["screens"][0]["name"], body["steps"][0]["say"]) == ("Nhà tôi", "Lời của quản trị.")


def test_others_find_nothing(app: Flask, author: Author, sign_in: Any) -> None:
    page = a_practice(author)
    first = body_of(app, "bat-den-pin")["screens"][0]["id"]
    pages = (page, f"{page}/man-hinh/{first}", f"{page}/buoc/1", f"{page}/van-ban", f"{page}/choi-thu/chi-dan")
    for client in (instructor_of(app, "02842"), sign_in("learner")):
        for url in (*pages, f"{page}/xem/{first}", f"{page}/choi-thu"):
            assert client.get(url).status_code == 404, url
        for url in (*pages, f"{page}/choi-thu/chi-dan/xong"):
            assert client.post(url, data={"do": "save"}).status_code == 404, url
    assert author.client.get(f"{STUDIO}/quet-ma-tra-tien").status_code == 404  # the nation's own
    for gone in ("/man-hinh/khong-co", "/buoc/9", "/buoc/0", "/xem/khong-co"):
        assert author.client.get(page + gone).status_code == 404
    assert app.test_client().get(page).status_code in (303, 401)


def test_odd_forms_are_harmless(app: Flask, author: Author) -> None:
    page = a_practice(author)
    before = body_of(app, "bat-den-pin")
    first = before["screens"][0]["id"]
    odd = {"do": "add::nothing", "widget": ["x"] * 99, "x-w": "no", "want": ["a"] * 99, "on": ["__proto__"] * 99}
    for url in (page, f"{page}/man-hinh/{first}", f"{page}/buoc/1", f"{page}/van-ban"):
        assert author.client.post(url, data={**odd, "base": "999999999999"}).status_code in (303, 409, 422)
    assert body_of(app, "bat-den-pin") == before
    for title in ("", "x" * 400):
        assert author.client.post(STUDIO, data={"title": title}).status_code == 422
