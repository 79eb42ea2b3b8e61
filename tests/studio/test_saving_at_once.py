"""Two authors save the same draft at the same moment: one is kept, the other is told. Nothing is lost unsaid."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, select, text
from werkzeug.test import TestResponse

from courses.models import Document, Track
from courses.services import authoring as courses
from courses.services import translating
from lms.api.people import nation_id
from lms.api.work import Conflict, connection, unit_of_work
from lms.db.unit_of_work import close_kept, let_go
from lms.identity import accounts
from lms.learning.models import Activity
from plugins.practice.models import PracticeDocument
from plugins.practice.services import authoring as practices
from quizzes.models import QuizDocument
from quizzes.services import authoring as quizzes
from tests.studio.conftest import Author

PATIENCE = 30  # seconds
Begun = tuple[Table, Callable[[int, Mapping[str, Any], int], object], int]  # where it is kept, how it is saved, its id


def activity_id(slug: str) -> int:
    table = Activity.__table__
    return int(connection().execute(select(table.c.id).where(table.c.slug == slug)).scalar_one())


def lesson(org: int, by_id: int) -> Begun:
    held = activity_id(courses.begin("lesson", "Mật khẩu dài", org, by_id))
    return Document.__table__, lambda base, body, by: courses.save(held, base, body, by), held


def practice(org: int, by_id: int) -> Begun:
    held = activity_id(practices.begin("Gọi cho con", org, by_id))
    return PracticeDocument.__table__, lambda base, body, by: practices.save(held, base, body, by), held


def quiz(org: int, by_id: int) -> Begun:
    held = activity_id(quizzes.begin_quiz("Ôn lại", org, by_id))
    return QuizDocument.__table__, lambda base, body, by: quizzes.save_quiz(held, base, body, by), held


def translation(org: int, by_id: int) -> Begun:
    held = activity_id(courses.begin("lesson", "Mật khẩu dài", org, by_id))
    translating.begin(held, "mww", by_id)
    track = int(connection().execute(select(Track.id).where(Track.activity_id == held)).scalar_one())
    return Track.__table__, lambda base, body, by: translating.save(track, base, body, by), held


@pytest.mark.parametrize("begin", [lesson, practice, quiz, translation])
def test_who_comes_second_is_told(any_app: Flask, begin: Callable[[int, int], Begun]) -> None:
    outcomes: list[str] = []
    with any_app.app_context():
        with unit_of_work():
            first, second = (accounts.sign_up(name, name, None) for name in ("motnguoi", "nguoikhac"))
            table, save, held = begin(nation_id(), first)
        kept = select(table.c.draft, table.c.base).where(table.c.activity_id == held)
        draft = connection().execute(kept).one().draft
        let_go()

        def save_too() -> None:
            with any_app.app_context():
                try:
                    with unit_of_work():
                        save(1, {**draft, "title": "Của người khác"}, second)
                    outcomes.append("kept")
                except Conflict:
                    outcomes.append("told")
                close_kept()  # of this thread, which ends

        other = threading.Thread(target=save_too)
        with unit_of_work():
            save(1, {**draft, "title": "Của một người"}, first)
            other.start()
            _until_it_waits(any_app, other)
        other.join(PATIENCE)
        assert outcomes == ["told"]
        found = connection().execute(kept).one()
        assert (found.draft["title"], found.base) == ("Của một người", 2)


def _until_it_waits(app: Flask, other: threading.Thread) -> None:
    """Until the other one waits for the row; on SQLite it waits before its first statement, where nobody sees it."""
    end = time.monotonic() + PATIENCE
    while not app.extensions["lms.settings"].is_sqlite and time.monotonic() < end and other.is_alive():
        if connection().execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar():
            return


def test_one_form_sent_twice_at_once_makes_one_draft(any_app: Flask) -> None:
    slugs: list[str] = []
    with any_app.app_context():
        with unit_of_work():
            author, org = accounts.sign_up("motnguoi", "motnguoi", None), nation_id()
        let_go()

        def again() -> None:
            with any_app.app_context():
                with unit_of_work():
                    slugs.append(courses.begin("lesson", "Mật khẩu dài", org, author))
                close_kept()

        other = threading.Thread(target=again)
        with unit_of_work():
            slugs.append(courses.begin("lesson", "Mật khẩu dài", org, author))
            other.start()
            _until_it_waits(any_app, other)
        other.join(PATIENCE)
        assert slugs == ["mat-khau-dai", "mat-khau-dai"]


def test_two_authors_of_one_title_at_once(postgres_app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    """They cannot have the same address. The second is asked to send it again, and then gets another one."""
    answers: list[TestResponse] = []
    author = Author(sign_in("instructor", postgres_app))
    form = {**author.fields("/studio/khoa-hoc"), "title": "Mật khẩu dài"}

    def too() -> None:
        answers.append(author.client.post("/studio/khoa-hoc", data=form))
        with postgres_app.app_context():
            close_kept()

    with postgres_app.app_context():
        with unit_of_work():
            colleague = accounts.sign_up("nguoikhac", "nguoikhac", None)
        let_go()
        other = threading.Thread(target=too)
        with unit_of_work():
            courses.begin("course", "Mật khẩu dài", nation_id(), colleague)
            other.start()
            _until_it_waits(postgres_app, other)
        other.join(PATIENCE)
    (answer,) = answers
    assert answer.status_code == 409
    assert "chưa ghi được gì" in answer.get_data(as_text=True)
    assert author.client.post("/studio/khoa-hoc", data=form).location.endswith("/mat-khau-dai-2")
