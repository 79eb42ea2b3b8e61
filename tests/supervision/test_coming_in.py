"""What somebody could try: guessing tickets and PINs, codes of rooms that are over, forms that say what they want."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from lms import starting
from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Grant
from lms.orgs.queries import org_by_code
from plugins.supervision import numbering, queries
from plugins.supervision.services import planning, showing
from quizzes.policies import Fairness
from quizzes.services import accommodating
from tests.supervision.conftest import NOON, Device, Hall, hall_in

figures = st.text("0123456789", min_size=8, max_size=8)


@given(figures, st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_figure_is_found_before_anything_is_looked_up(body: str, place: int, by: int) -> None:
    code = body + numbering.check_figure(body)
    assert numbering.ticket_code(numbering.grouped(code)) == code
    wrong = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1 :]
    assert numbering.ticket_code(wrong) is None


@given(figures, st.integers(0, 7))
def test_two_figures_that_changed_places_are_found(body: str, place: int) -> None:
    code = body + numbering.check_figure(body)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or numbering.ticket_code(swapped) is None


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_ticket_or_none(typed: str) -> None:
    found = numbering.ticket_code(typed)
    assert found is None or (len(found) == 9 and found.isascii() and found.isdigit())


def test_tickets_differ_and_nothing_keeps_them(one_hall: Hall) -> None:
    tickets = {one_hall.ticket(n) for n in range(1, 7)}
    assert len(tickets) == 6
    raw = (one_hall.app.extensions["lms.settings"].data_dir / "lms.sqlite").read_bytes()
    assert not any(ticket.encode() in raw for ticket in tickets)
    assert one_hall.pin.encode() not in raw


def test_a_slip_of_the_finger_is_told_and_costs_nothing(hall: Hall) -> None:
    device = hall.device()
    for _n in range(100):
        wrong = hall.ticket(1)[:-1] + str((int(hall.ticket(1)[-1]) + 1) % 10)
        page = device.refused("/phong", 422, room=hall.session.code, ticket=wrong)
    assert "chín chữ số" in page
    hall.with_ticket(1, device)


def guesses(hall: Hall, device: Device, count: int) -> list[int]:
    """Tickets that could be, but are none."""
    real = {hall.ticket(n) for n in range(1, 7)}
    found, at = [], 0
    while len(found) < count:
        at += 1
        code = f"{at:08d}" + numbering.check_figure(f"{at:08d}")
        if code not in real:
            answer = device.client.post("/phong", data={"room": hall.session.code, "ticket": code})
            found.append(answer.status_code)
    return found


def test_guessing_tickets_ends_soon(hall: Hall) -> None:
    device = hall.device()
    assert guesses(hall, device, 41) == [422] * 40 + [429]
    answer = device.client.post("/phong", data={"room": hall.session.code, "ticket": hall.ticket(1)})
    assert answer.status_code == 429
    with clock.frozen_at(NOON + timedelta(minutes=11)):
        hall.with_ticket(1, device)


def test_guessing_rooms_ends_soon(hall: Hall) -> None:
    device = hall.device()
    codes = [f"{n:06d}" for n in range(100_000, 100_061) if f"{n:06d}" != hall.session.code]
    found = [device.client.post("/phong", data={"room": code, "ticket": hall.ticket(1)}).status_code for code in codes]
    assert set(found[:60]) == {422}
    assert found[-1] == 429


def test_a_ticket_of_another_room_is_none_here(hall: Hall) -> None:
    with hall.app.app_context():
        here = hall.session
        plan = planning.Plan("Buổi khác", here.org_id, "Nơi khác", here.activity_id, here.starts_at, 60, 3, True)
        hashed = planning.pin_hash("482915")
        with unit_of_work():
            other = planning.make(plan, hashed, hall.officer)
        found = queries.session_by_uuid(other)
        assert found is not None
        seat = queries.seat(found.id, 1)
        assert seat is not None
        theirs = seat.code(found)
    page = hall.device().refused("/phong", 422, room=here.code, ticket=theirs)
    assert "không phải phiếu của phòng này" in page


def test_five_wrong_pins_and_the_room_is_shut_to_pins(hall: Hall) -> None:
    device, wrong = hall.device(), "000001" if hall.pin != "000001" else "000002"
    code = hall.session.code
    for left in (4, 3, 2, 1):
        page = device.refused("/coi-thi", 422, room=code, pin=wrong, name="Kẻ Lạ")
        assert f"Còn thử được {left} lần" in page
    assert "quá nhiều lần" in device.refused("/coi-thi", 422, room=code, pin=wrong, name="Kẻ Lạ")
    assert (
        hall.device().client.post("/coi-thi", data={"room": code, "pin": hall.pin, "name": "Lê Thị Coi"}).status_code
        == 429
    )
    office = hall.office()
    office.post(f"/can-bo/phong-thi/{hall.uuid}/coi-thi")
    assert "Phòng chưa mở" in office.get("/coi-thi/bang"), "an officer comes in by their right"
    office.post(f"/can-bo/phong-thi/{hall.uuid}/pin")
    page = office.get(f"/can-bo/phong-thi/{hall.uuid}")
    new = page.partition("Mã PIN cho cán bộ coi thi: ")[2][:7].replace(" ", "")
    assert "Mã PIN cho cán bộ coi thi" not in office.get(f"/can-bo/phong-thi/{hall.uuid}"), "shown once"
    hall.device().refused("/coi-thi", 422, room=code, pin=hall.pin, name="Lê Thị Coi")
    hall.device().post("/coi-thi", room=code, pin=new, name="Lê Thị Coi")


def test_a_proctor_reaches_one_room_until_it_ends(hall: Hall) -> None:
    proctor = hall.open()
    for path in ("/can-bo/phong-thi", f"/can-bo/phong-thi/{hall.uuid}", "/cua-toi"):
        assert proctor.client.get(path).status_code == 303, path
    proctor.post("/coi-thi/ra")
    proctor.get("/coi-thi/bang", 404)
    other = hall.proctor()
    with clock.frozen_at(NOON + timedelta(hours=15)):
        other.get("/coi-thi/bang", 404)
    assert hall.device().client.get("/coi-thi/bang").status_code == 404


def test_an_officer_whose_role_ended_supervises_no_more(hall: Hall) -> None:
    office = hall.office()
    office.post(f"/can-bo/phong-thi/{hall.uuid}/coi-thi")
    office.get("/coi-thi/bang")
    with hall.app.app_context():
        g = Grant.__table__
        with unit_of_work():
            connection().execute(
                update(g)
                .where(g.c.account_id == hall.officer)
                .values(ended_at=clock.seconds(), valid_to=clock.seconds())
            )
    office.get("/coi-thi/bang", 404)


def test_it_cannot_be_opened_days_before(hall: Hall) -> None:
    with clock.frozen_at(NOON - timedelta(hours=2)):
        proctor = hall.proctor()
        assert "Mở được từ một giờ trước" in proctor.get("/coi-thi/bang")
        proctor.refused("/coi-thi/bang", 409, do="open")
    assert hall.session.is_planned


def test_a_cancelled_session_is_over(hall: Hall) -> None:
    office = hall.office()
    office.post(f"/can-bo/phong-thi/{hall.uuid}/huy")
    hall.device().refused("/phong", 422, room=hall.session.code, ticket=hall.ticket(1))
    hall.device().refused("/coi-thi", 422, room=hall.session.code, pin=hall.pin, name="Lê Thị Coi")
    office.refused(f"/can-bo/phong-thi/{hall.uuid}/huy", 409)
    office.refused(f"/can-bo/phong-thi/{hall.uuid}/pin", 409)


def test_a_ticket_cookie_is_nothing_without_its_seat(hall: Hall) -> None:
    hall.open()
    device = hall.with_ticket(1)
    taken = device.client.get_cookie("hv")
    assert taken is not None
    thief = hall.device()
    thief.client.set_cookie("hv", taken.value)
    assert thief.client.get("/phong/toi").status_code == 303, "another device does not have the seat"
    assert thief.client.post("/phong/toi", data={"year": "1958", "agreed": "1"}).location == "/phong"
    assert hall.seat(1).attempt_uuid is None


def test_the_plan_must_make_sense(hall: Hall) -> None:
    office = hall.office()
    good = {
        "title": "Đợt 2", "place": "Nhà văn hóa", "quiz": str(hall.session.activity_id), "day": "28", "month": "11",
        "year": "2026", "time": "14h30", "minutes": "90", "seats": "10",
    }  # fmt: skip
    for wrong in (
        {"title": ""}, {"place": " "}, {"quiz": "1"}, {"day": "31"}, {"year": "2020"}, {"time": "chiều"},
        {"minutes": "2"}, {"minutes": "x"}, {"seats": "0"}, {"seats": "5000"}, {"year": "9" * 40}, {"seats": "9" * 40},
    ):  # fmt: skip
        office.refused("/can-bo/phong-thi/moi", 422, **{**good, **wrong})
    answer = office.post("/can-bo/phong-thi/moi", **good)
    assert "14:30" in office.get(answer.location)
    office.refused(f"/can-bo/phong-thi/{hall.uuid}/sua", 422, **{**good, "seats": "2"})  # three people have seats
    office.post(f"/can-bo/phong-thi/{hall.uuid}/sua", **{**good, "seats": "3"})
    assert hall.session.seats == 3
    office.refused(f"/can-bo/phong-thi/{hall.uuid}/ten", 422, names="Thêm Một Người; 1950")
    office.post(f"/can-bo/phong-thi/{hall.uuid}/bo", seat="2")
    office.post(f"/can-bo/phong-thi/{hall.uuid}/ten", names="1. Thêm Một Người\t1950")
    assert hall.seat(2).account_id is not None


def test_names_find_who_is_there_and_refuse_to_guess(hall: Hall) -> None:
    office, page = hall.office(), f"/can-bo/phong-thi/{hall.uuid}"
    office.post(f"{page}/ten", names="nguyen thi huong; 1958")
    assert sum(hall.seat(n).account_id is not None for n in range(1, 7)) == 3, "she is on the list"
    office.post(f"{page}/ten", names="Nguyễn Thị Hương; 1990")
    assert hall.seat(4).account_id not in (None, *hall.people)
    said = office.refused(f"{page}/ten", 422, names="Nguyễn Thị Hương")
    assert "nhiều người cùng tên" in said
    office.refused(f"{page}/ten", 422, names="12345")
    office.refused(f"{page}/ten", 422, names="")


def test_without_walk_ins_nobody_is_written_down_at_the_door(app: Flask) -> None:
    with clock.frozen_at(NOON):
        hall = hall_in(app, walk_ins=False)
        proctor = hall.open()
        proctor.refused("/coi-thi/ghe/4", 409, do="name", names="Giàng Thị Mỷ; 1957")


def test_the_same_at_two_devices_at_once_is_one(one_hall: Hall) -> None:
    one_hall.open()
    devices = [one_hall.device() for _n in range(4)]
    codes = [
        device.client.post("/phong", data={"room": one_hall.session.code, "ticket": one_hall.ticket(2)}).status_code
        for device in devices
    ]
    assert codes == [303, 409, 409, 409]
    assert one_hall.kinds().count("twice") == 3


@pytest.mark.parametrize("path", ["bang", "ghe/1", "ghi", "ket-thuc"])
def test_unknown_acts_are_not_found(one_hall: Hall, path: str) -> None:
    proctor = one_hall.open()
    answer = proctor.client.post(f"/coi-thi/{path}", data={"do": "drop", "kind": "x"})
    assert answer.status_code in (303, 404, 422)
    proctor.client.get("/coi-thi/ghe/999")
    assert proctor.client.get("/coi-thi/ghe/999").status_code == 404


def test_the_demo_shows_a_session_once(app: Flask) -> None:
    with app.app_context():
        for _n in range(2):
            starting.show_demonstrations()
        found, total = queries.sessions_of([org.id for org in [org_by_code("VN")] if org])
        assert [row.title for row in found] == [showing.TITLE]
        assert total == 1
        seats = [row for row in queries.seats(found[0].id) if row.account_id is not None]
        assert len(seats) == 4
        assert found[0].starts_at > clock.seconds()


def test_what_was_arranged_for_somebody_stands_at_their_seat_only(hall: Hall) -> None:
    with hall.app.app_context(), unit_of_work():
        accommodating.give(hall.people[0], Fairness(extra=50), "tay run", None, hall.officer)
    proctor = hall.open()
    assert "thêm 50 % thời gian" in proctor.get("/coi-thi/ghe/1")
    assert "Hỗ trợ" not in proctor.get("/coi-thi/ghe/2")
    hall.seated(1)
    assert "45 phút" in proctor.get("/coi-thi/bang"), "half of thirty minutes more"
