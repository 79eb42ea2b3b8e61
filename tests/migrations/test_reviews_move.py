"""What courses kept of reviews before the core did is all there afterwards, under the same numbers."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.db import migrating
from lms.db.base import Base, db
from lms.db.migrating import Package
from tests.migrations.test_migrations import empty, packages_of  # noqa: F401  the fixture


@pytest.fixture(scope="module")
def before(empty: Flask, tmp_path_factory: pytest.TempPathFactory) -> Flask:  # noqa: F811
    """The core as it is now, courses as they were: with submissions, remarks and rules."""
    core, courses = (next(p for p in packages_of(empty) if p.name == name) for name in ("lms", "courses"))
    old = tmp_path_factory.mktemp("courses")
    for file in sorted(courses.folder.glob("000[1-5]_*.py")):
        shutil.copy(file, old)
    with empty.app_context():
        migrating.upgrade(db.engine, [core, Package("courses", old)])
        with db.engine.begin() as database:
            fill(database)
    return empty


def fill(database: sa.Connection) -> None:
    """Three submissions of two lessons, two remarks, two rules; in the core's tables one rule already."""
    old = sa.MetaData()
    old.reflect(
        database, only=lambda name, _meta: name in ("courses_submission", "courses_remark", "courses_review_rule")
    )

    def put(name: str, **values: object) -> None:
        table = old.tables[name] if name.startswith("courses_") else Base.metadata.tables[name]
        usual = {bool: False, int: 0, str: "", object: datetime.now(UTC), UUID: uuid4(), dict: {}}
        needed = {
            c.name: usual[c.type.python_type]
            for c in table.c
            if not (c.nullable or c.server_default is not None or c.default is not None or c.primary_key)
        }
        database.execute(sa.insert(table).values({**needed, **values}))

    put("lms_account", id=1, full_name="An")
    for unit in (1, 2):
        put("lms_org", id=unit, code=f"X{unit}")
    for number, slug in ((7, "mot"), (8, "hai")):
        put("lms_activity", id=number, kind="lesson", slug=slug, title=slug)
    for number, activity, state, title in (
        (3, 7, "withdrawn", "Một, cũ"), (4, 7, "submitted", "Một"), (9, 8, "published", "Hai"),
    ):  # fmt: skip
        put(
            "courses_submission", id=number, activity_id=activity, state=state, submitted_by=1, submitted_at=number,
            digest=f"d{number}", body={"title": title, "blocks": [{"id": "b1"}]},
        )  # fmt: skip
    put("courses_remark", id=1, submission_id=4, block="b1", words="Hay.", by_id=1)
    put("courses_remark", id=2, submission_id=9, block="", words="Tốt.", by_id=1)
    put("courses_review_rule", org_id=1, needs_review=True, set_by=1)
    put("courses_review_rule", org_id=2, needs_review=False, set_by=1)
    put("lms_review_rule", org_id=2, needs_review=True, set_by=1)


def test_reviews_move_into_the_core(before: Flask) -> None:
    with before.app_context():
        packages = [p for p in packages_of(before) if p.name in ("lms", "courses")]
        assert migrating.upgrade(db.engine, packages) == ["courses"]
        with db.engine.begin() as database:
            held = database.execute(
                sa.text("SELECT id, kind, subject, title, state, digest FROM lms_submission ORDER BY id")
            ).all()
            assert [tuple(row) for row in held] == [
                (3, "lesson", "mot", "Một, cũ", "withdrawn", "d3"),
                (4, "lesson", "mot", "Một", "submitted", "d4"),
                (9, "lesson", "hai", "Hai", "published", "d9"),
            ]
            said = database.execute(sa.text("SELECT submission_id, block, words FROM lms_remark ORDER BY id")).all()
            assert [tuple(row) for row in said] == [(4, "b1", "Hay."), (9, "", "Tốt.")]
            rules = database.execute(sa.text("SELECT org_id, needs_review FROM lms_review_rule ORDER BY org_id")).all()
            assert [(row[0], bool(row[1])) for row in rules] == [(1, True), (2, True)], "what is there already stands"
            assert not [
                t for t in sa.inspect(database).get_table_names() if t.startswith(("courses_sub", "courses_rem"))
            ]
            new = database.execute(
                sa.text(
                    "INSERT INTO lms_submission (kind, subject, title, state, body, digest, change, note, submitted_at,"
                    " submitted_by, reason) VALUES ('lesson', 'hai', '', 'submitted', '{}', '', '', '', 0, 1, '')"
                    " RETURNING id"
                )
            ).scalar_one()
            assert new == 10, "no number is given twice"
