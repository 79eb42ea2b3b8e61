"""People decide: with a reason, after everybody could answer, two where it shall not count; and take it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from certificates.models import Credential
from lms.api.work import Conflict, Invalid, TooEarly, clock, connection, unit_of_work
from lms.audit import AuditEntry
from lms.competency.models import Attainment
from lms.identity.models import Account
from lms.identity.people import person_by_id
from lms.inbox.models import Note
from lms.indicators import counting
from lms.merging import joining
from plugins.integrity import queries
from plugins.integrity.models import CLEARED, OPEN, PROPOSED, RETAKE, UPHELD, Case, CasePaper, CasePerson
from plugins.integrity.services import answering, deciding, keeping
from quizzes.models import Attempt
from tests.integrity.test_looking import cases
from tests.integrity.world import START, Integrity

DAY = timedelta(days=1)
FOUND = START + DAY
ANSWERED, OVER = FOUND + 3 * DAY, FOUND + 15 * DAY


@pytest.fixture
def who(world: Integrity) -> int:
    """Somebody whose attainment is held back."""
    (one,) = world.people(1)
    world.paper(one, each=0.5)
    world.attain(one)
    world.look(FOUND)
    return one


@pytest.fixture
def officers(world: Integrity) -> list[int]:
    a = Account.__table__
    rows = connection().execute(select(a.c.id).where(a.c.username.in_(("quantri", "xacminh"))).order_by(a.c.id))
    found = list(rows.scalars())
    return found if len(found) == 2 else [*found, *world.people(2 - len(found))]


def case() -> queries.CaseRow:
    row = connection().execute(select(Case.uuid)).scalar_one()
    found = queries.case_for_officer(row, 0)
    assert found is not None
    return found


def take(step: str, by: int, at: object = OVER, reason: str = "Đã gặp và hỏi.") -> None:
    with clock.frozen_at(at), unit_of_work():  # type: ignore[arg-type]
        deciding.decide(case(), step, reason, by)


def what_stands() -> list[object]:
    """All that no decision may touch: papers, results, attainments."""
    database = connection()
    return [
        sorted(database.execute(select(t)).all(), key=repr)
        for t in (Attempt.__table__, Attainment.__table__, Credential.__table__)
    ]


def acts_of() -> list[str]:
    e = AuditEntry.__table__
    found = connection().execute(select(e.c.act).where(e.c.act.like("integrity.%")).order_by(e.c.id))
    return list(found.scalars())


def test_cleared_it_counts_again_and_its_person_reads_why(world: Integrity, who: int, officers: list[int]) -> None:
    before = what_stands()
    assert counting.held_back([world.unit]) == 1
    take(deciding.CLEAR, officers[0], ANSWERED, "Bác đã luyện nhiều lần ở nhà văn hóa.")
    assert case().state == CLEARED
    assert counting.held_back([world.unit]) == 0
    assert counting.differences() == []
    assert what_stands() == before
    n = Note.__table__
    told = connection().execute(select(n.c.body).where(n.c.account_id == who).order_by(n.c.id)).scalars().all()
    assert "Bác đã luyện nhiều lần ở nhà văn hóa." in told[-1]
    assert acts_of() == ["integrity.found", "integrity.cleared"]


def test_two_people_are_needed_so_that_it_does_not_count(world: Integrity, who: int, officers: list[int]) -> None:
    before = what_stands()
    one, other = officers
    take(deciding.PROPOSE, one)
    assert case().state == PROPOSED
    with pytest.raises(Conflict):
        take(deciding.AGREE, one)
    assert not deciding.may(case(), deciding.AGREE, one)
    assert deciding.may(case(), deciding.AGREE, other)
    take(deciding.AGREE, other, reason="Tôi cũng đã xem.")
    row = case()
    assert (row.state, row.decided_by, row.second_by, row.reason) == (UPHELD, one, other, "Đã gặp và hỏi.")
    assert counting.held_back([world.unit]) == 1
    assert counting.differences() == []
    assert what_stands() == before, "nothing is withdrawn and no score changes"
    take(deciding.REOPEN, one, reason="Có tin mới.")
    assert case().state == OPEN
    take(deciding.CLEAR, other)
    assert counting.held_back([world.unit]) == 0


def test_who_disagrees_leaves_it_open(world: Integrity, who: int, officers: list[int]) -> None:
    take(deciding.PROPOSE, officers[0])
    take(deciding.REFUSE, officers[1], reason="Chưa đủ rõ.")
    row = case()
    assert (row.state, row.decided_by) == (OPEN, None)
    assert counting.held_back([world.unit]) == 1


def test_nothing_is_closed_against_somebody_who_can_still_answer(who: int, officers: list[int]) -> None:
    with pytest.raises(TooEarly):
        take(deciding.PROPOSE, officers[0], ANSWERED)
    with clock.frozen_at(ANSWERED):
        assert not deciding.may(case(), deciding.PROPOSE, officers[0])
        with unit_of_work():
            answering.answer(case(), who, "Tôi đã học ba tuần.", False)
    take(deciding.PROPOSE, officers[0], ANSWERED)
    assert case().state == PROPOSED


def test_taken_again_it_waits_for_a_person_still(world: Integrity, who: int, officers: list[int]) -> None:
    take(deciding.AGAIN, officers[0], ANSWERED)
    assert case().state == RETAKE
    world.paper(who, begin=OVER, session="buoi-coi")
    world.look(OVER + DAY)
    assert counting.held_back([world.unit]) == 1, "no machine decides"
    take(deciding.CLEAR, officers[1], OVER + DAY)
    assert counting.held_back([world.unit]) == 0


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1_001])
def test_each_needs_a_reason(who: int, officers: list[int], reason: str) -> None:
    with pytest.raises(Invalid):
        take(deciding.CLEAR, officers[0], reason=reason)
    assert case().state == OPEN


def test_what_was_decided_is_not_decided_again(who: int, officers: list[int]) -> None:
    take(deciding.CLEAR, officers[0])
    for step in (deciding.CLEAR, deciding.PROPOSE, deciding.AGREE, deciding.AGAIN):
        with pytest.raises(Conflict):
            take(step, officers[1])


def test_saying_something(who: int, officers: list[int]) -> None:
    with clock.frozen_at(ANSWERED):
        for nothing in ("", "  \n "):
            with pytest.raises(Invalid), unit_of_work():
                answering.answer(case(), who, nothing, False)
        with pytest.raises(Invalid), unit_of_work():
            answering.answer(case(), who, "x" * 2_001, True)
        assert queries.asked(who)[0] == 1
        with unit_of_work():
            answering.answer(case(), who, "", True)
        assert queries.asked(who)[0] == 0
        with unit_of_work():
            answering.answer(case(), who, "Tôi làm cùng cháu.", False)
    said = queries.people_of([case().id])[case().id][0]
    assert (said.answer, said.wants_help) == ("Tôi làm cùng cháu.", False)
    take(deciding.CLEAR, officers[0])
    with pytest.raises(Conflict), unit_of_work():
        answering.answer(case(), who, "Còn nữa.", False)


def test_officers_who_are_concerned_do_not_see_it(world: Integrity, who: int, officers: list[int]) -> None:
    uuid = case().uuid
    assert queries.case_for_officer(uuid, officers[0]) is not None
    assert queries.case_for_officer(uuid, who) is None
    from plugins.integrity.models import CaseHand

    with unit_of_work() as database:
        database.execute(CaseHand.__table__.insert().values(case_id=case().id, account_id=officers[0]))
    assert queries.case_for_officer(uuid, officers[0]) is None
    assert queries.cases([world.unit], officers[0], [OPEN], 1) == ([], 0)
    assert queries.figures([world.unit], officers[0]) == {}
    assert queries.cases([world.unit], officers[1], [OPEN], 1)[1] == 1


def test_two_who_turn_out_to_be_one(world: Integrity, who: int, officers: list[int]) -> None:
    """The case goes along, what is held stays held, and parting them gives each their own."""
    (other,) = world.people(1)
    officer = person_by_id(connection().execute(select(Account.id).where(Account.username == "quantri")).scalar_one())
    assert officer is not None
    with clock.frozen_at(ANSWERED):
        with unit_of_work():
            merge = joining.merge(other, who, officer, "Một người.")
        assert queries.case_of(case().uuid, other) is not None
        assert queries.case_of(case().uuid, who) is None
        assert counting.held_back([world.unit]) == 1
        assert counting.differences() == []
        with unit_of_work():
            joining.undo(merge, officer, "Hai người.")
        assert queries.case_of(case().uuid, who) is not None
        assert counting.differences() == []


def test_how_long_it_is_kept(who: int, officers: list[int]) -> None:
    keys = {rule.key: rule for rule in keeping.rules}
    late = int((OVER + 1_000 * DAY).timestamp())
    assert keys["integrity.cleared"].count(late) == 0, "what is open is never forgotten"
    keys["integrity.cleared"].forget(late)
    assert len(cases()) == 1
    take(deciding.CLEAR, officers[0])
    assert keys["integrity.cleared"].count(int(OVER.timestamp())) == 0
    assert keys["integrity.cleared"].count(late) == 1
    assert keys["integrity.upheld"].count(late) == 0
    keys["integrity.cleared"].forget(late)
    for table in (Case, CasePaper, CasePerson):
        assert connection().execute(select(table.__table__)).first() is None
