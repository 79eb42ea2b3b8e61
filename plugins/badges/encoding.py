"""Pure: keys and signatures as letters, the way Data Integrity and did:key want them (Multibase, Multicodec)."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # the alphabet of Bitcoin: no 0, O, I, l
_ED25519, _P256 = b"\xed\x01", b"\x80\x24"  # multicodec ed25519-pub and p256-pub, as varints
LONGEST = 200  # letters that are decoded: signatures and keys have under 100


def base58(content: bytes) -> str:
    """Multibase base58btc: a leading z."""
    zeros = len(content) - len(content.lstrip(b"\0"))
    number, letters = int.from_bytes(content), ""
    while number:
        number, rest = divmod(number, 58)
        letters = _ALPHABET[rest] + letters
    return "z" + _ALPHABET[0] * zeros + letters


def from_base58(text: str) -> bytes:
    """What multibase base58btc stands for. ValueError for anything else, or for more than LONGEST letters."""
    if not text.startswith("z") or len(text) > LONGEST:
        raise ValueError("no base58btc")
    digits = text[1:]
    number = 0
    for letter in digits:
        number = number * 58 + _ALPHABET.index(letter)
    zeros = len(digits) - len(digits.lstrip(_ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def base64url(content: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The reverse; ValueError where it is none."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def multikey(key: Ed25519PublicKey | EllipticCurvePublicKey) -> str:
    """A public key as publicKeyMultibase has it."""
    if isinstance(key, Ed25519PublicKey):
        return base58(_ED25519 + key.public_bytes(Encoding.Raw, PublicFormat.Raw))
    return base58(_P256 + key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))


def did_key(key: Ed25519PublicKey | EllipticCurvePublicKey) -> str:
    """A key that is its own address: it needs no site that answers."""
    return f"did:key:{multikey(key)}"


def jwk(key: EllipticCurvePublicKey) -> dict[str, str]:
    """A P-256 key as JSON Web Key (RFC 7518, 6.2.1)."""
    numbers = key.public_numbers()
    return {
        "kty": "EC", "crv": "P-256", "x": base64url(numbers.x.to_bytes(32)), "y": base64url(numbers.y.to_bytes(32)),
        "alg": "ES256", "use": "sig",
    }  # fmt: skip
