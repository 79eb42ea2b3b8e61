"""Checking a paper: what is handed in, what is answered, who is stopped, what is recorded."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
import segno
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from certificates.models import REVOKED, Check
from certificates.numbering import format_number
from certificates.points import Looked, Presented, Reader
from certificates.services import reading, verifying
from certificates.services.verifying import ANYWHERE, IN_ALARM, MISSES, look_alikes
from certificates.wording import FORGOTTEN
from lms.api.work import Text, clock, connection, unit_of_work
from lms.limits import take
from lms.testing.page_client import Page, Pages
from tests.certificates.checked import an_app, changed, fresh, pdf_of, row_of, signed_in

VALID, UNPROVEN, ALTERED = "Giấy có giá trị", "Không chứng minh được gì", "Giấy không khớp với sổ"
NOT_OURS = "Không do nơi này cấp"
NAME = "Hoàng Thị Lành"
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def papers(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """The application and the number of a paper."""
    yield from an_app(prepared_folder, tmp_path_factory.mktemp("checking"))


@pytest.fixture
def app(papers: tuple[Flask, str]) -> Flask:
    fresh(papers[0])
    return papers[0]


@pytest.fixture
def number(papers: tuple[Flask, str]) -> str:
    return papers[1]


def hand_in(app: Flask, content: bytes, name: str = "giay.pdf", client: FlaskClient | None = None) -> TestResponse:
    answer = (client or app.test_client()).post("/verify", data={"file": (io.BytesIO(content), name)})
    answer.request.environ["wsgi.input"].close()  # where it is large the test client leaves a file open
    return answer


def page_of(app: Flask, answer: TestResponse) -> Page:
    """The page, looked at as every page is."""
    from lms.testing.page_client import Answer

    return Page("/verify", Answer(answer.status_code, dict(answer.headers), answer.get_data()), Pages(app).browser)


def heading(app: Flask, content: bytes, name: str = "giay.pdf") -> str:
    return page_of(app, hand_in(app, content, name)).heading


def photograph(text: str, kind: str = "PNG") -> bytes:
    """A square code on a larger sheet, a little turned, as a phone takes it."""
    drawn = io.BytesIO()
    segno.make(text).save(drawn, kind="png", scale=5)
    sheet = Image.new("L", (900, 700), 200)
    sheet.paste(Image.open(drawn).convert("L"), (200, 100))
    out = io.BytesIO()
    sheet.rotate(7, fillcolor=200).save(out, kind)
    return out.getvalue()


def test_the_issued_file_is_said_to_be_it(app: Flask, number: str) -> None:
    page = page_of(app, hand_in(app, pdf_of(app, number)))
    assert page.heading == VALID
    assert "Tệp này đúng nguyên là bản đã cấp." in page
    assert "H***** Thị Lành" in page
    assert NAME not in page.text


@pytest.mark.parametrize("how", ["one byte more", "one byte other", "cut off"])
def test_a_file_that_is_not_the_issued_one_is_never_valid(app: Flask, number: str, how: str) -> None:
    held = pdf_of(app, number)
    made = {
        "one byte more": held + b"\n",
        "one byte other": held.replace(b"%%EOF", b"%%EOf"),
        "cut off": held[: len(held) // 2],
    }[how]
    assert made != held
    page = page_of(app, hand_in(app, made))
    assert page.heading in (UNPROVEN, ALTERED)
    assert "bản đã cấp." not in page.text or "không phải bản đã cấp" in page.text


def test_the_tables_word_for_a_file_is_not_enough(app: Flask, number: str) -> None:
    """Whoever writes the fingerprint of a made-up file into the table has no valid file by it."""
    forged = b"%PDF-1.4 made up"
    import hashlib

    for column in ("pdf_key", "signed_key"):
        with changed(app, number, **{column: hashlib.sha256(forged).hexdigest()}):
            assert heading(app, forged) != VALID


def test_a_photograph_of_the_square_is_read(app: Flask, number: str) -> None:
    for kind in ("PNG", "JPEG"):
        answer = hand_in(app, photograph(f"http://localhost/verify/{number}", kind), "anh")
        assert (answer.status_code, answer.headers.get("Location")) == (303, f"/verify/{number}")


def test_a_code_that_leads_elsewhere_proves_nothing(app: Flask, number: str) -> None:
    page = page_of(app, hand_in(app, photograph(f"https://hocvuso-vn.example/verify/{number}"), "anh.png"))
    assert page.heading == UNPROVEN
    assert "hocvuso-vn.example" in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Tệp này trống"),
        (b"  \n ", "Tệp này trống"),
        (b"PK\x03\x04 something", "ZIP"),
        (b"\x89PNG\r\n\x1a\n damaged", "không mở được"),
        (b"GIF89a", "không mở được"),
        (b"\x00\x01\x02 nothing", "loại tệp này"),
        (b"just some words", "loại tệp này"),
        (b"%PDF-1.7", None),
    ],
)
def test_what_is_no_paper_is_refused_in_words(app: Flask, content: bytes, words: str | None) -> None:
    answer = hand_in(app, content, "x")
    page = page_of(app, answer)
    if words is None:
        assert page.heading in (UNPROVEN, ALTERED)
    else:
        assert answer.status_code == 422
        assert words in page.text


def test_a_picture_without_a_code_and_a_huge_one(app: Flask) -> None:
    out = io.BytesIO()
    Image.new("L", (400, 400), 220).save(out, "PNG")
    assert "mã vuông" in page_of(app, hand_in(app, out.getvalue())).text
    huge = io.BytesIO()
    Image.new("1", (20_000, 5_000)).save(huge, "PNG")
    assert "quá lớn" in page_of(app, hand_in(app, huge.getvalue())).text


def test_a_file_of_more_than_twenty_megabytes(app: Flask) -> None:
    answer = hand_in(app, b"%PDF-1.4" + bytes(reading.MOST_BYTES))
    assert answer.status_code == 422
    assert "20 MB" in answer.text


def test_letters_that_only_look_latin(app: Flask, number: str) -> None:
    strange = number.replace("H", "\u041d", 1)  # Cyrillic Н
    page = Pages(app).open(f"/verify/{strange}", status=404)
    assert "trông giống chữ La-tinh" in page
    assert look_alikes(strange) == "\u041d"
    assert look_alikes(number + "ĐđƯ") == ""
    full = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in number)
    assert app.test_client().get(f"/verify?number={full}").headers["Location"] == f"/verify/{number}"


@pytest.mark.parametrize("typed", ["{n}", " số: {n} ", "http://localhost/verify/{n}", "/verify/{n}?x=1"])
def test_one_box_takes_number_and_address(app: Flask, number: str, typed: str) -> None:
    answer = app.test_client().post("/verify", data={"number": typed.format(n=number)})
    assert (answer.status_code, answer.headers.get("Location")) == (303, f"/verify/{number}")


def _reader(presented: Presented | None) -> Reader:
    def read(_content: bytes) -> Presented:
        if presented is None:
            raise RuntimeError("a fault of a reader")
        return presented

    return Reader("test", lambda content: content.startswith(b"TEST"), read)


def presented(number: str, **more: Any) -> Presented:
    return Presented(number, (Looked(Text("Signature"), True),), **more)


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ("nothing", UNPROVEN), ("name", VALID), ("composed otherwise", VALID), ("other name", ALTERED),
        ("a list", VALID), ("other list", ALTERED), ("year", VALID), ("other year", ALTERED),
        ("what nobody knows", UNPROVEN), ("same", VALID), ("not same", ALTERED), ("broken", ALTERED),
        ("not ours", NOT_OURS), ("fault", ALTERED), ("no number", UNPROVEN), ("bad number", UNPROVEN),
    ],
)  # fmt: skip
def test_what_is_shown_is_held_against_what_was_issued(app: Flask, number: str, how: str, wanted: str) -> None:
    lines = list(row_of(app, number).paper["statement_lines"])
    shown: dict[str, Presented | None] = {
        "nothing": presented(number),
        "name": presented(number, shown={"full_name": NAME}),
        "composed otherwise": presented(number, shown={"full_name": " Hoàng  Thi\u0323 La\u0300nh"}),
        "other name": presented(number, shown={"full_name": "Hoàng Thị Lan"}),
        "a list": presented(number, shown={"statement_lines": tuple(lines)}),
        "other list": presented(number, shown={"statement_lines": lines[:1]}),
        "year": presented(number, shown={"birth_year": 1960}),
        "other year": presented(number, shown={"birth_year": "1961"}),
        "what nobody knows": presented(number, shown={"full_name": NAME, "level": "9"}),
        "same": presented(number, same_as=lambda row: row.number == number),
        "not same": presented(number, same_as=lambda _row: False),
        "broken": presented(number, shown={"full_name": NAME}, broken=Text("The signature does not fit.")),
        "not ours": presented(number, shown={"full_name": NAME}, not_ours=True),
        "fault": None,
        "no number": Presented(None),
        "bad number": Presented("HVS-XN-2026-000001-00"),
    }
    reader = _reader(shown[how])
    with patch.object(reading, "READERS", [reader]):
        page = page_of(app, hand_in(app, b"TEST", "x.test"))
    assert page.heading == wanted


@pytest.mark.parametrize(
    ("what", "values"),
    [
        ("kind", {"kind": "CN"}),
        ("check code", {"check_code": "0000-0000"}),
        ("issued at", {"issued_at": 1_600_000_000}),
        ("state", {"state": "revoked"}),
    ],
)
def test_what_stands_beside_the_paper_cannot_be_changed_unseen(
    app: Flask, number: str, what: str, values: dict[str, Any]
) -> None:
    with changed(app, number, **values):
        assert Pages(app).open(f"/verify/{number}").heading == ALTERED
    assert Pages(app).open(f"/verify/{number}").heading == VALID


def test_facts_that_the_paper_does_not_say_are_not_told(app: Flask, number: str) -> None:
    facts = dict(row_of(app, number).facts)
    facts["programme"] = {**facts["programme"], "title": "Tiến sĩ Toán học"}
    facts["issuer"] = "Bộ Khác"
    with changed(app, number, facts=facts):
        page = Pages(app).open(f"/verify/{number}")
        told = app.test_client().get(f"/verify/{number}", headers=JSON).get_json()
    assert "Tiến sĩ" not in page.text
    assert "Bộ Khác" not in page.text
    assert "Tiến sĩ" not in str(told)
    assert "Bộ Khác" not in str(told)
    for changes in ({"rules": {**facts["rules"], "version": "99"}}, {"assurance_level": 3}, {"framework": {}}):
        with changed(app, number, facts={**facts, **changes}):
            now = app.test_client().get(f"/verify/{number}", headers=JSON).get_json()
            assert {**now, "checked_at": ""} == {**told, "checked_at": ""}


def test_of_somebody_forgotten_only_number_and_state_are_told(app: Flask, number: str) -> None:
    """Also where somebody marks a paper so past the product, to have its digest not asked."""
    paper = {**row_of(app, number).paper, "full_name": FORGOTTEN, "statement_lines": ["Đã hoàn thành: Chuyện khác"]}
    with changed(app, number, paper=paper):
        page = Pages(app).open(f"/verify/{number}")
        told = app.test_client().get(f"/api/v1/verify/{number}").get_json()
    assert "Chuyện khác" not in page.text
    assert "Chuyện khác" not in str(told)
    assert number in page.text


def test_a_link_in_a_message_shows_the_paper_and_nobodys_name(app: Flask, number: str) -> None:
    row, client = row_of(app, number), app.test_client()
    said = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)"', client.get(f"/verify/{number}").text))
    assert said["title"].startswith("Giấy xác nhận: ")
    assert row.paper["full_name"] not in str(said)
    picture = urlsplit(unescape(said["image"]))
    answer = client.get(f"{picture.path}?{picture.query}")
    with Image.open(io.BytesIO(answer.get_data())) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (1200, 630))
    for guess in ("", "k=", f"k={'0' * 16}", "k=ạ"):
        assert client.get(f"{picture.path}?{guess}").status_code == 404, "whoever did not see the page has no picture"
    other = format_number("HVS", "XN", 2026, 4711)
    assert client.get(f"/verify/{other}/anh.png?{picture.query}").status_code == 404
    with changed(app, number, state=REVOKED):
        assert client.get(f"{picture.path}?{picture.query}").status_code == 404, "the log says something else"
        assert "og:image" not in client.get(f"/verify/{number}").text


def test_was_it_valid_on_a_day(app: Flask, number: str) -> None:
    pages, today = Pages(app), clock.today()
    assert "Có giá trị" in pages.open(f"/verify/{number}?ngay={today:%d/%m/%Y}").text
    before = today - timedelta(days=1)
    assert f"Cuối ngày {before:%d/%m/%Y}: Chưa cấp" in pages.open(f"/verify/{number}?ngay={before:%d.%m.%Y}").text
    assert pages.open(f"/verify/{number}?ngay=31/2/2026", status=422).heading == VALID
    told = app.test_client().get(f"/api/v1/verify/{number}?on={before:%Y-%m-%d}").get_json()
    assert (told["on"], told["state_on"], told["state"]) == (before.isoformat(), "not_yet", "valid")


def test_forty_people_behind_one_address_are_never_stopped(app: Flask, number: str) -> None:
    client = app.test_client()
    with clock.frozen_at(clock.now()):
        answers = [client.get(f"/api/v1/verify/{number}").status_code for _ in range(40 * 5)]
    assert answers == [200] * 200


def test_who_guesses_is_stopped_and_told_what_to_do(app: Flask, number: str) -> None:
    with clock.frozen_at(clock.now()):
        for serial in range(MISSES):
            assert app.test_client().get("/verify/" + guess(serial)).status_code == 404
        refused = app.test_client().get(f"/verify/{number}")
        assert refused.status_code == 429, "not even a right number: who guesses learns nothing"
        assert "đăng nhập" in refused.text
        assert int(refused.headers["Retry-After"]) > 0
        assert signed_in(app, "verifier").get(f"/verify/{number}").status_code == 200
        elsewhere = app.test_client().get(f"/verify/{number}", environ_overrides={"REMOTE_ADDR": "192.0.2.9"})
        assert elsewhere.status_code == 200


def guess(serial: int) -> str:
    return format_number("HVS", "XN", clock.today().year, 900_000 + serial)


def test_many_who_guess_together_are_held_to_two_each(app: Flask, number: str) -> None:
    with clock.frozen_at(clock.now()):
        with app.app_context(), unit_of_work():
            for _ in range(ANYWHERE):
                take("verify-miss-anywhere", "all", ANYWHERE, 600)
        client, there = app.test_client(), {"REMOTE_ADDR": "192.0.2.77"}
        answers = [client.get("/verify/" + guess(n), environ_overrides=there).status_code for n in range(IN_ALARM + 1)]
        assert answers == [404] * IN_ALARM + [429]
        assert client.get(f"/verify/{number}").status_code == 200, "who checks real papers is not hindered"


def test_an_official_sees_the_name_and_has_a_record(app: Flask, number: str) -> None:
    client = signed_in(app, "verifier")
    page = page_of(app, client.get(f"/verify/{number}"))
    assert NAME in page
    assert "đã ghi vào sổ" in page
    with app.app_context():
        checks = connection().execute(select(Check.by_id, Check.number, Check.outcome, Check.form)).all()
    assert [(c.number, c.outcome, c.form) for c in checks] == [(number, "valid", "number")]
    assert checks[0].by_id is not None
    record = client.get("/can-bo/kiem-tra-giay")
    assert number in record.text
    found = re.search(r"/can-bo/kiem-tra-giay/[0-9a-f]{8}-[0-9a-f-]{27}", record.text)
    assert found is not None
    address = found[0]
    said = client.post(address, data={"purpose": "Hồ sơ xin việc =1+1"})
    assert said.status_code == 303
    assert "Hồ sơ xin việc" in client.get(address).text
    assert client.post(address, data={"purpose": "x" * 201}).status_code == 422
    slip = client.get(address + ".pdf")
    assert slip.data.startswith(b"%PDF")
    assert client.get("/can-bo/kiem-tra-giay/xuat.csv").data.count(number.encode()) == 1
    assert client.get("/can-bo/kiem-tra-giay/xuat.xlsx").data.startswith(b"PK")
    assert client.get("/can-bo/kiem-tra-giay?kq=revoked&tu=1/1/2026&den=31/12/2026").status_code == 200
    assert client.get("/can-bo/kiem-tra-giay?tu=xx&so=yy").status_code == 422
    admin = signed_in(app, "administrator")
    assert number in admin.get("/can-bo/kiem-tra-giay?xem=don-vi").text
    assert number not in admin.get("/can-bo/kiem-tra-giay").text
    assert admin.get(address).status_code == 200
    assert admin.post(address, data={"purpose": "x"}).status_code == 404
    assert client.get("/can-bo/kiem-tra-giay?xem=don-vi").status_code == 404
    assert signed_in(app, "learner").get(address).status_code in (403, 404)


def test_of_who_is_no_official_nobody_is_kept(app: Flask, number: str) -> None:
    for client in (app.test_client(), signed_in(app, "learner")):
        client.get(f"/verify/{number}")
        hand_in(app, pdf_of(app, number), client=client)
    with app.app_context():
        rows = connection().execute(select(Check.__table__)).all()
    assert len(rows) == 4
    for row in rows:
        assert {row.by_id, row.org_id, row.uuid, row.number, row.form, row.purpose} == {None}


def test_records_are_forgotten_after_their_term(app: Flask, number: str) -> None:
    from certificates.services import recording

    signed_in(app, "verifier").get(f"/verify/{number}")
    with app.app_context():
        later = clock.seconds() + 10
        assert recording.old_records(later) == 1
        recording.forget_records(later)
        assert recording.old_records(later) == 0
        row = connection().execute(select(Check.__table__)).one()
    assert (row.outcome, row.by_id, row.number, row.purpose) == ("valid", None, None, None)


def test_the_words_of_states_are_all_there(app: Flask) -> None:
    from certificates.services.lives import LABELS
    from certificates.views.checks import OUTCOMES
    from certificates.views.verify import HEADINGS

    states = set(LABELS) - {"not_yet"} | {verifying.ALTERED, verifying.NOT_OURS, verifying.UNPROVEN, verifying.UNKNOWN}
    assert set(HEADINGS) == states
    assert states <= set(OUTCOMES)
