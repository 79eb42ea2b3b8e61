"""How long files with names are kept after they were handed over. The term is ours, not the law's."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, or_, select, update

from lms.api.people import Retention
from lms.api.work import _, connection, unit_of_work
from plugins.handover.models import Batch

B = Batch.__table__


def files_before(before: int) -> int:
    """How many files were handed over or cancelled before a moment, and are still here."""
    return int(connection().execute(select(func.count()).select_from(B).where(*_old(before))).scalar_one())


def forget_files(before: int) -> None:
    """Forgets them; what no row names leaves the file store by itself. The rows stay: what was sent, when, by whom."""
    with unit_of_work() as database:
        database.execute(update(B).where(*_old(before)).values(file_key=None))


def _old(before: int) -> tuple[ColumnElement[bool], ...]:
    return (B.c.file_key.is_not(None), or_(B.c.sent_at < before, B.c.cancelled_at < before))


rules = (
    Retention("handover.files", _("Files with confirmations that were handed over"), 90, 7, files_before, forget_files),
)
