"""The site that becomes one world after another, made once for all tests here."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from lms.db.base import db
from lms.db.unit_of_work import close_kept
from lms.testing.building import make_app, migrate
from tests.scope.things import furnish
from tests.scope.world import Site

MOST = 200  # units
collect_ignore = [] if "LMS_SOAK" in os.environ else ["test_soak.py"]  # `make soak` runs it


def made(folder: pytest.TempPathFactory, most: int) -> Iterator[Site]:
    """A furnished site for worlds of at most so many units."""
    path = folder.mktemp("scope")
    app = make_app(path, f"sqlite:///{path}/lms.sqlite", rate_limits=False)
    migrate(app)
    site = Site(app, most)
    site.make_people()
    furnish(site)
    yield site
    with app.app_context():
        close_kept()
        db.engine.dispose()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from made(tmp_path_factory, MOST)


@pytest.fixture(scope="session")
def large_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from made(tmp_path_factory, 10_000)
