"""A provider says that somebody has signed out there: the sessions that began with it end here too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from lms.api.people import account_of, end_one, end_sessions
from lms.api.work import audit, clock, connection
from plugins.openid.models import ProviderSession
from plugins.openid.providers import Provider
from plugins.openid.refusing import ANSWER, Refused
from plugins.openid.services.arriving import first_time, hash_of

if TYPE_CHECKING:
    from plugins.openid.protocol import Logout

S = ProviderSession.__table__
RECENT = 3600  # seconds that a logout token may be on its way, whatever date it carries


def end(provider: Provider, logout: Logout) -> int:
    """Ends the sessions that a logout token names; returns how many. In an open unit of work.

    Names it one session that is known here, that one ends; otherwise all of the person's sessions from this provider.
    Sessions that began in another way go on. Raises Refused where the token came before, or is old.
    """
    from plugins.openid.protocol import LEEWAY

    if logout.issued_at < clock.seconds() - RECENT:
        raise Refused(ANSWER, "logout-old")
    if not first_time(hash_of("logout", provider.name, logout.token_id), clock.seconds() + RECENT + LEEWAY):
        raise Refused(ANSWER, "logout-replayed")
    ended = 0
    if logout.session is not None:
        there = hash_of(provider.name, logout.session)
        rows = connection().execute(select(S.c.session_id).where(S.c.provider == provider.name, S.c.there == there))
        ended = sum(end_one(None, session_id, provider.name) for session_id in rows.scalars().all())
    person = account_of(provider.name, logout.subject) if logout.subject is not None and not ended else None
    if person is not None:
        ended = end_sessions(person.id, way=provider.name)
    if ended:
        audit.record(None, "session.ended_by_provider", f"provider:{provider.key}", count=ended)
    return ended
