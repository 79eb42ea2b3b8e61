"""Providers: the back channel by which they say that somebody has signed out (Back-Channel Logout 1.0)."""

from __future__ import annotations

import structlog
from flask import jsonify, request
from werkzeug.wrappers import Response

from lms.api.web import MACHINE, Routes
from lms.api.work import take, unit_of_work
from plugins.openid.refusing import Refused
from plugins.openid.services import leaving
from plugins.openid.views.sign_in import provider_called

routes = Routes("openid", "/dang-nhap/qua")
log = structlog.get_logger("lms.openid")


@routes.post("/<provider>/ket-thuc", MACHINE)
def back_channel_logout(provider: str) -> Response:
    """Ends the sessions that a logout token names: 200; 400 where the token is not good. It never says whose."""
    from plugins.openid import protocol

    there = provider_called(provider)
    with unit_of_work():
        take("openid-logout", f"{there.key} {request.remote_addr or ''}", most=600, seconds=60)
    try:
        logout = protocol.logout_of(there, request.form.get("logout_token", ""))
        with unit_of_work():
            count = leaving.end(there, logout)
    except Refused as error:
        log.warning("logout refused", provider=there.key, reason=error.reason)
        answer: Response = jsonify(error="invalid_request")
        answer.status_code = 503 if error.status == 503 else 400
    else:
        log.info("logout", provider=there.key, sessions=count)
        answer = jsonify({})
    answer.headers["Cache-Control"] = "no-store"
    return answer
