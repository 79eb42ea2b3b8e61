"""A quiz of thirty choices in a programme of its own, and people of a unit who take it by the services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from lms import progress
from lms.api.work import clock, connection, unit_of_work
from lms.competency import queries as competency
from lms.identity.making import NewPerson, make_people
from lms.identity.models import Account
from lms.learning import queries as learning
from lms.learning.models import Kind
from lms.learning.record import Result
from lms.orgs.queries import org_by_code
from plugins.integrity.services import looking
from quizzes import queries
from quizzes.graded import worded
from quizzes.services import attempts
from quizzes.services.importing import publish_quiz
from tests.quizzes.test_marked import ask
from tests.quizzes.world import newest

PROGRAMME = "nguoi-dan"
UNIT = "02839"
ASKED = 24
START = datetime(2035, 3, 5, 1, 0, tzinfo=UTC)  # eight in the morning in Việt Nam, when every unit is there
WORDS = "Khi nhận được tin nhắn lạ báo trúng thưởng và yêu cầu bấm vào đường liên kết thì nên làm gì"


class Integrity:
    """The programme's own final check, with a bank that we know; people of one commune."""

    def __init__(self, app: Flask) -> None:
        self.app, self.made = app, 0
        for n in range(ASKED):
            options = [{"text": f"Cách làm thứ {k} của câu {n}", "correct": k == 0, "why": "Vì vậy."} for k in range(4)]
            ask("single_choice", {"options": options}, n + 1, stem=f"Câu {n}: {WORDS}?")
        row = competency.programme(PROGRAMME)
        assert row is not None
        self.course: int = competency.courses_of(row.id)[0][0]
        self.places = learning.places(learning.newest_syllabus(self.course) or 0)
        (self.quiz,) = [p.activity_id for p in self.places if p.kind == "quiz"]
        body = {
            **queries.revision(newest(self.quiz)),
            "draw": [{"from": ["ZZ.single_choice"], "count": ASKED, "spread": False}],
            "pass": {"correct": 6, "parts": []}, "policy": {"purpose": "check"},
        }  # fmt: skip
        with unit_of_work():
            publish_quiz(self.quiz, body, 99, None)
        self.revision = newest(self.quiz)
        unit = org_by_code(UNIT)
        assert unit is not None
        self.unit = unit.id

    def people(self, n: int) -> list[int]:
        """New members of the commune."""
        officer = connection().execute(select(Account.id).where(Account.username == "quantri")).scalar_one()
        with clock.frozen_at(START - timedelta(days=20)), unit_of_work():
            new = [NewPerson("Giàng A Sử", "citizens", username=f"su{self.made + i}") for i in range(n)]
            made = make_people(new, officer, None)
            for account_id in made:
                progress.join_unit(account_id, self.unit, "citizens")
        self.made += n
        return made

    def paper(
        self, account_id: int, wrong: Mapping[int, int] = MappingProxyType({}), *, begin: datetime = START,
        each: float = 30.0, at_once: bool = False, session: str | None = None,
    ) -> UUID:  # fmt: skip
        """A paper: the questions `wrong` (by their number in the bank) get these options, all else the right one, 0."""
        with clock.frozen_at(begin), unit_of_work():
            uuid = attempts.start(account_id, self.course, self.quiz, self.revision, None, session=session)
        row = queries.attempt_by_uuid(uuid)
        assert row is not None
        named = worded([entry[0] for entry in row.paper])
        for place, entry in enumerate(row.paper):
            number = int(named[entry[0]].slug.rsplit("-", 1)[1]) - 1
            at = begin + timedelta(seconds=each * (ASKED if at_once else place + 1))
            with clock.frozen_at(at), unit_of_work():
                attempts.save_answer(row.id, place, [wrong.get(number, 0)])
        with clock.frozen_at(begin + timedelta(seconds=each * ASKED + 2)), unit_of_work():
            found = queries.attempt_held(uuid)
            assert found is not None
            attempts.submit(*found)
            looking.when_attempt_graded(_graded(found[0]))
        return uuid

    def attain(self, account_id: int, at: datetime = START + timedelta(hours=2)) -> None:
        """All else that the programme asks for."""
        with clock.frozen_at(at), unit_of_work():
            for place in self.places:
                if place.kind != "quiz":
                    kind = Kind.DECLARED if place.kind == "task" else Kind.COMPLETED
                    progress.record_result(account_id, place.activity_id, Result(kind))

    def look(self, at: datetime = START + timedelta(days=1)) -> None:
        """The worker looks, a day later."""
        with clock.frozen_at(at):
            looking.look()


def _graded(row: queries.AttemptRow) -> looking.AttemptGraded:
    return looking.AttemptGraded(row.id, row.account_id, row.activity_id, 0, 0, True)
