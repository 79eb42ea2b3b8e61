"""The official: is this paper genuine, whose is it, and taking one back."""

from __future__ import annotations

import json

from flask import Flask
from sqlalchemy import text

from lms.api.work import connection
from lms.testing import story
from lms.testing.page_client import Pages
from lms.testing.story import AnswerKey

REASON = "Người khác làm bài hộ, theo biên bản ngày 20/11/2026."


def checks(app: Flask) -> list[str]:
    """The outcomes of every check that was recorded, oldest first."""
    with app.app_context():
        return list(connection().execute(text("SELECT outcome FROM certificates_check ORDER BY id")).scalars())


def test_verify_unmask_revoke(any_app: Flask, answer_key: AnswerKey) -> None:
    learner = Pages(any_app)
    story.attain(learner, answer_key, "Học sinh, sinh viên", "Hoàng Thị Chải", "chai2008")
    story.one_round(any_app)
    learner.open("/giay")
    number = story.number_on(learner.page)

    official = Pages(any_app)
    official.open(f"/verify/{number}")
    assert official.page.heading == "Giấy có giá trị"
    assert official.page.facts()["Cấp cho"] == "H***** Thị Chải", "a stranger sees the name masked"
    assert "1961" not in official.page
    assert checks(any_app) == ["valid"]

    official.press("Hiện đủ họ tên", {"Ngày sinh của người được cấp": "6/9/1961"})
    assert "Ngày này không khớp với giấy." in official.page
    assert official.page.facts()["Cấp cho"] == "H***** Thị Chải"
    official.press("Hiện đủ họ tên", {"Ngày sinh của người được cấp": "05/09/1961"})
    assert official.page.facts()["Cấp cho"] == "Hoàng Thị Chải"
    assert official.page.facts()["Ngày sinh"] == "05/09/1961"
    assert checks(any_app) == ["valid"] * 3, "every check is recorded"

    official.sign_in("verifier")
    official.follow("Công việc")
    official.follow("Giấy đã cấp")
    official.press("Tìm", {"Số hiệu trên giấy": number})
    official.follow(number)
    official.follow("Thu hồi giấy này")
    answer = official.send(*official.filled("Thu hồi giấy này", {"Lý do": "Cấp nhầm", "Ghi rõ": "x"}))
    assert answer.status == 422, "a reason is asked for"
    official.press("Thu hồi giấy này", {"Lý do": "Cấp nhầm", "Ghi rõ": REASON})
    assert "Đã thu hồi" in official.page
    assert "Thu hồi giấy này" not in official.page

    stranger = Pages(any_app)
    stranger.open(f"/verify/{number}")
    assert stranger.page.heading == "Giấy đã bị thu hồi"
    assert REASON in stranger.page
    as_data = json.loads(stranger.send("GET", f"/verify/{number}", Accept="application/json").body)
    assert (as_data["state"], as_data["reason"], as_data["name"]) == ("revoked", REASON, "H***** Thị Chải")
    assert checks(any_app) == ["valid"] * 3 + ["revoked"] * 2
    learner.open("/giay")
    assert "Đã thu hồi" in learner.page


def test_a_number_that_is_not_in_the_book(pages: Pages, app: Flask) -> None:
    pages.open("/verify/HVS-XN-2026-000123-36", status=404)
    assert pages.page.heading == "Không tìm thấy giấy này"
    assert checks(app) == ["unknown"], "asking for a paper that is not there is a check too"
    pages.open("/verify/HVS-XN-2026-000123-37", status=404)
    assert "Có lẽ sai một chữ hoặc một số." in pages.page
    assert checks(app) == ["unknown"], "a number that cannot be one is not looked up"


def test_who_may_take_a_paper_back(app: Flask, answer_key: AnswerKey) -> None:
    learner = Pages(app)
    story.attain(learner, answer_key, "Học sinh, sinh viên", "Hoàng Thị Chải", "chai2008")
    story.one_round(app)
    learner.open("/giay")
    number = story.number_on(learner.page)
    for role in ("learner", "instructor"):
        other = Pages(app)
        other.sign_in(role)
        assert other.open(f"/can-bo/giay/{number}", status=404).heading == "Không có trang này"
        sent = [("code", "fraud"), ("reason", REASON)]
        assert other.send("POST", f"/can-bo/giay/{number}/revoke", sent).status == 404
    assert Pages(app).open(f"/verify/{number}").heading == "Giấy có giá trị"
