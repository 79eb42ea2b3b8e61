"""A database of its own for a run: a SQLite file in a folder, or a PostgreSQL database that is dropped afterwards."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

SERVER = os.environ.get("LMS_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


@dataclass(frozen=True)
class Database:
    """Where a run keeps its data."""

    name: str  # SQLite or PostgreSQL
    url: str

    def backends(self, application: str) -> list[int]:
        """The database's own processes that serve an application; none where it is a library in ours."""
        if self.name == "SQLite":
            return []
        with psycopg.connect(self.url) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s",
                (application,),
            ).fetchall()
        return [int(row[0]) for row in rows]


@contextmanager
def sqlite(folder: Path) -> Iterator[Database]:
    """A file in the run's folder."""
    yield Database("SQLite", f"sqlite:///{folder}/lms.sqlite")


@contextmanager
def postgresql() -> Iterator[Database]:
    """A new database on the server that the tests use (LMS_TEST_POSTGRES_URL)."""
    name = f"lms_bench_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield Database("PostgreSQL", SERVER.rsplit("/", 1)[0] + "/" + name)
    finally:
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def has_postgresql() -> bool:
    """Whether that server answers."""
    try:
        psycopg.connect(SERVER, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
