"""A plugin is installed with pip, taken away and put back, by way of the command line that operators use.

acme is built and installed by pip into a folder of its own (`--target`, no network, no build isolation); `lms` finds it
there by its entry point, as it would anywhere.
"""

from __future__ import annotations

import http.client
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.app import create_app
from lms.contract import discovery
from lms.contract.points import Plugin
from lms.db import migrating
from lms.db.base import db
from lms.testing.building import migrate
from tests.acme.conftest import environment, take_content
from tests.migrations.test_migrations import differences

Lms = Callable[..., subprocess.CompletedProcess[str]]


def rows(data: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "lms.sqlite")) as database:
        return database.execute(query).fetchall()


def test_pip_brings_everything_that_the_plugin_needs(installed: Path) -> None:
    assert (installed / "acme" / "translations" / "vi.po").is_file()
    assert (installed / "acme" / "templates" / "acme" / "learn" / "embed.html").is_file()
    assert (installed / "acme" / "migrations" / "0001_first_tables.py").is_file()


def test_installed_migrated_away_and_back(lms: Lms, installed: Path, data: Path) -> None:
    first = lms("migrate", site=installed)
    assert (first.returncode, first.stdout) == (0, "Migrated: acme\n"), first.stderr
    with closing(sqlite3.connect(data / "lms.sqlite")) as database:
        database.execute(
            "INSERT INTO acme_honor (account_id, course_id, at)"
            " SELECT min(id), (SELECT min(id) FROM lms_activity), 7 FROM lms_account"
        )
        database.commit()

    away = lms("migrate")
    assert (away.returncode, away.stdout) == (0, "The database is up to date.\n"), away.stderr

    back = lms("doctor", site=installed)
    assert "Plugin đang dùng: acme, " in back.stdout
    assert "Cơ sở dữ liệu đúng phiên bản" in back.stdout
    assert rows(data, "SELECT at FROM acme_honor") == [(7,)]
    assert rows(data, "SELECT version_num FROM alembic_version_acme") == [("acme_0001",)]


def test_its_tables_are_what_its_models_say(any_app: Flask, acme: Plugin) -> None:
    with_it = create_app(any_app.extensions["lms.settings"], [*discovery.installed(), acme])
    migrate(with_it)
    with with_it.app_context():
        assert sa.inspect(db.engine).has_table("acme_honor")
        assert differences("acme") == []
        db.session.remove()
        db.engine.dispose()


def test_the_core_is_upgraded_while_the_plugin_is_away(
    app_with: Callable[..., Flask], acme: Plugin, data: Path, tmp_path: Path
) -> None:
    """A revision that copies a table which rows of the absent plugin refer to: they must all still be there."""
    with_it = app_with(acme)
    migrate(with_it)
    with with_it.app_context():
        assert take_content()["broadcasts"] == 1
        db.session.remove()
        db.engine.dispose()

    without = app_with()
    with without.app_context():
        packages = without.extensions["lms.registry"].packages()
        core = next(p for p in packages if p.name == "lms")
        folder = tmp_path / "next"
        shutil.copytree(core.folder, folder)
        (folder / "9999_next.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision = 'lms_9999'\ndown_revision = {core.head()!r}\n"
            "branch_labels = depends_on = None\n"
            "def upgrade():\n"
            "    with op.batch_alter_table('lms_activity', recreate='always') as table:\n"
            "        table.add_column(sa.Column('extra', sa.Integer()))\n"
        )
        assert migrating.upgrade(db.engine, [migrating.Package("lms", folder)]) == ["lms"]
        columns = [c["name"] for c in sa.inspect(db.engine).get_columns("lms_activity")]
        assert "extra" in columns
        db.engine.dispose()
    assert rows(data, "SELECT words FROM acme_broadcast") == [("Bà con chú ý: không đọc mã cho ai.",)]
    assert rows(data, "PRAGMA foreign_key_check") == []
    assert "Bà con chú ý" in app_with(acme).test_client().get("/loa/tin-sang").text


def test_a_lesson_stands_without_the_plugin_that_made_a_piece_of_it(
    app_with: Callable[..., Flask], acme: Plugin
) -> None:
    with_it = app_with(acme)
    migrate(with_it)
    with with_it.app_context():
        take_content()
        db.session.remove()
    answer = app_with().test_client().get("/hoc/loa-xa/nghe-loa-xa")
    assert answer.status_code == 200
    assert "Nghe loa xã mỗi sáng." in answer.text
    assert "Bà con chú ý" not in answer.text


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A folder with an installed plugin whose module is gone."""
    site = tmp_path / "broken"
    meta = site / "wreck-1.0.dist-info"
    meta.mkdir(parents=True)
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: wreck\nVersion: 1.0\n")
    (meta / "entry_points.txt").write_text("[lms.plugins]\nwreck = wreck.plugin:plugin\n")
    return site


@pytest.mark.parametrize("command", [("migrate",), ("serve",)])
def test_a_plugin_that_cannot_load_stops_with_one_line(lms: Lms, broken: Path, command: tuple[str, ...]) -> None:
    done = lms(*command, site=broken)
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert "'wreck' (wreck.plugin:plugin) cannot be loaded" in lines[0]
    assert "lms serve --safe" in lines[0]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@pytest.fixture
def served(data: Path, broken: Path, port: int, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`lms serve --safe` beside a broken plugin."""
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "lms.cli", "serve", "--safe", "--port", str(port)],
            env=environment(data, broken),
            stdout=log,
            stderr=log,
        )
    yield process
    process.terminate()
    try:
        process.wait(30)
    finally:
        process.kill()


def test_safe_mode_serves_beside_a_broken_plugin(served: subprocess.Popen[bytes], port: int, tmp_path: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert served.poll() is None, (tmp_path / "server.log").read_text()
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            try:
                connection.request("GET", "/healthz")
                answer = connection.getresponse()
                assert (answer.status, answer.read()) == (200, b'{"status":"ok"}\n')
                return
            except ConnectionError:
                assert time.monotonic() < deadline, "nobody answers"
                served_wait(served)


def served_wait(process: subprocess.Popen[bytes]) -> None:
    """Gives the server a moment, or less where it ends."""
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return
