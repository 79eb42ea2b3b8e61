"""Programs: whose keys these are, what is not valid, what a badge attests. Anybody may ask, from any site."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from lms.api.web import ANYONE, Routes
from lms.api.work import NotFound, settings
from plugins.badges import composing, proofs
from plugins.badges.access import public_achievement
from plugins.badges.contexts import CREDENTIALS, OPEN_BADGES
from plugins.badges.services import documents, keeping, listing
from plugins.badges.shapes import plain

routes = Routes("badges")
JSON, LINKED = "application/json", "application/ld+json"


def handed(content: bytes, mime: str, seconds: int, name: str = "") -> Response:
    """Something for programs: any site may fetch it; remembered for so many seconds, then asked for by its tag."""
    answer = Response(content, mimetype=mime)
    answer.headers["Cache-Control"] = f"public, max-age={seconds}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    if name:
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.set_etag(listing.tag_of(content))
    return answer.make_conditional(request)  # type: ignore[return-value]  # the same object


@routes.get("/.well-known/did.json", ANYONE)
def did_document() -> Response:
    """The issuer's keys (did:web). Those that were replaced stay, so that what they signed can be checked for ever.

    One that became known to others stands there as revoked and may no longer vouch for anything.
    """
    return handed(proofs.dumped(documents.everything()), JSON, 300)


@routes.get("/issuers/1.json", ANYONE)
def issuer_profile() -> Response:
    """The issuer as an Open Badges profile."""
    site = keeping.site()
    profile: dict[str, Any] = {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": site.did,
        "type": ["Profile"],
        "name": settings().issuer_name or composing.NO_ISSUER,
        "url": f"{site.base}/issuers/1",
    }
    return handed(proofs.dumped(profile), LINKED, 300)


@routes.get("/issuers/1/keys/<kid>", ANYONE)
def jwk(kid: str) -> Response:
    """A key that signs JWT, as a JSON Web Key: where `kid` in the header leads. One that became known is gone."""
    key = keeping.key_by_kid(kid)
    if key is None or key.purpose != keeping.JWT_PURPOSE or key.revoked_at is not None:
        raise NotFound
    return handed(proofs.dumped(documents.jwk_of(key)), JSON, 300)


@routes.get("/status/<name>/<purpose>", ANYONE)
def status_list(name: str, purpose: str) -> Response:
    """A list of what is not valid (Bitstring Status List v1.0): one bit a paper, signed."""
    return handed(listing.signed_list(name, purpose), LINKED, listing.ASK_AGAIN)


@routes.get("/thanh-tuu/<key>.json", ANYONE)
def achievement_json(key: str) -> Response:
    """What badges attest, for programs."""
    made = composing.achievement(public_achievement(key), keeping.site())
    return handed(proofs.dumped({"@context": [CREDENTIALS, OPEN_BADGES], **plain(made)}), LINKED, 86_400)
