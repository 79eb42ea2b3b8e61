"""The register: every number has its line, whatever dies in between; and who received which paper."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from certificates import queries
from certificates.models import Book, Credential
from certificates.numbering import format_number
from certificates.services import changing, confirming, registering
from certificates.services.waiting import WAITING
from lms import clock
from lms.db.base import db
from lms.db.unit_of_work import close_kept, connection, let_go, unit_of_work
from lms.errors import Conflict, Invalid, NotFound
from lms.privacy import erasing
from lms.testing import story
from lms.testing.page_client import Pages
from tests.certificates.lives import HOLDER, holder, nation, officer, paper_of, person, why, with_rules

C, B = Credential.__table__, Book.__table__
PEOPLE, WORKERS, DYING = 12, 3, 2
PATIENCE = 600  # seconds until a process that says nothing is given up
ISSUER = Path(__file__).with_name("issuer.py")


def serials() -> list[int]:
    return sorted(int(n.split("-")[3]) for n in connection().execute(sa.select(C.c.number)).scalars())


def test_no_number_is_lost_whoever_dies(any_app: Flask, tmp_path: Path) -> None:
    """Several processes issue at once from one book; some are killed between the number and the commit."""
    with any_app.app_context():
        with unit_of_work():
            for n in range(PEOPLE):
                story.fulfil(person("Người Học", f"hoc{n}"), "nguoi-dan")
        ids = list(connection().execute(sa.text("SELECT id FROM lms_attainment ORDER BY id")).scalars())
        let_go()
        close_kept()
        settings = any_app.extensions["lms.settings"]
        db.engine.dispose()
    assert len(ids) == PEOPLE

    def start(which: list[int], dying: str) -> subprocess.Popen[bytes]:
        said = [sys.executable, str(ISSUER), str(settings.data_dir), settings.database_url, dying, *map(str, which)]
        return subprocess.Popen(said, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE)

    marks = [tmp_path / f"held{n}" for n in range(DYING)]
    dying = []
    for n, mark in enumerate(marks):  # one after the other: each holds the book until it is killed
        process = start(ids[n : n + 1], str(mark))
        dying.append(process)
        end = time.monotonic() + PATIENCE
        while not mark.exists():
            assert process.poll() is None, process.communicate()[1].decode()
            assert time.monotonic() < end
            time.sleep(0.02)  # only between two questions
        if n == DYING - 1:  # the last is killed while others wait for the book that it holds
            waiting = [start(ids[m::WORKERS], "") for m in range(WORKERS)]
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    for process in waiting:
        _out, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors.decode()
    with any_app.app_context():
        assert serials() == list(range(1, PEOPLE + 1))
        assert connection().execute(sa.select(B.c.last)).scalar_one() == PEOPLE
        [book] = registering.books()
        lines = registering.lines(book, 1, 50, [nation()])
        assert [line.serial for line in lines] == list(range(1, PEOPLE + 1))
        assert all(line.row is not None for line in lines)
        let_go()


def test_a_number_without_a_paper_would_be_seen(app: Flask) -> None:
    holder(app)
    holder(app, "Vàng Thị Mẩy", "may")
    with app.app_context():
        with unit_of_work():
            first = connection().execute(sa.select(C.c.id).order_by(C.c.id).limit(1)).scalar_one()
            wrong = format_number("HVS", "XN", clock.today().year, 99)
            connection().execute(sa.update(C).where(C.c.id == first).values(number=wrong))
        let_go()
    pages = Pages(app)
    pages.sign_in("administrator")
    page = pages.open("/can-bo/giay/so")
    assert "Có số không có giấy" in page
    assert "không có giấy: hãy báo người vận hành" in page


def test_the_register_says_what_became_of_each(any_app: Flask) -> None:
    who = holder(any_app)
    other = holder(any_app, "Vàng Thị Mẩy", "may")
    with any_app.app_context():
        old = paper_of(who)
        with unit_of_work():
            changing.reissue(old, why("lost"))
        with unit_of_work():
            registering.hand_over([paper_of(who)], clock.today(), "family", "Lê Văn Con", "", officer())
        with unit_of_work():
            erasing.erase(other, officer("administrator"), "Người học yêu cầu xóa.")
        [book] = registering.books()
        lines = registering.lines(book, 1, 50, [nation()])
        new = paper_of(who)
        assert [line.successor for line in lines] == [new.number, "", ""]
        assert [line.handed is not None for line in lines] == [False, False, True]
        assert [line.row.paper["full_name"] for line in lines if line.row] == [HOLDER, "(đã xóa)", HOLDER]
        assert [line.mine for line in registering.lines(book, 1, 50, [])] == [False] * 3
        number = old.number
        let_go()
    pages = Pages(any_app)
    pages.sign_in("administrator")
    page = pages.open("/can-bo/giay/so")
    assert all(words in page for words in (HOLDER, "(đã xóa)", f"bởi {new.number}", "Đã thay thế"))
    page = pages.open(f"/can-bo/giay/{number}")
    assert "Bị mất" not in page
    assert "Giấy bị mất hoặc hư hỏng" in page
    assert "Lê Văn Con" in pages.open(f"/can-bo/giay/{new.number}")
    for path in (f"/can-bo/giay/so.pdf?book={book.name}", "/can-bo/giay/chua-giao.pdf"):
        answer = pages.send("GET", path)
        assert (answer.status, answer.body[:5]) == (200, b"%PDF-")
    assert pages.send("GET", "/can-bo/giay/so.pdf?book=HVS-XN-1999").status == 404


def test_a_paper_is_handed_over_once(any_app: Flask) -> None:
    who = holder(any_app)
    holder(any_app, "Vàng Thị Mẩy", "may")
    with any_app.app_context():
        row, units, by = paper_of(who), [nation()], officer()
        assert registering.count_not_handed(units) == 2
        today = clock.today()
        for wrong in ({"relation": "x"}, {"relation": "family"}, {"rows": []}):
            said: dict[str, Any] = {"rows": [row], "relation": "self"} | wrong
            with pytest.raises(Invalid), unit_of_work():
                registering.hand_over(said["rows"], today, said["relation"], "", "", by)
        with pytest.raises(Invalid), unit_of_work():
            registering.hand_over([row], today.replace(year=today.year + 1), "self", "", "", by)
        with unit_of_work():
            uuid = registering.hand_over([row], today, "self", "", "", by)
        with pytest.raises(Conflict), unit_of_work():
            registering.hand_over([row], today, "self", "", "", by)
        assert [r.id for r in registering.not_handed(units)] == [
            r.id for r in queries.found_in(units) if r.id != row.id
        ]
        assert len(registering.record(uuid, units).lines) == 1
        with pytest.raises(NotFound):
            registering.record(uuid, [])
        for _ in range(2):
            with unit_of_work():
                registering.strike(row, by)
        assert registering.count_not_handed(units) == 2
        assert registering.record(uuid, units).lines[0][2] is not None  # the line stays, struck
        with unit_of_work():
            registering.hand_over([row], today, "post", "Bưu điện xã", "", by)
        assert [struck is None for _line, struck in registering.lines_of(row.id)] == [False, True]
        let_go()


def test_an_officer_does_it_all_on_the_pages(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        with_rules(confirmer=True)
    who = holder(app)
    pages = Pages(app)
    pages.sign_in("administrator")
    page = pages.open("/can-bo/giay/cho-xac-nhan")
    assert HOLDER in page
    with app.app_context():
        [waits] = confirming.of_person(who)
        assert waits.state == WAITING
        let_go()
    sent = [("result", str(waits.id)), ("do", "confirm")]
    assert [pages.send("POST", "/can-bo/giay/cho-xac-nhan", sent).status for _ in range(2)] == [303, 303]
    with app.app_context():
        [row] = queries.credentials_of(who)
        let_go()
    assert HOLDER in pages.open("/can-bo/giay?name=le+thi+tuoi")
    assert HOLDER not in pages.open("/can-bo/giay?name=tươi&state=revoked")
    assert "Ví dụ" in pages.open("/can-bo/giay?since=32/13/2026")
    pages.open("/can-bo/giay/chua-giao")
    sent = [("paper", row.number), ("relation", "self"), ("on_day", f"{clock.today():%d/%m/%Y}")]
    answer = pages.send("POST", "/can-bo/giay/chua-giao", sent)
    assert answer.status == 303
    assert pages.send("POST", "/can-bo/giay/chua-giao", [("paper", "HVS-XN-2026-000123-36")]).status == 404
    pages.open(f"/can-bo/giay/{row.number}/suspend")
    pages.press("Tạm đình chỉ", {"Lý do": "Đang xác minh", "Ghi rõ": "Có đơn phản ánh."})
    page = pages.page
    assert "Tạm đình chỉ" in page
    assert "Có đơn phản ánh." in page
    assert "Đã giao" in page
