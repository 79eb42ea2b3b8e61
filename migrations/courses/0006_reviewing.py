"""reviewing: what was handed in, remarked and decided moves into the core's tables, which are there before these."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json

revision = "courses_0006"
down_revision = "courses_0005"
branch_labels = None
depends_on = None

SAME = ("state", "body", "digest", "change", "note", "submitted_at", "submitted_by", "reviewed_at", "reviewed_by",
        "ended_at", "ended_by", "reason")  # fmt: skip


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(c, Json if c == "body" else BigId if c == "id" else None) for c in columns))


def upgrade() -> None:
    """Moves the rows, then drops the tables.

    Numbers stay, for messages lead to them, unless the core's table holds rows already (this package was away
    meanwhile): then all are raised by the same number.
    """
    database = op.get_bind()
    old, new = _table("courses_submission", "id", "activity_id", *SAME), _table(
        "lms_submission", "id", "kind", "subject", "title", *SAME
    )  # fmt: skip
    activity = _table("lms_activity", "id", "kind", "slug", "title")
    shift = int(database.execute(sa.select(sa.func.coalesce(sa.func.max(new.c.id), 0))).scalar_one())
    title = sa.func.substr(sa.func.coalesce(old.c.body["title"].as_string(), activity.c.title), 1, 200)
    database.execute(
        sa.insert(new).from_select(
            ["id", "kind", "subject", "title", *SAME],
            sa.select(
                old.c.id + shift, activity.c.kind, activity.c.slug, title, *(old.c[name] for name in SAME)
            ).join_from(old, activity, activity.c.id == old.c.activity_id).order_by(old.c.id),
        )
    )  # fmt: skip
    said, remark = (_table(f"{name}_remark", "submission_id", "block", "words", "by_id", "at", "id")
                    for name in ("courses", "lms"))  # fmt: skip
    columns = ("block", "words", "by_id", "at")
    database.execute(
        sa.insert(remark).from_select(
            ["submission_id", *columns],
            sa.select(said.c.submission_id + shift, *(said.c[name] for name in columns)).order_by(said.c.id),
        )
    )
    decided, rule = (_table(f"{name}_review_rule", "org_id", "needs_review", "set_at", "set_by")
                     for name in ("courses", "lms"))  # fmt: skip
    database.execute(
        sa.insert(rule).from_select(
            ["org_id", "needs_review", "set_at", "set_by"],
            sa.select(*decided.c).where(decided.c.org_id.not_in(sa.select(rule.c.org_id))),
        )
    )
    if database.dialect.name == "postgresql":  # numbers that were given are not given again
        database.execute(
            sa.text(
                "SELECT setval(pg_get_serial_sequence('lms_submission', 'id'), max(id)) FROM lms_submission"
                " HAVING max(id) IS NOT NULL"
            )
        )
    for name in ("remark", "submission", "review_rule"):
        op.drop_table(f"courses_{name}")
