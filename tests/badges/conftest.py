"""The application with one paper, made once a module; and a badge that its tests change as they like."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from certificates.api import CredentialRow, credential
from lms.api.work import connection, unit_of_work
from lms.db.base import db
from lms.db.unit_of_work import close_kept, let_go
from lms.identity import accounts
from lms.testing import story
from lms.testing.building import make_app
from plugins.badges import queries
from plugins.badges.queries import BadgeRow

BASE = "https://hocvuso.example.vn"


def issue(app: Flask, name: str = "Lê Thị Tươi", username: str = "tuoi", born: date | None = date(1968, 5, 3)) -> int:
    """Somebody attains a programme, and the worker goes round once; the paper's row."""
    with app.app_context():
        with unit_of_work():
            who = accounts.sign_up(name, username, "no hash: nobody signs in", target_group="citizens")
            connection().execute(text("UPDATE lms_account SET birth_date = :d WHERE id = :i"), {"d": born, "i": who})
            story.fulfil(who, "nguoi-dan")
        story.one_round(app)
        found = connection().execute(text("SELECT max(id) FROM certificates_credential")).scalar_one()
        let_go()
    return int(found)


@pytest.fixture(scope="module")
def issued(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application with a paper and its badge."""
    data = tmp_path_factory.mktemp("badges")
    shutil.copy(prepared_folder / "lms.sqlite", data / "lms.sqlite")
    shutil.copytree(prepared_folder / "files", data / "files")
    app = make_app(data, f"sqlite:///{data}/lms.sqlite")
    issue(app)
    yield app
    with app.app_context():
        close_kept()
        db.engine.dispose()


@pytest.fixture
def inside(issued: Flask) -> Iterator[Flask]:
    """The same, with the application at hand."""
    with issued.app_context():
        yield issued
        let_go()


@pytest.fixture
def paper(inside: Flask) -> CredentialRow:
    """The paper."""
    row = credential(1)
    assert row is not None
    return row


@pytest.fixture
def held(paper: CredentialRow) -> BadgeRow:
    """Its badge."""
    row = queries.badge_of(paper.id)
    assert row is not None
    return row


@pytest.fixture
def said(held: BadgeRow) -> dict[str, Any]:
    """What the badge says, as JSON."""
    found: dict[str, Any] = json.loads(held.document)
    return found
