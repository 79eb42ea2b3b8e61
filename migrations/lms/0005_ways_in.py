"""ways in."""

from __future__ import annotations

revision = "lms_0005"
down_revision = "lms_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Moves the tables to this revision."""
