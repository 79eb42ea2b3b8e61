"""Keys by purpose: one in use, made when it is first needed; those before it stay known.

The secret half lies in the database, sealed with AES-256-GCM under a key that is derived from the installation's
secret, so that a copy of the database alone signs nothing.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)
from msgspec import Struct
from sqlalchemy import Select, bindparam, select, text, update

from lms import audit, clock
from lms.config import current
from lms.db.statement import Statement
from lms.db.unit_of_work import connection, writing
from lms.errors import Conflict
from lms.keyring.models import SigningKey
from lms.text import _

ED25519, ES256 = "ed25519", "es256"
K = SigningKey.__table__
_NONCE = 12
PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
PublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey


class Key(Struct, frozen=True):
    """A key of this installation. `public_der` is its SubjectPublicKeyInfo; moments are seconds since 1970."""

    kid: str
    purpose: str
    algorithm: str
    public_der: bytes
    secret: bytes | None
    valid_from: int
    retired_at: int | None
    revoked_at: int | None

    @property
    def public(self) -> PublicKey:
        """The half that everybody may know."""
        found = load_der_public_key(self.public_der)
        assert isinstance(found, ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey)
        return found

    def private(self) -> PrivateKey:
        """The half that signs. Conflict, which says what to do, where the installation's secret is another one now."""
        if self.secret is None:
            raise Conflict(_("This signing key was destroyed; it can no longer sign."))
        return _opened(self.kid, self.secret, _seal_key())


@lru_cache(maxsize=16)
def _opened(kid: str, sealed: bytes, seal_key: bytes) -> PrivateKey:
    """The half that signs, out of its seal: once a process, for each paper needs three."""
    try:
        raw = AESGCM(seal_key).decrypt(sealed[:_NONCE], sealed[_NONCE:], kid.encode())
    except InvalidTag:
        raise Conflict(
            _(
                "The signing keys were sealed with another LMS_SECRET_KEY. Put the old one back, or make new keys"
                " with `lms keys replace`."
            )
        ) from None
    found = load_der_private_key(raw, None)
    assert isinstance(found, ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey)
    return found


_KEY = select(
    K.c.kid, K.c.purpose, K.c.algorithm, K.c.public, K.c.secret, K.c.valid_from, K.c.retired_at, K.c.revoked_at
)
_IN_USE: Statement[Key] = Statement(_KEY.where(K.c.purpose == bindparam("purpose"), K.c.retired_at.is_(None)), Key)
_ALL_IN_USE: Statement[Key] = Statement(_KEY.where(K.c.retired_at.is_(None)), Key)
_HISTORY: Statement[Key] = Statement(_KEY.where(K.c.purpose == bindparam("purpose")).order_by(K.c.id), Key)


_KEEP = text(
    "INSERT INTO lms_signing_key (kid, purpose, algorithm, public, secret, valid_from)"
    " VALUES (:kid, :purpose, :algorithm, :public, :secret, :valid_from) ON CONFLICT DO NOTHING RETURNING kid"
)


def kid_of(public_der: bytes) -> str:
    """What a key is called: the first 16 bytes of SHA-256 over its public half, in hexadecimal."""
    return hashlib.sha256(public_der).hexdigest()[:32]


def in_use(purpose: str, algorithm: str) -> Key:
    """The key with which is signed for a purpose now; made where there is none yet, which asks for a unit of work."""
    held = _IN_USE.first(purpose=purpose)
    return held if held is not None else _make(purpose, algorithm)


def in_use_or_none(purpose: str) -> Key | None:
    """The same without making one."""
    return _IN_USE.first(purpose=purpose)


def beside_key(asked: Select[*tuple[Any, ...]], purpose: str) -> Select[*tuple[Any, ...]]:
    """What is asked, with the columns of a `Key` behind its own: the key in use for a purpose, or NULL."""
    return asked.outerjoin(K, (K.c.purpose == purpose) & K.c.retired_at.is_(None)).add_columns(*_KEY.selected_columns)


def all_in_use() -> dict[str, Key]:
    """The keys with which is signed now, by their purposes; one statement."""
    return {key.purpose: key for key in _ALL_IN_USE.all()}


def history(purpose: str) -> list[Key]:
    """Every key of a purpose, the oldest first."""
    return _HISTORY.all(purpose=purpose)


def everything() -> list[Key]:
    """Every key of every purpose."""
    return [Key(*row) for row in connection().execute(_KEY.order_by(K.c.purpose, K.c.id))]


def replace(purpose: str, by_id: int | None, *, revoke: bool = False) -> Key:
    """Takes another key into use; the one before signs no more. `revoke`: it became known to others.

    Conflict where there is none to replace.
    """
    held = _IN_USE.first(purpose=purpose)
    if held is None:
        raise Conflict(_("There is no such key yet: it is made when something is signed for the first time."))
    now = clock.seconds()
    connection().execute(
        update(K).where(K.c.kid == held.kid).values(retired_at=now, revoked_at=now if revoke else None, secret=None)
    )
    made = _make(purpose, held.algorithm)
    audit.record(by_id, "key.replaced", f"key:{made.kid}", purpose=purpose, before=held.kid, revoked=revoke)
    return made


def _make(purpose: str, algorithm: str) -> Key:
    if not writing():
        raise RuntimeError("A key is made in a unit of work.")
    pair: PrivateKey = (
        ed25519.Ed25519PrivateKey.generate() if algorithm == ED25519 else ec.generate_private_key(ec.SECP256R1())
    )
    public = pair.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    raw = pair.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    kid, nonce, now = kid_of(public), os.urandom(_NONCE), clock.seconds()
    sealed = nonce + AESGCM(_seal_key()).encrypt(nonce, raw, kid.encode())
    values = {
        "kid": kid, "purpose": purpose, "algorithm": algorithm, "public": public, "secret": sealed,
        "valid_from": now,
    }  # fmt: skip
    if not connection().execute(_KEEP, values).first():  # somebody made one in the same moment: then that is the key
        held = _IN_USE.first(purpose=purpose)
        assert held is not None
        return held
    return Key(kid, purpose, algorithm, public, sealed, now, None, None)


def _seal_key() -> bytes:
    return current().key_for(b"signing keys")
