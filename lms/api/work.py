"""Transactions, time, the outbox, errors, texts, limits, the audit log."""

from lms import audit, clock
from lms.config import current as settings
from lms.db.unit_of_work import connection, unit_of_work, writing
from lms.errors import Conflict, DomainError, Gone, Invalid, NotAllowed, NotFound, NotSignedIn, TooEarly, TooMany
from lms.inbox.telling import notify
from lms.limits import is_empty, take
from lms.messages.channels import CHANNELS, Channel, Envelope, channel_for
from lms.messages.sending import send
from lms.outbox.telling import tell
from lms.outbox.worker import PERIODIC, Periodic
from lms.text import Text, _

__all__ = [
    "CHANNELS", "PERIODIC", "Channel", "Conflict", "DomainError", "Envelope", "Gone", "Invalid", "NotAllowed",
    "NotFound", "NotSignedIn", "Periodic", "Text", "TooEarly", "TooMany", "_", "audit", "channel_for", "clock",
    "connection", "is_empty", "notify", "send", "settings", "take", "tell", "unit_of_work", "writing",
]  # fmt: skip
