"""The pages around a station: on the server for officers, on the laptop for whoever supervises."""

from __future__ import annotations

import io
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from flask import Flask
from sqlalchemy import select, text

from lms.db.unit_of_work import connection, unit_of_work
from plugins.supervision import queries
from plugins.supervision.format import sealing
from plugins.supervision.format.sealing import grouped
from plugins.supervision.models import Bundle
from plugins.supervision.services import packing, planning, receiving, station
from tests.supervision.conftest import Device, Hall
from tests.supervision.stations import CHEAP, a_station, an_empty_station, file_from, sit_all

B = Bundle.__table__


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The codes of tests are stretched for a tenth of the time; tests/supervision/test_format.py looks at them."""
    monkeypatch.setattr(sealing, "COST", CHEAP)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return an_empty_station(tmp_path_factory.mktemp("empty-station"))


@pytest.fixture
def laptop(empty: Path, tmp_path: Path) -> Iterator[Flask]:
    (tmp_path / "tram").mkdir()
    with a_station(tmp_path / "tram", empty) as app:
        yield app


def page_of(hall: Hall) -> str:
    return f"/can-bo/phong-thi/{hall.uuid}/may-tram"


def _size(app: Flask) -> int:
    """How many changes this station's rows have seen, as far as its log says."""
    log = Path(app.extensions["lms.settings"].data_dir) / "tram.sqlite-wal"
    return log.stat().st_size if log.exists() else 0


def packed(hall: Hall) -> tuple[Device, bytes, str]:
    """The officer has made the papers; the file, and the code as the sheet says it."""
    office = hall.office()
    office.post(page_of(hall), spare="1")
    with hall.app.app_context():
        row = connection().execute(select(B.c.uuid, B.c.content)).one()
        code = packing.code_of(row.uuid)
        assert code is not None
    return office, bytes(row.content), grouped(code)


def opened(laptop: Flask, content: bytes, code: str, **more: str) -> Device:
    """The laptop with the papers opened on its own page."""
    front = Device(laptop)
    front.post("/tram", file=(io.BytesIO(content), "de.hvs-phien"))
    with laptop.app_context():
        uuid = station.brought()[0].uuid
    front.post("/tram/mo", bundle=str(uuid), code=code, **more)
    return front


def test_officers_make_papers_print_the_code_and_take_answers_in(hall: Hall, laptop: Flask) -> None:
    office, content, code = packed(hall)
    page = office.get(page_of(hall))
    assert "Tải tệp đề" in page
    with hall.app.app_context():
        bundle = connection().execute(select(B.c.uuid)).scalar_one()
    assert office.client.get(f"{page_of(hall)}/de/{bundle}").get_data() == content
    sheet = office.post(f"{page_of(hall)}/ma", 200, bundle=str(bundle))
    assert sheet.get_data()[:5] == b"%PDF-"
    opened(laptop, content, code)
    with laptop.app_context():
        uuid = station.brought()[0].uuid
    sit_all(laptop, uuid)
    file = file_from(laptop, uuid)
    answer = office.post(f"{page_of(hall)}/nhan", file=(io.BytesIO(file), "bai.hvs-bai"))
    receipt = office.get(answer.headers["Location"])
    assert "Nguyễn Thị Hương" in receipt
    again = office.post(f"{page_of(hall)}/nhan", file=(io.BytesIO(file), "bai.hvs-bai"))
    assert again.headers["Location"] == answer.headers["Location"]
    assert "Biên nhận" in office.get(page_of(hall))
    with hall.app.app_context():
        acts = connection().execute(text("SELECT act FROM lms_audit ORDER BY id")).scalars().all()
    assert {"supervision.packed", "supervision.code", "supervision.received"} <= set(acts)


def test_what_is_wrong_with_a_file_is_said_on_the_page(hall: Hall, laptop: Flask) -> None:
    office, content, _code = packed(hall)
    for file in (b"", b"nothing of ours", content, content[:100]):
        refused = office.refused(f"{page_of(hall)}/nhan", 422, file=(io.BytesIO(file), "x.hvs-bai"))
        assert "file-error" in refused
    assert "file-error" in office.refused(f"{page_of(hall)}/nhan", 422)
    for spare in ("", "nhiều", "-1", "5000"):
        assert "spare-error" in office.refused(page_of(hall), 422, spare=spare)
    front = Device(laptop)
    assert "file-error" in front.refused("/tram", 422, file=(io.BytesIO(b"x"), "x"))
    assert "file-error" in front.refused("/tram", 422)


def test_nobody_else_comes_near(hall: Hall, laptop: Flask, sign_in: Any) -> None:
    _office, content, code = packed(hall)
    with hall.app.app_context():
        bundle = connection().execute(select(B.c.uuid)).scalar_one()
    opened(laptop, content, code)
    with laptop.app_context():
        uuid = station.brought()[0].uuid
    sit_all(laptop, uuid)
    with hall.app.app_context():
        receipt = receiving.take(receiving.read(file_from(laptop, uuid)), receiving.FILE, None)
        paper = receiving.handed_in(hall.session.id)[0].uuid
    for role in ("learner", "instructor"):
        client = sign_in(role, hall.app)
        for path in ("", f"/de/{bundle}", f"/bien-nhan/{receipt}", f"/bai/{paper}"):
            assert client.get(page_of(hall) + path).status_code == 404, (role, path)
        for path in ("", "/ma", "/nhan", "/ve-may-chu", f"/bai/{paper}"):
            assert client.post(page_of(hall) + path, data={"bundle": str(bundle)}).status_code == 404, (role, path)
    nobody = hall.app.test_client()
    assert nobody.get(page_of(hall)).status_code in (303, 401)


def test_a_server_has_no_pages_of_a_station_and_a_station_no_others(hall: Hall, laptop: Flask) -> None:
    server, front = hall.app.test_client(), laptop.test_client()
    for path in ("/tram", "/coi-thi/bai", "/coi-thi/bai/tep"):
        assert server.get(path).status_code == 404
    assert front.get("/tram").status_code == 200
    assert front.get("/phong").status_code == 200
    assert front.get("/coi-thi").status_code == 200
    assert front.get("/").headers["Location"] == "/tram"
    for path in ("/tram", "/phong", "/coi-thi"):  # and nothing leads to what is not there
        assert "/dang-nhap" not in front.get(path).get_data(as_text=True)
    for path in ("/dang-nhap", "/dang-ky", "/cua-toi", "/can-bo/nguoi", "/studio", "/chuong-trinh", "/verify"):
        assert front.get(path).status_code == 404, path
    assert front.post("/may-tram/nhan", data=b"x").status_code == 404


def test_codes_are_typed_as_people_type_and_wrong_ones_are_told_kindly(hall: Hall, laptop: Flask) -> None:
    _office, content, code = packed(hall)
    front = Device(laptop)
    front.post("/tram", file=(io.BytesIO(content), "de.hvs-phien"))
    with laptop.app_context():
        uuid = str(station.brought()[0].uuid)
    assert "code-error" in front.refused("/tram/mo", 422, bundle=uuid, code="ABCD")
    assert "time-error" in front.refused("/tram/mo", 422, bundle=uuid, code=code, time="trưa")
    assert front.client.post("/tram/mo", data={"bundle": "x", "code": code}).status_code == 404
    front.post("/tram/mo", bundle=uuid, code=code.lower().replace("-", " "), time="8h00")
    front.post("/tram/mo", bundle=uuid, code=code)  # twice is once
    page = front.get("/tram")
    assert "Đã mở" in page
    with laptop.app_context():
        assert station.brought()[0].watch_offset is not None


def test_codes_are_not_guessed(hall: Hall, laptop: Flask) -> None:
    from plugins.supervision.format.sealing import new_code

    _office, content, _code = packed(hall)
    front = Device(laptop)
    front.post("/tram", file=(io.BytesIO(content), "de.hvs-phien"))
    with laptop.app_context():
        uuid = str(station.brought()[0].uuid)
    found = {front.client.post("/tram/mo", data={"bundle": uuid, "code": new_code()}).status_code for _n in range(12)}
    assert found == {422, 429}


def test_a_session_on_the_laptop_from_the_ticket_to_the_file(hall: Hall, laptop: Flask) -> None:
    """The tickets and the PIN that were made on the server work on the laptop, on its own pages."""
    _office, content, code = packed(hall)
    opened(laptop, content, code)
    there = Hall(laptop, uuid=hall.uuid, pin=hall.pin)
    board = Device(laptop)
    board.post("/coi-thi", room=hall.session.code, pin=hall.pin, name="Lê Thị Coi")
    board.post("/coi-thi/bang", do="open")
    device = Device(laptop)
    device.post("/phong", room=hall.session.code, ticket=hall.ticket(1))
    device.post("/phong/toi", year="1958", agreed="1")
    seat = there.seat(1)
    assert seat.attempt_uuid is not None
    question = device.get(f"/luot/{seat.attempt_uuid}/1")
    assert "<form" in question
    device.post(f"/luot/{seat.attempt_uuid}/nop")
    device.get(f"/luot/{seat.attempt_uuid}/ket-qua")
    giving = board.get("/coi-thi/bai")
    assert "Tải tệp bài làm" in giving
    file = board.client.get("/coi-thi/bai/tep").get_data()
    with laptop.app_context():
        before = connection().execute(text("PRAGMA data_version")).scalar(), _size(laptop)
    for path in ("/tram", "/coi-thi/bai", "/coi-thi/bai/tep"):  # reading writes nothing
        assert board.client.get(path).status_code == 200
    with laptop.app_context():
        assert (connection().execute(text("PRAGMA data_version")).scalar(), _size(laptop)) == before
    with hall.app.app_context():
        receiving.take(receiving.read(file), receiving.FILE, None)
        (row,) = receiving.handed_in(hall.session.id)
        assert (row.seat, row.state) == (1, "taken")
        kinds = [note.kind for note in queries.incidents(hall.session.id)]
        assert "opened" in kinds
        receiving.take(receiving.read(file), receiving.FILE, None)
        assert [note.kind for note in queries.incidents(hall.session.id)] == kinds  # notes come once too
    assert Device(laptop).client.get("/coi-thi/bai").status_code == 404  # without the PIN


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Nothing."""


def test_answers_go_over_the_line_and_the_clocks_are_compared(hall: Hall, laptop: Flask) -> None:
    """The laptop posts the file to the address that the papers name; a real request over a socket."""
    with make_server("127.0.0.1", 0, hall.app, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            session_id = hall.session.id
            with hall.app.app_context():
                address = f"http://127.0.0.1:{server.server_port}/may-tram/nhan"
                with unit_of_work():
                    made = packing.make(session_id, 0, hall.officer, address)
                content = bytes(connection().execute(select(B.c.content).where(B.c.uuid == made.uuid)).scalar_one())
            opened(laptop, content, grouped(made.code))
            with laptop.app_context():
                uuid = station.brought()[0].uuid
            board = Device(laptop)
            board.post("/coi-thi", room=hall.session.code, pin=hall.pin, name="Lê Thị Coi")
            board.post("/coi-thi/bang", do="open")
            sit_all(laptop, uuid)
            said = board.post("/coi-thi/bai/gui", 200).get_data(as_text=True)
            assert "Máy chủ đã nhận bài" in said
            asked = urllib.request.Request(address, data=b"x", method="POST")
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(asked, timeout=20)
            assert refused.value.code == 422
        finally:
            server.shutdown()
            thread.join()
    with hall.app.app_context():
        assert {row.state for row in receiving.handed_in(hall.session.id)} == {"taken"}
        (receipt,) = receiving.receipts(hall.session.id)
        assert (receipt.way, receipt.clock["known"]) == ("online", "online")
    said = board.refused("/coi-thi/bai/gui", 422)  # nobody answers there any more
    assert "Máy chủ không trả lời" in said


def test_a_paper_that_waits_is_decided_on_its_page(hall: Hall, laptop: Flask) -> None:
    office, content, code = packed(hall)
    opened(laptop, content, code)
    with laptop.app_context():
        row = station.brought()[0]
        assert row.session_id is not None
        session = queries.session_by_id(row.session_id)
        assert session is not None
        with unit_of_work():
            (walked,) = planning.enter_named(session, [planning.Line("", "Lê Văn Mới", 1961)], session.made_by)
            planning.expect(session, [walked], session.made_by)
    sit_all(laptop, row.uuid)
    office.post(f"{page_of(hall)}/nhan", file=(io.BytesIO(file_from(laptop, row.uuid)), "bai.hvs-bai"))
    with hall.app.app_context():
        (waits,) = [one for one in receiving.handed_in(hall.session.id) if one.state == "waiting"]
    path = f"{page_of(hall)}/bai/{waits.uuid}"
    assert "Lê Văn Mới" in office.get(path)
    assert "chọn bài này của ai" in office.refused(path, 422, act="keep")
    assert "Nguyễn Thị Hương" in office.refused(path, 422, act="look", words="Hương")
    office.post(path, act="drop")
    with hall.app.app_context():
        assert receiving.handed_one(hall.session.id, waits.uuid).state == "dropped"
