"""Applications for tests: assembled as in production, on a database of their own."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from lms import starting
from lms.app import create_app
from lms.config import Settings
from lms.db import migrating
from lms.db.base import db
from lms.db.unit_of_work import close_kept, let_go


def make_app(folder: Path, url: str, **settings: object) -> Flask:
    """An application on a database that may be empty yet."""
    defaults: dict[str, object] = {
        "data_dir": folder,
        "database_url": url,
        "secret_key": "a secret for tests only",
        "issuer_name": "Trung tâm Học vụ số (bản thử)",
        "base_url": "https://hocvuso.example.vn",
        "rate_limits": True,
        "espeak": "off",  # a test that hears a voice brings it, so that all machines hear the same
    }
    app = create_app(Settings.load({}, **{**defaults, **settings}))
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = True  # an unexpected error reaches the test
    return app


def migrate(app: Flask) -> None:
    """Makes the tables."""
    with app.app_context():
        migrating.upgrade(db.engine, app.extensions["lms.registry"].packages())


def prepare_database(app: Flask) -> None:
    """Tables, units, starter content, demo people."""
    migrate(app)
    with app.app_context():
        starting.load_units()
        starting.load_content(starting.CONTENT / "starter")
        starting.make_demo_people()
        let_go()


def build(app: Flask) -> None:
    """Prepares a database and lets go of it, so that its file may be copied."""
    prepare_database(app)
    with app.app_context():
        close_kept()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
