"""A supervised session in a real browser: every state on every screen, and one day in the hall from plan to minutes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
import pytest
from sqlalchemy import update

from lms.api.work import clock, connection, unit_of_work
from plugins.supervision.models import Seat
from tests.browser.tabs import AXE, LOOKS, Look, Seen, Site, faults, open_context, press
from tests.supervision.conftest import PASSWORD, Hall, hall_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

T = Seat.__table__


@pytest.fixture
def hall(own_site: Site) -> Hall:
    return hall_in(own_site.app, starts_at=clock.seconds() + 600)


def sees(seen: Seen, shots: Path | None, look: Look, what: str, status: int = 200) -> None:
    """Nothing is in anybody's way on this page."""
    if shots:
        name = re.sub(r"\W+", "-", what)
        seen.page.screenshot(path=shots / f"hall-{name}.{look.name}.png", full_page=True)
    found = faults(seen, status)
    assert not found, f"{what}: {seen.page.url}\n" + "\n".join(found)
    seen.forget()


def come_in(page: Page, hall: Hall) -> None:
    """Whoever supervises types the room, the PIN and a name."""
    page.goto("/coi-thi")
    page.fill("#room", hall.session.code)
    page.fill("#pin", hall.pin)
    page.fill("#name", "Lê Thị Coi")
    press(page, "main form button")


def said_in(file: Path) -> str:
    """The words of a PDF."""
    document = pdfium.PdfDocument(file)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def type_ticket(page: Page, hall: Hall, number: int) -> None:
    page.goto("/phong")
    page.fill("#room", hall.session.code)
    page.fill("#ticket", hall.ticket(number))
    press(page, "main form button")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_state_on_every_screen(
    browser: Browser, own_site: Site, hall: Hall, look: Look, shots: Path | None
) -> None:
    contexts = [open_context(browser, own_site, look) for _ in range(2)]
    for context in contexts:
        context.add_init_script(path=AXE)
    room, table = (Seen(context.new_page(), own_site.base) for context in contexts)
    table.page.goto("/coi-thi")
    table.page.fill("#room", hall.session.code)
    table.page.fill("#pin", "000000")
    table.page.fill("#name", "Lê Thị Coi")
    press(table.page, "main form button")
    sees(table, shots, look, "wrong pin", 422)
    come_in(table.page, hall)
    sees(table, shots, look, "board before")
    room.page.goto("/phong")
    room.page.fill("#room", hall.session.code)
    room.page.fill("#ticket", "123456789")
    press(room.page, "main form button")
    sees(room, shots, look, "wrong ticket", 422)
    type_ticket(room.page, hall, 1)
    sees(room, shots, look, "waiting")
    press(table.page, "button:has-text('Mở cửa')")
    sees(table, shots, look, "board open")
    room.page.goto("/phong/toi")
    sees(room, shots, look, "who I am")
    room.page.fill("#year", "1958")
    room.page.check("input[name=agreed]")
    press(room.page, "form[action$='/toi'] button")
    assert re.search(r"/luot/.*/1$", room.page.url)
    sees(room, shots, look, "question")
    type_ticket_page = open_context(browser, own_site, look)
    type_ticket_page.add_init_script(path=AXE)
    second = Seen(type_ticket_page.new_page(), own_site.base)
    type_ticket(second.page, hall, 1)
    sees(second, shots, look, "second device", 409)
    type_ticket(second.page, hall, 4)
    sees(second, shots, look, "nobody's seat")
    sitting = hall.seat(1).id
    with own_site.app.app_context(), unit_of_work():
        connection().execute(update(T).where(T.c.id == sitting).values(heard_at=clock.seconds() - 200))
    table.page.goto("/coi-thi/bang")
    sees(table, shots, look, "board at work")
    table.page.goto("/coi-thi/ghe/1")
    sees(table, shots, look, "a seat at work")
    table.page.goto("/coi-thi/ghe/4")
    sees(table, shots, look, "a free seat")
    table.page.goto("/coi-thi/ghe/2")
    sees(table, shots, look, "a seat not here")
    table.page.goto("/coi-thi/ghi?ghe=1")
    sees(table, shots, look, "what happened")
    table.page.select_option("#kind", "other")
    press(table.page, "main form button")
    sees(table, shots, look, "other without words", 422)
    table.page.goto("/coi-thi/bang")
    press(table.page, "button:has-text('Tạm dừng cả phòng')")
    room.page.goto(room.page.url)
    sees(room, shots, look, "paused")
    press(table.page, "button:has-text('Cho cả phòng làm tiếp')")
    room.page.goto(f"{hall.paper(1)}/xem-lai")
    sees(room, shots, look, "all answers")
    press(room.page, "form[action$='/nop'] button")
    sees(room, shots, look, "result")
    press(room.page, "form[action$='/phong/xong'] button")
    sees(room, shots, look, "the next person")
    table.page.goto("/coi-thi/ket-thuc")
    sees(table, shots, look, "before the end")
    press(table.page, "form[action$='/ket-thuc'] button")
    sees(table, shots, look, "after the end")
    for context in (*contexts, type_ticket_page):
        context.close()


def test_a_day_in_the_hall(browser: Browser, own_site: Site, hall: Hall, tmp_path: Path) -> None:
    """An officer plans and prints; another browser opens with the PIN; a learner sits, gets time, hands in; minutes."""
    office, table, phone = (open_context(browser, own_site).new_page() for _ in range(3))
    office.goto("/dang-nhap")
    office.fill("#identifier", "0911222333")
    office.fill("#password", PASSWORD)
    with office.expect_navigation():
        office.press("#password", "Enter")
    office.goto("/can-bo/phong-thi/moi")
    office.fill("#title", "Kiểm tra cuối khóa, đợt 3")
    office.select_option("#quiz", index=3)
    office.fill("#place", "Nhà văn hóa Nà Hối")
    at = clock.local(clock.now())
    for name, value in (("day", at.day), ("month", at.month), ("year", at.year)):
        office.fill(f"#{name}", str(value))
    office.fill("#time", f"{at.hour}:{at.minute:02d}")
    office.fill("#seats", "4")
    press(office, "main form .row button[type=submit]")
    pin = re.search(r"Mã PIN cho cán bộ coi thi: (\d{3} \d{3})", office.inner_text("main"))
    assert pin is not None, office.inner_text("main")
    office.reload()
    assert pin[1] not in office.inner_text("main"), "it is shown once"
    office.locator("details summary").first.click()
    office.fill("#names", "Giàng Thị Mỷ; 1957\nHoàng Văn Sỉnh; 1961")
    press(office, "form[action$='/ten'] button")
    room = re.search(r"Số phòng\s*(\d{3} \d{3})", office.inner_text("main"))
    assert room is not None
    with office.expect_download() as printed:
        office.click("form[action$='/phieu.pdf'] button")
    printed.value.save_as(tmp_path / "tickets.pdf")
    assert (tmp_path / "tickets.pdf").read_bytes().startswith(b"%PDF")
    text = said_in(tmp_path / "tickets.pdf")
    ticket = re.search(r"Giàng Thị Mỷ.*?Số phiếu\s*(\d{3} \d{3} \d{3})", text, re.S)
    assert ticket is not None, text
    table.goto("/coi-thi")
    table.fill("#room", room[1])
    table.fill("#pin", pin[1])
    table.fill("#name", "Lê Thị Coi")
    press(table, "main form button")
    press(table, "button:has-text('Mở cửa')")
    phone.goto("/phong")
    phone.fill("#room", room[1])
    phone.fill("#ticket", ticket[1])
    press(phone, "main form button")
    phone.fill("#year", "1957")
    phone.check("input[name=agreed]")
    press(phone, "form[action$='/toi'] button")
    assert "Câu 1" in phone.inner_text("body")
    table.goto("/coi-thi/ghe/1")
    assert "Giàng Thị Mỷ" in table.inner_text("h1")
    table.goto("/coi-thi/bang")
    table.click("summary:has-text('Thêm giờ cho cả phòng')")
    table.fill("#reason", "Mất điện")
    press(table, "button[value='5']")
    phone.goto(re.sub(r"/1$", "/xem-lai", phone.url))
    press(phone, "form[action$='/nop'] button")
    press(phone, "form[action$='/phong/xong'] button")
    table.goto("/coi-thi/bang")
    table.wait_for_selector("text=Đã nộp bài")
    table.goto("/coi-thi/ket-thuc")
    press(table, "form[action$='/ket-thuc'] button")
    office.reload()
    press(office, "button:has-text('Chốt biên bản')")
    answer = office.request.get(office.url + "/bien-ban.pdf")
    (tmp_path / "minutes.pdf").write_bytes(answer.body())
    said = said_in(tmp_path / "minutes.pdf")
    for words in ("BIÊN BẢN", "Giàng Thị Mỷ", "Lê Thị Coi", "Mất điện", "Mã nội dung"):
        assert words in said, words
