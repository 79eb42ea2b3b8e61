"""What authors see of their questions' results, and in how many statements."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event, select

from lms.api.work import connection
from lms.db.base import db as database
from lms.testing.page_client import Pages
from plugins.measuring.models import ItemSums
from tests.browser import recipes_measuring as made
from tests.browser.people import World

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def at(app: Flask) -> World:
    """A site where two hundred people answered."""
    found = World(app)
    made.make(app)
    return found


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def statements(app: Flask, client: FlaskClient, path: str) -> int:
    sent: list[str] = []
    with app.app_context():
        engine = database.engine
    read(client, path)
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: sent.append(statement))
    read(client, path)
    return len(sent)


def test_what_needs_a_look_stands_first(app: Flask, at: World, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    page = read(client, made.in_bank()(at))
    assert "18 câu hỏi đã có người trả lời" in page
    assert "câu cần xem lại" in page
    body = page[page.index("<tbody>") :]
    first = body[: body.index("</tr>")]
    assert "Đáp án có thể sai" in first
    assert body.count("<tr>") == 18
    assert body.count("Còn quá ít: cần ít nhất 30 bài.") == 6
    filtered = read(client, made.in_bank("?co=key")(at))
    assert filtered[filtered.index("<tbody>") :].count("<tr>") == 1
    slow = read(client, made.in_bank("?co=slow")(at))
    assert slow[slow.index("<tbody>") :].count("<tr>") == 1
    assert "Không có câu nào thuộc loại này" in read(client, made.in_bank("?co=blank")(at))
    assert read(client, made.in_bank("?co=khong-co")(at)).count("<tr>") == page.count("<tr>")


def test_one_question_with_its_figures(app: Flask, at: World, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    page = read(client, made.version("worst")(at))
    for words in (
        "Đáp án đúng lại ít người giỏi chọn hơn người yếu",
        "Độ phân biệt",
        "Nhóm cao",
        "200",
        "logit",
        "<svg",
    ):
        assert words in page
    assert "style=" not in page[page.index("<main") :]
    few = read(client, made.version("few")(at))
    assert "Mới có 12 lượt; cần ít nhất 30." in few
    assert "%" not in few[few.index("<main") : few.index("<details")]
    assert "Không có gì phải sửa" in read(client, made.version("good")(at))


def test_pages_take_the_same_statements_however_many_questions(app: Flask, at: World, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    many = statements(app, client, made.in_bank()(at))
    few = statements(app, client, made.in_bank("?co=key")(at))
    assert many == few
    assert many <= 12


def test_files_hold_what_the_page_holds(app: Flask, at: World, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    path = made.in_bank()(at)
    answer = client.get(f"{path}/tai-ve.csv")
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert rows[0][0] == "Câu hỏi"
    assert len(rows) == 19
    assert rows[1][5] == "200"
    assert float(rows[1][9]) < 0 < float(rows[3][9])
    assert "Đáp án có thể sai" in rows[1][-1]
    few = next(row for row in rows if row[5] == "12")
    assert few[6] == ""  # no share from so few
    book = load_workbook(io.BytesIO(client.get(f"{path}/tai-ve.xlsx").data))
    sheet = book.worksheets[0]
    assert sheet.max_row == 19
    assert sheet.cell(2, 6).value == 200
    assert sheet.cell(2, 10).value == pytest.approx(float(rows[1][9]))


def test_others_do_not_see_it(app: Flask, at: World, sign_in: SignIn) -> None:
    paths = [made.in_bank()(at), made.in_bank("/tai-ve.csv")(at), made.version("worst")(at)]
    stranger = sign_in("instructor")  # writes for another unit
    for path in paths:
        assert stranger.get(path).status_code == 404
    assert stranger.get("/studio/thang-do").status_code == 200
    learner = sign_in("learner")
    for path in (*paths, "/studio/thang-do"):
        assert learner.get(path).status_code == 404


def test_a_version_is_found_in_its_own_bank_only(app: Flask, at: World, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    _start, _, version = made.version("worst")(at).rpartition("/")
    assert client.get(f"/studio/ngan-hang/nguoi-dan-4/ket-qua/{version}").status_code == 404
    assert client.get("/studio/ngan-hang/khong-co/ket-qua").status_code == 404
    assert client.get(made.in_bank("/99999999")(at)).status_code == 404


def test_the_bank_and_the_question_lead_there(app: Flask, at: World, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    path = made.in_bank()(at)
    assert f'href="{path}"' in read(client, path.removesuffix("/ket-qua"))
    assert f'href="{made.version("worst")(at)}"' in read(client, made.versions_page(at))


def test_nothing_was_answered_yet(app: Flask, pages: Pages, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    assert "Chưa có bài nào được nộp" in read(client, "/studio/ngan-hang/nguoi-dan-4/ket-qua")
    assert "Chưa có lần tính độ khó nào" in read(client, "/studio/thang-do")


def test_more_than_a_page(app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    from plugins.measuring import queries

    found = World(app)
    made.make(app)
    monkeypatch.setattr(queries, "A_PAGE", 7)
    monkeypatch.setattr(queries.of_bank, "__defaults__", ("", 1, 7))
    client = sign_in("administrator")
    seen: list[str] = []
    with app.app_context():
        ids = set(connection().execute(select(ItemSums.__table__.c.version_id)).scalars())
    for number in (1, 2, 3):
        page = read(client, made.in_bank(f"?trang={number}")(found))
        body = page[page.index("<tbody>") : page.index("</tbody>")]
        seen += [piece.split('"')[0] for piece in body.split("/ket-qua/")[1:]]
    assert sorted(map(int, seen)) == sorted(ids)
    for nonsense in ("0", "-1", "abc", "99", "٣"):
        read(client, made.in_bank(f"?trang={nonsense}")(found))


def test_words_for_what_stands_in_answers(app: Flask) -> None:
    """Each type of question has names for what can be chosen, or for what an answer was worth."""
    from plugins.measuring.services.analysing import things_of
    from plugins.measuring.views.items import names_of
    from quizzes.api import worded
    from quizzes.models import Item

    with app.test_request_context("/"):
        ids = list(connection().execute(select(Item.__table__.c.current_id)).scalars())
        found = worded(ids)
        types = {v.type: v for v in found.values()}
        assert {"single_choice", "true_false", "matching", "hotspot", "thread", "numeric"} <= set(types)
        for version in types.values():
            keys, right, options = things_of(version)
            names = names_of(version, keys)
            assert set(names) == set(keys)
            assert all(names.values())
            assert set(right) <= set(keys)
            assert options == (len(keys) if right else 0)


def test_reading_writes_nothing(app: Flask, at: World, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    sent: list[str] = []
    with app.app_context():
        engine = database.engine
    paths = [made.in_bank(tail)(at) for tail in ("", "?co=key", "/tai-ve.csv", "/tai-ve.xlsx")]
    paths += [made.version(which)(at) for which in ("worst", "good", "few")] + ["/studio/thang-do"]
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: sent.append(statement))
    for path in paths:
        assert client.get(path).status_code == 200
    assert sent
    assert [s for s in sent if s.lstrip().split()[0].upper() in ("INSERT", "UPDATE", "DELETE", "REPLACE")] == []
