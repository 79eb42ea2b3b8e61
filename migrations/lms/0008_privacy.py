"""privacy."""

from __future__ import annotations

revision = "lms_0008"
down_revision = "lms_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
