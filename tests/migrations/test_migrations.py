"""From nothing to the newest revision the tables are what the models say, on both databases, one package at a time."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy.exc import OperationalError

from lms.db import migrating
from lms.db.base import Base, db
from lms.db.migrating import Package
from lms.testing.building import make_app
from lms.testing.pytest_plugin import POSTGRES, missing

NAMES = [
    "lms", "badges", "cards", "certificates", "courses", "handover", "integrity", "measuring", "offline", "openid",
    "practice", "quizzes", "rosters", "signing", "supervision",
]  # fmt: skip


def administer(statement: str) -> None:
    url = POSTGRES.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(statement))
    except OperationalError:
        missing("PostgreSQL", "start one and set LMS_TEST_POSTGRES_URL")
    finally:
        engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on a database without a table."""
    folder, name = tmp_path_factory.mktemp("empty"), f"lms_test_{uuid.uuid4().hex[:10]}"
    url = f"sqlite:///{folder}/lms.sqlite"
    if request.param == "postgresql":
        administer(f"CREATE DATABASE {name}")
        url = POSTGRES.rsplit("/", 1)[0] + "/" + name
    app = make_app(folder, url)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    if request.param == "postgresql":
        administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def migrated(empty: Flask) -> Flask:
    """The same, migrated; what it moved is checked on the way, because it happens once."""
    packages = packages_of(empty)
    with empty.app_context():
        with db.engine.connect() as connection:
            assert migrating.pending(connection, packages) == NAMES
        assert migrating.upgrade(db.engine, packages) == NAMES
    return empty


def packages_of(app: Flask) -> list[Package]:
    found: list[Package] = app.extensions["lms.registry"].packages()
    return found


def test_each_package_of_ours_keeps_tables(migrated: Flask) -> None:
    assert [p.name for p in packages_of(migrated)] == NAMES


def test_again_is_harmless(migrated: Flask) -> None:
    with migrated.app_context():
        before = sa.inspect(db.engine).get_table_names()
        assert migrating.upgrade(db.engine, packages_of(migrated)) == []
        assert sa.inspect(db.engine).get_table_names() == before
        with db.engine.connect() as connection:
            assert migrating.pending(connection, packages_of(migrated)) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_tables_are_what_the_models_say(migrated: Flask, name: str) -> None:
    with migrated.app_context():
        assert differences(name) == []


def differences(name: str) -> list[Any]:
    """What Alembic would change in a package's tables."""

    def ours(_object: object, found: str | None, kind: str, *_: object) -> bool:
        if "_fts" in (found or ""):
            return False  # lists of words, each database's own: no model describes them
        return kind != "table" or (found or "").startswith(f"{name}_")

    with db.engine.connect() as connection:
        options = {"include_object": ours, "compare_type": True, "version_table": f"alembic_version_{name}"}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def test_a_table_that_differs_would_be_found(migrated: Flask) -> None:
    with migrated.app_context():
        with db.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE courses_declaration ADD COLUMN extra INTEGER"))
        found = differences("courses")
        with db.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE courses_declaration DROP COLUMN extra"))
    assert [change[0] for change in found] == ["remove_column"]


def test_every_table_belongs_to_a_package_by_its_name(migrated: Flask) -> None:
    with migrated.app_context():
        tables = set(sa.inspect(db.engine).get_table_names())
    versions = {f"alembic_version_{name}" for name in NAMES}
    assert versions <= tables
    assert [t for t in tables - versions if t.split("_")[0] not in NAMES] == []


def test_no_row_is_without_its_parent(migrated: Flask) -> None:
    with migrated.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_package_has_one_line_of_revisions_named_after_it(migrated: Flask, name: str) -> None:
    package = next(p for p in packages_of(migrated) if p.name == name)
    revisions = list(package.scripts().walk_revisions())
    assert revisions
    assert package.scripts().get_heads() == [package.head()], "the text says what Alembic says"
    for number, revision in enumerate(reversed(revisions), 1):
        assert revision.revision == f"{name}_{number:04}"
        assert Path(revision.path).name.startswith(f"{number:04}_")


def test_a_migration_that_would_leave_orphans_keeps_nothing(app: Flask, tmp_path: Path) -> None:
    """On SQLite foreign keys are off meanwhile, so the check afterwards must refuse and roll back."""
    core = next(p for p in packages_of(app) if p.name == "lms")
    (tmp_path / "0001_bad.py").write_text(
        "from alembic import op\n"
        "revision = 'bad_0001'\ndown_revision = branch_labels = depends_on = None\n"
        "def upgrade():\n    op.execute('DELETE FROM lms_activity')\n"
    )
    with app.app_context():
        with pytest.raises(RuntimeError, match="rows without their parent"):
            migrating.upgrade(db.engine, [core, Package("bad", tmp_path)])
        with db.engine.connect() as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM lms_activity")).scalar_one() > 0
            assert migrating.current(connection, Package("bad", tmp_path)) is None
