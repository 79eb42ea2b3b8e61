"""A lesson on paper: everything that can be printed is there, nothing that gives the answers away but in the guide."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from courses.models import Revision
from lms.api.papers import photograph
from lms.db.unit_of_work import connection
from lms.testing.pytest_plugin import missing
from tests.browser.recipes import COURSE, lessons


@pytest.fixture
def path(app: Flask) -> str:
    return f"/hoc/{COURSE}/{lessons(app, COURSE)[0].slug}/to-roi"


@pytest.fixture
def asking(app: Flask) -> str:
    """The hand-out of a lesson that asks a question."""
    with app.app_context():
        for lesson in lessons(app, COURSE):
            body = connection().execute(
                select(Revision.__table__.c.body).where(Revision.__table__.c.id == lesson.content_id)
            ).scalar_one()  # fmt: skip
            if any(block["kind"] == "check" for block in body["blocks"]):
                return f"/hoc/{COURSE}/{lesson.slug}/to-roi"
    raise AssertionError("no lesson asks a question")


def words_of(pdf: bytes, folder: Path) -> str:
    if not shutil.which("pdftotext"):
        missing("pdftotext", "install poppler-utils")
    (folder / "sheet.pdf").write_bytes(pdf)
    told = subprocess.run(
        ["pdftotext", "-layout", str(folder / "sheet.pdf"), "-"], capture_output=True, check=True, text=True
    )
    return " ".join(told.stdout.split())


def test_the_sheet_is_a_page_and_a_pdf(app: Flask, client: FlaskClient, path: str, tmp_path: Path) -> None:
    lesson = lessons(app, COURSE)[0]
    page = client.get(path)
    assert page.status_code == 200
    assert lesson.title in page.get_data(as_text=True)
    pdf = client.get(path + ".pdf")
    assert pdf.mimetype == "application/pdf"
    words = words_of(pdf.get_data(), tmp_path)
    assert lesson.title in words
    assert f"/hoc/{COURSE}/{lesson.slug}" in words


def test_the_answers_stand_in_the_guide_only(client: FlaskClient, asking: str, tmp_path: Path) -> None:
    plain = words_of(client.get(asking + ".pdf").get_data(), tmp_path)
    guided = words_of(client.get(asking + ".pdf?huong-dan=1").get_data(), tmp_path)
    assert "Dành cho người dạy" not in plain
    assert "Đáp án" not in plain
    assert "Dành cho người dạy" in guided
    assert "Đáp án" in guided
    assert "Câu hỏi 1" in plain


def test_the_same_sheet_is_the_same_bytes(client: FlaskClient, path: str) -> None:
    from courses.views import handout

    first = client.get(path + ".pdf").get_data()
    handout._drawn.clear()
    assert client.get(path + ".pdf").get_data() == first


def test_every_lesson_can_be_printed(app: Flask, client: FlaskClient) -> None:
    for lesson in lessons(app, COURSE)[:12]:
        assert client.get(f"/hoc/{COURSE}/{lesson.slug}/to-roi.pdf").get_data().startswith(b"%PDF")


def test_no_such_lesson_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"/hoc/{COURSE}/khong-co/to-roi").status_code == 404
    assert client.get(f"/hoc/{COURSE}/khong-co/to-roi.pdf").status_code == 404


def test_drawings_and_photographs_become_small_pictures_on_white() -> None:
    drawing = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="10" height="10" fill="red"/></svg>'
    )
    made = photograph(drawing, "svg")
    assert made is not None
    jpeg, width, height = made
    with Image.open(io.BytesIO(jpeg)) as picture:
        assert picture.size == (width, height) == (1100, 550)
        assert picture.getpixel((1000, 275)) == (255, 255, 255)
        red, green, _blue = picture.getpixel((200, 275))
        assert red > 240
        assert green < 20
    big = io.BytesIO()
    Image.new("RGBA", (4000, 2000), (0, 0, 0, 0)).save(big, "PNG")
    shrunk = photograph(big.getvalue(), "png")
    assert shrunk is not None
    assert shrunk[1:] == (1100, 550)
    assert photograph(b"no picture", "png") is None
    assert photograph(b"<svg", "svg") is None
