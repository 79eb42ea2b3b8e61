"""A lesson opened signed in, and something looked for, with few published lessons in the database and with 10,000."""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bench import databases
from bench.counting import counter
from bench.inside import application
from courses.models import Revision
from courses.services import indexing
from lms import starting
from lms.db.unit_of_work import close_kept, connection, let_go, unit_of_work
from lms.learning.enrolling import Entry, publish_syllabus
from lms.learning.models import Activity

MANY, BLOCKS, A_COURSE = 10_000, 8, 50
OPENED, SOUGHT = "/hoc/ky-nang-so-nguoi-dan/nut-bam-tren-dien-thoai", "/tim?q=chuyen+tien+bang+ma+qr"
GROWTH = 1.1  # the most that a lesson's opening may grow


@dataclass(frozen=True)
class Row:
    """What was asked for: CPU milliseconds of this process and statements, with few lessons and with many."""

    what: str
    few: float
    many: float
    statements_few: int
    statements_many: int


def measure(which: str, many: int = MANY) -> dict[str, list[Row]]:
    """The figures of each database asked for ("sqlite", "postgresql", "both")."""
    found = {}
    for kind in ("sqlite", "postgresql"):
        if which not in (kind, "both") or (kind == "postgresql" and not databases.has_postgresql()):
            continue
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            folder = Path(name)
            place: AbstractContextManager[databases.Database] = (
                databases.sqlite(folder) if kind == "sqlite" else databases.postgresql()
            )
            with place as database:
                app = application(folder, database.url)
                with app.app_context():
                    counter.install(connection().engine)
                found[kind] = _run(app, many)
                with app.app_context():
                    close_kept()
                    connection().engine.dispose()
    return found


def _run(app: Flask, many: int) -> list[Row]:
    with app.app_context():
        starting.load_units()
        starting.load_content(starting.CONTENT / "starter")
        starting.make_demo_people()
        let_go()
    client = app.test_client()
    person = starting.demo_sign_ins()["learner"]
    client.post("/dang-nhap", data={"identifier": person["login"], "password": person["password"]})
    client.post(f"{OPENED}/xong")
    few = [_measured(client, path) for path in (OPENED, SOUGHT)]
    with app.app_context():
        _publish(many)
        let_go()
    more = [_measured(client, path) for path in (OPENED, SOUGHT)]
    names = ("a lesson opened, signed in", "something looked for, four words")
    return [Row(n, f[0], m[0], f[1], m[1]) for n, f, m in zip(names, few, more, strict=True)]


def _measured(client: FlaskClient, path: str, times: int = 30) -> tuple[float, int]:
    """CPU milliseconds (median) and statements of one request."""
    headers = {"Accept-Encoding": "gzip"}
    for _ in range(3):
        assert client.get(path, headers=headers).status_code == 200
    before = counter.sent
    client.get(path, headers=headers)
    sent, spent = counter.sent - before, []
    for _ in range(times):
        began = time.process_time()
        client.get(path, headers=headers)
        spent.append((time.process_time() - began) * 1000)
    return statistics.median(spent), sent


def _publish(many: int) -> None:
    """Lessons in courses of fifty, made of the starter content's blocks, with all that publishing keeps of them."""
    a, r, dice = Activity.__table__, Revision.__table__, Random(20261121)
    bodies = [
        row.body
        for row in connection().execute(select(r.c.body).join(a, a.c.id == r.c.activity_id).where(a.c.kind == "lesson"))
    ]
    blocks = [block for body in bodies for block in body["blocks"] if block["kind"] not in ("image", "check", "audio")]
    for first in range(0, many, A_COURSE):
        with unit_of_work() as database:
            entries = []
            for n in range(first, min(many, first + A_COURSE)):
                lesson = _activity("lesson", f"bai-{n}", f"Bài số {n}", dice)
                body = {
                    **dice.choice(bodies), "slug": f"bai-{n}", "title": f"Bài số {n}",
                    "blocks": [{**block, "id": f"b{i}"} for i, block in enumerate(dice.sample(blocks, BLOCKS))],
                }  # fmt: skip
                values = {"activity_id": lesson, "number": 1, "body": body, "digest": f"{n}", "published_at": 1}
                content = database.execute(r.insert().values(**values).returning(r.c.id)).scalar_one()
                indexing.index_lesson(lesson, body)
                entries.append(Entry(lesson, 0, "Phần một", content))
            publish_syllabus(_activity("course", f"khoa-{first}", f"Khóa số {first}", dice), entries)


def _activity(kind: str, slug: str, title: str, dice: Random) -> int:
    a = Activity.__table__
    values = {"uuid": UUID(int=dice.getrandbits(128)), "kind": kind, "slug": slug, "title": title, "minutes": 4}
    return int(connection().execute(a.insert().values(**values).returning(a.c.id)).scalar_one())


def markdown(found: dict[str, list[Row]], many: int = MANY) -> str:
    """The table."""
    head = (
        f"| with few published lessons and with {many:,} | database | CPU ms, few | CPU ms, many"
        f" | growth (goal of the first ≤ {GROWTH:g}) | statements, few / many |"
    )
    lines = [
        head,
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for kind, rows in found.items():
        for row in rows:
            growth, sent = f"{row.many / row.few:.2f} ×", f"{row.statements_few} / {row.statements_many}"
            lines.append(f"| {row.what} | {kind} | {row.few:.2f} | {row.many:.2f} | {growth} | {sent} |")
    return "\n".join(lines)
