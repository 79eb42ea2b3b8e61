"""Keeps a small populated database of this release, which every later release must be able to take over.

    python scripts/make_upgrade_fixture.py            writes tests/upgrade/<version>.sqlite.gz

Units, starter content, demo people, and two learners: one who attained the programme of citizens and holds a paper,
one who stopped in the middle. A file is written once, when its release is made, and never again: it is what somebody
who installed that release has.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
from pathlib import Path

from flask import Flask

from lms import __version__
from lms.db.base import db
from lms.testing import story
from lms.testing.building import build, make_app
from lms.testing.page_client import Pages

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "upgrade"
ATTAINED, UNDERWAY = "0912 000 001", "0912 000 002"


def populate(app: Flask) -> None:
    """What two learners and the worker do, by the pages of the product."""
    key = story.AnswerKey(app)
    story.attain(Pages(app), key, "Người dân", "Giàng Thị Mỷ", ATTAINED)
    while story.one_round(app):
        pass
    other = Pages(app)
    story.come_to_the_final_check(other, "Người dân", "Vàng A Páo", UNDERWAY)
    other.press("Bắt đầu làm")
    story.answer(other, key, rightly=True)


def make(target: Path) -> None:
    """Writes the packed database."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = make_app(folder, f"sqlite:///{folder}/lms.sqlite")
        build(app)
        populate(app)
        with app.app_context():
            db.session.remove()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()
        with (folder / "lms.sqlite").open("rb") as plain, gzip.GzipFile(target, "wb", 9, mtime=0) as packed:
            shutil.copyfileobj(plain, packed)


def main() -> None:
    target = FOLDER / f"{__version__}.sqlite.gz"
    if target.exists():
        sys.exit(f"{target} is there. The database of a release is made once.")
    FOLDER.mkdir(exist_ok=True)
    make(target)
    sys.stdout.write(f"{target} ({target.stat().st_size // 1000} KB)\n")


if __name__ == "__main__":
    main()
