"""Keys: what signs a file, and what is made of one secret for several purposes."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

DOMAIN = b"hvs 1\n"  # stands before what is signed, so that no signature of ours means anything elsewhere


class Signer:
    """An Ed25519 key made of 32 secret bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, content: bytes) -> bytes:
        """The signature: 64 bytes, the same for the same content."""
        return self._key.sign(DOMAIN + content)


def verified(public: bytes, signature: bytes, content: bytes) -> bool:
    """Whether a signature is right."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, DOMAIN + content)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id(public: bytes) -> str:
    """A public key's short name: people compare it, in groups of four."""
    return hashlib.sha256(public).hexdigest()[:16]


def derived(secret: bytes, purpose: str) -> bytes:
    """32 bytes made of a secret for one purpose (HKDF-SHA-256)."""
    return HKDF(hashes.SHA256(), 32, None, f"hvs 1 {purpose}".encode()).derive(secret)
