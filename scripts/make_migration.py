"""Writes the next revision of a package from what its models say and a migrated database lacks.

    python scripts/make_migration.py lms "what changes"

Read what it wrote before committing it: it cannot see renames, and a migration must work with the previous release.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext

from lms.app import create_app
from lms.config import Settings
from lms.db import migrating
from lms.db.base import Base, db

TEMPLATE = '''"""{message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import BigId, Json, UtcDateTime  # noqa: F401

revision = "{revision}"
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    {upgrade}


def downgrade() -> None:
    """Moves the tables back."""
    {downgrade}
'''

OURS = {
    "lms.db.base.UtcDateTime(timezone=True)": "UtcDateTime()",
    "sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql')": "Json",
    "sa.BigInteger().with_variant(sa.Integer(), 'sqlite')": "BigId",
    "lms.db.base.": "",
}


def main(name: str, message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings.load({}, database_url=f"sqlite:///{folder}/x.sqlite", data_dir=Path(folder)))
        with app.app_context():
            packages = app.extensions["lms.registry"].packages()
            package = next(p for p in packages if p.name == name)
            migrating.upgrade(db.engine, packages)
            with db.engine.connect() as connection:
                context = MigrationContext.configure(
                    connection,
                    opts={
                        "include_object": lambda o, n, kind, *_: kind != "table" or str(n).startswith(f"{name}_"),
                        "render_as_batch": True,
                        "user_module_prefix": "",
                    },
                )
                found = produce_migrations(context, Base.metadata)
            scripts = package.scripts()
            head = scripts.get_current_head()
            number = f"{int((head or '0').split('_')[-1]) + 1:04}"
            revision = f"{name}_{number}"
            text = TEMPLATE.format(
                message=message,
                revision=revision,
                down=head,
                upgrade=render_python_code(found.upgrade_ops, render_as_batch=False),
                downgrade=render_python_code(found.downgrade_ops, render_as_batch=False),
            )
            for written, ours in OURS.items():
                text = text.replace(written, ours)
            slug = "".join(c if c.isalnum() else "_" for c in message.lower())
            path = package.folder / f"{number}_{slug}.py"
            path.write_text(text)
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
