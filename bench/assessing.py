"""A paper begun, an answer saved, a paper of 20 handed in and marked: with a small bank and few papers, and with many.

CPU of the process and, on PostgreSQL, of the backend that serves it; `python -m bench --only assessing`. Few and many
are two processes with a database each, which take a paper in turns.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from bench import databases, inside
from bench.counting import counter
from bench.turns import Growth, followers, growth
from lms import starting
from lms.api.learning import Entry, anchor, enroll, publish_syllabus
from lms.app import settle
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.identity.models import Account
from quizzes import queries
from quizzes.drawing import deck_of, draw
from quizzes.models import Item
from quizzes.services import decks
from quizzes.services.importing import publish_quiz

ITEMS, ATTEMPTS, ACCOUNTS = 50_000, 1_000_000, 10_000
FEW_ITEMS, FEW_ATTEMPTS = 400, 1_000
QUESTIONS, TURNS, WARMING = 20, 120, 6
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


Spent = tuple[float, int]  # CPU milliseconds, statements


@dataclass(frozen=True)
class Row:
    """What was done: CPU milliseconds and statements with few and with many."""

    what: str
    cost: Growth
    statements: tuple[float, float]


@dataclass(frozen=True)
class Size:
    """How much there is, and how many papers are measured."""

    items: int = ITEMS
    attempts: int = ATTEMPTS
    turns: int = TURNS


QUICK = Size(5_000, 20_000, 12)


def measure(which: str, size: Size) -> dict[str, list[Row]]:
    """The figures of each database asked for ("sqlite", "postgresql", "both")."""
    kinds = [kind for kind in ("sqlite", "postgresql") if which in (kind, "both")]
    return {kind: _figures(kind, size) for kind in kinds if kind == "sqlite" or databases.has_postgresql()}


def _figures(kind: str, size: Size) -> list[Row]:
    papers = WARMING + size.turns
    with followers(_half, (kind, FEW_ITEMS, FEW_ATTEMPTS, papers), (kind, size.items, size.attempts, papers)) as both:
        for half in both:
            half.answer()
        # always one after the other: who came twice in a row would find the machine's caches full of its own
        turns: list[list[dict[str, Spent]]] = [[half.step() for half in both] for _ in range(papers)]
        alone = [half.step() for half in both]
    del turns[:WARMING]  # the first ones pay for what is made once a process
    rows = []
    for what in turns[0][0]:
        few, many = ([turn[n][what][0] for turn in turns] for n in (0, 1))
        rows.append(Row(what, growth(few, many), (turns[-1][0][what][1], turns[-1][1][what][1])))
    for what, (spent, sent) in alone[0].items():
        other, others = alone[1][what]
        rows.append(Row(what, Growth(spent, other), (sent, others)))
    return rows


def _half(kind: str, items: int, attempts: int, papers: int) -> Generator[dict[str, Spent], None, None]:
    """One of the two processes: nothing once all is there, what each paper cost, what the draw and the deck cost."""
    with closing(inside.applications(kind, "assessing")) as found:
        for _kind, app in found:
            with app.app_context():
                counter.install(connection().engine)
                starting.load_units()
                starting.load_content(starting.CONTENT / "starter")
                starting.make_demo_people()
                person = starting.demo_sign_ins()["learner"]
                login = str(person["login"])
                _prepare(login)
                _fill(items, attempts)
            inside.let_go(app)
            client, meter = app.test_client(), Meter(app)
            client.post("/dang-nhap", data={"identifier": login, "password": person["password"]})
            settle()
            yield {}
            for _ in range(papers):
                with app.app_context(), unit_of_work() as database:  # who begins has had nothing, each time
                    for statement in _FORGET:
                        database.execute(text(statement), {"login": login})
                yield _paper(client, meter)
            yield _alone(app, meter)


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


def _fill(items: int, attempts: int) -> None:
    """Questions and papers of others, in a few long statements."""
    with unit_of_work() as database:
        kind = database.dialect.name
        json = "CAST({} AS jsonb)" if kind == "postgresql" else "{}"
        area = "'ND.' || (n % 8) || '.' || (1 + n % 3)"
        body = json.format(f"replace(replace(CAST(:body AS TEXT), '§', CAST(n AS TEXT)), '%', {area})")
        bank = database.execute(text("SELECT min(id) FROM quizzes_bank")).scalar_one()
        given = {"first": 1, "last": items}
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
        of_papers = {"first": 1, "last": attempts, "accounts": ACCOUNTS, "course": COURSE}
        database.execute(text(papers), {**of_papers, "paper": paper, "marks": str([2520] * QUESTIONS)})
    let_go()
    with unit_of_work() as database:
        database.execute(text("ANALYZE"))


def _paper(client: FlaskClient, meter: Meter) -> dict[str, Spent]:
    """A paper from its beginning to its end; an answer saved is the median of its answers."""

    def send(path: str, form: dict[str, str]) -> tuple[str, Spent]:
        with meter.around() as spent:
            before = counter.sent
            answer = client.post(path, data=form)
            sent = counter.sent - before
        assert answer.status_code == 303, (path, answer.status_code, answer.text[-2000:])
        return str(answer.headers["Location"]), (spent[0], sent)

    assert client.get(f"/hoc/{COURSE}/kiem-tra/{QUIZ}").status_code == 200
    queries._versions.clear()  # of a large bank each paper has wordings that this process has not read yet
    first, begun = send(f"/hoc/{COURSE}/kiem-tra/{QUIZ}/bat-dau", {})
    attempt, saved = first.rpartition("/")[0], []
    for n in range(1, QUESTIONS + 1):
        client.get(f"{attempt}/{n}")
        saved.append(send(f"{attempt}/{n}", {"answer": "abcd"[n % 4]})[1])
    shown, handed_in = send(f"{attempt}/nop", {})
    assert shown.endswith("/ket-qua")
    return {
        "a paper begun": begun,
        "an answer saved": (statistics.median(spent for spent, _sent in saved), saved[-1][1]),
        f"{QUESTIONS} answers handed in and marked": handed_in,
    }


def _alone(app: Flask, meter: Meter) -> dict[str, Spent]:
    """The parts of a beginning that a large bank could make dear."""
    with app.app_context():
        deck = next(h.deck for h in decks._held.values() if h.deck.items and h.deck.lines[0].count == 5)
        began = time.process_time()
        for seed in range(200):
            draw(deck, seed, {deck.items[seed]: 1})
        drawn = 1000 * (time.process_time() - began) / 200
        lines = [
            {"from": list(line.codes), "count": line.count, "spread": len(line.shelves) > 1} for line in deck.lines
        ]
        let_go()
    with meter.around() as spent:
        before = counter.sent
        with app.app_context():
            deck_of(lines, queries.cards("exam", None, queries.types_in_use())).digest()
        sent = counter.sent - before
    return {"the draw alone": (drawn, 0), "a deck made anew, once after a bank has changed": (spent[0], sent)}


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
    head = f"| {few}; and {many}, in {size.turns} turns | database | CPU ms, few | CPU ms, many"
    lines = [f"{head} | growth (95 %), goal ≤ {GROWTH:g} | statements, few / many |"]
    lines.append("| --- | --- | ---: | ---: | ---: | ---: |")
    for kind, rows in found.items():
        for row in rows:
            cost, sent = row.cost, " / ".join(f"{n:g}" for n in row.statements)
            grown = f"{cost.ratio:.2f}"
            if cost.between:
                grown += f" ({cost.between[0]:.2f}–{cost.between[1]:.2f})"
            lines.append(f"| {row.what} | {names[kind]} | {cost.few:.2f} | {cost.many:.2f} | {grown} | {sent} |")
    return "\n".join(lines)
