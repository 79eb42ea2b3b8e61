"""Checking papers: a number against the bare route, a file in the one box, many at once.

CPU of this process and, on PostgreSQL, of its backend; `python -m bench --only checking`. Bare route and pages are
called as a server would call them, without one. The many are one paper and numbers that no paper has, half and half:
each is looked up, held against the log where there is one, and recorded.
"""

from __future__ import annotations

import hashlib
import io
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import openpyxl
from flask import Flask, current_app
from flask.testing import FlaskClient

from bench.assessing import Meter
from bench.browsing import InsideBrowser
from bench.counting import counter
from bench.crowd import attained, work
from bench.floors import bare
from bench.inside import applications
from certificates import queries
from certificates.numbering import format_number
from certificates.services import issuing
from lms import starting
from lms.api.data import FileStore
from lms.api.work import clock, connection
from lms.db.unit_of_work import let_go, unit_of_work
from lms.transparency import entering

MANY, QUICK, TIMES = 10_000, 1_000, 15
EACH = 20  # pages asked for between two readings of the clock


@dataclass(frozen=True)
class Row:
    """What was done: CPU milliseconds (median), statements, bytes of the answer."""

    what: str
    spent: float
    statements: int
    size: int


def measure(which: str, many: int) -> dict[str, list[Row]]:
    """The figures of each database asked for ("sqlite", "postgresql", "both")."""
    return {kind: _figures(app, many) for kind, app in applications(which, "checking")}


def _figures(app: Flask, many: int) -> list[Row]:
    with app.app_context():
        starting.load_units()
        starting.load_content(starting.CONTENT / "starter")
        starting.make_demo_people()
        counter.install(connection().engine)
        first, _other = attained(2)
        with unit_of_work():
            paper = issuing.issue(first)
        let_go()
    work(app)
    with app.app_context():
        entering.give_places()
        row = queries.credential(paper or 0)
        assert row is not None
        store: FileStore = current_app.extensions["lms.files"]
        pdf, number = store.get(row.pdf_key or ""), row.number
        let_go()
    meter, stranger, official = Meter(app), app.test_client(), _official(app)
    floor, anybody = InsideBrowser(bare), InsideBrowser(app)
    year = clock.today().year
    numbers = [number if n % 2 else format_number("HVS", "XN", year, 500_000 + n) for n in range(many)]
    book = _book(numbers)

    def timed(what: str, ask: Callable[[], int], times: int = TIMES, each: int = 1) -> Row:
        spent, sent, size = [], 0, 0
        for _ in range(times + 1):
            before = counter.sent
            with meter.around() as took:
                for _nth in range(each):
                    size = ask()
            spent.append(took[0] / each)
            sent = (counter.sent - before) // each
        return Row(what, statistics.median(spent[1:]), sent, size)

    def page(what: str, browser: InsideBrowser, path: str) -> Row:
        assert browser.ask("GET", path).status == 200, path
        return timed(what, lambda: browser.ask("GET", path).size, TIMES, EACH)

    def posted(client: FlaskClient, path: str, **given: Any) -> int:
        answer = client.post(path, **given)
        assert answer.status_code == 200, (path, answer.status_code)
        return len(answer.data)

    def file(content: bytes) -> int:
        return posted(stranger, "/verify", data={"file": (io.BytesIO(content), "giay.pdf")})

    return [
        page("the bare route (the floor)", floor, "/"),
        page("the form, which asks the database nothing", anybody, "/verify"),
        page("a number checked, the page", anybody, f"/verify/{number}"),
        page("a number checked, JSON", anybody, f"/api/v1/verify/{number}"),
        timed("a number checked by an official, recorded", lambda: len(official.get(f"/verify/{number}").data)),
        timed("SHA-256 of the issued PDF", lambda: len(hashlib.sha256(pdf).digest()), TIMES, EACH),
        timed("the issued PDF in the one box", lambda: file(pdf)),
        timed("a PDF with one byte more", lambda: file(pdf + b"\n")),
        timed(
            f"{many:,} numbers in Excel, Excel back",
            lambda: posted(official, "/can-bo/kiem-tra-giay/nhieu", data={"file": (io.BytesIO(book), "ds.xlsx")}),
            2,
        ),
        timed(
            f"{many:,} numbers by the API",
            lambda: posted(official, "/api/v1/verify-many", json={"numbers": numbers}),
            2,
        ),
    ]


def _official(app: Flask) -> FlaskClient:
    person = starting.demo_sign_ins()["verifier"]
    client = app.test_client()
    client.post("/dang-nhap", data={"identifier": person["login"], "password": person["password"]})
    return client


def _book(numbers: list[str]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("DS")
    sheet.append(["STT", "Họ và tên", "Số giấy", "Ghi chú"])
    for n, number in enumerate(numbers, 1):
        sheet.append([n, "Hoàng Thị Lành", number, ""])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def markdown(found: dict[str, list[Row]]) -> str:
    """The table."""
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    lines = [
        "| checking papers | database | CPU ms | against the floor | statements | bytes |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for kind, rows in found.items():
        floor = rows[0].spent
        for row in rows:
            lines.append(
                f"| {row.what} | {names[kind]} | {row.spent:.3f} | {row.spent / floor:,.1f} × | {row.statements} |"
                f" {row.size:,} |"
            )
    return "\n".join(lines)
