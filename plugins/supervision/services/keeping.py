"""Secrets of this installation: what it signs with, and what it keeps closed in its database."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lms.api.transparency import ED25519, history, signing_key
from lms.api.work import settings
from plugins.supervision.format.keys import Signer, key_id
from plugins.supervision.format.sealing import NONCE

PURPOSE = "session papers"


def server_signer() -> Signer:
    """What this installation signs papers with, in a unit of work: the key may be made here, and logged."""
    private = signing_key(PURPOSE, ED25519).private()
    assert isinstance(private, Ed25519PrivateKey)
    return Signer(private.private_bytes_raw())


def server_key_id() -> str:
    """The short name of the key that this server signs papers with; empty before it signed any."""
    held = history(PURPOSE)
    public = held[-1].public if held else None
    return key_id(public.public_bytes_raw()) if isinstance(public, Ed25519PublicKey) else ""


def closed(content: bytes, about: bytes) -> bytes:
    """A secret as the database keeps it; `about` says what it is of, and it opens for nothing else."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(settings().key_for(b"session keys")).encrypt(nonce, content, about)


def opened(kept: bytes | None, about: bytes) -> bytes | None:
    """The secret; None where it cannot be opened any more because this installation's own secret is another now."""
    if kept is None:
        return None
    try:
        return AESGCM(settings().key_for(b"session keys")).decrypt(kept[:NONCE], kept[NONCE:], about)
    except InvalidTag:
        return None
