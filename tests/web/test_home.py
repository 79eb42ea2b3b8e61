"""The first page knows who comes: a newcomer, somebody on the way, somebody who holds a paper."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from lms import progress
from lms.competency import queries as competency
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity.models import Account
from lms.starting import demo_sign_ins
from lms.testing import story
from lms.testing.page_client import Pages

GROUPS = ("Người dân", "Cán bộ", "Học sinh", "Người lao động")


def learner_id() -> int:
    a = Account.__table__
    login = demo_sign_ins()["learner"]["login"]
    return int(connection().execute(select(a.c.id).where(a.c.username == login)).scalar_one())


def attain(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        story.fulfil(learner_id(), "nguoi-dan")
    while story.one_round(app):
        pass


def test_whoever_holds_a_paper_is_led_to_it_and_to_the_groups(app: Flask, pages: Pages) -> None:
    pages.sign_in("learner")
    assert "Bắt đầu học" in pages.open("/")
    attain(app)
    page = pages.open("/")
    assert page.heading == "Chào bác Lành!"
    assert "Bắt đầu học" not in page
    assert "Bác đã đạt: Phổ cập kỹ năng số cho người dân." in page
    for group in GROUPS:
        assert group in page
    pages.follow("Giấy của tôi")
    assert story.number_on(pages.page)


def test_whoever_learns_on_is_led_there_first(app: Flask, pages: Pages) -> None:
    attain(app)
    with app.app_context(), unit_of_work():
        row = competency.programme("nguoi-lao-dong") or competency.programme_of_group("workers")
        assert row is not None
        progress.enroll(learner_id(), competency.courses_of(row.id)[0][0])
    pages.sign_in("learner")
    page = pages.open("/")
    assert "Học tiếp" in page
    assert "Giấy của tôi" in page
    assert "Bác đã đạt" not in page


def test_a_stranger_sees_neither(pages: Pages) -> None:
    page = pages.open("/")
    assert "Bắt đầu học" in page
    assert "Giấy của tôi" not in page
    assert "đã đạt" not in page
