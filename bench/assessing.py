"""A paper begun, an answer saved, a paper of 20 handed in and marked: with a small bank and few papers, and with many.

CPU of this process and, on PostgreSQL, of the backend that serves it; `python -m bench --only assessing`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from bench.counting import counter
from bench.inside import applications
from lms import starting
from lms.api.learning import Entry, anchor, enroll, publish_syllabus
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.identity.models import Account
from quizzes import queries
from quizzes.drawing import deck_of, draw
from quizzes.models import Item
from quizzes.services import decks
from quizzes.services.importing import publish_quiz

ITEMS, ATTEMPTS, ACCOUNTS = 50_000, 1_000_000, 10_000
FEW_ITEMS, FEW_ATTEMPTS = 400, 1_000
QUESTIONS, PAPERS = 20, 12
GROWTH = 1.1  # the most that beginning, saving and handing in may grow
COURSE, QUIZ = "khoa-do", "kiem-tra-do"
AREAS = ["ND.0", "ND.1", "ND.2", "ND.3", "ND.4", "ND.5", "ND.6", "ND.7"]
_SERIES = """WITH RECURSIVE series(n) AS
(SELECT CAST(:first AS INTEGER) UNION ALL SELECT n + 1 FROM series WHERE n < :last)"""
_UUID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
_BODY = (
    '{"stem": "Câu số §: có người lạ gọi điện, bảo chuyển tiền ngay. Bạn làm gì?", "message": null, "lesson": "",'
    ' "skills": ["%"], "data": {"options": [{"text": "Tắt máy §", "correct": true, "why": "Đúng vậy."},'
    ' {"text": "Chuyển ngay §", "correct": false, "why": "Mất tiền."}, {"text": "Đọc mã §", "correct": false,'
    ' "why": "Mất mã."}, {"text": "Cho vay §", "correct": false, "why": "Mất tiền."}]}}'
)


_MINE = "(SELECT id FROM lms_account WHERE username = :login)"
_FORGET = (
    f"DELETE FROM quizzes_response WHERE attempt_id IN (SELECT id FROM quizzes_attempt WHERE account_id = {_MINE})",  # noqa: S608  our own words
    f"DELETE FROM quizzes_attempt WHERE account_id = {_MINE}",  # noqa: S608
    f"DELETE FROM quizzes_seen WHERE account_id = {_MINE}",  # noqa: S608
)


@dataclass
class Row:
    """What was done: CPU milliseconds (median) and statements, with few and with many."""

    what: str
    few: float = 0
    many: float = 0
    statements: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Size:
    """How much there is."""

    items: int = ITEMS
    attempts: int = ATTEMPTS


QUICK = Size(5_000, 20_000)


def measure(which: str, size: Size) -> dict[str, list[Row]]:
    """The figures of each database asked for ("sqlite", "postgresql", "both")."""
    return {kind: _figures(app, size) for kind, app in applications(which, "assessing")}


def _figures(app: Flask, size: Size) -> list[Row]:
    with app.app_context():
        counter.install(connection().engine)
        starting.load_units()
        starting.load_content(starting.CONTENT / "starter")
        starting.make_demo_people()
        login = starting.demo_sign_ins()["learner"]["login"]
        _prepare(str(login))
        let_go()
    client = app.test_client()
    person = starting.demo_sign_ins()["learner"]
    client.post("/dang-nhap", data={"identifier": person["login"], "password": person["password"]})
    names = ("a paper begun", "an answer saved", f"{QUESTIONS} answers handed in and marked", "the draw alone",
             "a deck made anew, once after a bank has changed")  # fmt: skip
    rows = [Row(name) for name in names]
    begun = (0, 0)
    for which, (items, attempts) in (("few", (FEW_ITEMS, FEW_ATTEMPTS)), ("many", (size.items, size.attempts))):
        with app.app_context():
            _fill(begun, (items, attempts))
            let_go()
        begun = (items, attempts)
        with app.app_context(), unit_of_work() as database:  # who is measured has had nothing, each time
            for statement in _FORGET:
                database.execute(text(statement), {"login": login})
        for row, (spent, sent) in zip(rows, _measured(app, client), strict=True):
            setattr(row, which, spent)
            row.statements.append(sent)
    return rows


def _prepare(login: str) -> None:
    """A course with the one quiz, and the accounts of those who took it before."""
    with unit_of_work() as database:
        database.execute(text("UPDATE quizzes_item SET retired_at = 1 WHERE pool = 'exam'"))
        quiz, course = anchor("quiz", QUIZ, "Kiểm tra", 20), anchor("course", COURSE, "Khóa đo", 20)
        others = [area for area in AREAS if area != "ND.4"]
        body = {
            "slug": QUIZ, "title": "Kiểm tra", "intro": "", "pool": "exam", "minutes": 20, "needs_birth_date": False,
            "draw": [
                {"from": ["ND.4"], "count": 5, "spread": False}, {"from": others, "count": 15, "spread": True},
            ],
            "pass": {"correct": 14, "parts": [{"from": "ND.4", "correct": 4}]}, "limit": 30,
        }  # fmt: skip
        publish_quiz(quiz, body, 1, None)
        revision = database.execute(text("SELECT max(id) FROM quizzes_revision")).scalar_one()
        publish_syllabus(course, [Entry(quiz, 0, "Một", revision)])
        a = Account.__table__
        enroll(database.execute(select(a.c.id).where(a.c.username == login)).scalar_one(), course)
        columns = [c.name for c in a.columns if c.name not in ("id", "uuid", "username")]
        statement = f"""INSERT INTO lms_account (uuid, username, {", ".join(columns)}) {_SERIES}
SELECT {_UUID[database.dialect.name]}, 'do.' || n, {", ".join("a." + c for c in columns)}
FROM series, lms_account a WHERE a.username = :login"""  # noqa: S608  our own words
        database.execute(text(statement), {"first": 1, "last": ACCOUNTS, "login": login})


def _fill(begun: tuple[int, int], wanted: tuple[int, int]) -> None:
    """More questions and more papers of others, in a few long statements."""
    with unit_of_work() as database:
        kind = database.dialect.name
        json = "CAST({} AS jsonb)" if kind == "postgresql" else "{}"
        area = "'ND.' || (n % 8) || '.' || (1 + n % 3)"
        body = json.format(f"replace(replace(CAST(:body AS TEXT), '§', CAST(n AS TEXT)), '%', {area})")
        bank = database.execute(text("SELECT min(id) FROM quizzes_bank")).scalar_one()
        given = {"first": begun[0] + 1, "last": wanted[0]}
        made: tuple[tuple[str, dict[str, object]], ...] = (
            (
                f"""INSERT INTO quizzes_item (uuid, slug, bank_id, pool) {_SERIES}
SELECT {_UUID[kind]}, 'do-' || n, :bank, 'exam' FROM series""",
                {"bank": bank},
            ),
            (
                f"""INSERT INTO quizzes_item_version (item_id, pool, number, type, body, digest, made_at) {_SERIES}
SELECT i.id, 'exam', 1, 'single_choice', {body}, 'do-' || n, 0 FROM series
JOIN quizzes_item i ON i.slug = 'do-' || n""",
                {"body": _BODY},
            ),
            (
                f"""INSERT INTO quizzes_item_tag (item_id, code) {_SERIES}
SELECT i.id, {area} FROM series JOIN quizzes_item i ON i.slug = 'do-' || n""",
                {},
            ),
        )
        for statement, more in made:
            database.execute(text(statement), {**given, **more})
        # the database puts nothing in use that nobody answers for
        signed = """INSERT INTO quizzes_sign_off (version_id, pool, how, put_at) SELECT v.id, v.pool, 'server', 0
FROM quizzes_item_version v JOIN quizzes_item i ON i.id = v.item_id
WHERE i.slug LIKE 'do-%' AND i.current_id IS NULL"""
        database.execute(text(signed))
        set_current = """UPDATE quizzes_item SET current_id =
(SELECT v.id FROM quizzes_item_version v WHERE v.item_id = quizzes_item.id)
WHERE slug LIKE 'do-%' AND current_id IS NULL"""
        database.execute(text(set_current))
        i = Item.__table__
        ids = database.execute(select(i.c.current_id).where(i.c.slug.like("do-%")).order_by(i.c.id).limit(QUESTIONS))
        paper = str([[version, [2, 0, 3, 1], 1] for version in ids.scalars()])
        papers = f"""INSERT INTO quizzes_attempt (uuid, account_id, activity_id, course_id, revision_id, seed, paper,
state, started_at, submitted_at, marks, passed) {_SERIES}
SELECT {_UUID[kind]}, w.id + n % :accounts, r.activity_id, c.id, r.id, n, {json.format(":paper")}, 1, 1000 + n,
1600 + n, {json.format(":marks")}, true FROM series,
(SELECT max(id) AS id, max(activity_id) AS activity_id FROM quizzes_revision) r,
(SELECT min(id) AS id FROM lms_account WHERE username LIKE 'do.%') w,
(SELECT id FROM lms_activity WHERE kind = 'course' AND slug = :course) c"""  # noqa: S608  our own words
        of_papers = {"first": begun[1] + 1, "last": wanted[1], "accounts": ACCOUNTS, "course": COURSE}
        database.execute(text(papers), {**of_papers, "paper": paper, "marks": str([2520] * QUESTIONS)})
    let_go()
    with unit_of_work() as database:
        database.execute(text("ANALYZE"))


def _measured(app: Flask, client: FlaskClient) -> list[tuple[float, float]]:
    """(CPU milliseconds, statements) of each thing that is measured."""
    steps: dict[str, list[tuple[float, int]]] = {"begin": [], "save": [], "submit": []}
    meter = Meter(app)
    for n in range(PAPERS + 2):
        kept = {name: len(found) for name, found in steps.items()}
        _paper(client, meter, steps)
        if n < 2:  # the first ones pay for what is made once a process
            for name, found in steps.items():
                del found[kept[name] :]
    rows = [(statistics.median(s for s, _n in found), found[-1][1]) for found in steps.values()]
    with app.app_context():
        deck = next(h.deck for h in decks._held.values() if h.deck.items and h.deck.lines[0].count == 5)
        began = time.process_time()
        for seed in range(200):
            draw(deck, seed, {deck.items[seed]: 1})
        rows.append((1000 * (time.process_time() - began) / 200, 0))
        lines = [
            {"from": list(line.codes), "count": line.count, "spread": len(line.shelves) > 1} for line in deck.lines
        ]
        let_go()
    with meter.around() as spent:
        before = counter.sent
        with app.app_context():
            deck_of(lines, queries.cards("exam", None, queries.types_in_use())).digest()
        sent = counter.sent - before
    rows.append((spent[0], sent))
    return rows


def _paper(client: FlaskClient, meter: Meter, steps: dict[str, list[tuple[float, int]]]) -> None:
    def send(name: str, path: str, form: dict[str, str]) -> str:
        with meter.around() as spent:
            before = counter.sent
            answer = client.post(path, data=form)
            sent = counter.sent - before
        assert answer.status_code == 303, (path, answer.status_code, answer.text[-2000:])
        steps[name].append((spent[0], sent))
        return str(answer.headers["Location"])

    queries._versions.clear()  # of a large bank each paper has wordings that this process has not read yet
    first = send("begin", f"/hoc/{COURSE}/kiem-tra/{QUIZ}/bat-dau", {})
    attempt = first.rpartition("/")[0]
    for n in range(1, QUESTIONS + 1):
        client.get(f"{attempt}/{n}")
        send("save", f"{attempt}/{n}", {"answer": "abcd"[n % 4]})
    assert send("submit", f"{attempt}/nop", {}).endswith("/ket-qua")


class Meter:
    """CPU of this process, and of the backend of this thread's line on PostgreSQL."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def _backend(self) -> float:
        with self._app.app_context():
            if connection().dialect.name != "postgresql":
                return 0.0
            sent = counter.sent
            pid = connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
            counter.sent = sent  # the question itself is none of what is measured
        try:
            spent = Path(f"/proc/{pid}/schedstat").read_text().split()[0]
        except OSError:  # a server elsewhere: its time is not ours to read
            return 0.0
        return int(spent) / 1e9

    @contextmanager
    def around(self) -> Iterator[list[float]]:
        """The milliseconds are put into the list."""
        spent: list[float] = []
        backend, began = self._backend(), time.process_time()
        yield spent
        own = time.process_time() - began
        spent.append(1000 * (own + self._backend() - backend))


def markdown(found: dict[str, list[Row]], size: Size) -> str:
    """The table."""
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    few, many = f"{FEW_ITEMS} questions, {FEW_ATTEMPTS:,} papers", f"{size.items:,} questions, {size.attempts:,} papers"
    head = f"| {few}; then {many} | database | CPU ms, few | CPU ms, many | growth (goal ≤ {GROWTH:g})"
    lines = [f"{head} | statements, few / many |", "| --- | --- | ---: | ---: | ---: | ---: |"]
    for kind, rows in found.items():
        for row in rows:
            sent = " / ".join(f"{n:g}" for n in row.statements)
            growth = row.many / row.few if row.few else 0
            lines.append(f"| {row.what} | {names[kind]} | {row.few:.2f} | {row.many:.2f} | {growth:.2f} | {sent} |")
    return "\n".join(lines)
