"""Learners at every state of the story, made through the site's own forms, and the addresses of what they have."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms import progress
from lms.api.learning import Kind, Place, Result, course_for
from lms.api.work import connection, unit_of_work
from lms.identity.models import Account
from lms.outbox.worker import Worker
from lms.starting import demo_sign_ins
from quizzes import queries
from quizzes.items.contract import ITEM_TYPES
from quizzes.models import Attempt
from tests.identity import ways
from tests.quizzes.specs import form_of, right_answer, wrong_answer

COURSE = "ky-nang-so-nguoi-dan"
PROGRAMME = "nguoi-dan"
PASSWORD = "đèn dầu năm ấy còn sáng"
ANYONE = ""
_addresses = itertools.count(1)


class Learner:
    """Somebody who presses the site's buttons, one request at a time."""

    def __init__(self, app: Flask) -> None:
        self.app, self.client, self.account_id = app, app.test_client(), 0
        n = next(_addresses)
        self._environment = {"REMOTE_ADDR": f"10.0.{n // 250}.{n % 250 + 1}"}  # tries are counted by address

    def get(self, path: str) -> str:
        """A page, as text."""
        answer = self.client.get(path, environ_overrides=self._environment)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_data(as_text=True)

    def post(self, path: str, status: int = 303, **fields: Any) -> TestResponse:
        """A form."""
        answer = self.client.post(path, data=fields, environ_overrides=self._environment)
        assert answer.status_code == status, (path, answer.status_code, answer.get_data(as_text=True)[:2000])
        return answer

    def sign_in(self, login: str, password: str) -> Learner:
        self.post("/dang-nhap", identifier=login, password=password)
        return self

    def sign_up(self, name: str, login: str) -> Learner:
        self.post("/dang-ky", full_name=name, address="bác", identifier=login, password=PASSWORD, agree="yes")
        table = Account.__table__
        with self.app.app_context():
            row = connection().execute(select(table.c.id).where(table.c.username == login))
            self.account_id = int(row.scalar_one())
        return self

    def learn(self, most: int | None = None) -> Learner:
        """Learns the first lessons of the citizens' course: all of them, or so many. In one go, since it is many."""
        with self.app.app_context():
            at = course_for(None, COURSE)
            with unit_of_work():
                progress.enroll(self.account_id, at.course.id)
                for place in [p for p in at.places if p.kind == "lesson"][:most]:
                    progress.record_result(self.account_id, place.activity_id, Result(Kind.COMPLETED))
        return self

    def tell_birth_date(self) -> Learner:
        self.post("/ngay-sinh", day="5", month="9", year="1961")
        return self

    def do_task(self) -> Learner:
        page = self.get(task_path(self.app))
        choice = re.search(r'name="choice" value="([^"]+)"', page)
        self.post(task_path(self.app), choice=html.unescape(choice[1]) if choice else "", note="Cháu ngồi cạnh xem")
        return self

    def begin_quiz(self) -> str:
        """Begins the final quiz; returns the attempt's address (/luot/<uuid>)."""
        return self.post(f"{quiz_path(self.app)}/bat-dau").headers["Location"].rpartition("/")[0]

    def answer(self, attempt: str, right: bool, most: int | None = None) -> None:
        """Answers the first questions of an attempt."""
        for n, fields in enumerate(answers(self.app, attempt, right)[:most], 1):
            self.post(f"{attempt}/{n}", 303, **fields)

    def pass_quiz(self) -> str:
        """Takes the quiz and answers everything rightly; returns the attempt's address."""
        attempt = self.begin_quiz()
        self.answer(attempt, right=True)
        self.post(f"{attempt}/nop")
        return attempt

    @property
    def cookie(self) -> str:
        """The session."""
        found = self.client.get_cookie("hv")
        assert found is not None
        return str(found.value)


def lessons(app: Flask, course: str) -> list[Place]:
    """The lessons of a course, in order."""
    return [p for p in places(app, course) if p.kind == "lesson"]


def places(app: Flask, course: str) -> list[Place]:
    """Everything there is to do in a course, in order."""
    with app.app_context():
        return list(course_for(None, course).places)


def task_path(app: Flask) -> str:
    """The address of the citizens' task."""
    return f"/hoc/{COURSE}/viec/{next(p.slug for p in places(app, COURSE) if p.kind == 'task')}"


def quiz_path(app: Flask) -> str:
    """The address of the citizens' final quiz."""
    return f"/hoc/{COURSE}/kiem-tra/{next(p.slug for p in places(app, COURSE) if p.kind == 'quiz')}"


def answers(app: Flask, attempt: str, right: bool) -> list[dict[str, list[str]]]:
    """What to post at each question of an attempt (by its address), so that it is right, or wrong."""
    with app.app_context():
        uuid = UUID(attempt.rsplit("/", 1)[-1])
        paper = connection().execute(select(Attempt.paper).where(Attempt.uuid == uuid)).scalar_one()
        versions = queries.versions([entry[0] for entry in paper])
        return [_fields(v, entry[1], right) for v, entry in zip(versions, paper, strict=True)]


def practice_answer(app: Flask, slug: str, right: bool) -> dict[str, list[str]]:
    """What to post at a practice question."""
    from quizzes.services.attempts import practice_order

    with app.app_context():
        item = queries.practice_item(slug)
        assert item is not None
        return _fields(item, practice_order(item), right)


def _fields(version: queries.VersionRow, order: list[int], right: bool) -> dict[str, list[str]]:
    kind, spec = ITEM_TYPES.get(version.type), version.spec
    answer = right_answer(version.type, spec) if right else wrong_answer(version.type, spec)
    assert answer is not None
    assert kind.grade(spec, answer).right is right, version.slug
    return form_of(version.type, spec, answer, order)


@dataclass
class World:
    """The site as it stands on an ordinary day: who is where, and the addresses that belong to them."""

    app: Flask
    cookies: dict[str, str] = field(default_factory=dict)
    at: dict[str, str] = field(default_factory=dict)

    def keep(self, who: str, learner: Learner) -> Learner:
        self.cookies[who] = learner.cookie
        return learner


def work(app: Flask) -> None:
    """What the worker process does, until nothing is due."""
    worker = Worker(app)
    while worker.once():
        pass


def make_world(app: Flask) -> World:
    """Learners who did nothing, a little or all of it, are in the quiz, failed, passed, hold a paper; and staff."""
    world = World(app)
    demo = demo_sign_ins()

    def new(who: str, name: str) -> Learner:
        return Learner(app).sign_up(name, f"{who}.thu")

    holder = new("holder", "Lò Văn Phúc").learn().do_task().tell_birth_date()
    world.at["result-passed"] = holder.pass_quiz() + "/ket-qua"
    other = new("withdrawn", "Y Krông Niê").learn().do_task().tell_birth_date()
    other.pass_quiz()
    work(app)
    for who, learner in (("holder", holder), ("withdrawn", other)):
        world.keep(who, learner)
        world.at[f"{who}-paper"], world.at[f"{who}-number"] = _paper(learner)
    verifier = Learner(app).sign_in(demo["verifier"]["login"], demo["verifier"]["password"])
    withdrawing = f"/can-bo/giay/{world.at['withdrawn-number']}/revoke"
    verifier.post(withdrawing, code="issued_in_error", reason="Cấp nhầm người, đã báo người học.")
    for role in ("instructor", "administrator"):
        world.keep(role, Learner(app).sign_in(demo[role]["login"], demo[role]["password"]))
    world.keep("verifier", verifier)

    waiting = world.keep("waiting", new("waiting", "Thạch Thị Sa Rươl").learn().do_task().tell_birth_date())
    world.at["result-waiting"] = waiting.pass_quiz() + "/ket-qua"
    failed = world.keep("failed", new("failed", "Bùi Văn Gắng").learn().tell_birth_date())
    attempt = failed.begin_quiz()
    failed.answer(attempt, right=False)
    failed.post(f"{attempt}/nop")
    world.at["result-failed"] = f"{attempt}/ket-qua"
    asked = world.keep("in-quiz", new("in-quiz", "Nguyễn Thị Hỏi").learn().tell_birth_date())
    world.at["attempt"] = asked.begin_quiz()
    asked.answer(world.at["attempt"], right=True, most=9)
    world.at |= _questions(app, world.at["attempt"])
    world.keep("ready", new("ready", "Đặng Thị Sẵn").learn().tell_birth_date())
    world.keep("declared", new("declared", "Phạm Văn Làm").learn(3).do_task())
    world.keep("midway", new("midway", "Hoàng Thị Giữa").learn(5))
    world.keep("new", new("new", "Vàng Thị Mới"))
    for step in ways.STEPS:
        coming = Learner(app)
        ways.on_the_way(app, step, coming.client)
        world.keep(f"coming-{step}", coming)
    proving = new("proving", "Vàng Thị Tin")
    ways.on_the_way(app, "code", proving.client)
    world.keep("proving", proving)
    for who, name in (("signed-out", "Mùa Thị Lỡ"), ("back-again", "Giàng A Về")):
        typing = new(who, name)
        ways.signed_out_while_typing(app, typing.client, typing.account_id)
        if who == "back-again":
            typing.sign_in(f"{who}.thu", PASSWORD)
        world.keep(who, typing)
    with app.app_context():
        row = connection().execute(select(Account.uuid).where(Account.id == holder.account_id)).scalar_one()
    world.at["holder-person"] = f"/can-bo/nguoi/{row}"
    return world


def _paper(learner: Learner) -> tuple[str, str]:
    page = learner.get("/giay")
    address = re.search(r'href="(/giay/[0-9a-f-]{36})"', page)
    assert address is not None, page
    number = re.search(r"/verify/([A-Z0-9-]+)", learner.get(address[1]))
    assert number is not None
    return address[1], number[1]


def _questions(app: Flask, attempt: str) -> dict[str, str]:
    """The address of one question of each type that the attempt holds."""
    with app.app_context():
        uuid = UUID(attempt.rsplit("/", 1)[-1])
        paper = connection().execute(select(Attempt.paper).where(Attempt.uuid == uuid)).scalar_one()
        versions = queries.versions([entry[0] for entry in paper])
    return {f"question-{v.type}": f"{attempt}/{n}" for n, v in enumerate(versions, 1)}


Address = Callable[[World], str]
