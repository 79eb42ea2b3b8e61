"""The ledger is only ever added to, and everything else follows from it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event, text

from lms import rebuilding
from lms.api.work import connection, unit_of_work
from lms.db.base import db
from lms.db.unit_of_work import let_go
from lms.testing import story
from lms.testing.page_client import Pages
from lms.testing.story import AnswerKey

ADDED_TO_ONLY = (
    "lms_evidence",
    "lms_evidence_part",
    "lms_audit",
    "lms_attainment",
    "certificates_status_change",
    "certificates_check",
    "courses_revision",
    "quizzes_revision",
    "quizzes_item_version",
)
_CHANGES = re.compile(r"^\s*(?:UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+\"?(\w+)", re.IGNORECASE)
TAMPERING = (
    "DELETE FROM lms_evidence_part; DELETE FROM lms_evidence WHERE kind = 2",
    "DELETE FROM lms_evidence WHERE id = (SELECT min(id) FROM lms_evidence)",
    "UPDATE lms_evidence SET kind = 8 WHERE kind = 9",
    "UPDATE lms_evidence SET passed = false WHERE kind = 2",
    "UPDATE lms_enrollment SET done = done - 1",
    "UPDATE lms_enrollment SET completed_at = NULL",
    "UPDATE lms_rollup SET value = value + 1 WHERE indicator = 'attained'",
    "DELETE FROM lms_rollup WHERE indicator = 'enrolled'",
    "UPDATE lms_attainment SET membership_id = NULL",
)


@pytest.fixture
def changed(any_app: Flask) -> Iterator[set[str]]:
    """The tables in which something that stood there was changed or deleted."""
    tables: set[str] = set()

    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if found := _CHANGES.match(statement):
            tables.add(found[1])

    with any_app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", look)
    yield tables
    event.remove(engine, "before_cursor_execute", look)


def test_a_whole_story_only_adds_and_everything_follows_from_it(
    any_app: Flask, answer_key: AnswerKey, changed: set[str]
) -> None:
    learner = Pages(any_app)
    learner.sign_in("learner")
    learner.open("/chuong-trinh/nguoi-dan")
    learner.follow("Bắt đầu học")
    story.learn_lessons(learner)
    story.do_the_task(learner, "Chỉ cho một người khác làm một việc trên điện thoại")
    learner.follow("Học tiếp")
    story.give_birth_date(learner, "5", "9", "1961")
    for rightly in (False, True):
        learner.press("Bắt đầu làm")
        story.answer_all(learner, answer_key, rightly=rightly)
        learner.press("Nộp bài")
        if not rightly:
            learner.follow("Thử lại")
    story.one_round(any_app)
    learner.open("/giay")
    official = Pages(any_app)
    official.sign_in("verifier")
    official.open("/can-bo/giay/" + story.number_on(learner.page) + "/revoke")
    official.press("Thu hồi giấy này", {"Lý do": "Cấp nhầm", "Ghi rõ": "Cấp nhầm người, theo biên bản."})
    official.follow("Như người ngoài nhìn thấy")

    assert "lms_enrollment" in changed, "the statements were seen"
    assert not changed & set(ADDED_TO_ONLY)

    with any_app.app_context():
        assert rebuilding.differences() == []
        for tampering in TAMPERING:
            for statement in tampering.split(";"):
                assert connection().execute(text(statement)).rowcount > 0, statement
            assert rebuilding.differences(), f"nobody noticed: {tampering}"
            let_go()
        assert rebuilding.differences() == [], "what was only tried is undone"

        with unit_of_work():
            connection().execute(text("UPDATE lms_enrollment SET done = 0, completed_at = NULL"))
            connection().execute(text("UPDATE lms_rollup SET value = 7"))
    assert lms(any_app, "rebuild", "--check") == 1
    assert lms(any_app, "rebuild") == 0
    assert lms(any_app, "rebuild", "--check") == 0, "what is projected was made anew from the ledger"


def lms(app: Flask, *command: str) -> int:
    """The exit status of a command on the application's database."""
    settings = app.extensions["lms.settings"]
    environment = {"LMS_DATABASE_URL": settings.database_url, "LMS_DATA_DIR": str(settings.data_dir)}
    return subprocess.run(
        [sys.executable, "-m", "lms.cli", *command], env={**os.environ, **environment}, capture_output=True, check=False
    ).returncode
