"""Forms that measure change: who gets which, what they must have in common, when they open, what is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from lms.api.people import join
from lms.api.work import Invalid, TooEarly, clock, connection, unit_of_work
from lms.orgs.models import Org
from lms.packages.measures import COMMON, broken_forms, shared
from quizzes import queries
from quizzes.graded import worded
from quizzes.measures import DAY, ENTRY, EXIT, LATER, first_for, form_at, window
from quizzes.models import Item, Measured
from quizzes.services import authoring, measured, papers
from tests.quizzes.forms import MEASURE, entry, exam_slugs, forms
from tests.quizzes.world import Quizzing, quizzing


@pytest.fixture
def q(any_app: Flask) -> Iterator[Quizzing]:
    with any_app.app_context():
        yield quizzing(any_app, **entry())


def form_of(q: Quizzing, uuid: UUID) -> str:
    found = q.row(uuid).form
    assert found is not None
    return found


def slugs_of(q: Quizzing, uuid: UUID) -> set[str]:
    return {v.slug for v in worded([entry[0] for entry in q.row(uuid).paper]).values()}


@given(st.text("abc-", min_size=1, max_size=9), st.integers(0, 99), st.integers(2, 4))
def test_every_block_of_people_begins_half_and_half(measure: str, unit: int, count: int) -> None:
    for block in range(3):
        own = [first_for(measure, unit, block * 2 * count + n, count) for n in range(2 * count)]
        assert Counter(own) == dict.fromkeys(range(count), 2)


def test_the_order_is_not_the_same_in_every_unit() -> None:
    orders = {tuple(first_for(MEASURE, unit, n, 2) for n in range(4)) for unit in range(60)}
    assert len(orders) == 6  # all orders of two and two


@given(st.integers(2, 4), st.integers(0, 3))
def test_at_the_exit_nobody_gets_the_form_of_the_entry(count: int, first: int) -> None:
    letters, first = "abcd"[:count], first % count
    got = [form_at(letters, first, purpose) for purpose in (ENTRY, EXIT, LATER)]
    assert got[0] != got[1]
    assert got[2] != got[1]
    assert (got[2] == got[0]) == (count == 2)


def test_forms_need_common_questions_and_their_own() -> None:
    said = {"of": MEASURE, "purpose": ENTRY}
    a, b = [f"q{n}" for n in range(8)], [f"q{n}" for n in range(6, 14)]
    assert shared(a, b) == COMMON
    assert broken_forms(said, {"a": a, "b": b}) == []
    assert "in common" in broken_forms(said, {"a": a, "b": [*b[1:], "q99"]})[0][1]
    assert "the same" in broken_forms(said, {"a": a, "b": a})[0][1]
    assert "at least two" in broken_forms(said, {"a": a})[0][1]
    assert "has {n} questions" in broken_forms(said, {"a": a[:3], "b": a[:3]})[0][1]
    assert "add `measure`" in broken_forms({}, {"a": a, "b": b})[0][1]


def test_people_of_a_unit_get_the_forms_half_and_half_and_the_other_one_at_the_exit(q: Quizzing) -> None:
    village = (
        connection().execute(select(Org.__table__.c.id).where(Org.__table__.c.level == "commune").limit(1)).scalar()
    )
    people = [q.someone(f"ma.a.{n}") for n in range(8)]
    with unit_of_work():
        for account in people:
            join(account, village, "citizens", clock.seconds() - 60)
    held = [q.begin(account) for account in people]
    began = [form_of(q, uuid) for uuid in held]
    assert Counter(began) == {"a": 4, "b": 4}
    rows = connection().execute(select(Measured.__table__).order_by(Measured.__table__.c.ordinal)).all()
    assert [row.ordinal for row in rows] == list(range(8))
    assert {row.org_id for row in rows} == {village}
    assert [first_for(MEASURE, village, n, 2) for n in range(8)] == ["ab".index(letter) for letter in began]
    for uuid, letter in zip(held, began, strict=True):
        assert slugs_of(q, uuid) == set(forms()[letter])
        assert papers.rebuild(uuid) == q.row(uuid).paper
        q.hand_in(uuid)
    q.publish(**entry(EXIT))
    # an own quiz in truth; the newer revision asks the measure anew in the same way
    with unit_of_work():
        body = queries.revision(q.revision)
        assert [measured.form_for(account, body) for account in people] == ["ab"["ba".index(x)] for x in began]


def test_handing_in_passes_nobody_completes_and_is_done_once(q: Quizzing) -> None:
    uuid = q.begin()
    q.answer(uuid, 0, [0])
    q.hand_in(uuid)
    row = q.row(uuid)
    assert row.passed is True  # done is done
    assert row.passing is None
    with pytest.raises(TooEarly):
        q.begin()
    held = connection().execute(select(Measured.__table__)).one()
    assert held.entry_at == row.submitted_at
    assert held.exit_at is None


def test_a_question_taken_out_of_use_is_left_out_of_its_form(q: Quizzing) -> None:
    gone = forms()["a"][4]  # in both
    with unit_of_work():
        connection().execute(update(Item.__table__).where(Item.__table__.c.slug == gone).values(retired_at=1))
    uuid = q.begin()
    assert slugs_of(q, uuid) == set(forms()[form_of(q, uuid)]) - {gone}
    assert papers.rebuild(uuid) == q.row(uuid).paper


@pytest.mark.parametrize(("days", "opens"), [(59.99, False), (60, True), (90.9, True), (91, False)])
def test_the_later_form_opens_from_day_60_to_day_90(
    q: Quizzing, monkeypatch: pytest.MonkeyPatch, days: float, opens: bool
) -> None:
    q.publish(**entry(EXIT))
    with unit_of_work():
        measured.form_for(q.account, queries.revision(q.revision))
    q.publish(**entry(LATER))
    with pytest.raises(TooEarly):
        q.begin()  # the exit was not handed in
    now = clock.seconds()
    with unit_of_work():
        measured.handed_in(q.account, entry(EXIT), now)
    assert window(now) == (now + 60 * DAY, now + 91 * DAY)
    monkeypatch.setattr(clock, "seconds", lambda: int(now + days * DAY))
    if opens:
        assert form_of(q, q.begin())
    else:
        with pytest.raises(TooEarly):
            q.begin()


def test_who_helped_is_kept_with_the_paper_and_may_be_said_anew(q: Quizzing) -> None:
    uuid = q.begin()
    with pytest.raises(Invalid), unit_of_work():
        measured.note_help(q.row(uuid).id, 0, q.account)  # not handed in yet
    q.hand_in(uuid)
    assert measured.help_of(q.row(uuid).id) is None
    for much in (2, 1):
        with unit_of_work():
            measured.note_help(q.row(uuid).id, much, q.account)
        assert measured.help_of(q.row(uuid).id) == much
    with pytest.raises(Invalid), unit_of_work():
        measured.note_help(q.row(uuid).id, 3, q.account)


def test_what_keeps_a_quiz_from_measuring_is_told(q: Quizzing) -> None:
    body = queries.revision(q.revision)

    def told(**changes: Any) -> str:
        return " ".join(str(text) for _field, text in authoring.problems_of({**body, **changes}, []))

    assert told() == ""
    slugs = exam_slugs()
    assert "12 % of their questions in common" in told(
        forms={"a": slugs[:6] + slugs[6:8], "b": slugs[7:12] + slugs[7:8]}
    )
    assert "no exam questions in use: khong-co" in told(forms={"a": [*slugs[:8], "khong-co"], "b": slugs[4:]})
    assert "asks exam questions" in told(pool="practice")
    assert "already in the measure" in told(slug="bai-khac")
    other = {"slug": "bai-khac", "measure": {"of": MEASURE, "purpose": EXIT}}
    assert told(**other) == ""
    assert "Use the same letters" in told(**other, forms={"a": slugs[:8], "b": slugs[4:], "c": slugs[2:10]})
