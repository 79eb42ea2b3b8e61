"""An API with something in it: a learner who has begun, and one who holds a paper."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import or_, select

from certificates.models import Check, Credential
from certificates.numbering import format_number
from lms import clock, progress
from lms.competency.queries import courses_of
from lms.competency.queries import programme as programme_by_slug
from lms.db.base import db
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts
from lms.identity.models import Account
from lms.learning.models import Kind
from lms.learning.queries import newest_syllabus, places
from lms.learning.record import Result
from lms.outbox.worker import Worker
from lms.starting import demo_sign_ins
from lms.testing.building import make_app

KINDS = {"lesson": Kind.COMPLETED, "quiz": Kind.SCORED, "task": Kind.DECLARED}
BIRTH_DATE = (1960, 3, 5)

Wsgi = Callable[..., Iterable[bytes]]


class EachFromElsewhere:
    """Gives every request another network address, so that a rate limit per asker does not end a test of many.

    And asks for plain bytes: the client of these tests unpacks nothing.
    """

    def __init__(self, inner: Wsgi) -> None:
        self._inner, self._numbers = inner, itertools.count(1)

    def __call__(self, environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
        number = next(self._numbers)
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        environ["REMOTE_ADDR"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        return self._inner(environ, start_response)


@pytest.fixture(scope="session")
def shared_app(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for all the tests that change nothing in it but the record of checks."""
    folder = tmp_path_factory.mktemp("rest")
    shutil.copy(prepared_folder / "lms.sqlite", folder / "lms.sqlite")
    (folder / "files").symlink_to(prepared_folder / "files")
    made = make_app(folder, f"sqlite:///{folder}/lms.sqlite")
    made.wsgi_app = EachFromElsewhere(made.wsgi_app)  # type: ignore[method-assign]
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def shared_number(shared_app: Flask) -> str:
    """The number of a paper issued in the shared application."""
    return issued(shared_app)


@pytest.fixture
def reader(shared_app: Flask) -> FlaskClient:
    """A client of the shared application, for requests that change nothing."""
    return shared_app.test_client()


def learner_id() -> int:
    return account_id("learner")


def account_id(role: str) -> int:
    """The account of a demo person, by role."""
    login = demo_sign_ins()[role]["login"]
    found = connection().execute(select(Account.id).where(or_(Account.username == login, Account.phone == login)))
    return int(found.scalar_one())


def attain(app: Flask, slug: str, last: int = 0) -> None:
    """Does everything in a programme's courses as the demo learner, but the last so many; the worker issues."""
    with app.app_context():
        who = learner_id()
        row = programme_by_slug(slug)
        assert row is not None
        with unit_of_work():
            accounts.set_birth_date(who, date(*BIRTH_DATE))
        for course_id, _slug, _title in courses_of(row.id):
            syllabus = newest_syllabus(course_id)
            assert syllabus is not None
            todo = places(syllabus)
            with unit_of_work():
                progress.enroll(who, course_id)
                for place in todo[: len(todo) - last]:
                    scored = place.kind == "quiz"
                    progress.record_result(
                        who,
                        place.activity_id,
                        Result(KINDS[place.kind], *((40, 40, True) if scored else (None, None, None))),
                    )
        worker = Worker(app)
        while worker.once():
            pass


def issued(app: Flask) -> str:
    """The number of the paper that the demo learner is given for the citizens' programme."""
    attain(app, "nguoi-dan")
    with app.app_context():
        return str(connection().execute(select(Credential.number)).scalar_one())


def checks_recorded(app: Flask) -> list[tuple[str, str]]:
    """(outcome, channel) of every check so far."""
    with app.app_context():
        rows = connection().execute(select(Check.outcome, Check.channel).order_by(Check.id)).all()
        return [(row.outcome, row.channel) for row in rows]


def unknown_number() -> str:
    """A number with the right check digits that no paper has."""
    return format_number("HVS", "XN", clock.today().year, 987654)
