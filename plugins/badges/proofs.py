"""Pure: signing and checking what is signed: Data Integrity `eddsa-rdfc-2022` and JSON Web Signatures with ES256.

W3C Data Integrity EdDSA Cryptosuites v1.0, 3.2: the document and the options of its proof are each brought into
canonical form (RDFC-1.0), hashed with SHA-256, and the two hashes are signed. Open Badges 3.0, 8.2: the credential
itself is the payload of a compact JWS, with the registered claims beside.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from plugins.badges.canonical import canonical
from plugins.badges.encoding import base58, base64url, from_base58, from_base64url

SUITE: Final = "eddsa-rdfc-2022"


def _to_sign(document: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    unsigned = {key: value for key, value in document.items() if key != "proof"}
    options = {key: value for key, value in proof.items() if key != "proofValue"}
    hashed = (canonical({"@context": document["@context"], **options}), canonical(unsigned))
    return b"".join(hashlib.sha256(content).digest() for content in hashed)


def sign(document: Mapping[str, Any], key: Ed25519PrivateKey, method: str, created: str) -> dict[str, Any]:
    """The document with its proof. `method`: the key's address; `created`: the moment, YYYY-MM-DDThh:mm:ssZ.

    The same document, key and moment give the same bytes.
    """
    proof = {
        "type": "DataIntegrityProof", "cryptosuite": SUITE, "created": created, "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }  # fmt: skip
    return {**document, "proof": {**proof, "proofValue": base58(key.sign(_to_sign(document, proof)))}}


def is_signed(document: Mapping[str, Any], key: Ed25519PublicKey) -> bool:
    """Whether the document's proof was made with this key over exactly this document."""
    from pyld.jsonld import JsonLdError

    proof = document["proof"]
    try:
        key.verify(from_base58(proof["proofValue"]), _to_sign(document, proof))
    except (InvalidSignature, ValueError, JsonLdError):
        return False
    return True


def dumped(document: Mapping[str, Any]) -> bytes:
    """JSON as it is handed out; "]]>" never stands in it, so that it can lie in an SVG's CDATA."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).replace("]]>", "]]\\u003e").encode()


def sign_jwt(claims: Mapping[str, Any], key: EllipticCurvePrivateKey, kid: str) -> str:
    """A compact JWS with ES256; `kid`: the address at which the key lies as a JSON Web Key."""
    header = {"alg": "ES256", "kid": kid, "typ": "JWT"}
    said = f"{base64url(dumped(header))}.{base64url(dumped(claims))}"
    r, s = decode_dss_signature(key.sign(said.encode(), ECDSA(hashes.SHA256())))
    return f"{said}.{base64url(r.to_bytes(32) + s.to_bytes(32))}"


def parts_of(jwt: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload of a compact JWS, unchecked. ValueError where it is none."""
    head, payload, _signature = jwt.split(".")
    found = tuple(msgspec.json.decode(from_base64url(part)) for part in (head, payload))
    if not all(isinstance(part, dict) for part in found):
        raise ValueError("no objects")
    return found[0], found[1]


def is_signed_jwt(jwt: str, key: EllipticCurvePublicKey) -> bool:
    """Whether this key signed it, with ES256 and nothing else."""
    said, _dot, signature = jwt.rpartition(".")
    try:
        raw = from_base64url(signature)
        if len(raw) != 64 or base64url(raw) != signature or parts_of(jwt)[0].get("alg") != "ES256":
            return False
        made = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key.verify(made, said.encode(), ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, RecursionError):
        return False
    return True


def pack(document: bytes, jwt: bytes) -> bytes:
    """Both forms of a badge in a quarter of their bytes: what the JWT repeats is there already, once it is decoded."""
    head, payload, signature = jwt.decode().split(".")
    return zlib.compress(b"\0".join((document, from_base64url(head), from_base64url(payload), signature.encode())), 9)


def unpack(packed: bytes) -> tuple[bytes, bytes]:
    """The same two forms, byte for byte."""
    document, head, payload, signature = zlib.decompress(packed).split(b"\0")
    return document, f"{base64url(head)}.{base64url(payload)}.{signature.decode()}".encode()
