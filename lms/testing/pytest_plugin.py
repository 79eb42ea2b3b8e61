"""Fixtures for us and for plugin authors.

`app`: the application on a fresh copy of a prepared SQLite database (units, starter content, demo people).
`any_app`: the same, once on SQLite and once on PostgreSQL where one answers. `client`: its test client.
`pages`: a reader without script who looks at every page; `answer_key`: somebody who knows the answers.
`require(what, why)`: skips with one line, or fails where LMS_TEST_STRICT=1.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from lms.testing.building import build, make_app, prepare_database
from lms.testing.page_client import Page, Pages
from lms.testing.story import AnswerKey

POSTGRES = os.environ.get("LMS_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Shows the whole page where words were looked for in it and not found."""
    if isinstance(right, Page) and op in ("in", "not in"):
        return [f"{left!r} {op} the page {right.path}, which says:", right.text]
    return None


def missing(what: str, how: str) -> NoReturn:
    """Skips a test for want of a tool, or fails it where every skip is a failure (LMS_TEST_STRICT=1)."""
    line = f"{what} is missing: {how}"
    if os.environ.get("LMS_TEST_STRICT") == "1":
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


@pytest.fixture(scope="session")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a prepared SQLite database; read only, copy it."""
    folder = tmp_path_factory.mktemp("prepared")
    app = make_app(folder, f"sqlite:///{folder}/lms.sqlite")
    build(app)
    return folder


@pytest.fixture
def app_source(prepared_folder: Path) -> Path:
    """The data folder of which `app` is a copy; a module may have one of its own, in which more was done."""
    return prepared_folder


@pytest.fixture
def app(app_source: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application on its own copy of the prepared SQLite database."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(app_source / "lms.sqlite", folder / "lms.sqlite")
    _lend(app_source, folder)
    made = make_app(folder, f"sqlite:///{folder}/lms.sqlite")
    yield made
    _close(made)


def _lend(prepared: Path, folder: Path) -> None:
    """What is called after its content is the same for all: a test that adds to it takes nothing from another."""
    for name in ("files", "static"):
        (folder / name).symlink_to(prepared / name)


def _close(app: Flask) -> None:
    from lms.db.base import db
    from lms.db.unit_of_work import close_kept

    with app.app_context():
        close_kept()
        db.engine.dispose()


@pytest.fixture(scope="session")
def postgres_template(prepared_folder: Path) -> Iterator[str]:
    """The name of a prepared PostgreSQL database to copy from."""
    name = f"lms_test_{uuid.uuid4().hex[:10]}"
    _administer(f"CREATE DATABASE {name}")
    app = make_app(prepared_folder, _postgres(name))
    prepare_database(app)
    _close(app)
    yield name
    _administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _postgres(name: str) -> str:
    return POSTGRES.rsplit("/", 1)[0] + "/" + name


def _administer(statement: str) -> None:
    engine = create_engine(POSTGRES.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    except OperationalError:
        missing("PostgreSQL", "start one and set LMS_TEST_POSTGRES_URL")
    finally:
        engine.dispose()


@pytest.fixture
def postgres_app(postgres_template: str, prepared_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application on its own copy of the prepared PostgreSQL database."""
    folder = tmp_path / "data-postgres"
    folder.mkdir()
    _lend(prepared_folder, folder)
    name = f"lms_test_{uuid.uuid4().hex[:10]}"
    _administer(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    made = make_app(folder, _postgres(name))
    yield made
    _close(made)
    _administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def any_app(request: pytest.FixtureRequest) -> Flask:
    """The application, once on each database."""
    found: Flask = request.getfixturevalue("app" if request.param == "sqlite" else "postgres_app")
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without script."""
    return app.test_client()


@pytest.fixture
def pages(app: Flask) -> Pages:
    """A reader without script in front of the application; `Pages(any_app)` makes more of them."""
    return Pages(app)


@pytest.fixture(scope="session")
def answer_key(prepared_folder: Path) -> AnswerKey:
    """The right answers of the starter content."""
    return AnswerKey(make_app(prepared_folder, f"sqlite:///{prepared_folder}/lms.sqlite"))


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., FlaskClient]:
    """`sign_in("learner")`: a client in which that demo person is signed in (learner, instructor, verifier …)."""

    def signed_in(role: str, on: Flask | None = None) -> FlaskClient:
        from lms.starting import demo_sign_ins

        person: dict[str, Any] = demo_sign_ins()[role]
        browser = (on or app).test_client()
        answer = browser.post("/dang-nhap", data={"identifier": person["login"], "password": person["password"]})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return browser

    return signed_in
