"""Signing keys."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, Id, Stamp


class SigningKey(Base):
    """A key pair for one purpose. The secret half is sealed by the installation's secret; the public half stays."""

    __tablename__ = "lms_signing_key"
    __table_args__ = (
        Index(
            "uq_lms_signing_key_in_use",
            "purpose",
            unique=True,
            sqlite_where=text("retired_at IS NULL"),
            postgresql_where=text("retired_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    kid: Mapped[str] = mapped_column(String(32), unique=True)  # from the public half: see keeping.kid_of
    purpose: Mapped[str] = mapped_column(String(16))
    algorithm: Mapped[str] = mapped_column(String(8))  # ed25519, es256
    public: Mapped[bytes] = mapped_column(LargeBinary)  # SubjectPublicKeyInfo, DER
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed; None once it was destroyed
    valid_from: Mapped[Stamp]
    retired_at: Mapped[int | None] = mapped_column(BigInteger)  # signs no more; what it signed before stays good
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)  # became known to others then: nothing it signed is good
