"""What the inbox keeps about people."""

from __future__ import annotations

from lms.identity.personal import Erased, Merged, PersonalTable
from lms.inbox.models import Note, NoteChoice
from lms.messages.models import Outgoing
from lms.text import _

tables = (
    PersonalTable(
        Note.__table__, "account_id", _("Messages in your inbox"), ("title", "body", "at", "read_at"),
        Merged.MOVES, Erased.DELETED,
    ),
    PersonalTable(
        NoteChoice.__table__, "account_id", _("How you wish to be reached"),
        ("remind", "hour_from", "hour_to", "by_mail", "by_phone", "email", "changed_at"),
        Merged.MOVES, Erased.DELETED,
    ),
    PersonalTable(
        Outgoing.__table__, "account_id", _("Messages sent to your telephone or e-mail in the last 90 days"),
        ("channel", "address", "subject", "made_at", "sent_at"), Merged.MOVES, Erased.DELETED,
    ),
)  # fmt: skip
