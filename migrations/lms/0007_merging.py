"""merging."""

from __future__ import annotations

revision = "lms_0007"
down_revision = "lms_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
