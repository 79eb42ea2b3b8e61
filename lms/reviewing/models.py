"""What was handed in to be reviewed, what was said of it, and which units ask for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, Stamp


class ReviewRule(Base):
    """What a unit decided for itself and the units below it: whether somebody else looks before anything is published.

    The nearest unit above that decided counts; where none did, authors publish by themselves.
    """

    __tablename__ = "lms_review_rule"

    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), primary_key=True)
    needs_review: Mapped[bool]
    set_at: Mapped[Stamp]
    set_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class Submission(Base):
    """A draft that was handed in to be reviewed, word for word: what is published is what was reviewed.

    `kind` names an entry of REVIEWABLE, `subject` what that entry calls it: the slug of a lesson, say. `state`:
    submitted → reviewed → published, or returned (with a reason), or withdrawn by its author or by an edit.
    """

    __tablename__ = "lms_submission"
    __table_args__ = (
        Index("ix_lms_submission_subject", "kind", "subject"),
        Index(
            "uq_lms_submission_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("state IN ('submitted', 'reviewed')"),
            postgresql_where=text("state IN ('submitted', 'reviewed')"),
        ),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    body: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    change: Mapped[str] = mapped_column(String(8))  # first, minor, major; empty where its kind makes no difference
    note: Mapped[str] = mapped_column(Text)
    submitted_at: Mapped[Stamp]
    submitted_by: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    reviewed_at: Mapped[int | None] = mapped_column(BigInteger)
    reviewed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    reason: Mapped[str] = mapped_column(Text)  # why it was returned


class Remark(Base):
    """What a reviewer says of one place of a submission, or of all of it where `block` is empty."""

    __tablename__ = "lms_remark"

    id: Mapped[Id]
    submission_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_submission.id"), index=True)
    block: Mapped[str] = mapped_column(String(64))
    words: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    at: Mapped[Stamp]
