"""Noting on which device somebody signed in: a random cookie, of which only a keyed hash is kept, for some days."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from flask import after_this_request, request, session
from sqlalchemy import insert
from werkzeug.wrappers import Response

from lms.api.data import Statement
from lms.api.people import Arrival, Person
from lms.api.work import clock, lone_write, settings
from plugins.integrity.models import KnownDevice

COOKIE = "hv_may"
LASTS = 30 * 86_400
_NOTE: Statement[Any] = Statement(insert(KnownDevice), columns=("account_id", "device", "at"))


def named(token: str) -> bytes:
    """Sixteen bytes that stand for a device; only this installation can make them of its cookie."""
    return hashlib.blake2b(token.encode(), key=settings().key_for(b"integrity-may"), digest_size=16).digest()


def arrived(person: Person) -> None:
    """Notes the device when the request is over: by then it is known whether many use it, and those are left out."""
    if person.has_grants:
        return

    @after_this_request
    def _note(response: Response) -> Response:
        if "idle" in session:  # a device of a class or a culture house
            return response
        token = request.cookies.get(COOKIE, "")
        if not 20 <= len(token) <= 60:
            token = secrets.token_urlsafe(24)
        with lone_write():
            _NOTE.run(account_id=person.id, device=named(token), at=clock.seconds())
        response.set_cookie(
            COOKIE, token, max_age=LASTS, httponly=True, secure=settings().secure_cookies, samesite="Lax"
        )
        return response


arrival = Arrival("integrity", arrived)
