"""Many papers read at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from quizzes.api import WHOLE, answers, papers, worded
from tests.quizzes.world import Quizzing, quizzing


@pytest.fixture
def q(any_app: Flask) -> Iterator[Quizzing]:
    with any_app.app_context():
        yield quizzing(any_app)


def test_a_paper_is_read_with_its_marks_answers_and_questions(q: Quizzing) -> None:
    first, second = q.begin(), q.begin(q.someone("ma.a.lu"))
    row = q.row(first)
    found = worded([entry[0] for entry in row.paper])
    at = next(n for n, entry in enumerate(row.paper) if found[entry[0]].type == "single_choice")
    options = found[row.paper[at][0]].body["data"]["options"]
    right, wrong = (next(n for n, o in enumerate(options) if o["correct"] is said) for said in (True, False))
    q.answer(first, at, [wrong])
    q.answer(first, at, [right])
    assert papers(activity_id=q.quiz) == []  # none is handed in
    q.hand_in(first)
    (paper,) = papers(activity_id=q.quiz)
    assert paper.uuid == first
    assert paper.account_id == q.account
    assert paper.session is None
    assert paper.versions == tuple(entry[0] for entry in row.paper)
    assert paper.marks[at] == WHOLE
    assert set(paper.marks[:at] + paper.marks[at + 1 :]) <= {0}
    assert paper.passed is False
    given = answers([paper.id])[paper.id]
    assert given[at].answer == [right]
    assert given[at].changes == 1
    assert given[at].first_at <= given[at].saved_at
    assert set(given) == {at}
    assert found[paper.versions[0]].is_current
    assert found[paper.versions[0]].skills
    q.hand_in(second)
    assert [p.uuid for p in papers(activity_id=q.quiz)] == [first, second]
    assert [p.uuid for p in papers(activity_id=q.quiz, after=paper.id)] == [second]
    assert papers(activity_id=q.quiz, until=paper.submitted_at) == []
    assert [p.uuid for p in papers(ids=[paper.id])] == [first]
