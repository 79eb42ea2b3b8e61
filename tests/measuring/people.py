"""A measure with people of a commune who take its forms."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import insert, select

from lms.api.learning import activity, anchor
from lms.api.people import find_units, join
from lms.api.work import clock, connection, unit_of_work
from lms.identity import accounts
from plugins.measuring.models import Calibration, Difficulty
from plugins.measuring.services import changing
from quizzes import queries
from quizzes.api import AttemptGraded, FormHelped
from quizzes.measures import ENTRY, EXIT, LATER
from quizzes.models import Item, ItemVersion
from quizzes.services import attempts, measured
from quizzes.services.importing import publish_quiz
from tests.quizzes.forms import MEASURE, forms
from tests.quizzes.world import COURSE, PASSWORD, newest

TITLES = {ENTRY: "Trước khi học", EXIT: "Sau khi học", LATER: "Hai tháng sau"}


class Measuring:
    """A measure of two quizzes and people of one commune who take them."""

    def __init__(self, app: Flask) -> None:
        course = activity("course", COURSE)
        assert course is not None
        self.course = course.id
        self.unit = find_units("bac ha lao cai", 1, levels={"commune"})[0].id
        self.quizzes = {purpose: self.quiz(purpose) for purpose in (ENTRY, EXIT)}

    def quiz(self, purpose: str) -> int:
        slug = f"do-{purpose}"
        body = {
            "slug": slug, "title": TITLES[purpose], "intro": "Vài câu ngắn về việc hằng ngày trên điện thoại.",
            "pool": "exam", "minutes": 5,
            "needs_birth_date": False, "draw": [], "pass": {"correct": 0, "parts": []}, "forms": forms(),
            "measure": {"of": MEASURE, "purpose": purpose},
        }  # fmt: skip
        with unit_of_work():
            quiz = anchor("quiz", slug, body["title"], 5)
            publish_quiz(quiz, body, 1, None)
        return quiz

    def someone(self, n: int, group: str = "citizens") -> int:
        with unit_of_work():
            account = accounts.sign_up("Má A Páo", f"do.{n}", PASSWORD, target_group=group)
            join(account, self.unit, group, clock.seconds() - 60)
        return account

    def take(self, account: int, purpose: str, right: int, helped: int | None = 0) -> int:
        """A form with so many right answers; returns the paper's number. What is told is heard here at once."""
        quiz = self.quizzes[purpose]
        with unit_of_work():
            uuid = attempts.start(account, self.course, quiz, newest(quiz), None, enrolled=True)
        row = queries.attempt_by_uuid(uuid)
        assert row is not None
        for position, (version, _order, _area) in enumerate(row.paper[:right]):
            (found,) = queries.versions([version])
            answer = next(n for n, o in enumerate(found.spec["options"]) if o["correct"])
            with unit_of_work():
                attempts.save_answer(row.id, position, [answer])
        with unit_of_work():
            held = queries.attempt_held(uuid)
            assert held is not None
            attempts.submit(*held)
        with unit_of_work():
            changing.when_graded(AttemptGraded(row.id, account, quiz, 0, 0, True))
            if helped is not None:
                measured.note_help(row.id, helped, account)
        with unit_of_work():
            if helped is not None:
                changing.when_helped(FormHelped(row.id, helped))
        return row.id

    def calibrate(self, difficulty: float = 0.5) -> None:
        """Every exam question gets a difficulty."""
        with unit_of_work():
            database = connection()
            run = database.execute(
                insert(Calibration.__table__)
                .values(
                    at=1, took_ms=1, versions=1, too_few=0, papers=1, groups=1, parts=1, anchors=0, log_likelihood=0.0,
                    rounds=1, converged=True, code="test", counted=0,
                )
                .returning(Calibration.__table__.c.id)
            ).scalar_one()  # fmt: skip
            i, v = Item.__table__, ItemVersion.__table__
            slugs = {slug for form in forms().values() for slug in form}
            rows = database.execute(
                select(v.c.id, v.c.item_id).join(i, i.c.current_id == v.c.id).where(i.c.slug.in_(slugs))
            )
            database.execute(
                insert(Difficulty.__table__),
                [
                    {"version_id": row.id, "item_id": row.item_id, "difficulty": difficulty, "error": 0.1, "n": 500,
                     "infit": 1.0, "outfit": 1.0, "base": difficulty, "base_error": 0.1, "drifted": False,
                     "calibration_id": run, "at": 1}
                    for row in rows
                ],
            )  # fmt: skip
