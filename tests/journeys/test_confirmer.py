"""Rules that ask for a confirmer: the learner waits, the page says for whom, and a confirmation completes the story."""

from __future__ import annotations

import shutil
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from lms import starting
from lms.api.work import connection
from lms.testing import story
from lms.testing.page_client import Pages
from lms.testing.story import AnswerKey

RULES = "rules/mac-dinh-nguoi-dan.yaml"


def import_rules_that_ask_for_a_confirmer(app: Flask, folder: Path) -> None:
    """The starter content with the next version of the citizens' rules, in which the task must be confirmed."""
    variant = folder / "variant"
    shutil.copytree(starting.CONTENT / "starter", variant)
    rules = (variant / RULES).read_text(encoding="utf-8")
    changed = rules.replace("version: 1", "version: 2").replace("confirmed: false", "confirmed: true")
    assert changed.count("true") == rules.count("true") + 1
    (variant / RULES).write_text(changed, encoding="utf-8")
    with app.app_context():
        assert starting.load_content(variant) == {"rules": 1, "programmes": 1}


def test_waits_for_the_officer_then_attained(any_app: Flask, answer_key: AnswerKey, tmp_path: Path) -> None:
    import_rules_that_ask_for_a_confirmer(any_app, tmp_path)
    learner = Pages(any_app)
    story.attain(learner, answer_key, "Người dân", "Lý Láo Tả", "ta1955")
    assert learner.page.heading == "Bác Tả giỏi quá!"
    story.one_round(any_app)
    learner.open("/chuong-trinh/nguoi-dan")
    assert "Việc thật đang chờ cán bộ xác nhận chờ cán bộ phụ trách xác nhận" in learner.page
    assert "Bác đã đạt chương trình này" not in learner.page
    learner.open("/giay")
    assert "Chưa có giấy nào" in learner.page

    officer = Pages(any_app)
    officer.sign_in("verifier")
    officer.follow("Công việc")
    officer.follow("Việc chờ xác nhận")
    assert "Lý Láo Tả" in officer.page
    assert "Chỉ cho một người khác làm một việc trên điện thoại" in officer.page
    officer.press("Xác nhận")
    assert "Lý Láo Tả" not in officer.page
    with any_app.app_context():
        told = connection().execute(text("SELECT kind, by_id FROM lms_evidence ORDER BY id DESC LIMIT 1")).one()
        who = connection().execute(text("SELECT id FROM lms_account WHERE username = 'canbo'")).scalar_one()
    assert told == (4, who), "the ledger holds who saw it"

    learner.open("/chuong-trinh/nguoi-dan")
    assert "Bác đã đạt chương trình này" in learner.page
    story.one_round(any_app)
    learner.follow("Xem giấy của tôi")
    learner.follow("Mở giấy")
    assert learner.page.heading == "Giấy xác nhận"
