"""Anyone: to a provider, back from it, and out of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

import structlog
from flask import redirect, request, session, url_for
from msgspec import Struct
from werkzeug.wrappers import Response

from lms.api.people import WAYS_IN, Proved, begin_linking, here_or_none
from lms.api.web import ANYONE, Routes, render, safe_return, say
from lms.api.work import NotFound, clock, settings, take, unit_of_work
from plugins.openid import claims, providers
from plugins.openid.providers import Provider
from plugins.openid.refusing import AGAIN, Refused
from plugins.openid.services import arriving

if TYPE_CHECKING:  # Authlib costs 12 MB, which nobody needs where no provider is declared
    from plugins.openid.protocol import Exchange

routes = Routes("openid", "/dang-nhap/qua")
Answer = Response | tuple[str, int]
log = structlog.get_logger("lms.openid")
LASTS = 900  # seconds that a person may take at the provider: installing an app, waiting for a code
TABS = 3  # sign-ins under way in one browser
_KEPT = "openid"


class OtherWay(Struct, frozen=True):
    """Another button, for whoever could not come in by this one."""

    label: str
    icon: str
    url: str


def provider_called(key: str) -> Provider:
    """The provider of an address. Raises NotFound."""
    found = providers.find(key)
    if found is None:
        raise NotFound
    return found


def public(path: str) -> str:
    """An address of ours as the provider has it in its books, whatever host the request named."""
    return settings().public_url() + path


def exchange_of(provider: Provider, state: str) -> Exchange:
    """The secrets of a sign-in, derived from its state and ours: the cookie, which names the state, betrays none."""

    from plugins.openid.protocol import Exchange

    def derived(what: str) -> str:
        words = f"openid\0{what}\0{provider.name}\0{state}".encode()
        digest = hmac.digest(settings().key(), words, hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    return Exchange(state, derived("nonce"), derived("verifier"), public(url_for("openid.back", provider=provider.key)))


@routes.get("/<provider>", ANYONE)
def start(provider: str) -> Answer:
    """To the provider. Who is signed in already links what they prove there to their account."""
    from plugins.openid import protocol

    there = provider_called(provider)
    return_to = safe_return(request.args.get("return_to"), url_for("home.mine"))
    state = secrets.token_urlsafe(32)
    try:
        url = protocol.authorization_url(there, exchange_of(there, state))
    except Refused as error:
        return _refused(there, error, return_to)
    session[_KEPT] = [*_under_way(), [state, there.key, return_to, clock.seconds()]][-TABS:]
    answer = redirect(url, 303)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@routes.get("/<provider>/ve", ANYONE)
def back(provider: str) -> Answer:
    """Back from the provider, once for each time this browser was sent there."""
    from plugins.openid import protocol

    there, return_to = provider_called(provider), url_for("home.mine")
    try:
        state, return_to = _sent_by_us(there, request.args.get("state", ""))
        with unit_of_work():
            take("openid", request.remote_addr or "", most=300, seconds=900)  # a whole school
            if not arriving.first_time(arriving.hash_of("state", state), clock.seconds() + LASTS):
                raise Refused(AGAIN, "state-replayed")
        code = protocol.code_of(there, request.args)
        said = protocol.redeem(there, code, exchange_of(there, state))
    except Refused as error:
        return _refused(there, error, return_to)
    told = claims.take(there.claim_map, said.id_token, said.userinfo)
    arriving.keep_in_mind(there.name, said.session)
    proved = Proved(
        provider=there.name,
        subject=told.subject,
        level=told.level,
        full_name=told.full_name,
        birth_date=told.birth_date,
        key=told.identity_key,
        tail=told.identity_tail,
    )
    return redirect(begin_linking(proved, return_to), 303)


@routes.get("/<provider>/da-ra", ANYONE)
def left(provider: str) -> str:
    """After signing out here: the provider may still know who sits there."""
    from plugins.openid import protocol

    there = provider_called(provider)
    address = protocol.end_session_url(there, public(url_for("home.home")))
    return render("openid/left.html", name=there.label, there=address, here=url_for("home.home"))


def _under_way() -> list[list[object]]:
    """The sign-ins that this browser has begun and not ended."""
    held = session.get(_KEPT)
    rows = held if isinstance(held, list) else []
    return [r for r in rows if isinstance(r, list) and len(r) == 4 and r[3] >= clock.seconds() - LASTS]


def _sent_by_us(provider: Provider, state: str) -> tuple[str, str]:
    """The state and where to go afterwards, if this browser was sent to this provider with it; used up now."""
    rows = _under_way()
    found = next((r for r in rows if hmac.compare_digest(str(r[0]).encode(), state.encode())), None)
    if found is None:
        raise Refused(AGAIN, "state-unknown")
    rest = [r for r in rows if r is not found]
    if rest:
        session[_KEPT] = rest
    else:
        session.pop(_KEPT, None)
    if found[1] != provider.key:
        raise Refused(AGAIN, "state-of-another-provider")
    return state, safe_return(str(found[2]), url_for("home.mine"))


def _refused(provider: Provider, error: Refused, return_to: str) -> tuple[str, int]:
    """Why not, in words, and every other way in. The log gets a word of ours, and nothing that came from outside."""
    log.warning("openid refused", provider=provider.key, reason=error.reason)
    signed_in = here_or_none() is not None
    others = sorted((w for w in WAYS_IN if w.name != provider.name), key=lambda w: (w.order, w.name))
    offered = [OtherWay(say(w.label), w.icon, url) for w in others if not signed_in and (url := w.url(return_to))]
    page = render(
        "openid/refused.html",
        name=provider.label,
        message=say(error.text),
        down=error.status == 503,
        again=url_for("openid.start", provider=provider.key, return_to=return_to),
        others=offered,
        sign_in="" if signed_in else url_for("identity.sign_in", return_to=return_to),
        return_to=return_to,
    )
    return page, error.status
