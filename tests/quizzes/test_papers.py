"""Papers come from decks; a deck is made anew when its bank changes, and every paper can be rebuilt from its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from lms.api.work import NotFound, TooEarly, connection, unit_of_work
from lms.db.base import db
from quizzes import queries
from quizzes.models import Attempt, BankState, Item, ItemVersion, Seen, StoredDeck
from quizzes.services import attempts, decks, living
from quizzes.services.importing import publish_item
from quizzes.services.papers import rebuild
from tests.quizzes.world import DRAW, Quizzing, quizzing

A, I, V = Attempt.__table__, Item.__table__, ItemVersion.__table__


@pytest.fixture
def quiz(any_app: Flask) -> Iterator[Quizzing]:
    with any_app.app_context():
        yield quizzing(any_app)


def stored_decks() -> int:
    return int(connection().execute(select(func.count()).select_from(StoredDeck.__table__)).scalar_one())


def changes() -> int:
    return int(connection().execute(select(BankState.__table__.c.changes)).scalar_one())


def test_wordings_are_found_when_those_in_memory_are_let_go(quiz: Quizzing, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = select(I.c.current_id).where(I.c.current_id.is_not(None)).order_by(I.c.id).limit(4)
    ids = list(connection().execute(wanted).scalars())
    queries.versions(ids[:2])
    monkeypatch.setattr(queries, "MOST_KEPT", 1)
    assert [version.id for version in queries.versions(ids)] == ids


def test_every_paper_is_rebuilt_as_it_was(quiz: Quizzing) -> None:
    """Through everything that changes what the next draw goes by: tries, new wordings, retired items, new revisions."""
    begun = []
    for round_ in range(6):
        begun.append(uuid := quiz.begin())
        quiz.hand_in(uuid)
        items = quiz.items(uuid)
        with unit_of_work():
            living.retire(items[0], quiz.account)
            row = connection().execute(select(I.c.slug, I.c.bank_id).where(I.c.id == items[1])).one()
            version = queries.versions([quiz.row(uuid).paper[1][0]])[0]
            body = {**version.body, "stem": f"{version.body['stem']} ({round_})"}
            publish_item(row.slug, row.bank_id, "exam", version.type, body, None, items[1])
        if round_ == 3:
            quiz.publish(draw=[*DRAW, {"from": ["ND.2"], "count": 2, "spread": False}], policy={"when_short": "fewer"})
    decks._held.clear()  # as in another process, or years later
    for uuid in begun:
        assert rebuild(uuid) == [list(entry) for entry in quiz.row(uuid).paper]
    assert stored_decks() == 6


def test_what_was_had_is_what_earlier_papers_held(quiz: Quizzing) -> None:
    """It is kept with each paper, because merging moves papers; it is what they say all the same."""
    had: Counter[int] = Counter()
    for _try in range(8):
        uuid = quiz.begin()
        kept = connection().execute(select(A.c.had).where(A.c.uuid == uuid)).scalar_one()
        assert (kept or []) == sorted([item, n] for item, n in had.items())
        had.update(quiz.items(uuid))
        quiz.hand_in(uuid)
    assert rebuild(uuid) == [list(entry) for entry in quiz.row(uuid).paper]


def test_a_merged_persons_papers_are_rebuilt_all_the_same(quiz: Quizzing) -> None:
    other = quiz.someone("ma.a.pao.2")
    mine, theirs = quiz.begin(), quiz.begin(other)
    quiz.hand_in(mine)
    quiz.hand_in(theirs)
    again = quiz.begin()
    quiz.hand_in(again)
    with unit_of_work():
        connection().execute(update(A).where(A.c.account_id == other).values(account_id=quiz.account))
        connection().execute(update(Seen.__table__).values(times=5))
    for uuid in (mine, theirs, again):
        assert rebuild(uuid) == [list(entry) for entry in quiz.row(uuid).paper]


def test_a_paper_from_before_decks_cannot_be_rebuilt(quiz: Quizzing) -> None:
    uuid = quiz.begin()
    with unit_of_work():
        connection().execute(update(A).where(A.c.uuid == uuid).values(deck_id=None))
    with pytest.raises(NotFound):
        rebuild(uuid)


def test_a_bank_is_read_again_only_when_it_changed(quiz: Quizzing) -> None:
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cu, sql, *_: asked.append(sql))

    def reads() -> int:
        found = sum("quizzes_item_tag" in sql for sql in asked)
        asked.clear()
        return found

    def begin() -> None:
        quiz.hand_in(quiz.begin())

    begin()
    assert reads() == 1
    begin()
    begin()
    assert reads() == 0
    assert stored_decks() == 1
    first, held = changes(), decks._held[db.engine, quiz.revision].deck
    with unit_of_work():
        living.retire(item := held.items[0], quiz.account)
    assert changes() > first
    begin()
    assert reads() == 1
    assert item not in decks._held[db.engine, quiz.revision].deck.items
    with unit_of_work():
        living.retire(item, quiz.account, back=True)
    begin()
    assert stored_decks() == 2, "the bank is as it was, so its deck is the one from before"


def test_a_deck_that_was_rolled_back_is_stored_again(quiz: Quizzing) -> None:
    class Stop(Exception):
        pass

    def begin_and_stop() -> None:
        with unit_of_work():
            attempts.start(quiz.account, quiz.course, quiz.quiz, quiz.revision, None, enrolled=True)
            raise Stop

    with pytest.raises(Stop):
        begin_and_stop()
    assert stored_decks() == 0
    uuid = quiz.begin()
    assert rebuild(uuid) == [list(entry) for entry in quiz.row(uuid).paper]


def test_no_two_twins_and_no_level_that_was_not_asked_for(quiz: Quizzing) -> None:
    with unit_of_work():
        items = (
            connection()
            .execute(
                select(I.c.id, I.c.current_id).where(I.c.pool == "exam", I.c.retired_at.is_(None)).order_by(I.c.id)
            )
            .all()
        )
        for n, (item, version) in enumerate(items):
            connection().execute(update(I).where(I.c.id == item).values(twins=f"nhom-{n // 2}"))
            connection().execute(update(V).where(V.c.id == version).values(level=1 + n % 3, thinking="apply"))
    groups = {item: n // 2 for n, (item, _v) in enumerate(items)}
    levels = {item: 1 + n % 3 for n, (item, _v) in enumerate(items)}
    quiz.publish(draw=[{"from": ["ND"], "count": 12, "spread": False, "levels": [1, 2], "thinking": ["apply"]}])
    for _try in range(4):
        uuid = quiz.begin()
        drawn = quiz.items(uuid)
        assert len({groups[i] for i in drawn}) == len(drawn) == 12
        assert {levels[i] for i in drawn} <= {1, 2}
        quiz.hand_in(uuid)


@pytest.mark.parametrize("short", ["reuse", "fewer", "refuse"])
def test_where_fresh_questions_run_out(quiz: Quizzing, short: str) -> None:
    """The bank is left with seven questions under the one code; a paper takes four."""
    t_code = "ND.4"
    with unit_of_work():
        fitting = [c.item_id for c in queries.cards("exam", None, queries.types_in_use())
                   if any(code.startswith(t_code + ".") for code in c.codes)]  # fmt: skip
        connection().execute(update(I).where(I.c.id.in_(fitting[7:])).values(retired_at=1))
    policy = {"when_short": short} if short != "reuse" else None
    quiz.publish(
        draw=[{"from": [t_code], "count": 4, "spread": False}], policy=policy,
        **{"pass": {"correct": 3, "parts": [{"from": t_code, "correct": 2}]}},
    )  # fmt: skip
    first = quiz.begin()
    quiz.hand_in(first)
    assert quiz.row(first).passing is None
    if short == "refuse":
        with pytest.raises(TooEarly):
            quiz.begin()
        return
    second = quiz.begin()
    fresh = set(quiz.items(second)) - set(quiz.items(first))
    assert len(fresh) == 3, "all that are fresh come first"
    if short == "reuse":
        assert len(quiz.items(second)) == 4
        assert quiz.row(second).passing is None
        return
    assert len(quiz.items(second)) == 3
    assert quiz.row(second).passing == {"correct": 3, "parts": [{"from": t_code, "correct": 2}]}
    quiz.hand_in(second)
    assert rebuild(second) == [list(entry) for entry in quiz.row(second).paper]
    with pytest.raises(TooEarly):
        quiz.begin()
    quiz.begin(quiz.someone("nguoi.moi"))


def test_practice_questions_come_back_last_too(quiz: Quizzing) -> None:
    quiz.publish(pool="practice", draw=[{"from": ["ND"], "count": 5, "spread": False}])
    first = quiz.begin()
    quiz.hand_in(first)
    second = quiz.begin()
    assert not set(quiz.items(first)) & set(quiz.items(second))
    assert rebuild(second) == [list(entry) for entry in quiz.row(second).paper]
    assert connection().execute(select(func.count()).select_from(Seen.__table__)).scalar_one() == 0
