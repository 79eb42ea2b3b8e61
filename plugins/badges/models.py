"""Badges that were made, and what they attest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import NO_FILES, Base, BigId, LinkId, Stamp


class BadgeMade(Base):
    """A paper's badge as it was signed, without a name: handed out as it is, for ever."""

    __tablename__ = "badges_badge"

    credential_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    uuid: Mapped[LinkId]  # its public address, which nobody guesses and which leads to no page of its holder
    achievement: Mapped[str] = mapped_column(String(80))
    forms: Mapped[bytes] = mapped_column(LargeBinary)  # JSON-LD and JWT, packed together: see proofs.pack
    kid: Mapped[str] = mapped_column(String(32))  # the Ed25519 key of the proof
    jwt_kid: Mapped[str] = mapped_column(String(32))  # the P-256 key of the JWT
    made_at: Mapped[Stamp]


class Achievement(Base):
    """What badges attest, frozen: its page stays when the programme is renamed or taken away."""

    __tablename__ = "badges_achievement"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(info=NO_FILES)
    made_at: Mapped[Stamp]
