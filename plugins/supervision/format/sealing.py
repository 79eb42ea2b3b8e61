"""Sealing: what a file holds can be read by whoever has its key, and the key by whoever has the opening code."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lms.api.work import _
from plugins.supervision.format.lines import DAMAGED, Refused, canonical, from_base64, in_base64

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31, a prime: none looks or sounds like another
SYMBOLS = 12  # of an opening code: eleven by chance (54 bits), the last one says whether they were typed rightly
COST = {"n": 2**17, "r": 8, "p": 1}  # scrypt: 128 MB and about 0.4 seconds a try
LEAST_N, MOST_N = 2**14, 2**18
NONCE = 12
MOST_UNPACKED = 128 * 1024 * 1024
WRONG_CODE = _("This code does not open these papers. Please compare it with the sheet letter by letter.")
MISTYPED = _("There is a slip in the code: it has {n} letters and digits, and the last one fits the others.", n=SYMBOLS)


def new_code() -> str:
    """An opening code: twelve letters and digits."""
    chosen = [secrets.randbelow(len(LETTERS)) for _place in range(SYMBOLS - 1)]
    return "".join(LETTERS[n] for n in [*chosen, _check(chosen)])


def _check(values: list[int]) -> int:
    """What follows the others: with one of them wrong, or two of them exchanged, it is never the same."""
    return sum((place + 2) * value for place, value in enumerate(values)) % len(LETTERS)


def grouped(code: str) -> str:
    """The code as it is printed: ABCD-EFGH-JKMN."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def typed_code(text: str) -> str:
    """The code as somebody typed it, with or without hyphens. Refused where a letter was mistyped."""
    code = "".join(text.upper().split()).replace("-", "")
    values = [LETTERS.find(letter) for letter in code]
    if len(values) != SYMBOLS or -1 in values or _check(values[:-1]) != values[-1]:
        raise Refused(MISTYPED)
    return code


def wrapped(key: bytes, code: str, context: bytes) -> dict[str, Any]:
    """The key, to be opened with the code. `context`: what it belongs to; it opens for nothing else."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(NONCE)
    closed = AESGCM(_stretched(code, salt, COST)).encrypt(nonce, key, context)
    return {"scrypt": COST, "salt": in_base64(salt), "nonce": in_base64(nonce), "key": in_base64(closed)}


def unwrapped(told: Mapping[str, Any], code: str, context: bytes) -> bytes:
    """The key. Refused where the code is not the right one, or asks for more work than any of ours."""
    cost = told.get("scrypt")
    if not isinstance(cost, dict) or cost.keys() != COST.keys() or not all(isinstance(n, int) for n in cost.values()):
        raise Refused(DAMAGED)
    if not LEAST_N <= cost["n"] <= MOST_N or cost["n"] & (cost["n"] - 1) or (cost["r"], cost["p"]) != (8, 1):
        raise Refused(DAMAGED)
    stretched = _stretched(code, from_base64(told.get("salt")), cost)
    try:
        return AESGCM(stretched).decrypt(from_base64(told.get("nonce")), from_base64(told.get("key")), context)
    except (InvalidTag, ValueError):
        raise Refused(WRONG_CODE) from None


def _stretched(code: str, salt: bytes, cost: Mapping[str, int]) -> bytes:
    most = 128 * cost["n"] * cost["r"] + 1024 * 1024
    return hashlib.scrypt(code.encode(), salt=salt, n=cost["n"], r=cost["r"], p=cost["p"], maxmem=most, dklen=32)


def sealed(key: bytes, name: str, value: Any, context: bytes) -> bytes:
    """A value, packed and closed with AES-256-GCM. Its nonce is made of what it holds: equal contents, equal bytes."""
    return sealed_bytes(key, name, canonical(value), context)


def sealed_bytes(key: bytes, name: str, content: bytes, context: bytes) -> bytes:
    """The same for bytes."""
    packed = zlib.compress(content, 9)
    about = name.encode() + b"\n" + context
    nonce = hmac.new(key, about + b"\n" + packed, hashlib.sha256).digest()[:NONCE]
    return nonce + AESGCM(key).encrypt(nonce, packed, about)


def opened_bytes(key: bytes, name: str, content: bytes, context: bytes) -> bytes:
    """What was closed. Refused for another key, another place, or more than anything of ours unpacks to."""
    try:
        packed = AESGCM(key).decrypt(content[:NONCE], content[NONCE:], name.encode() + b"\n" + context)
    except (InvalidTag, ValueError):
        raise Refused(_("The sealed part cannot be opened: it belongs to another file.")) from None
    unpacking = zlib.decompressobj()
    try:
        found = unpacking.decompress(packed, MOST_UNPACKED)
    except zlib.error:
        raise Refused(DAMAGED) from None
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise Refused(_("The sealed part unpacks to more than any session needs."))
    return found
