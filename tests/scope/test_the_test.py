"""The test of scope can fail: leaks planted in the application are found, and so is an address without a line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from lms.db.unit_of_work import connection
from lms.identity.models import Grant
from tests.scope.asking import Asked, try_world, unlisted
from tests.scope.conftest import MOST
from tests.scope.table import entries
from tests.scope.world import Site

WORLDS, REQUESTS = 8, 150


def found(site: Site) -> list[str]:
    """What the test of scope finds in a dozen worlds."""
    asked = Asked()
    for seed in range(1000, 1000 + WORLDS):
        try_world(site, entries(), seed, MOST, REQUESTS, asked)
        if asked.wrong:
            break
    return asked.wrong


def test_nothing_is_found_where_nothing_is_planted(site: Site) -> None:
    assert found(site) == []


def test_a_list_without_its_filter(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.granting.queries.people_below", lambda _account, _units: sa.true())
    assert "that it must not" in "".join(found(site))


def test_an_object_without_its_check(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certificates.access.may_at", lambda _person, _may, _org: True)
    assert "certificates.admin_" in "".join(found(site))


def test_roles_that_have_ended_or_not_begun(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def at_any_time(account_id: int) -> dict[str, list[int]]:
        held: dict[str, list[int]] = {}
        every = sa.select(Grant.role, Grant.org_id).where(Grant.account_id == account_id)
        for row in connection().execute(every):
            held.setdefault(row.role, []).append(row.org_id)
        return held

    monkeypatch.setattr("lms.orgs.scope.grants_of", at_any_time)
    assert found(site)


def test_a_role_that_does_not_reach_below(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.orgs.scope.reaches", lambda granted, org: org in set(granted))
    assert found(site)


def test_the_tree_of_another_day(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from lms import clock
    from lms.orgs import queries

    real: Any = queries.ancestors
    long_ago = clock.today() - timedelta(400)
    monkeypatch.setattr(queries, "ancestors", lambda org, day=None: real(org, day or long_ago))
    assert found(site)


def test_an_address_without_a_line(site: Site) -> None:
    table = dict(entries())
    del table["people.people"]
    assert "people.people" in unlisted(site.app, table)


def test_not_found_says_nothing_of_what_is_there(site: Site) -> None:
    """The page of what is another's is the page of what does not exist, but for the address in it."""
    other = next(t for t in site.things["paper"] if t.holder != site.people[0].id)
    client, there, nowhere = site.clients[site.people[0].id], str(other.more["uuid"]), str(uuid4())
    pages = [client.get(f"/giay/{key}").get_data(as_text=True).replace(key, "") for key in (there, nowhere)]
    assert pages[0] == pages[1]
