"""Migrations: one folder of revisions and one version table per package: removing a plugin never blocks an upgrade."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection, Engine

from lms.db.sqlite import write_lock

if TYPE_CHECKING:  # Alembic costs 12 MB and 150 ms, and a web worker never migrates
    from alembic.script import ScriptDirectory

_REVISION = re.compile(r"""^revision\b[^=\n]*=\s*["']([^"']+)["']""", re.M)
_FOLLOWS = re.compile(r"""^down_revision\b[^=\n]*=\s*["']([^"']+)["']""", re.M)
ENVIRONMENT = Path(__file__).resolve().parents[2] / "migrations"


class Package(Struct, frozen=True):
    """A package whose tables we keep: its name, which is also its tables' prefix, and its folder of revisions."""

    name: str
    folder: Path

    @property
    def version_table(self) -> str:
        return f"alembic_version_{self.name}"

    def head(self) -> str | None:
        """The newest revision in the folder: the one that none follows. Read as text, so that Alembic may stay away."""
        texts = [path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("[!_]*.py"))]
        made = [found[1] for text in texts if (found := _REVISION.search(text))]
        followed = {found[1] for text in texts if (found := _FOLLOWS.search(text))}
        return next((revision for revision in reversed(made) if revision not in followed), None)

    def scripts(self) -> ScriptDirectory:
        """The revisions as Alembic knows them."""
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", str(ENVIRONMENT))
        config.set_main_option("version_locations", str(self.folder))
        config.set_main_option("path_separator", "os")
        return ScriptDirectory.from_config(config)


def current(connection: Connection, package: Package) -> str | None:
    """The revision that the database holds for a package; None before its first migration."""
    if not sa.inspect(connection).has_table(package.version_table):
        return None
    found: str | None = connection.execute(
        sa.select(sa.column("version_num")).select_from(sa.table(package.version_table))
    ).scalar()
    return found


def pending(connection: Connection, packages: Iterable[Package]) -> list[str]:
    """The names of the packages whose tables are behind the code."""
    return [p.name for p in packages if current(connection, p) != p.head()]


def upgrade(engine: Engine, packages: Iterable[Package], report: bool = False) -> list[str]:
    """Brings every package's tables to its newest revision; returns the names of those that moved.

    On SQLite foreign keys are off meanwhile (altering a parent table by copy would delete what depends on it) and
    checked afterwards. Raises RuntimeError where the check finds an orphan; then nothing was kept.
    """
    moved: list[str] = []
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(757)"))
            for package in packages:
                moved += _upgrade_one(connection, package)
        return moved
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.rollback()
        _outside_transaction(connection, "PRAGMA foreign_keys=OFF")
        try:
            with write_lock(engine), connection.begin():
                for package in packages:
                    moved += _upgrade_one(connection, package)
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if orphans:
                    raise RuntimeError(f"The migration would leave rows without their parent: {orphans[:5]}")
        finally:
            _outside_transaction(connection, "PRAGMA foreign_keys=ON")
    return moved


def _outside_transaction(connection: Connection, statement: str) -> None:
    database: Any = connection.connection.dbapi_connection
    database.execute(statement)


def _upgrade_one(connection: Connection, package: Package) -> list[str]:
    head = package.head()
    if head is None or current(connection, package) == head:
        return []
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    scripts = package.scripts()

    def steps(revision: object, _context: object) -> object:
        return scripts._upgrade_revs(head, revision)  # type: ignore[arg-type]

    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=head) as environment:
        environment.configure(
            connection=connection, version_table=package.version_table, render_as_batch=True, transactional_ddl=True
        )
        environment.run_migrations()
    return [package.name]
