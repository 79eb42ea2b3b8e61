"""Addresses of checks with a clock or a policy, in a course of their own, and of support in checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from lms.api.learning import Entry, anchor, newest_syllabus, publish_syllabus
from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Account
from quizzes import queries
from quizzes.models import Attempt
from quizzes.policies import Fairness
from quizzes.services import accommodating, attempts, timing
from quizzes.services.importing import publish_quiz
from tests.browser.people import Address, World

COURSE = "khoa-kiem-tra-thu"
FINAL = {"purpose": "final", "tries": 2, "wait": 1440}
QUIZZES: dict[str, dict[str, Any]] = {
    "thu-co-dong-ho": {"limit": 20},
    "thu-luyen-tap": {"pool": "practice", "policy": {"purpose": "practice", "feedback": "each"}},
    "thu-cuoi": {"policy": FINAL},
    "thu-co-nguoi": {
        "policy": {
            "purpose": "final",
            "supervised": "required",
            "where": "Mời bác đến nhà văn hóa thôn, 8 giờ sáng thứ Bảy. Nhớ mang căn cước.",
        }
    },
}

ANSWERS: dict[str, list[Any]] = {
    "single_choice": [0], "multiple_choice": [0], "true_false": [True], "ordering": [0, 1, 2],
}  # fmt: skip


def _account(name: str) -> tuple[int, UUID]:
    row = connection().execute(select(Account.id, Account.uuid).where(Account.full_name == name)).one()
    return row.id, row.uuid


def _publish(slug: str, changes: dict[str, Any]) -> tuple[int, int]:
    """(activity, revision) of a short quiz."""
    body = {
        "slug": slug, "title": "Kiểm tra thử", "intro": "Sáu câu ngắn về an toàn trên mạng.", "pool": "exam",
        "minutes": 10, "needs_birth_date": False, "draw": [{"from": ["ND.4"], "count": 6, "spread": False}],
        "pass": {"correct": 4, "parts": []}, **changes,
    }  # fmt: skip
    quiz = anchor("quiz", slug, str(body["title"]), 10)
    publish_quiz(quiz, body, 1, None)
    return quiz, max(r.revision_id for r in _revisions(quiz))


def _revisions(quiz: int) -> list[Any]:
    from quizzes.models import QuizRevision

    r = QuizRevision.__table__
    return list(connection().execute(select(r.c.id.label("revision_id")).where(r.c.activity_id == quiz)))


def _made(world: World) -> World:
    """The course with its quizzes, and papers of two learners in every state."""
    if "checks" in world.at:
        return world
    with world.app.app_context():
        ready, slow = _account("Đặng Thị Sẵn"), _account("Hoàng Thị Giữa")
        with unit_of_work():
            course = anchor("course", COURSE, "Khóa kiểm tra thử", 10)
            found = {slug: _publish(slug, changes) for slug, changes in QUIZZES.items()}
            if newest_syllabus(course) is None:
                publish_syllabus(course, [Entry(quiz, 0, "Kiểm tra", revision) for quiz, revision in found.values()])
            fair = Fairness(extra=50, read_aloud=True, break_minutes=10)
            accommodating.give(slow[0], fair, "mắt kém", None, ready[0])

            def begin(who: int, slug: str) -> UUID:
                return attempts.start(who, course, *found[slug], None)

            timed, broken = begin(ready[0], "thu-co-dong-ho"), begin(slow[0], "thu-co-dong-ho")
            told, spent = begin(ready[0], "thu-luyen-tap"), begin(ready[0], "thu-cuoi")
            timing.hand_in(spent)
            over = begin(slow[0], "thu-cuoi")
            now, a = clock.seconds(), Attempt.__table__
            connection().execute(update(a).where(a.c.uuid == over).values(due_at=now - 5))
            held = queries.attempt_held(told)
            assert held is not None
            for position, version in enumerate(queries.versions([entry[0] for entry in held[0].paper])):
                answer = ANSWERS.get(version.type)
                if answer is not None:
                    attempts.save_answer(held[0].id, position, answer)
                    world.at["told"] = f"/luot/{told}/{position + 1}"
            world.at |= {
                "timed": f"/luot/{timed}",
                "slow": f"/luot/{broken}",
                "over": f"/luot/{over}",
                "spent": f"/luot/{spent}",
                "support": f"/can-bo/nguoi/{slow[1]}/ho-tro-kiem-tra",
                "support-none": f"/can-bo/nguoi/{ready[1]}/ho-tro-kiem-tra",
                "checks": "made",
            }
    return world


def at(key: str, suffix: str = "") -> Address:
    """The address kept under a key."""
    return lambda world: _made(world).at[key] + suffix


def front(slug: str) -> Address:
    """The page before a quiz."""
    return lambda world: f"/hoc/{COURSE}/kiem-tra/{slug}" if _made(world) else ""


def stopped(world: World) -> str:
    """A paper in its owner's break: it is put there each time, because looking at it may let it go on."""
    _made(world)
    uuid = UUID(world.at["slow"].rpartition("/")[2])
    with world.app.app_context(), unit_of_work():
        found = queries.attempt_held(uuid)
        assert found is not None
        timing.take_break(found[0])
    return world.at["slow"] + "/nghi"


Row = tuple[str, str, str, Callable[[World], str] | str]
VISITS: tuple[Row, ...] = (
    ("quiz-timed", "quizzes.front", "midway", front("thu-co-dong-ho")),
    ("quiz-practice", "quizzes.front", "holder", front("thu-luyen-tap")),
    ("quiz-spent", "quizzes.front", "ready", front("thu-cuoi")),
    ("quiz-supervised", "quizzes.front", "ready", front("thu-co-nguoi")),
    ("question-timed", "quizzes.question", "ready", at("timed", "/1")),
    ("question-slow", "quizzes.question", "midway", at("slow", "/2")),
    ("question-told", "quizzes.question", "ready", at("told")),
    ("review-over", "quizzes.review", "midway", at("over", "/xem-lai")),
    ("result-spent", "quizzes.result", "ready", at("spent", "/ket-qua")),
    ("break", "quizzes.rest", "midway", stopped),
    ("support", "quizzes.support", "administrator", at("support")),
    ("support-none", "quizzes.support", "administrator", at("support-none")),
)
