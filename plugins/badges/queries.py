"""Reads of badges."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import bindparam, select

from lms.api.data import Statement
from plugins.badges.composing import Achieved, Part
from plugins.badges.models import Achievement, BadgeMade
from plugins.badges.proofs import unpack

B, A = BadgeMade.__table__, Achievement.__table__


class BadgeRow(Struct, frozen=True):
    """A badge as it was made; both forms still packed."""

    credential_id: int
    uuid: UUID
    achievement: str
    forms: bytes
    kid: str
    jwt_kid: str
    made_at: int

    @property
    def document(self) -> bytes:
        """JSON-LD with its proof, byte for byte as it was signed."""
        return unpack(self.forms)[0]

    @property
    def jwt(self) -> bytes:
        """The other form: a compact JWS."""
        return unpack(self.forms)[1]


_ALL = select(B.c.credential_id, B.c.uuid, B.c.achievement, B.c.forms, B.c.kid, B.c.jwt_kid, B.c.made_at)
_OF: Statement[BadgeRow] = Statement(_ALL.where(B.c.credential_id == bindparam("credential")), BadgeRow)
_BY_UUID: Statement[BadgeRow] = Statement(_ALL.where(B.c.uuid == bindparam("uuid")), BadgeRow)
_ACHIEVED: Statement[Any] = Statement(select(A.c.body).where(A.c.key == bindparam("key")))


def badge_of(credential_id: int) -> BadgeRow | None:
    """The badge of a paper, where it has been made."""
    return _OF.first(credential=credential_id)


def badge_by_uuid(uuid: UUID) -> BadgeRow | None:
    """A badge by its public address."""
    return _BY_UUID.first(uuid=uuid)


def achieved(key: str) -> Achieved | None:
    """What badges with this key attest."""
    row = _ACHIEVED.first(key=key)
    if row is None:
        return None
    body = row.body
    parts = tuple(Part(p["code"], p["name"], tuple((code, name) for code, name in p["skills"])) for p in body["parts"])
    return Achieved(**{**body, "parts": parts})
