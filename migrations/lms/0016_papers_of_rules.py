"""what rule sets say of the papers that they lead to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lms.db.base import Json

revision = "lms_0016"
down_revision = "lms_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
    op.add_column("lms_rule_set", sa.Column("paper", Json, server_default="{}", nullable=False))
