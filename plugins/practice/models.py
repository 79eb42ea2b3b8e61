"""Practices as authors see them and as they were published; runs through them, tap by tap."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import Base, BigId, Id, Small, Stamp


class PracticeDocument(Base):
    """A practice as its authors see it."""

    __tablename__ = "practice_document"

    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), primary_key=True)
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), index=True)
    draft: Mapped[dict[str, Any]]
    base: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[Stamp]
    changed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class PracticeRevision(Base):
    """A published practice. Never changed: whoever is playing it goes on with the same."""

    __tablename__ = "practice_revision"
    __table_args__ = (UniqueConstraint("activity_id", "number"),)

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[Stamp]
    published_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class Run(Base):
    """One run to the end, by somebody who is known. What it comes to stays when its steps are forgotten."""

    __tablename__ = "practice_run"
    __table_args__ = (Index("ix_practice_run_who", "account_id", "activity_id"), Index("ix_practice_run_at", "at"))

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    revision_id: Mapped[int] = mapped_column(BigId, ForeignKey("practice_revision.id"))
    token: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)  # the same run sent twice is kept once
    mode: Mapped[Small]  # its place in MODES
    points: Mapped[Small]
    most: Mapped[Small]
    traps: Mapped[Small]
    at: Mapped[Stamp]


class RunStep(Base):
    """One tap of a run. What was typed is never kept, only whether it was right."""

    __tablename__ = "practice_step"
    __table_args__ = {"sqlite_with_rowid": False}

    run_id: Mapped[int] = mapped_column(BigId, ForeignKey("practice_run.id"), primary_key=True)
    position: Mapped[Small] = mapped_column(primary_key=True)
    step: Mapped[Small]
    tap: Mapped[str] = mapped_column(String(32))
    right: Mapped[bool]
    ms: Mapped[int | None]  # as the phone measured it; none where it had no script
