"""What the uploads keep about people."""

from __future__ import annotations

from lms.identity.personal import Erased, Merged, PersonalTable
from lms.media.models import Media
from lms.text import _

tables = (
    PersonalTable(
        Media.__table__, "by_id", _("Pictures, sounds, videos and documents that you brought into lessons"),
        ("name", "kind", "made_at"), Merged.STAYS, Erased.KEPT,
        why_kept=_("A record of work done by an official; it says nothing about the official but that."),
    ),
)  # fmt: skip
