"""The issuer's keys as documents (did:web)."""

from __future__ import annotations

from typing import Any

from lms.api.transparency import ED25519, Key
from plugins.badges import composing, encoding
from plugins.badges.services import keeping

_CONTEXTS = [
    "https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1", "https://w3id.org/security/jwk/v1",
]  # fmt: skip


def everything() -> dict[str, Any]:
    """The document of did:web, with every key that ever signed (W3C Controlled Identifiers 1.0).

    What was replaced may still vouch for what it signed; what became known to others stands there as revoked and may
    vouch for nothing.
    """
    site, keys = keeping.site(), keeping.every_key()
    return {
        **_document(keys),
        "service": [
            {"id": f"{site.did}#log", "type": "TransparencyLog", "serviceEndpoint": f"{site.base}/log/checkpoint"},
            {"id": f"{site.did}#keys", "type": "KeyHistory", "serviceEndpoint": f"{site.base}/issuers/1"},
        ],
    }


def of_key(key: Key) -> dict[str, Any]:
    """One key as it goes with a paper: it can be read, as did:key too, when the site that used it is no more."""
    return _document([key])


def _document(keys: list[Key]) -> dict[str, Any]:
    site = keeping.site()
    trusted = [key for key in keys if key.revoked_at is None]
    return {
        "@context": _CONTEXTS,
        "id": site.did,
        "alsoKnownAs": [encoding.did_key(key.public) for key in trusted if key.algorithm == ED25519],
        "verificationMethod": [_method(key) for key in keys],
        "assertionMethod": [site.method(key.kid) for key in trusted],
    }


def jwk_of(key: Key) -> dict[str, str]:
    """A key that signs JWT as a JSON Web Key."""
    return {**encoding.jwk(keeping.public_jwt(key)), "kid": key.kid}


def _method(key: Key) -> dict[str, Any]:
    site = keeping.site()
    made: dict[str, Any] = {"id": site.method(key.kid), "controller": site.did}
    if key.algorithm == ED25519:
        made |= {"type": "Multikey", "publicKeyMultibase": encoding.multikey(key.public)}
    else:
        made |= {"type": "JsonWebKey", "publicKeyJwk": jwk_of(key)}
    return made | ({"revoked": composing.moment(key.revoked_at)} if key.revoked_at is not None else {})
