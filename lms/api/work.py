"""Transactions, time, the outbox, errors, texts, limits, the audit log."""

from lms import audit, clock
from lms.config import current as settings
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Conflict, DomainError, Gone, Invalid, NotAllowed, NotFound, NotSignedIn, TooEarly, TooMany
from lms.limits import take
from lms.outbox.telling import tell
from lms.outbox.worker import PERIODIC, Periodic
from lms.text import Text, _

__all__ = [
    "PERIODIC", "Conflict", "DomainError", "Gone", "Invalid", "NotAllowed", "NotFound", "NotSignedIn", "Periodic",
    "Text", "TooEarly", "TooMany", "_", "audit", "clock", "connection", "settings", "take", "tell", "unit_of_work",
]  # fmt: skip
