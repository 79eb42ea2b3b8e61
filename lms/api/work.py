"""Transactions, time, the outbox, errors, texts, limits, the audit log."""

from lms import audit, clock
from lms.audit import ACTS, SUBJECTS, Act, Subject
from lms.config import current as settings
from lms.db.unit_of_work import after_commit, connection, lone_write, read_once, unit_of_work, writing
from lms.errors import (
    Conflict,
    DomainError,
    Gone,
    Invalid,
    NoRoom,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooEarly,
    TooMany,
)
from lms.inbox.telling import Told, asks_for_more, notify, notify_many
from lms.limits import Bucket, is_empty, take, take_all
from lms.messages.channels import CHANNELS, Channel, Envelope, channel_for
from lms.messages.sending import send
from lms.outbox.telling import tell
from lms.outbox.worker import PERIODIC, Periodic
from lms.programs import ProgramError
from lms.programs import run as run_program
from lms.text import Text, _

__all__ = [
    "ACTS", "CHANNELS", "PERIODIC", "SUBJECTS", "Act", "Bucket", "Channel", "Conflict", "DomainError", "Envelope",
    "Gone", "Invalid", "NoRoom", "NotAllowed", "NotFound", "NotSignedIn", "Periodic", "ProgramError", "Subject", "Text",
    "Told", "TooEarly", "TooMany", "_", "after_commit", "asks_for_more", "audit", "channel_for", "clock", "connection",
    "is_empty", "lone_write", "notify", "notify_many", "read_once", "run_program", "send", "settings", "take",
    "take_all", "tell", "unit_of_work", "writing",
]  # fmt: skip
