"""Acts of joining and what each moved; pairs of accounts that may be one person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, LinkId, Stamp

OPEN, MERGED, DIFFERENT = "open", "merged", "different"


class Merge(Base):
    """An act: the account `gone` turned out to be the person `kept`. Undone by an act too, never deleted.

    `detail` holds what undoing it needs besides the rows that moved: values given to the account that was kept, and the
    enrollments as they were.
    """

    __tablename__ = "lms_merge"
    __table_args__ = (CheckConstraint("kept_id <> gone_id", name="two"),)

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    kept_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    gone_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    org_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))  # the lowest unit above both
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    at: Mapped[Stamp]
    detail: Mapped[dict[str, Any]]
    undone_at: Mapped[int | None] = mapped_column(BigInteger)
    undone_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    undone_reason: Mapped[str | None] = mapped_column(Text)


class MergedRow(Base):
    """A row that a merge gave from the one account to the other: which table and column, and the row's own key."""

    __tablename__ = "lms_merge_row"

    id: Mapped[Id]
    merge_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_merge.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))  # table.column
    key: Mapped[str] = mapped_column(String(400))  # JSON: the primary key without that column


class Duplicate(Base):
    """Two accounts that look like one person, the lower number first. What officers decided is remembered."""

    __tablename__ = "lms_duplicate"
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        CheckConstraint("low_id < high_id", name="order"),
        Index("ix_lms_duplicate_high", "high_id"),
        Index("ix_lms_duplicate_state", "state", "id"),
    )

    id: Mapped[Id]
    low_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    high_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    why: Mapped[str] = mapped_column(String(12))  # identity, phone, birthday, name, said
    state: Mapped[str] = mapped_column(String(12), default=OPEN)
    found_at: Mapped[Stamp]
    decided_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    decided_at: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
