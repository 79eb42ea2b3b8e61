"""What is kept besides the identities themselves: which session belongs to which at a provider, and what came once."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import Base, BigId, Stamp


class ProviderSession(Base):
    """A session here that began with a session at a provider, which may end it (Back-Channel Logout)."""

    __tablename__ = "openid_session"
    __table_args__ = (Index("ix_openid_session_there", "provider", "there"),)

    session_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("lms_session.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    provider: Mapped[str] = mapped_column(String(40))
    there: Mapped[bytes] = mapped_column(LargeBinary(32))  # a hash of the provider's name for its session


class Once(Base):
    """Something that may come only once, by its hash: a way back from a provider, a logout token."""

    __tablename__ = "openid_once"

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    until: Mapped[Stamp] = mapped_column(index=True)  # afterwards its own date refuses it
