"""COSE_Sign1 with ES256 (RFC 9052, 4.2; RFC 9053, 2.1): a payload, who signed it, the signature."""

from __future__ import annotations

from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from msgspec import Struct

from certificates.carried.cbor import BadCbor, decode, encode

ALGORITHM, CONTENT_TYPE, KID = 1, 3, 4  # labels of headers
ES256: Final = -7
_HALF: Final = 32
_ECDSA: Final = ec.ECDSA(hashes.SHA256())


class Signed(Struct, frozen=True):
    """A COSE_Sign1 that was read, not yet verified. `headers`: the protected ones."""

    protected: bytes
    headers: dict[Any, Any]
    unprotected: dict[Any, Any]
    payload: bytes
    signature: bytes


def sign(headers: dict[int, Any], payload: bytes, private: ec.EllipticCurvePrivateKey) -> bytes:
    """The COSE_Sign1 of a payload, without a tag, all headers but the algorithm from `headers`, all protected."""
    protected = encode({ALGORITHM: ES256, **headers})
    r, s = decode_dss_signature(private.sign(_signed_part(protected, b"", payload), _ECDSA))
    return encode([protected, {}, payload, r.to_bytes(_HALF) + s.to_bytes(_HALF)])


def read(data: bytes) -> Signed:
    """Takes a COSE_Sign1 without a tag apart. Raises BadCbor for anything else, and for another algorithm."""
    found = decode(data)
    match found:
        case [bytes() as protected, dict() as unprotected, bytes() as payload, bytes() as signature]:
            headers = decode(protected)
        case _:
            raise BadCbor("no COSE_Sign1")
    if not isinstance(headers, dict) or headers.get(ALGORITHM) != ES256 or len(signature) != 2 * _HALF:
        raise BadCbor("not signed with ES256")
    return Signed(protected, headers, unprotected, payload, signature)


def is_signed_by(signed: Signed, public: ec.EllipticCurvePublicKey, external: bytes = b"") -> bool:
    """Whether the holder of a key signed this payload with these protected headers."""
    r, s = (int.from_bytes(half) for half in (signed.signature[:_HALF], signed.signature[_HALF:]))
    try:
        public.verify(encode_dss_signature(r, s), _signed_part(signed.protected, external, signed.payload), _ECDSA)
    except InvalidSignature:
        return False
    return True


def _signed_part(protected: bytes, external: bytes, payload: bytes) -> bytes:
    return encode(["Signature1", protected, external, payload])
