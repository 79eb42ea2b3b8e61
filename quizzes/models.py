"""Banks, items and their versions; quizzes; attempts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import Base, BigId, Id, LinkId, Small, Stamp

OPEN, SUBMITTED = 0, 1


class Bank(Base):
    """A collection of items of one unit."""

    __tablename__ = "quizzes_bank"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))


class Item(Base):
    """A question. It is for practice or for exams, never both: whatever uses it names (id, pool) as its key."""

    __tablename__ = "quizzes_item"
    __table_args__ = (
        CheckConstraint("pool IN ('practice', 'exam')", name="pool"),
        UniqueConstraint("id", "pool"),
        Index("ix_quizzes_item_pool", "pool"),
    )

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    bank_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_bank.id"), index=True)
    pool: Mapped[str] = mapped_column(String(8))
    current_id: Mapped[int | None]  # the version in use
    retired_at: Mapped[int | None]


class ItemVersion(Base):
    """A published wording of an item. Never changed: an attempt can always be shown as it was."""

    __tablename__ = "quizzes_item_version"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        ForeignKeyConstraint(["item_id", "pool"], ["quizzes_item.id", "quizzes_item.pool"]),
    )

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(BigId)
    pool: Mapped[str] = mapped_column(String(8))
    number: Mapped[int]
    type: Mapped[str] = mapped_column(String(32))
    body: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[Stamp]
    made_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class ItemTag(Base):
    """A skill that an item tests, by its code."""

    __tablename__ = "quizzes_item_tag"

    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_item.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(24), primary_key=True)


class QuizDocument(Base):
    """A quiz as its authors see it."""

    __tablename__ = "quizzes_document"

    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), primary_key=True)
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), index=True)
    draft: Mapped[dict[str, Any]]
    base: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[Stamp]
    changed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class QuizRevision(Base):
    """A published quiz: how it is drawn and passed. Never changed."""

    __tablename__ = "quizzes_revision"
    __table_args__ = (UniqueConstraint("activity_id", "number"),)

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[Stamp]
    published_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class Attempt(Base):
    """One go at a quiz. `paper` is what was drawn: [item version, order of options, area] a question."""

    __tablename__ = "quizzes_attempt"
    __table_args__ = (Index("ix_quizzes_attempt_who", "account_id", "activity_id"),)

    id: Mapped[Id]
    uuid: Mapped[UUID] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    revision_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_revision.id"))
    token: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    seed: Mapped[int]
    paper: Mapped[list[Any]]
    state: Mapped[Small] = mapped_column(default=OPEN)
    started_at: Mapped[Stamp]
    submitted_at: Mapped[int | None]
    marks: Mapped[list[Any] | None]  # halves of a point, one a question
    passed: Mapped[bool | None]


class Response(Base):
    """The answer to one question, as last saved."""

    __tablename__ = "quizzes_response"
    __table_args__ = {"sqlite_with_rowid": False}

    attempt_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_attempt.id"), primary_key=True)
    position: Mapped[Small] = mapped_column(primary_key=True)
    answer: Mapped[list[Any]]
    saved_at: Mapped[Stamp]


class Seen(Base):
    """An exam item that a person has been given, so that a new try gets fresh ones."""

    __tablename__ = "quizzes_seen"
    __table_args__ = (
        CheckConstraint("pool = 'exam'", name="exam_only"),
        ForeignKeyConstraint(["item_id", "pool"], ["quizzes_item.id", "quizzes_item.pool"]),
        {"sqlite_with_rowid": False},
    )

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    pool: Mapped[str] = mapped_column(String(8), default="exam")
    times: Mapped[Small] = mapped_column(default=1)


class PracticeAnswer(Base):
    """An answer to a practice question in a lesson; only counted, never judged."""

    __tablename__ = "quizzes_practice_answer"
    __table_args__ = (
        CheckConstraint("pool = 'practice'", name="practice_only"),
        ForeignKeyConstraint(["item_id", "pool"], ["quizzes_item.id", "quizzes_item.pool"]),
        Index("ix_quizzes_practice_answer_item", "item_id"),
    )

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(BigId)
    pool: Mapped[str] = mapped_column(String(8), default="practice")
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    right: Mapped[bool]
    at: Mapped[Stamp]
