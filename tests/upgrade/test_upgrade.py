"""What was installed with an earlier release is taken over whole: papers verify, and projections follow the ledger."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from flask import Flask

from certificates.models import Credential
from certificates.queries import credential_by_number
from certificates.services.issuing import draw
from lms import audit, rebuilding
from lms.api.work import PERIODIC
from lms.db import migrating
from lms.db.base import db
from lms.testing.building import make_app
from lms.testing.pytest_plugin import missing

HERE = Path(__file__).parent
RELEASES = sorted(HERE.glob("*.sqlite.gz"))
SCRIPT = HERE.parents[1] / "scripts" / "make_upgrade_fixture.py"


@pytest.fixture
def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """This release on the database of an earlier one."""
    release: Path | None = request.param
    if release is None:
        missing("The database of a release", "python scripts/make_upgrade_fixture.py")
    with gzip.open(release) as packed, (tmp_path / "lms.sqlite").open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    app = make_app(tmp_path, f"sqlite:///{tmp_path}/lms.sqlite")
    with app.app_context():
        migrating.upgrade(db.engine, app.extensions["lms.registry"].packages())
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("upgraded", RELEASES or [None], indirect=True, ids=lambda p: p.name if p else "none")
def test_a_database_of_an_earlier_release_is_taken_over(upgraded: Flask) -> None:
    taken_over(upgraded)


def taken_over(app: Flask) -> None:
    """Everything that must hold of a populated database."""
    with app.app_context():
        for work in PERIODIC:  # what the worker does first: it makes the search lists of lessons that had none
            if work.name == "courses.index-what-is-missing":
                work.run()
        assert db.session.connection().exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert rebuilding.differences() == []
        assert audit.first_broken() is None
        numbers = list(db.session.execute(sa.select(Credential.number)).scalars())
        assert len(numbers) == 1
        row = credential_by_number(numbers[0])
        assert row is not None
        assert row.pdf_key is not None
        assert hashlib.sha256(draw(row)).hexdigest() == row.pdf_key, "the same paper must be the same bytes for ever"
        db.session.remove()
    answer = app.test_client().get(f"/verify/{numbers[0]}", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.get_json()["state"] == "valid"
    learner = app.test_client()
    assert learner.post("/dang-nhap", data={"identifier": "balanh", "password": "den-dau-1945"}).status_code == 303
    assert learner.get("/cua-toi").status_code == 200


def test_what_the_script_makes_today_holds_today(app: Flask) -> None:
    script().populate(app)
    taken_over(app)
    with app.app_context(), db.engine.begin() as connection:
        other = sa.func.json_set(Credential.paper, "$.full_name", "Ai đó")
        connection.execute(sa.update(Credential).values(paper=other))
    with pytest.raises(AssertionError, match="same bytes"):
        taken_over(app)


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_upgrade_fixture", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
