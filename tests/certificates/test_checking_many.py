"""Thousands of numbers at once: the list comes back as it was, with what is known of each number behind it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select

from bench.counting import counter
from certificates.models import Check
from certificates.numbering import format_number
from certificates.services import checking_many
from certificates.services.checking_many import MOST
from lms.api.work import clock, connection
from tests.certificates.checked import an_app, changed, fresh, signed_in

PATH = "/can-bo/kiem-tra-giay/nhieu"


@pytest.fixture(scope="module")
def papers(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """The application and the number of a paper."""
    yield from an_app(prepared_folder, tmp_path_factory.mktemp("checking-many"))


@pytest.fixture
def app(papers: tuple[Flask, str]) -> Flask:
    fresh(papers[0])
    return papers[0]


@pytest.fixture
def number(papers: tuple[Flask, str]) -> str:
    return papers[1]


def book(rows: list[list[Any]]) -> bytes:
    made = openpyxl.Workbook()
    sheet: Any = made.active
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def sent(app: Flask, content: bytes, name: str = "ds.xlsx", **form: str) -> Any:
    data: dict[str, Any] = {"file": (io.BytesIO(content), name), **form}
    return signed_in(app, "verifier").post(PATH, data=data)


def read(content: bytes, sheet: int = 0) -> list[list[Any]]:
    found = openpyxl.load_workbook(io.BytesIO(content)).worksheets[sheet]
    return [[cell.value for cell in row] for row in found.iter_rows()]


def test_the_list_comes_back_with_what_is_known(app: Flask, number: str) -> None:
    unknown = format_number("HVS", "XN", clock.today().year, 987_654)
    rows: list[list[Any]] = [
        ["DANH SÁCH HỒ SƠ"],
        [],
        ["STT", "Họ tên", "Số giấy", "Điểm", "Ngày nộp", "Ghi chú"],
        [1, "Hoàng Thị Lành", number, 8.5, date(2026, 11, 2), "@ghi chú"],
        [2, "Ai đó", unknown.lower().replace("-", " "), 7, None, "+84 912"],
        [3, "Người khác", number[:-1] + str((int(number[-1]) + 1) % 10), None, None, None],
        [4, "Chữ lạ", number.replace("H", "\u041d", 1), None, None, None],
        [5, "Không có", None, None, None, "thiếu"],
    ]
    answer = sent(app, book(rows), purpose="Tuyển sinh")
    assert answer.status_code == 200, answer.text
    found = read(answer.data)
    for before, after in zip(rows, found, strict=True):
        kept = [v.date() if isinstance(v, datetime) else v for v in after[: len(before)]]
        assert kept == before
    assert found[2][6:8] == ["Trạng thái", "Lý do"]
    states = [row[6] if len(row) > 6 else None for row in found[3:]]
    assert states[0] == "Có giá trị"
    assert states[1] == "Không có giấy này"
    assert "sai một ký tự" in str(states[2])
    assert "La-tinh" in str(states[3])
    assert states[4] is None
    assert found[3][13] == "Hoàng Thị Lành"
    cells = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert (cells["F4"].data_type, cells["F4"].quotePrefix) == ("s", True), "a text that looks like a formula is none"
    assert dict(read(answer.data, 1)[1:])["Có giá trị"] == 1
    with app.app_context():
        rows_kept = connection().execute(select(Check.number, Check.outcome, Check.channel, Check.purpose)).all()
    assert [tuple(r) for r in rows_kept] == [
        (number, "valid", "bulk", "Tuyển sinh"), (unknown, "unknown", "bulk", "Tuyển sinh"),
    ]  # fmt: skip


def test_text_and_csv(app: Flask, number: str) -> None:
    client = signed_in(app, "verifier")
    answer = client.post(PATH, data={"pasted": f"{number}\n=HYPERLINK(1)\n", "as": "csv"})
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][:2] == ["", "Trạng thái"]
    assert rows[1][:2] == [number, "Có giá trị"]
    assert rows[2][0] == "'=HYPERLINK(1)"
    by_file = sent(app, f"Họ tên;Số hiệu\nLành;{number}\n".encode("utf-16"), "ds.csv")
    assert read(by_file.data)[1][:3] == ["Lành", number, "Có giá trị"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "dán các số"),
        (book([["Họ tên"], ["Lành"]]), "Không tìm thấy số giấy"),
        (b"PK\x03\x04 broken", "hỏng"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", ".xls"),
        (b"list\0\1 of nothing at all here", "không phải danh sách"),
    ],
)
def test_what_cannot_be_read_is_said(app: Flask, content: bytes, words: str) -> None:
    answer = sent(app, content)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_bomb_is_refused_before_it_is_unpacked(app: Flask) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (70 * 1024 * 1024))
    answer = sent(app, out.getvalue())
    assert answer.status_code == 422
    assert "lớn hơn nhiều" in answer.text


def test_more_than_ten_thousand_are_refused(app: Flask, number: str) -> None:
    client = signed_in(app, "verifier")
    answer = client.post(PATH, data={"pasted": f"{number}\n" * (MOST + 1)})
    assert answer.status_code == 422
    assert "10.000" in answer.text
    too_many = client.post("/api/v1/verify-many", json={"numbers": ["x"] * (MOST + 1)})
    assert too_many.status_code == 422


def test_statements_do_not_grow_with_the_numbers(app: Flask, number: str) -> None:
    client = signed_in(app, "verifier")
    with app.app_context():
        counter.install(connection().engine)
    spent = {}
    for count in (1, 10, 900, 2_900):
        before = counter.sent
        told = client.post("/api/v1/verify-many", json={"numbers": [number] * count}).get_json()
        spent[count] = counter.sent - before
        assert [p["state"] for p in told["papers"]] == ["valid"] * count
        assert told["papers"][-1]["name"] == "Hoàng Thị Lành"
    assert spent[900] == spent[10] == spent[1]
    assert spent[2_900] - spent[900] <= 2 * 4, "four a thousand"
    with app.app_context():
        assert connection().execute(select(func.count()).select_from(Check)).scalar_one() == 3_811


def test_an_altered_paper_is_told_as_such_and_no_more(app: Flask, number: str) -> None:
    with changed(app, number, issued_at=1_600_000_000):
        told = signed_in(app, "verifier").post("/api/v1/verify-many", json={"numbers": [number]}).get_json()["papers"]
    assert told == [
        {"typed": number, "number": number, "state": "altered", "title": "", "programme": "", "issuer": "",
         "issued_on": "", "name": "", "reason": "", "successor": ""}
    ]  # fmt: skip


def test_only_who_may_look_papers_up_may(app: Flask, number: str) -> None:
    assert app.test_client().post("/api/v1/verify-many", json={"numbers": [number]}).status_code == 401
    for role in ("learner", "instructor"):
        client = signed_in(app, role)
        assert client.post("/api/v1/verify-many", json={"numbers": [number]}).status_code == 404
        assert client.post(PATH, data={"pasted": number}).status_code in (403, 404)


def test_a_name_is_told_only_where_the_official_may(app: Flask, number: str) -> None:
    """The units of the right are asked, not that there is one somewhere."""
    from certificates.services.verifying import Asker
    from lms.api.people import children, nation_id, people_by_id
    from lms.api.work import unit_of_work
    from tests.certificates.checked import row_of

    row = row_of(app, number)
    with app.app_context():
        nation = nation_id()
        assert nation is not None
        holder = people_by_id({row.account_id})[row.account_id]
        other = next(unit.id for unit in reversed(children(nation)) if unit.id != row.org_id)
        with unit_of_work():
            [elsewhere] = checking_many.check_many([number], Asker("x", holder, (other,)), "bulk")
    assert (elsewhere.state, elsewhere.name) == ("valid", "")
