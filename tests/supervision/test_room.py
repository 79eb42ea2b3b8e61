"""A day in the hall: tickets, the board, time, devices that fail, the end, the minutes."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from lms.api.people import AccountErased, hash_password
from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Account
from lms.learning.models import Evidence
from plugins.supervision import queries
from plugins.supervision.services import ending, reporting
from quizzes.api import live
from tests.supervision.conftest import NOON, PASSWORD, Device, Hall


def later(minutes: float) -> AbstractContextManager[None]:
    """So many minutes after it began."""
    return clock.frozen_at(NOON + timedelta(minutes=minutes))


def answer_first(device: Device, hall: Hall, number: int) -> None:
    """Answers the first question, whatever its type."""
    page = device.get(f"{hall.paper(number)}/1")
    names = re.findall(r'name="(answer|place-\d+)" value="([a-z]+)"', page)
    chosen = dict(reversed(names)) if names else {}
    if not chosen:
        chosen = dict.fromkeys(re.findall(r'<select[^>]* name="([^"]+)"', page), "a")
    device.post(f"{hall.paper(number)}/1", **chosen)


def test_a_ticket_opens_its_paper_and_nothing_else(hall: Hall) -> None:
    hall.open()
    device = hall.with_ticket(1)
    page = device.get("/phong/toi")
    assert "Hương" in page
    assert "Nguyễn Thị Hương" not in page, "whoever finds a ticket does not learn the whole name"
    assert device.post("/phong/toi", year="1958", agreed="1").location == f"{hall.paper(1)}/1"
    assert "Câu 1" in device.get(f"{hall.paper(1)}/1")
    for path in ("/cua-toi", "/cai-dat", "/cai-dat/du-lieu", f"/hoc/ky-nang-so-hoc-sinh/kiem-tra/{hall.session.uuid}"):
        answer = device.client.get(path)
        assert answer.status_code == 303, path
        assert "/dang-nhap" in answer.location, path
    assert device.client.get("/api/v1/me", headers={"Accept": "application/json"}).status_code in (401, 404)
    assert queries_of(hall, 1) == ("used", "sitting")


def queries_of(hall: Hall, number: int) -> tuple[str, str]:
    seat = hall.seat(number)
    return seat.ticket_state, seat.state


def test_a_ticket_works_once_and_a_second_device_is_told_what_to_do(hall: Hall) -> None:
    proctor = hall.open()
    first = hall.seated(1)
    second = hall.device()
    page = second.refused("/phong", 409, room=hall.session.code, ticket=hall.ticket(1))
    assert "đang dùng ở máy khác" in page
    assert "twice" in hall.kinds()
    answer_first(first, hall, 1)
    proctor.post("/coi-thi/ghe/1", do="release")
    assert first.client.get(f"{hall.paper(1)}/2").status_code == 303, "the first device is signed out"
    second.post("/phong", room=hall.session.code, ticket=hall.ticket(1))
    second.post("/phong/toi")  # who they are was made sure of before
    assert "Câu 2" in second.get(f"{hall.paper(1)}/2")
    with hall.app.app_context():
        (paper,) = live([hall.seat(1).attempt_uuid]).values()
    assert paper.answered == 1, "what was answered on the first device is there"
    assert hall.device().post("/phong", 409, room=hall.session.code, ticket=hall.ticket(1))


def test_the_same_browser_goes_on_after_it_was_closed(hall: Hall) -> None:
    hall.open()
    device = hall.seated(1)
    device.client.delete_cookie("hv")
    assert device.client.get(f"{hall.paper(1)}/1").status_code == 303
    device.post("/phong", room=hall.session.code, ticket=hall.ticket(1))
    device.post("/phong/toi")
    assert "Câu 1" in device.get(f"{hall.paper(1)}/1")


def test_whose_account_it_is_cannot_go_on_with_the_paper_at_home(hall: Hall) -> None:
    hall.open()
    hall.seated(1)
    with hall.app.app_context(), unit_of_work():
        a = Account.__table__
        connection().execute(
            update(a).where(a.c.id == hall.people[0]).values(username="huong", password_hash=hash_password(PASSWORD))
        )
    home = hall.device()
    home.post("/dang-nhap", identifier="huong", password=PASSWORD)
    assert "tiếp tục trong phòng" in home.get(f"{hall.paper(1)}/1", 409)
    assert home.client.post(f"{hall.paper(1)}/1", data={"answer": "a"}).status_code == 409
    assert home.client.post(f"{hall.paper(1)}/nop").status_code == 409
    with hall.app.app_context():
        (paper,) = live([hall.seat(1).attempt_uuid]).values()
    assert paper.is_open
    assert paper.answered == 0


def test_who_it_is_must_be_sure(hall: Hall) -> None:
    proctor = hall.open()
    device = hall.with_ticket(1)
    for _n in range(3):
        page = device.refused("/phong/toi", 422, year="1999", agreed="1")
    assert "giơ tay" in page
    assert device.client.post("/phong/toi", data={"year": "1958", "agreed": "1"}).status_code == 409, "no fourth try"
    proctor.post("/coi-thi/ghe/1", do="confirm")
    device.post("/phong/toi", agreed="1")
    assert hall.seat(1).attempt_uuid is not None
    unknown = hall.with_ticket(3)  # of whom the year is not known
    assert 'name="year"' not in unknown.get("/phong/toi")
    assert unknown.client.post("/phong/toi", data={"agreed": "1"}).status_code == 409
    proctor.post("/coi-thi/ghe/3", do="confirm")
    unknown.post("/phong/toi", agreed="1")


def test_nobody_begins_without_a_yes(hall: Hall) -> None:
    hall.open()
    device = hall.with_ticket(1)
    assert "đồng ý" in device.refused("/phong/toi", 422, year="1958")
    assert hall.seat(1).attempt_uuid is None


def test_the_room_opens_pauses_closes(hall: Hall) -> None:
    proctor = hall.proctor()
    waiting = hall.with_ticket(1)
    page = waiting.get("/phong/toi")
    assert "chưa mở" in page
    assert 'http-equiv="refresh"' in page
    assert waiting.client.post("/phong/toi", data={"year": "1958", "agreed": "1"}).status_code == 409
    proctor.post("/coi-thi/bang", do="open")
    proctor.post("/coi-thi/bang", do="open")
    assert hall.kinds() == ["opened"], "opening twice is once"
    waiting.post("/phong/toi", year="1958", agreed="1")
    with later(10):
        proctor.post("/coi-thi/bang", do="pause")
        assert waiting.client.get(f"{hall.paper(1)}/1").location.endswith("/nghi")
        assert "20 phút" in proctor.get("/coi-thi/bang")
        other = hall.with_ticket(2)
        assert other.client.post("/phong/toi", data={"year": "1961", "agreed": "1"}).status_code == 409
    with later(25):
        proctor.post("/coi-thi/bang", do="resume")
        assert "20 phút" in proctor.get("/coi-thi/bang"), "what stood still was not counted"
        assert "20" in waiting.get(f"{hall.paper(1)}/1")
        proctor.post("/coi-thi/bang", do="close")
        assert other.client.post("/phong/toi", data={"year": "1961", "agreed": "1"}).status_code == 409
        assert "Câu 1" in waiting.get(f"{hall.paper(1)}/1"), "who has begun goes on"
        proctor.post("/coi-thi/bang", do="open")
        other.post("/phong/toi", year="1961", agreed="1")
    assert hall.kinds() == ["opened", "paused", "resumed", "door", "reopened"]


def test_more_time_for_all_and_for_one(hall: Hall) -> None:
    proctor = hall.open()
    hall.seated(1)
    hall.seated(2)
    proctor.post("/coi-thi/bang", do="extend", minutes="5", reason="Mất điện")
    proctor.post("/coi-thi/ghe/2", do="extend", minutes="10")
    with hall.app.app_context():
        found = live([hall.seat(n).attempt_uuid for n in (1, 2)])
        left = [found[hall.seat(n).attempt_uuid].left for n in (1, 2)]
    assert left == [35 * 60, 45 * 60]
    assert [hall.seat(n).extra_minutes for n in (1, 2)] == [5, 15]
    assert hall.session.extended == 5
    proctor.post("/coi-thi/bang", 422, do="extend", minutes="600")


def test_a_seat_can_change_its_ticket_and_its_place(hall: Hall) -> None:
    proctor = hall.open()
    device, old = hall.seated(1), hall.ticket(1)
    proctor.post("/coi-thi/ghe/1", do="reissue")
    assert "Phiếu này đã hủy" in hall.device().refused("/phong", 422, room=hall.session.code, ticket=old)
    assert device.client.get(f"{hall.paper(1)}/1").status_code == 303
    answer = proctor.post("/coi-thi/ghe/1", do="move", to="5")
    assert answer.location == "/coi-thi/ghe/5"
    again = hall.with_ticket(5)
    again.post("/phong/toi")
    assert "Câu 1" in again.get(f"{hall.paper(5)}/1")
    assert hall.seat(1).account_id is None
    proctor.post("/coi-thi/ghe/2", 422, do="move", to="3")  # somebody sits there


def test_somebody_comes_who_is_not_on_the_list(hall: Hall) -> None:
    proctor = hall.open()
    device = hall.with_ticket(4)
    assert "ghi tên" in device.get("/phong/toi")
    proctor.post("/coi-thi/ghe/4", 422, do="name", names="Giàng Thị Mỷ")  # without a year
    proctor.post("/coi-thi/ghe/4", 422, do="name", names="Hoàng Văn Sỉnh; 1961")  # is on seat 2
    proctor.post("/coi-thi/ghe/4", do="name", names="Giàng Thị Mỷ; 1957")
    device.post("/phong/toi", agreed="1")
    assert "Câu 1" in device.get(f"{hall.paper(4)}/1")
    assert "named" in hall.kinds()


def test_a_device_that_is_silent_shows_on_the_board(hall: Hall) -> None:
    proctor = hall.open()
    device = hall.seated(1)
    assert device.client.post("/phong/nhip").get_json() == {"state": "open", "left": 30 * 60}
    with later(1):
        assert "mất liên lạc" not in proctor.get("/coi-thi/bang")
    with later(3):
        assert "mất liên lạc 3 phút" in proctor.get("/coi-thi/bang")
        assert device.client.post("/phong/nhip").get_json()["state"] == "open"
        assert "mất liên lạc" not in proctor.get("/coi-thi/bang")
    proctor.post("/coi-thi/ghe/1", do="pause")
    assert device.client.post("/phong/nhip").get_json()["state"] == "paused"
    assert hall.device().client.post("/phong/nhip").get_json() == {"state": "gone"}


def test_after_handing_in_the_next_person_sits_down(hall: Hall) -> None:
    hall.open()
    device = hall.seated(1)
    assert device.post("/phong/xong").location.endswith("/xem-lai"), "first it is handed in"
    device.post(f"{hall.paper(1)}/nop")
    page = device.get(f"{hall.paper(1)}/ket-qua")
    assert "Tôi đã xong" in page
    answer = device.post("/phong/xong")
    assert answer.location == "/phong"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert device.client.get(f"{hall.paper(1)}/ket-qua").status_code == 303
    device = hall.with_ticket(2, device)
    device.post("/phong/toi", year="1961", agreed="1")
    assert "Câu 1" in device.get(f"{hall.paper(2)}/1")
    assert "/dang-nhap" in device.client.get(f"{hall.paper(1)}/ket-qua").location, "another paper is not in reach"
    assert queries_of(hall, 1) == ("used", "done")


def test_a_result_that_nobody_closes_goes_by_itself(hall: Hall) -> None:
    hall.open()
    device = hall.seated(1)
    device.post(f"{hall.paper(1)}/nop")
    with hall.app.app_context(), later(11):
        ending.tidy()
    assert device.client.get(f"{hall.paper(1)}/ket-qua").status_code == 303
    assert hall.seat(1).state == "done"


def test_the_end_hands_in_and_is_once(hall: Hall) -> None:
    proctor = hall.open()
    one = hall.seated(1)
    hall.seated(2)
    answer_first(one, hall, 1)
    one.post(f"{hall.paper(1)}/nop")
    page = proctor.get("/coi-thi/ket-thuc")
    assert "Hoàng Văn Sỉnh" in page
    proctor.post("/coi-thi/ket-thuc")
    proctor.post("/coi-thi/ket-thuc")
    assert hall.kinds() == ["opened", "ended"]
    with hall.app.app_context():
        assert not any(p.is_open for p in live([hall.seat(n).attempt_uuid for n in (1, 2)]).values())
    assert [hall.seat(n).state for n in (1, 2, 3)] == ["done", "done", "expected"]
    assert hall.seat(3).ticket_state == "void"
    assert "Không có phòng" in hall.device().refused("/phong", 422, room=hall.session.code, ticket=hall.ticket(3))
    proctor.refused("/coi-thi/bang", 409, do="open")
    proctor.refused("/coi-thi/ghi", 409, kind="noise")
    assert proctor.client.get("/coi-thi/bien-ban.pdf").data.startswith(b"%PDF")


def test_a_stop_between_handing_in_and_closing_loses_nothing(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.open()
    hall.seated(1)
    hall.seated(2)
    real = ending.hand_in
    seen: list[UUID] = []

    def stops(uuid: UUID) -> None:
        seen.append(uuid)
        if len(seen) == 2:
            raise RuntimeError("the power is off")
        real(uuid)

    monkeypatch.setattr(ending, "hand_in", stops)
    with hall.app.app_context(), pytest.raises(RuntimeError, match="power"):
        ending.end(hall.session, None)
    assert hall.session.state == "closed", "nobody begins any more, and it is not said to be over"
    monkeypatch.setattr(ending, "hand_in", real)
    with hall.app.app_context():
        assert sum(p.is_open for p in live([hall.seat(n).attempt_uuid for n in (1, 2)]).values()) == 1
        with clock.frozen_at(NOON + timedelta(hours=7)):
            ending.tidy()
            ending.tidy()
    assert hall.session.state == "ended"
    assert hall.kinds() == ["opened", "forgotten"]
    with hall.app.app_context():
        e = Evidence.__table__
        graded = select(e.c.account_id, func.count()).where(e.c.account_id.in_(hall.people)).group_by(e.c.account_id)
        assert {row[0] for row in connection().execute(graded)} >= set(hall.people[:2])


def test_the_minutes_are_frozen_and_the_same(hall: Hall) -> None:
    proctor = hall.open()
    hall.seated(1)
    proctor.post("/coi-thi/ghi", kind="power", seat="", words="Mất điện 5 phút")
    proctor.post("/coi-thi/ghi", kind="health", seat="1", words="Đau đầu, đã uống thuốc")
    proctor.refused("/coi-thi/ghi", 422, kind="other", words="")
    proctor.refused("/coi-thi/ghi", 422, kind="opened", words="x")
    office = hall.office()
    page = f"/can-bo/phong-thi/{hall.uuid}"
    office.refused(f"{page}/chot", 409)
    proctor.post("/coi-thi/ket-thuc")
    draft = office.client.get(f"{page}/bien-ban.pdf").data
    office.post(f"{page}/chot")
    office.post(f"{page}/chot")
    signed = office.client.get(f"{page}/bien-ban.pdf").data
    assert signed != draft
    with hall.app.app_context():
        body = queries.minutes_body(hall.session.id)
        assert body is not None
        assert reporting.digest_of(body) == hall.session.minutes_digest
    assert body["counts"] == {
        "listed": 3, "present": 1, "absent": 2, "handed_in": 1, "passed": 0, "failed": 1, "marking": 0
    }  # fmt: skip
    assert [(e["what"], e["seat"]) for e in body["events"]][1:3] == [("Mất điện", None), ("Có người mệt, ốm", 1)]
    assert [p["name"] for p in body["proctors"]] == ["Lê Thị Coi"]
    with hall.app.app_context(), unit_of_work():
        a = Account.__table__
        connection().execute(update(a).where(a.c.id == hall.people[0]).values(full_name="Tên Khác"))
    assert office.client.get(f"{page}/bien-ban.pdf").data == signed
    with hall.app.app_context(), unit_of_work():
        reporting.when_account_erased(AccountErased(hall.people[0], 0))
        reporting.when_account_erased(AccountErased(hall.people[0], 0))
    with hall.app.app_context():
        after = queries.minutes_body(hall.session.id)
    assert after is not None
    assert after["people"][0]["name"] == reporting.NOBODY
    assert hall.session.minutes_digest == reporting.digest_of(body), "what was signed is known by its digest"
