"""What people were told, and how they wish to be."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, LinkId, Small, Stamp


class Note(Base):
    """Something that a person is told here, in the language that they read in then."""

    __tablename__ = "lms_note"
    __table_args__ = (Index("ix_lms_note_account", "account_id", "id"),)

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(300))
    at: Mapped[Stamp]
    read_at: Mapped[int | None] = mapped_column(BigInteger)


class NoteChoice(Base):
    """How a person wishes to be reached. Without a row: here only, and no reminders; silence is no.

    Hours are whole hours on the Vietnamese clock, `hour_from` included, `hour_to` not.
    """

    __tablename__ = "lms_note_choice"
    __table_args__ = (
        CheckConstraint("hour_from >= 5 AND hour_to <= 22 AND hour_from < hour_to", name="hours"),
        CheckConstraint("NOT by_mail OR email IS NOT NULL", name="mail"),
    )

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True)
    remind: Mapped[bool]
    hour_from: Mapped[Small]
    hour_to: Mapped[Small]
    by_mail: Mapped[bool]
    by_phone: Mapped[bool]
    email: Mapped[str | None] = mapped_column(String(254))
    code_hash: Mapped[str | None] = mapped_column(String(64))  # of the code sent to `asked_email`
    asked_email: Mapped[str | None] = mapped_column(String(254))
    code_until: Mapped[int | None] = mapped_column(BigInteger)
    code_tries: Mapped[Small]
    reminded_at: Mapped[int | None] = mapped_column(BigInteger)
    changed_at: Mapped[Stamp]
