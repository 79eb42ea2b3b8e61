"""One world of 10,000 units with every address asked many times: `make soak`. Not part of `make test`."""

from __future__ import annotations

import os

from tests.scope.asking import Asked, try_world
from tests.scope.table import entries
from tests.scope.world import Site

UNITS, REQUESTS = 10_000, 4000


def test_a_tree_of_ten_thousand_units(large_site: Site) -> None:
    seed, asked = int(os.environ["LMS_SOAK"] or 0), Asked()
    try_world(large_site, entries(), seed, UNITS, REQUESTS, asked, least=UNITS)
    assert asked.wrong == [], "\n".join(asked.wrong)
