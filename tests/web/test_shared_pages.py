"""Pages that are drawn once for many readers show nothing of one reader to another."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

LESSON = "/hoc/ky-nang-so-nguoi-dan/nut-bam-tren-dien-thoai"
NEXT = "/hoc/ky-nang-so-nguoi-dan/chu-to-tieng-ro"


def test_a_lesson_is_remembered_by_what_it_depends_on(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    learner, stranger = sign_in("learner"), app.test_client()
    mine, theirs = learner.get(LESSON).text, stranger.get(LESSON).text
    assert "bác Lành" not in mine + theirs
    after = learner.get(NEXT).text
    learner.post(LESSON + "/xong")
    assert learner.get(NEXT).text != after  # a lamp more is lit
    assert stranger.get(LESSON).text == theirs
    stranger.set_cookie("size", "xl")
    assert 'data-text="xl"' in stranger.get(LESSON).text
    stranger.set_cookie("lang", "en")
    assert '<html lang="en"' in stranger.get(LESSON).text
    assert '<html lang="vi"' in learner.get(LESSON).text


def test_two_learners_questions_share_a_frame_and_nothing_else(app: Flask) -> None:
    pages, names = [], []
    for number in (1, 2):
        browser = app.test_client()
        browser.post(
            "/dang-ky",
            data={"full_name": "Nguyễn Thị Mai", "identifier": f"mai.{number}", "password": "ba từ ghép lại",
                  "address": "bác", "agree": "y"},
        )  # fmt: skip
        names.append(begun(app, browser))
        pages.append(browser.get(f"/luot/{names[-1]}/1").text)
    assert names[0] in pages[0]
    assert names[1] in pages[1]
    assert names[0] not in pages[1]
    assert "00000000-0000-4000-8000-000000000000" not in pages[0] + pages[1]


def test_pages_drawn_once_say_each_readers_own_name(app: Flask) -> None:
    pages = {}
    for login, name in (("an.ly", "Lý Thị An"), ("dung.tran", "Trần Dũng")):
        browser = app.test_client()
        data = {"full_name": name, "identifier": login, "password": "ba từ ghép lại", "address": "bác", "agree": "y"}
        browser.post("/dang-ky", data=data)
        for _twice in range(2):
            pages[name] = browser.get("/cua-toi").text
        assert "\ue000" not in pages[name]
    (first, mine), (second, theirs) = pages.items()
    assert first in mine
    assert second in theirs
    assert first not in theirs
    assert second not in mine
    assert mine.replace(first, second).replace("Chào bác An!", "Chào bác Dũng!") == theirs


def test_what_only_some_roles_see_is_not_kept_for_others(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    officer, learner = sign_in("administrator"), sign_in("learner")
    for _twice in range(2):
        assert "i-layout-dashboard" in officer.get("/giay").text
        assert "i-layout-dashboard" not in learner.get("/giay").text


def test_a_page_drawn_for_all_says_a_name_and_nothing_else_of_a_person(app: Flask) -> None:
    from markupsafe import Markup

    from lms.web.rendering import _PLAIN, _Somebody

    assert not hasattr(_Somebody(), "phone")
    assert _PLAIN.encode({"text": "<b>"}) != _PLAIN.encode({"text": Markup("<b>")})
    with pytest.raises(TypeError, match="Application"):
        _PLAIN.encode({"app": app})


def begun(app: Flask, browser: FlaskClient) -> str:
    """Learns the pupils' course through, begins its final check, and returns the attempt's name."""
    from lms.api.learning import course_for

    with app.app_context():
        places = course_for(None, "ky-nang-so-hoc-sinh").places
    for place in places:
        if place.kind == "lesson":
            browser.post(f"/hoc/ky-nang-so-hoc-sinh/{place.slug}/xong")
    browser.post("/ngay-sinh", data={"day": "1", "month": "2", "year": "2009"})
    started = browser.post("/hoc/ky-nang-so-hoc-sinh/kiem-tra/kiem-tra-cuoi-hoc-sinh/bat-dau")
    return started.headers["Location"].split("/")[2]


def test_an_answer_sent_after_the_session_ended_comes_back_chosen(app: Flask) -> None:
    browser = app.test_client()
    person = {
        "full_name": "Lò Văn Pao",
        "identifier": "pao.lo",
        "password": "ba từ ghép lại",
        "address": "em",
        "agree": "y",
    }
    browser.post("/dang-ky", data=person)
    name = begun(app, browser)
    place = f"/luot/{name}/1"
    keys = [k for k in ("answer", "place-1") if f'name="{k}"' in browser.get(place).text]
    value = "true" if 'value="true"' in browser.get(place).text else "b"
    sent = {keys[0]: value}
    browser.delete_cookie("hv")
    refused = browser.post(place, data=sent)
    assert refused.status_code == 303
    back = browser.post(refused.headers["Location"], data={"identifier": "pao.lo", "password": "ba từ ghép lại"})
    assert back.headers["Location"].startswith(place)
    page = browser.get(back.headers["Location"]).text
    assert "checked" in page or "selected" in page
