"""Checking papers: a number on the page against an empty page of the same frame, a file in the one box, many at once.

CPU of this process and, on PostgreSQL, of its backend; `python -m bench --only checking`. The many are one paper and
numbers that no paper has, half and half: each is looked up, held against the log where there is one, and recorded.
"""

from __future__ import annotations

import hashlib
import io
import statistics
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl
from flask import Flask, current_app
from flask.testing import FlaskClient

from bench.assessing import Meter
from bench.counting import counter
from bench.inside import applications
from certificates import queries
from certificates.numbering import format_number
from lms.api.data import FileStore
from lms.api.work import clock, connection
from lms.db.unit_of_work import let_go
from lms.starting import demo_sign_ins
from lms.transparency import entering
from tests.rest.conftest import issued

MANY, QUICK, TIMES = 10_000, 1_000, 15


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
    number = issued(app)
    with app.app_context():
        entering.give_places()
        counter.install(connection().engine)
        row = queries.credential_by_number(number)
        assert row is not None
        store: FileStore = current_app.extensions["lms.files"]
        pdf = store.get(row.pdf_key or "")
        let_go()
    meter, stranger, official = Meter(app), app.test_client(), _official(app)
    year = clock.today().year
    numbers = [number if n % 2 else format_number("HVS", "XN", year, 500_000 + n) for n in range(many)]
    book = _book(numbers)

    def timed(what: str, ask: Callable[[], bytes], times: int = TIMES) -> Row:
        spent, sent, size = [], 0, 0
        for _ in range(times + 1):
            before = counter.sent
            with meter.around() as took:
                size = len(ask())
            spent.append(took[0])
            sent = counter.sent - before
        return Row(what, statistics.median(spent[1:]), sent, size)

    def file(client: FlaskClient, content: bytes) -> bytes:
        return client.post("/verify", data={"file": (io.BytesIO(content), "giay.pdf")}).data

    return [
        timed("the form, which asks the database nothing (the floor)", lambda: stranger.get("/verify").data),
        timed("a number checked, the page", lambda: stranger.get(f"/verify/{number}").data),
        timed("a number checked, JSON", lambda: stranger.get(f"/api/v1/verify/{number}").data),
        timed("a number checked by an official, recorded", lambda: official.get(f"/verify/{number}").data),
        timed("the issued PDF in the one box", lambda: file(stranger, pdf)),
        timed("a PDF with one byte more", lambda: file(stranger, pdf + b"\n")),
        timed("SHA-256 of that PDF (the floor)", lambda: hashlib.sha256(pdf).digest(), 3),
        timed(
            f"{many:,} numbers in Excel, Excel back",
            lambda: official.post("/can-bo/kiem-tra-giay/nhieu", data={"file": (io.BytesIO(book), "ds.xlsx")}).data,
            2,
        ),
        timed(
            f"{many:,} numbers by the API",
            lambda: official.post("/api/v1/verify-many", json={"numbers": numbers}).data,
            2,
        ),
    ]


def _official(app: Flask) -> FlaskClient:
    person = demo_sign_ins()["verifier"]
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
                f"| {row.what} | {names[kind]} | {row.spent:.1f} | {row.spent / floor:.1f} × | {row.statements} |"
                f" {row.size:,} |"
            )
    return "\n".join(lines)
