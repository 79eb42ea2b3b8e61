"""Addresses of questions of every type: as learners meet them, in the studio, and before whoever marks them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from lms.api.learning import anchor
from lms.api.work import connection, unit_of_work
from lms.identity.models import Account
from quizzes import queries
from quizzes.models import Item, ItemVersion, QuizRevision
from quizzes.services import attempts
from quizzes.services.importing import bank_of, publish_item, publish_quiz
from tests.browser.people import Address, World

LEARNER = "Hoàng Thị Giữa"
EXAM: dict[str, dict[str, Any]] = {
    "practice": {"practice": "ma-otp-qua-dien-thoai"},
    "task": {
        "asks": "text",
        "rubric": [
            {
                "criterion": "Kể đủ các bước",
                "levels": [{"text": "Đủ và đúng thứ tự", "points": 2}, {"text": "Thiếu một bước", "points": 1}],
            },
            {
                "criterion": "Biết gọi lại số quen",
                "levels": [{"text": "Có nói tới", "points": 1}, {"text": "Chưa nói tới", "points": 0}],
            },
        ],
        "model": "Không bấm vào đường dẫn, gọi lại số quen, báo về 156.",
    },
}
STEMS = {
    "practice": "Bác làm bài thực hành này mà không có gợi ý.",
    "task": "Có tin nhắn dọa khóa tài khoản. Bác kể lại các việc bác sẽ làm.",
}


def question(slug: str) -> str:
    """A practice question alone on a page."""
    return f"/luyen/{slug}"


def studio(kind: str, suffix: str = "") -> Address:
    """The editor of a question of a type."""

    def of(world: World) -> str:
        _made(world)
        with world.app.app_context():
            items, versions = Item.__table__, ItemVersion.__table__
            found = select(items.c.slug).join(versions, versions.c.id == items.c.current_id)
            row = connection().execute(found.where(versions.c.type == kind).order_by(items.c.slug).limit(1))
            return f"/studio/cau-hoi/{row.scalar_one()}{suffix}"

    return of


def made(name: str) -> Address:
    return lambda world: _made(world).at[name]


def _made(world: World) -> World:
    """A quiz that asks for a run and for what a person marks; one paper is open, one waits to be marked."""
    if "items" in world.at:
        return world
    with world.app.app_context():
        a, r = Account.__table__, QuizRevision.__table__
        first = (a.c.full_name != LEARNER, a.c.target_group.is_(None), a.c.target_group != "citizens", a.c.id)
        who = connection().execute(select(a.c.id).order_by(*first).limit(1)).scalar_one()
        with unit_of_work():
            bank = bank_of("viec-that", "Việc thật", 1)
            for kind, spec in EXAM.items():
                body = {"stem": STEMS[kind], "message": None, "lesson": "", "skills": [f"ZZ.{kind}"], "data": spec}
                publish_item(f"zz-{kind}", bank, "exam", kind, body, None, None)
            body = {
                "slug": "viec-that", "title": "Việc thật", "intro": "Hai việc.", "pool": "exam", "minutes": 10,
                "needs_birth_date": False, "pass": {"correct": 1, "parts": []},
                "draw": [{"from": [f"ZZ.{kind}"], "count": 1, "spread": False} for kind in EXAM],
            }  # fmt: skip
            quiz = anchor("quiz", "viec-that", "Việc thật", 10)
            publish_quiz(quiz, body, 1, None)
            course = anchor("course", "khoa-viec-that", "Khóa việc thật", 10)
            revision = connection().execute(select(r.c.id).where(r.c.activity_id == quiz)).scalar_one()
            waiting = attempts.start(who, course, quiz, revision, None, enrolled=True)
            row = queries.attempt_by_uuid(waiting)
            assert row is not None
            place = _place(row, "task")
            attempts.save_answer(row.id, place, ["Cháu không bấm vào đường dẫn.\nCháu gọi lại số ngân hàng."])
            held = queries.attempt_held(waiting)
            assert held is not None
            attempts.submit(*held)
            world.at |= {"to-mark": f"/can-bo/cham-bai/{waiting}/{place + 1}", "waits": f"/luot/{waiting}/ket-qua"}
            going = attempts.start(who, course, quiz, revision, None, enrolled=True)
            row = queries.attempt_by_uuid(going)
            assert row is not None
            world.at |= {f"ask-{kind}": f"/luot/{going}/{_place(row, kind) + 1}" for kind in EXAM}
    world.at |= {"items": "/", "marking": "/can-bo/cham-bai"}
    return world


def _place(row: queries.AttemptRow, kind: str) -> int:
    return [v.type for v in queries.versions([entry[0] for entry in row.paper])].index(kind)
