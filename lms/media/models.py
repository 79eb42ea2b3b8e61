"""What was taken in, and what was made of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, Small, Stamp

WAITING, WORKING, READY, REFUSED = "waiting", "working", "ready", "refused"


class Media(Base):
    """A file that somebody brought. `digest` is that of the bytes as they came: a unit keeps the same bytes once.

    `facts` is what a lesson keeps of it once it is ready. `problem` is the sentence that says why it was refused.
    `until` is when the lease of whoever works on it runs out; `original` is false once the bytes as they came are gone.
    """

    __tablename__ = "lms_media"
    __table_args__ = (
        UniqueConstraint("org_id", "digest", "kind"),
        Index("ix_lms_media_state", "state", "until"),
        Index("ix_lms_media_digest", "digest"),
    )

    id: Mapped[Id]
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))
    by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    digest: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    format: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[Stamp]
    state: Mapped[str] = mapped_column(String(16))
    percent: Mapped[Small] = mapped_column(default=0)
    problem: Mapped[dict[str, Any] | None]
    facts: Mapped[dict[str, Any]]
    attempts: Mapped[Small] = mapped_column(default=0)
    until: Mapped[Stamp] = mapped_column(default=0)
    original: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[Stamp]
    done_at: Mapped[int | None] = mapped_column(BigInteger)


class MediaFile(Base):
    """A file that was made of something taken in: brought again, from an export say, it is known by its hash."""

    __tablename__ = "lms_media_file"
    __table_args__ = {"sqlite_with_rowid": False}

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    facts: Mapped[dict[str, Any]]
