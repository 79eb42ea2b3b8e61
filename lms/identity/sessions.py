"""Sessions as rows: where somebody is signed in, and how that is ended. The signed cookie only names one."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence

from flask import Flask, Response, request, session
from msgspec import Struct
from sqlalchemy import insert, select, update

from lms import clock
from lms.db.statement import Statement
from lms.db.unit_of_work import after_commit, connection, unit_of_work
from lms.identity.models import Session
from lms.identity.people import claim_or_none
from lms.text import Text, _

S = Session.__table__
SEEN_EVERY = 3600  # seconds; when it was last used is not written more often
IDLE_DAYS = 180  # a session with which nothing was sent for so long is ended
_LEAST = 2**32  # numbers below never name one: cookies of release 0.1 hold such
_SYSTEMS = (  # what a browser says of its device, most special first
    ("iPad", "iPad"), ("iPhone", "iPhone"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
_BROWSERS = (
    ("Zalo", "Zalo"), ("FBAN", "Facebook"), ("FBAV", "Facebook"), ("coc_coc", "Cốc Cốc"), ("SamsungBrowser", "Samsung"),
    ("EdgA/", "Edge"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip


_BEGIN: Statement[None] = Statement(
    insert(S), columns=("id", "account_id", "way", "strength", "device", "helper_id", "made_at", "seen_at")
)


class SessionRow(Struct, frozen=True):
    """An open session as its owner sees it."""

    id: int
    way: str
    device: str
    helped: bool
    made_at: int
    seen_at: int
    is_this: bool


def begin(account_id: int, way: str, strength: int = 1, helper_id: int | None = None) -> int:
    """Opens a session in the open unit of work and returns its number, which nobody can guess (59 bits).

    `strength`: 1 one proof, 2 a second factor besides, 3 the national identity.
    """
    session_id, at = _LEAST + secrets.randbelow(10**18 - _LEAST), clock.seconds()
    _BEGIN.run(
        id=session_id,
        account_id=account_id,
        way=way,
        strength=strength,
        device=device_words(request.headers.get("User-Agent", "")),
        helper_id=helper_id,
        made_at=at,
        seen_at=at,
    )
    return session_id


def end_sessions(account_id: int, but: int | None = None, way: str | None = None) -> int:
    """Ends the open sessions of an account, all or all `but` one; returns how many. In an open unit of work.

    `way`: only those that began in this way, when the place that proved who it is says that it has ended them.

    The next request of each finds nobody signed in, whatever its cookie says.
    """
    statement = update(S).where(S.c.account_id == account_id, S.c.ended_at.is_(None)).values(ended_at=clock.seconds())
    if way is not None:
        statement = statement.where(S.c.way == way)
    return connection().execute(statement.where(S.c.id != but) if but is not None else statement).rowcount


def end_one(account_id: int | None, session_id: int, way: str | None = None) -> bool:
    """Ends one session, if it is this account's and began in this `way` (None: whichever); returns whether it was open.

    In an open unit of work.
    """
    statement = update(S).where(S.c.id == session_id, S.c.ended_at.is_(None))
    if account_id is not None:
        statement = statement.where(S.c.account_id == account_id)
    if way is not None:
        statement = statement.where(S.c.way == way)
    return connection().execute(statement.values(ended_at=clock.seconds())).rowcount == 1


def end_current() -> str | None:
    """Ends the session that this request came with; returns the way in which it began. None where there was none.

    In an open unit of work.
    """
    claim = claim_or_none(anywhere=True)
    if claim is None:
        return None
    ended = update(S).where(S.c.id == claim.session_id, S.c.account_id == claim.id, S.c.ended_at.is_(None))
    way: str | None = connection().execute(ended.values(ended_at=clock.seconds()).returning(S.c.way)).scalar()
    return way


def rotate_current() -> None:
    """Gives this request's session a new number and ends the old one: whenever what its person may do has changed.

    In a request and an open unit of work; the cookie changes when that is committed. Nothing where nobody is here.
    """
    claim = claim_or_none()
    if claim is None:
        return
    held = connection().execute(
        select(S).where(S.c.id == claim.session_id, S.c.account_id == claim.id, S.c.ended_at.is_(None))
    )
    row = held.mappings().first()
    if row is None:
        return
    session_id = _LEAST + secrets.randbelow(10**18 - _LEAST)
    connection().execute(insert(S).values({**row, "id": session_id, "seen_at": clock.seconds()}))
    end_one(claim.id, claim.session_id)

    def _name_it() -> None:
        session["_user_id"] = f"{claim.id}.{session_id}"

    after_commit(_name_it)


def sessions_of(account_id: int, this: int) -> Sequence[SessionRow]:
    """Where a person is signed in, the session in use first, then the newest."""
    rows = connection().execute(
        select(S.c.id, S.c.way, S.c.device, S.c.helper_id, S.c.made_at, S.c.seen_at)
        .where(S.c.account_id == account_id, S.c.ended_at.is_(None))
        .order_by(S.c.seen_at.desc(), S.c.id)
        .limit(200)
    )
    found = [
        SessionRow(r.id, r.way, r.device, r.helper_id is not None, r.made_at, r.seen_at, r.id == this) for r in rows
    ]
    return sorted(found, key=lambda row: not row.is_this)


def helpers_of(account_ids: Collection[int], since: int, until: int) -> set[int]:
    """Who signed any of these people in beside them, between two moments."""
    rows = connection().execute(
        select(S.c.helper_id)
        .where(S.c.account_id.in_(account_ids), S.c.helper_id.is_not(None), S.c.made_at.between(since, until))
        .distinct()
    )
    return {row.helper_id for row in rows}


def device_words(agent: str) -> str:
    """What a browser says of itself, in words that people know: "Android, Chrome". Empty where it says nothing."""
    system = next((words for sign, words in _SYSTEMS if sign in agent), "")
    browser = next((words for sign, words in _BROWSERS if sign in agent), "")
    return ", ".join(words for words in (system, browser) if words)


def kind_of_device(device: str) -> Text:
    """What holds the session: a phone, a tablet, a computer."""
    if device.startswith("iPad"):
        return _("Tablet")
    if device.startswith(("iPhone", "Android")):
        return _("Phone")
    return _("Computer") if device else _("A device that does not say what it is")


def install(app: Flask) -> None:
    """Notes when a session was last used: only where something was sent, and not more than once an hour."""

    @app.after_request
    def _touch(response: Response) -> Response:
        if request.method == "POST" and response.status_code < 400:
            late = int(session.get("seen", 0)) < clock.seconds() - SEEN_EVERY
            if late and (claim := claim_or_none()) is not None:
                with unit_of_work():
                    connection().execute(
                        update(S)
                        .where(S.c.id == claim.session_id, S.c.account_id == claim.id, S.c.ended_at.is_(None))
                        .values(seen_at=clock.seconds())
                    )
                session["seen"] = clock.seconds()
        return response


def end_idle() -> None:
    """Ends sessions that lay idle for half a year; periodic. How long ended ones are kept is a term of keeping."""
    at = clock.seconds()
    with unit_of_work() as database:
        idle = (S.c.ended_at.is_(None), S.c.seen_at < at - IDLE_DAYS * 86_400)
        database.execute(update(S).where(*idle).values(ended_at=at))
