"""The keys with which badges are signed: one for each form, every change of them in the transparency log."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lms.api.transparency import ED25519, ES256, Key, all_in_use, history, signing_key
from lms.api.work import read_once, settings, unit_of_work
from plugins.badges.composing import Site

PURPOSE, JWT_PURPOSE = "badges", "badges-jwt"


def site() -> Site:
    """Where this installation is reached by others."""
    return Site(settings().public_url())


def every_key() -> list[Key]:
    """Every key that ever signed badges, the oldest first, both kinds."""
    return history(PURPOSE) + history(JWT_PURPOSE)


def key_by_kid(kid: str) -> Key | None:
    """A key of ours by its name; None where it is none that signs badges."""
    return next((key for key in every_key() if key.kid == kid), None)


def held_key() -> Key | None:
    """The Ed25519 key in use; None where no badge was made yet."""
    return all_in_use().get(PURPOSE)


def both_keys() -> tuple[Key, Key]:
    """The keys in use, for JSON-LD and for JWT; made where there are none. Outside a unit of work."""
    held = read_once("keys in use", all_in_use)
    ours, jwt = held.get(PURPOSE), held.get(JWT_PURPOSE)
    if ours is None or jwt is None:
        with unit_of_work():
            ours, jwt = signing_key(PURPOSE, ED25519), signing_key(JWT_PURPOSE, ES256)
    return ours, jwt


def private(key: Key) -> Ed25519PrivateKey:
    """The half that signs JSON-LD. Conflict, which says what to do, where it cannot be opened."""
    found = key.private()
    assert isinstance(found, Ed25519PrivateKey)
    return found


def private_jwt(key: Key) -> EllipticCurvePrivateKey:
    """The half that signs JWT."""
    found = key.private()
    assert isinstance(found, EllipticCurvePrivateKey)
    return found


def public(key: Key) -> Ed25519PublicKey:
    """The half that checks JSON-LD."""
    found = key.public
    assert isinstance(found, Ed25519PublicKey)
    return found


def public_jwt(key: Key) -> EllipticCurvePublicKey:
    """The half that checks JWT."""
    found = key.public
    assert isinstance(found, EllipticCurvePublicKey)
    return found
