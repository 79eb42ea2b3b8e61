"""The picture beside a link to a course is drawn once, and kept by what it is drawn from."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, update

from courses import pictures
from courses.models import CoursePicture
from courses.services import picturing
from lms.db.unit_of_work import connection, unit_of_work
from lms.learning.access import course_for
from lms.learning.models import Activity
from lms.media import clearing
from lms.storage import DiskStore

COURSE = "ky-nang-so-nguoi-dan"
P, A = CoursePicture.__table__, Activity.__table__


def kept() -> dict[str, str]:
    """Print to file."""
    return {row.print: row.file_key for row in connection().execute(select(P))}


@pytest.fixture(autouse=True)
def own_store(app: Flask, tmp_path: Path) -> None:
    """That of the application is shared with other tests."""
    app.extensions["lms.files"] = DiskStore(tmp_path / "own", reserve=0)


def test_it_is_drawn_once_and_found_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    draw = pictures.draw_course

    def counted(title: str, line: str, site: str) -> bytes:
        drawn.append(title)
        return draw(title, line, site)

    monkeypatch.setattr(pictures, "draw_course", counted)
    page = f"/khoa-hoc/{COURSE}/anh.png"
    before = app.test_client().get(page)
    assert Image.open(io.BytesIO(before.data)).size == (1200, 630)
    with app.app_context():
        assert kept() == {}, "a page that is only looked at keeps nothing"
        picturing.draw_due()
        first = kept()
        assert first
        drawn.clear()
        picturing.draw_due()
        assert (kept(), drawn) == (first, [])
    after = app.test_client().get(page, headers={"Accept-Language": "en"})
    assert after.data == before.data, "drawn now or kept, for whoever asks: the same picture"
    assert drawn == []


def test_other_words_are_another_picture_and_the_old_one_goes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    store: Any = app.extensions["lms.files"]
    with app.app_context():
        picturing.draw_due()
        title = course_for(None, COURSE).course.title
        old = kept()
        with unit_of_work() as database:
            database.execute(update(A).where(A.c.kind == "course", A.c.slug == COURSE).values(title="Tên mới"))
        picturing.draw_due()
        new = kept()
        assert len(new) == len(old)
        (gone,) = old.keys() - new.keys()
        monkeypatch.setattr(clearing, "GRACE", -10)
        clearing.clear()
        assert not store.has(old[gone])
        assert all(store.has(key) for key in new.values())
        store.remove(new[next(iter(new.keys() - old.keys()))])
        answer = app.test_client().get(f"/khoa-hoc/{COURSE}/anh.png")
        assert Image.open(io.BytesIO(answer.data)).size == (1200, 630), "lost from the store, it is drawn anew"
        picturing.draw_due()
        assert all(store.has(key) for key in kept().values())
        assert title != "Tên mới"
