"""Somebody who was entered twice: cards of both open the one account, and parting them again changes nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from lms.api.data import Base
from lms.api.people import Person, person_by_id
from lms.api.work import connection, unit_of_work
from lms.identity import grants
from lms.merging import joining
from lms.orgs.queries import org_by_code
from plugins.cards.models import Card
from tests.cards.conftest import HERE, RIGHT, WRONG, Commune
from tests.cards.test_room import open_class


def tables(commune: Commune) -> dict[str, list[Any]]:
    """Everything that cards keep."""
    with commune.app.app_context():
        return {
            table.name: sorted(map(tuple, connection().execute(select(table)).all()), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name.startswith("cards_")
        }


def test_cards_of_both_open_the_one_account_and_parting_restores_all(commune: Commune) -> None:
    one, two = commune.learners[:2]
    first, second = commune.issue(one, two)
    commune.choose(one, RIGHT)
    commune.choose(two, WRONG)
    commune.client().enter(first)
    commune.client().enter(second, WRONG)
    open_class(commune, one, two)
    before = tables(commune)
    with commune.app.app_context():
        manager, place = person_by_id(commune.helper), org_by_code(HERE)
        assert isinstance(manager, Person)
        assert place is not None
        with unit_of_work():
            grants.give(commune.helper, "manager", place.id, None)
        with unit_of_work():
            merge_id = joining.merge(one, two, manager, "Cùng một người")
    assert commune.client().enter(second, RIGHT).location == "/cua-toi", "the other card, the kept one's pictures"
    commune.client().enter(second, WRONG, 422)
    [new] = commune.issue(one)
    assert commune.valid_cards(one) == 1, "a new card ends both"
    commune.client().get(f"/the/{second.secret}", 410)
    with commune.app.app_context(), unit_of_work():
        joining.undo(merge_id, manager, "Hai người")
    after = tables(commune)
    assert after["cards_room_person"] == before["cards_room_person"]
    c = Card.__table__
    with commune.app.app_context():
        owners = {row.id: row.account_id for row in connection().execute(select(c.c.id, c.c.account_id))}
    assert sorted(owners.values()) == sorted([one, two, one]), "each has the card that they had"
    assert {row[0] for row in after["cards_holder"]} == {row[0] for row in before["cards_holder"]}
    assert new.secret
