"""Zero leaks, zero missing: every route, export and API operation in 200 random worlds, against the oracle.

A failure names its world by the seed, the person with their roles, the address, and what was shown or missing. One
world of 10,000 units: `make soak`.
"""

from __future__ import annotations

import pytest

from lms.web.routes import STAFF
from tests.architecture.test_routes import declared
from tests.scope.asking import Asked, try_world, unlisted
from tests.scope.conftest import MOST
from tests.scope.table import entries
from tests.scope.world import Site

PARTS, WORLDS, REQUESTS = 8, 25, 90


def test_every_address_has_its_line(site: Site) -> None:
    assert unlisted(site.app, entries()) == [], "say in tests/scope/table who gets what of these"
    assert set(entries()) <= {rule.endpoint for rule in site.app.url_map.iter_rules()}, (
        "these are no addresses any more"
    )


@pytest.mark.parametrize("part", range(PARTS))
def test_everybody_gets_what_is_theirs_and_nothing_else(site: Site, part: int) -> None:
    asked, table = Asked(), entries()
    for n in range(WORLDS):
        try_world(site, table, part * WORLDS + n, MOST, REQUESTS, asked)
    assert asked.wrong == [], "\n".join(asked.wrong)
    one_sided = [
        e for e, audience in declared(site.app).items() if audience == STAFF and asked.let_in[e] + asked.refused[e] > 60
        and not (asked.let_in[e] and asked.refused[e])
    ]  # fmt: skip
    assert one_sided == [], "nobody, or everybody, was let in: these worlds say nothing about them"
