"""kill -9 in the middle of taking a list in: every row once, none twice, none lost."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from lms.api.people import find_units
from lms.api.work import connection, unit_of_work
from lms.config import Settings
from lms.db.base import db
from lms.db.unit_of_work import close_kept
from lms.testing.building import make_app
from plugins.rosters import queries
from plugins.rosters.formats.reading import read_paste
from plugins.rosters.models import CHECKING
from plugins.rosters.services import receiving, taking

PATIENCE = 120  # seconds until a process that says nothing is given up
PEOPLE = 1_800  # four parts
HELD_WORKER = Path(__file__).with_name("held_worker.py")


def until(what: str, found: Any) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found():
            return
        time.sleep(0.02)  # only between two questions
    raise AssertionError(f"{what}: not within {PATIENCE} seconds")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, prepared_folder: Path, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A data folder and the address of a database that is this test's own."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "files").symlink_to(prepared_folder / "files")
    if request.param == "sqlite":
        shutil.copy(prepared_folder / "lms.sqlite", folder / "lms.sqlite")
        yield folder, f"sqlite:///{folder}/lms.sqlite"
        return
    from lms.testing import pytest_plugin as plugin

    template = request.getfixturevalue("postgres_template")
    name = f"lms_test_{uuid.uuid4().hex[:10]}"
    plugin._administer(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield folder, plugin._postgres(name)
    plugin._administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def accepted(app: Flask) -> int:
    """A list of many people, checked and given to the worker."""
    lines = io.StringIO()
    lines.write("Họ và tên\tNăm sinh\tSĐT\n")
    for n in range(PEOPLE):
        lines.write(f"Người {'ABCDEGHIKL'[n % 10]} {'MNOPQRSTUV'[n // 10 % 10]}\t{1940 + n % 60}\t9{n:08d}\n")
    with app.app_context():
        unit = find_units("bac ha lao cai", 1, levels={"commune"})[0].id
        clerk = int(connection().execute(text("SELECT min(id) FROM lms_account")).scalar_one())
        with unit_of_work():
            roster = receiving.begin(read_paste(lines.getvalue()), "danh sách", unit, "citizens", [1], clerk)
            line = queries.roster(roster)
            assert line is not None
            assert receiving.choose_columns(line, {"0": "full_name", "1": "birth", "2": "phone"}, [unit]) == PEOPLE
        line = queries.roster(roster)
        assert line is not None
        assert line.state == CHECKING
        with unit_of_work():
            taking.accept(line, clerk, without_open=True)
        close_kept()
        db.engine.dispose()
        return line.id


def test_killed_in_the_middle_of_a_part(place: tuple[Path, str], tmp_path: Path) -> None:
    folder, url = place
    app = make_app(folder, url)
    roster = accepted(app)
    engine = create_engine(Settings.load({}, data_dir=folder, database_url=url).sqlalchemy_url())

    def one(statement: str) -> Any:
        with engine.connect() as database:
            return database.execute(text(statement)).scalar()

    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("LMS_")},
        "LMS_DATA_DIR": str(folder),
        "LMS_DATABASE_URL": url,
        "LMS_SECRET_KEY": "a secret for tests only",
    }

    def start(*command: str) -> subprocess.Popen[bytes]:
        with (folder / "errors.txt").open("ab") as errors:
            return subprocess.Popen([sys.executable, *command], env=environment, stdout=errors, stderr=errors)

    done = f"SELECT done FROM rosters_roster WHERE id = {roster}"
    made = "SELECT count(*) FROM lms_account WHERE phone LIKE '+849%' AND full_name LIKE 'Người %'"
    come_so_far = tmp_path / "come-so-far"
    held = start(str(HELD_WORKER), str(come_so_far))
    try:
        until("the worker has made the people of its second part", come_so_far.exists)
        os.kill(held.pid, signal.SIGKILL)
    finally:
        held.kill()
        held.wait()
    assert one(done) == taking.AT_ONCE, "the first part is in, whole"
    assert one(made) == taking.AT_ONCE, "the second has left nothing"
    with engine.begin() as database:  # a minute passes, and the lease with it
        database.execute(text("UPDATE lms_delivery SET due_at = due_at - 60 WHERE state = 0"))

    worker = start("-m", "lms.cli", "worker")
    try:
        until("the list is in", lambda: one(f"SELECT taken_at FROM rosters_roster WHERE id = {roster}"))
    finally:
        worker.terminate()
        worker.wait()
    assert one(done) == PEOPLE
    assert one(made) == PEOPLE, "each once"
    assert one(f"SELECT count(*) FROM rosters_row WHERE roster_id = {roster} AND outcome = 'made'") == PEOPLE
    assert one(f"SELECT count(DISTINCT account_id) FROM rosters_row WHERE roster_id = {roster}") == PEOPLE
    checked = subprocess.run(
        [sys.executable, "-m", "lms.cli", "rebuild", "--check"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout
    engine.dispose()
