"""The worker finds, holds back and tells; once, and without deciding anything."""

from __future__ import annotations

import random
from datetime import timedelta

from msgspec.structs import replace
from sqlalchemy import func, select

from lms.api.work import clock, connection, unit_of_work
from lms.inbox.models import Note
from lms.indicators import counting, holding
from plugins.integrity import queries
from plugins.integrity.models import OPEN, Case, Due, Stood
from plugins.integrity.services import finding, looking, tallies
from plugins.integrity.services.reading import sheets_of
from tests.integrity.world import ASKED, START, Integrity

WRONG = {number: 1 + number % 3 for number in range(14)}


def many(world: Integrity, n: int = 300) -> None:
    """So many honest papers have been counted before, each with other wrong answers: the questions are known."""
    chance, (who,) = random.Random(7), world.people(1)
    world.paper(who, begin=START - timedelta(days=3))
    world.look(START - timedelta(days=1))
    (paper,) = looking.papers(account_id=who)
    (real,) = sheets_of([paper])
    before = []
    for _ in range(n):
        wrong = {version: f"[{chance.randint(1, 3)}]" for version in chance.sample(real.versions, 9)}
        before.append(replace(real, wrong=wrong))
    with unit_of_work():
        tallies.count(before, {paper.id: world.quiz})


def cases() -> list[queries.CaseRow]:
    found, _total = queries.cases([counting_root()], 0, [OPEN], 1, True)
    return found


def counting_root() -> int:
    from lms.orgs.queries import nation_id

    found = nation_id()
    assert found is not None
    return found


def test_a_hurried_paper_is_found_held_back_and_told(world: Integrity) -> None:
    fast, slow = world.people(2)
    world.paper(fast, each=0.5)
    world.paper(slow)
    world.attain(fast)
    world.attain(slow)
    before = counting.figures([world.unit])[counting.ATTAINED, world.unit, "citizens"]
    world.look()
    (case,) = cases()
    assert case.org_id == world.unit
    (sign,) = queries.signs_of([case.id])[case.id]
    assert sign.kind == "fast"
    assert sign.evidence["questions"] == ASKED
    assert sign.evidence["seconds"] < sign.evidence["needed"]
    assert [p.account_id for p in queries.papers_of([case.id])[case.id]] == [fast]
    assert counting.figures([world.unit])[counting.ATTAINED, world.unit, "citizens"] == before - 1
    assert counting.held_back([world.unit]) == 1
    assert counting.differences() == []
    told = connection().execute(select(Note.account_id, Note.link).where(Note.kind == "integrity")).all()
    assert told == [(fast, f"/viec-can-tra-loi/{case.uuid}")]


def test_looking_again_finds_nothing_new(world: Integrity) -> None:
    (who,) = world.people(1)
    uuid = world.paper(who, each=0.5)
    world.look()
    world.look()
    row = looking.papers(account_id=who)[0]
    assert row.uuid == uuid
    with clock.frozen_at(START), unit_of_work():
        looking.when_attempt_graded(looking.AttemptGraded(row.id, who, world.quiz, 0, 0, True))
    assert looking.due_now() == 1
    world.look()
    assert looking.due_now() == 0
    assert len(cases()) == 1
    assert connection().execute(select(func.count()).select_from(Note).where(Note.kind == "integrity")).scalar() == 1


def test_a_day_that_is_not_over_waits(world: Integrity) -> None:
    (who,) = world.people(1)
    world.paper(who, each=0.5)
    world.look(START + timedelta(hours=3))
    assert cases() == []
    assert looking.due_now() == 1


def test_papers_of_before_are_looked_at_once_when_the_rules_begin(world: Integrity) -> None:
    (who,) = world.people(1)
    world.paper(who, each=0.5)
    with unit_of_work():
        connection().execute(Due.__table__.delete())
    world.look()
    assert len(cases()) == 1
    stood = connection().execute(select(func.sum(Stood.times))).scalar()
    assert stood == ASKED
    world.look()
    assert connection().execute(select(func.sum(Stood.times))).scalar() == stood


def test_answers_all_at_once_count_by_the_whole_time(world: Integrity) -> None:
    quick, patient = world.people(2)
    world.paper(quick, each=0.5, at_once=True)
    world.paper(patient, each=20, at_once=True)
    world.look()
    (case,) = cases()
    (sign,) = queries.signs_of([case.id])[case.id]
    assert sign.evidence["one_by_one"] is False
    assert [p.account_id for p in queries.papers_of([case.id])[case.id]] == [quick]


def test_questions_had_before_need_no_reading(world: Integrity) -> None:
    (who,) = world.people(1)
    world.paper(who, dict.fromkeys(range(20), 1), begin=START - timedelta(days=3))
    world.paper(who, each=0.5)
    world.look()
    assert cases() == []


def test_supervised_papers_are_not_timed(world: Integrity) -> None:
    (who,) = world.people(1)
    world.paper(who, each=0.5, session="mot-buoi")
    world.look()
    assert cases() == []


def test_equal_wrong_answers_of_two_are_one_case(world: Integrity) -> None:
    many(world)
    one, other, third = world.people(3)
    world.paper(one, WRONG)
    world.paper(other, WRONG, begin=START + timedelta(minutes=40))
    world.paper(third, {number: 3 - number % 3 for number in range(9, 23)})
    world.look()
    (case,) = cases()
    assert {p.account_id for p in queries.papers_of([case.id])[case.id]} == {one, other}
    (sign,) = queries.signs_of([case.id])[case.id]
    assert sign.kind == "alike"
    ((_a, _b, same, both, shared, rare),) = sign.evidence["pairs"]
    assert (same, both, shared) == (14, 14, ASKED)
    assert rare >= 5


def test_what_is_attained_later_on_such_a_paper_waits_too(world: Integrity) -> None:
    (who,) = world.people(1)
    world.paper(who, each=0.5)
    world.look()
    world.attain(who, START + timedelta(days=2))
    (row,) = finding.attained_by(who)
    assert counting.held_back([world.unit]) == 0
    with unit_of_work():
        event = finding.ProgrammeAttained(row.id, who, row.programme_id, row.attained_at)
        finding.when_programme_attained(event)
        finding.when_programme_attained(event)
    assert counting.held_back([world.unit]) == 1
    assert counting.differences() == []
    (case,) = cases()
    assert holding.held_by(finding.holder(case.uuid)) == [row.id]


def test_an_attainment_that_rests_on_another_paper_counts(world: Integrity) -> None:
    (who,) = world.people(1)
    world.paper(who, begin=START - timedelta(hours=3))
    world.attain(who, START - timedelta(hours=1))
    world.paper(who, each=0.5)
    with unit_of_work():
        newer = looking.papers(account_id=who)[1]
        assert finding.resting(world.quiz, who, {newer.id}) == []
        older = looking.papers(account_id=who)[0]
        assert len(finding.resting(world.quiz, who, {older.id})) == 1


def test_case_rows_are_what_the_database_says(world: Integrity) -> None:
    (who,) = world.people(1)
    world.paper(who, each=0.5)
    world.look()
    row = connection().execute(select(Case.answer_by, Case.found_at)).one()
    assert row.answer_by - row.found_at == 14 * 86_400
