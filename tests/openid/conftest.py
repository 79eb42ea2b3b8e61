"""The application with two providers that lie on demand, made once a module; the certified one where a test asks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from lms.api.work import unit_of_work
from tests.openid import places
from tests.openid.liar import Liar, lying
from tests.openid.places import browser

__all__ = ["browser"]
LEFT = ("openid_session", "openid_once", "lms_identity", "lms_arriving", "lms_rate_limit")


@pytest.fixture(autouse=True, scope="module")
def secret() -> Iterator[None]:
    """The secret that the providers' files refer to."""
    os.environ["LMS_OPENID_SECRET"] = places.SECRET
    yield
    os.environ.pop("LMS_OPENID_SECRET", None)


@pytest.fixture(scope="module")
def stage(
    prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory, secret: None
) -> Iterator[tuple[Flask, Liar, Liar]]:
    """The application and two providers: `one`, which may prove level 3, and `two`, which proves nothing."""
    level = '[provider.claims]\nname = "name"\nbirth_date = "birthdate"\nidentity_number = "number"\n'
    level += '[provider.claims.level]\nclaim = "level"\nvalues = { "high" = 3, "low" = 1 }\n'
    with lying() as liar, lying() as other:
        described = places.described("one", liar.issuer) + level + places.described("two", other.issuer)
        app = places.application(prepared_folder, tmp_path_factory.mktemp("openid"), described)
        yield app, liar, other
        places.let_go(app)


@pytest.fixture
def here(stage: tuple[Flask, Liar, Liar]) -> Flask:
    """The application; nothing is left of the test before."""
    app = stage[0]
    app.extensions.pop("openid.known", None)
    with app.app_context(), unit_of_work() as database:
        for table in LEFT:
            database.execute(text(f"DELETE FROM {table}"))
    return app


@pytest.fixture
def liar(stage: tuple[Flask, Liar, Liar]) -> Liar:
    """A provider that does as it should until a test tells it to lie."""
    stage[1].become_honest()
    return stage[1]


@pytest.fixture
def other(stage: tuple[Flask, Liar, Liar]) -> Liar:
    """Another one of that kind."""
    stage[2].become_honest()
    return stage[2]
