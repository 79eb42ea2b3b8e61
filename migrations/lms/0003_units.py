"""units in time: acts, the closed tree, keys of search; figures are kept at the unit itself."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json, plain
from lms.vietnamese import compact_keys, fold, name_sort_key, sort_key

revision = "lms_0003"
down_revision = "lms_0002"
branch_labels = None
depends_on = None
AT_ONCE = 5000
NO_END = date(9999, 12, 31)


def upgrade() -> None:
    """Moves the tables to this revision."""
    _new_tables()
    _new_columns()
    _sort_plainly()
    _close_the_tree()
    _make_findable()
    _count_at_the_unit_itself()


def _new_tables() -> None:
    op.create_table(
        "lms_org_act",
        sa.Column("id", BigId, nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", BigId, nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", BigId, nullable=True),
        sa.Column("token", sa.LargeBinary(length=16), nullable=True),
        sa.ForeignKeyConstraint(["recorded_by"], ["lms_account.id"], name=op.f("fk_lms_org_act_recorded_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["lms_account.id"], name=op.f("fk_lms_org_act_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_org_act")),
        sa.UniqueConstraint("token", name=op.f("uq_lms_org_act_token")),
        sa.UniqueConstraint("uuid", name=op.f("uq_lms_org_act_uuid")),
    )
    op.create_table(
        "lms_org_act_unit",
        sa.Column("act_id", BigId, nullable=False),
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["lms_org_act.id"], name=op.f("fk_lms_org_act_unit_act_id")),
        sa.PrimaryKeyConstraint("act_id", "org_id", name=op.f("pk_lms_org_act_unit")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_lms_org_act_unit_org", "lms_org_act_unit", ["org_id", "act_id"], unique=False)
    op.create_table(
        "lms_org_reach",
        sa.Column("org_id", BigId, nullable=False),
        sa.Column("ancestor_id", BigId, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("depth", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ancestor_id"], ["lms_org.id"], name=op.f("fk_lms_org_reach_ancestor_id")),
        sa.ForeignKeyConstraint(["org_id"], ["lms_org.id"], name=op.f("fk_lms_org_reach_org_id")),
        sa.PrimaryKeyConstraint("org_id", "ancestor_id", "valid_from", name=op.f("pk_lms_org_reach")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_lms_org_reach_below", "lms_org_reach", ["ancestor_id", "org_id", "valid_from", "valid_to"], unique=False
    )
    op.create_table(
        "lms_org_key",
        sa.Column("key", plain(200), nullable=False),
        sa.Column("version_id", BigId, nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["lms_org_version.id"], name=op.f("fk_lms_org_key_version_id")),
        sa.PrimaryKeyConstraint("key", "version_id", name=op.f("pk_lms_org_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_lms_org_key_version", "lms_org_key", ["version_id"], unique=False)
    op.create_table(
        "lms_org_tree",
        sa.Column("id", BigId, nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lms_org_tree")),
    )
    op.execute("INSERT INTO lms_org_tree (id, generation) VALUES (1, 1)")


def _new_columns() -> None:
    with op.batch_alter_table("lms_org_version") as table:
        table.drop_index("ix_lms_org_version_folded")
        table.add_column(sa.Column("ended", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("opened_by_id", BigId, nullable=True))
        table.add_column(sa.Column("closed_by_id", BigId, nullable=True))
        table.create_foreign_key(op.f("fk_lms_org_version_opened_by_id"), "lms_org_act", ["opened_by_id"], ["id"])
        table.create_foreign_key(op.f("fk_lms_org_version_closed_by_id"), "lms_org_act", ["closed_by_id"], ["id"])
    with op.batch_alter_table("lms_org_succession") as table:
        table.add_column(sa.Column("main", sa.Boolean(), nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("act_id", BigId, nullable=True))
        table.create_foreign_key(op.f("fk_lms_org_succession_act_id"), "lms_org_act", ["act_id"], ["id"])
    op.create_index("ix_lms_org_succession_from", "lms_org_succession", ["from_id"], unique=False)
    op.create_index("ix_lms_org_succession_to", "lms_org_succession", ["to_id"], unique=False)
    with op.batch_alter_table("lms_membership") as table:
        table.alter_column("valid_to", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=True)
        table.add_column(sa.Column("root_id", BigId, nullable=True))
        table.add_column(sa.Column("opened_by_id", BigId, nullable=True))
        table.add_column(sa.Column("closed_by_id", BigId, nullable=True))
        table.create_foreign_key(op.f("fk_lms_membership_root_id"), "lms_membership", ["root_id"], ["id"])
        table.create_foreign_key(op.f("fk_lms_membership_opened_by_id"), "lms_org_act", ["opened_by_id"], ["id"])
        table.create_foreign_key(op.f("fk_lms_membership_closed_by_id"), "lms_org_act", ["closed_by_id"], ["id"])


def _sort_plainly() -> None:
    """The keys of order are compared sign by sign; those of names with letters of other languages are made anew."""
    database = op.get_bind()
    if database.dialect.name == "postgresql":
        op.execute('ALTER TABLE lms_org_version ALTER COLUMN sort_key TYPE VARCHAR(500) COLLATE "C"')
        op.execute('ALTER TABLE lms_account ALTER COLUMN sort_key TYPE VARCHAR(400) COLLATE "C"')
    for table, name, key in (("lms_account", "full_name", name_sort_key), ("lms_org_version", "name", sort_key)):
        rows = sa.text(f"SELECT id, {name}, sort_key FROM {table} WHERE id > :last ORDER BY id LIMIT :most")  # noqa: S608
        last = 0
        while found := database.execute(rows, {"last": last, "most": AT_ONCE}).all():
            last = found[-1][0]
            changed = [{"id": i, "key": new} for i, text, held in found if (new := key(text)) != held]
            if changed:
                database.execute(sa.text(f"UPDATE {table} SET sort_key = :key WHERE id = :id"), changed)  # noqa: S608


def _close_the_tree() -> None:
    ends = "COALESCE(v.valid_to, :no_end)"
    op.get_bind().execute(
        sa.text(
            "INSERT INTO lms_org_reach (org_id, ancestor_id, valid_from, valid_to, depth)"  # noqa: S608
            " WITH RECURSIVE up (org_id, ancestor_id, starts, ends, depth) AS ("
            f" SELECT v.org_id, v.org_id, v.valid_from, {ends}, 0 FROM lms_org_version v WHERE v.valid_from < {ends}"
            " UNION ALL SELECT up.org_id, v.parent_id,"
            " CASE WHEN v.valid_from > up.starts THEN v.valid_from ELSE up.starts END,"
            f" CASE WHEN {ends} < up.ends THEN {ends} ELSE up.ends END, up.depth + 1"
            " FROM up JOIN lms_org_version v ON v.org_id = up.ancestor_id"
            f" WHERE v.parent_id IS NOT NULL AND v.valid_from < up.ends AND {ends} > up.starts AND up.depth < 24)"
            " SELECT org_id, ancestor_id, starts, ends, depth FROM up"
        ).bindparams(sa.bindparam("no_end", NO_END, sa.Date()))
    )


def _make_findable() -> None:
    database, last = op.get_bind(), 0
    rows = sa.text("SELECT id, kind, name FROM lms_org_version WHERE id > :last ORDER BY id LIMIT :most")
    while found := database.execute(rows, {"last": last, "most": AT_ONCE}).all():
        last = found[-1].id
        database.execute(
            sa.text("UPDATE lms_org_version SET folded = :folded WHERE id = :id"),
            [{"id": row.id, "folded": fold(row.name)} for row in found],
        )
        database.execute(
            sa.text("INSERT INTO lms_org_key (key, version_id, whole) VALUES (:key, :version, :whole)"),
            [
                {"key": key, "version": row.id, "whole": whole}
                for row in found
                for key, whole in compact_keys(row.name, initials=row.kind in ("tỉnh", "thành phố")).items()
            ],
        )


def _count_at_the_unit_itself() -> None:
    """Figures were summed at every unit above; now each is kept once, and summed by the tree of the day asked for."""
    op.execute("DELETE FROM lms_rollup")
    op.execute(
        "INSERT INTO lms_rollup (indicator, org_id, target_group, value)"
        " SELECT 'enrolled', m.org_id, m.target_group, count(*) FROM lms_membership m WHERE m.valid_to IS NULL"
        " AND EXISTS (SELECT 1 FROM lms_enrollment e WHERE e.account_id = m.account_id)"
        " GROUP BY m.org_id, m.target_group"
    )
    op.execute(
        "INSERT INTO lms_rollup (indicator, org_id, target_group, value)"
        " SELECT 'attained', m.org_id, m.target_group, count(*) FROM lms_attainment a"
        " JOIN lms_membership m ON m.id = a.membership_id JOIN lms_programme p ON p.id = a.programme_id"
        " WHERE p.recognition = 'attainment' GROUP BY m.org_id, m.target_group"
    )
