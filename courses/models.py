"""What authors write: a draft that changes, and revisions that never do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import Base, BigId, Id, Stamp


class Document(Base):
    """A lesson, task or course as its authors see it. `base` counts its saves, so that two authors notice."""

    __tablename__ = "courses_document"

    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), primary_key=True)
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # lesson, task, course
    draft: Mapped[dict[str, Any]]
    base: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[Stamp]
    changed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class Revision(Base):
    """A published version. Never changed, never deleted: learners finish on the one that they began."""

    __tablename__ = "courses_revision"
    __table_args__ = (UniqueConstraint("activity_id", "number"),)

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[Stamp]
    published_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class Declaration(Base):
    """What a learner said about a real-life task: tự khai."""

    __tablename__ = "courses_declaration"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), index=True)
    choice: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[Stamp]
    confirmed_at: Mapped[int | None]
    confirmed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
