"""One application with papers, for all tests of a module that checks them: each test leaves them as they were."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from certificates.models import Check, Credential
from certificates.queries import CredentialRow, credential_by_number
from lms.api.data import FileStore
from lms.api.work import connection, unit_of_work
from lms.db.base import db
from lms.db.unit_of_work import let_go
from lms.limits import RateLimit
from lms.starting import demo_sign_ins
from lms.testing.building import make_app
from lms.transparency import entering
from tests.rest.conftest import issued

C = Credential.__table__


def an_app(prepared_folder: Path, folder: Path, **settings: Any) -> Iterator[tuple[Flask, str]]:
    """The application, and the number of the learner's paper in it, which has its place in the log."""
    shutil.copy(prepared_folder / "lms.sqlite", folder / "lms.sqlite")
    (folder / "files").symlink_to(prepared_folder / "files")
    made = make_app(folder, f"sqlite:///{folder}/lms.sqlite", base_url="http://localhost", **settings)
    number = issued(made)
    with made.app_context():
        entering.give_places()
        let_go()
    yield made, number
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def fresh(app: Flask) -> None:
    """Forgets what was counted and recorded."""
    with app.app_context(), unit_of_work() as database:
        database.execute(delete(RateLimit))
        database.execute(delete(Check))


def row_of(app: Flask, number: str) -> CredentialRow:
    """The paper as it is kept."""
    with app.app_context():
        row = credential_by_number(number)
        let_go()
    assert row is not None
    return row


def pdf_of(app: Flask, number: str) -> bytes:
    """The issued file."""
    store: FileStore = app.extensions["lms.files"]
    key = row_of(app, number).pdf_key
    assert key is not None
    return store.get(key)


@contextmanager
def changed(app: Flask, number: str, **values: Any) -> Iterator[None]:
    """Past the product, in the table itself; put back afterwards."""
    with app.app_context():
        held = connection().execute(select(*(C.c[name] for name in values)).where(C.c.number == number)).one()
        before = dict(held._mapping)
        let_go()
        with unit_of_work() as database:
            database.execute(update(C).where(C.c.number == number).values(**values))
    try:
        yield
    finally:
        with app.app_context(), unit_of_work() as database:
            known = C.c.id == row_id(database, before, values, number)
            database.execute(update(C).where(known).values(**before))


def row_id(database: Any, before: dict[str, Any], values: dict[str, Any], number: str) -> int:
    """The row, by its number as it is now."""
    return int(database.execute(select(C.c.id).where(C.c.number == values.get("number", number))).scalar_one())


def signed_in(app: Flask, role: str) -> FlaskClient:
    """A client in which a demo person is signed in."""
    person = demo_sign_ins()[role]
    browser = app.test_client()
    answer = browser.post("/dang-nhap", data={"identifier": person["login"], "password": person["password"]})
    assert answer.status_code == 303
    return browser
