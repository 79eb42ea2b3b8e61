"""What follows when a person is forgotten: what they spoke and was not kept yet goes too."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import select

from lms.db.unit_of_work import connection
from lms.identity.people import accounts_of
from lms.media.clearing import forget
from lms.media.kinds import SPEECH
from lms.media.models import Media

M = Media.__table__


class _Erased(Protocol):
    @property
    def account_id(self) -> int: ...


def when_account_erased(event: _Erased) -> None:
    """Sentences that were being prepared, with the bytes as they came."""
    theirs = M.c.by_id.in_(accounts_of(event.account_id))
    forget(connection().execute(select(M.c.id).where(M.c.kind == SPEECH, theirs)).scalars())
