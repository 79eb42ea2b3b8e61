"""Requests about one's data, guardians, what is sensitive, and how long things are kept."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, LinkId, Stamp

OPEN, ANSWERED, DONE, REFUSED, TAKEN_BACK = "open", "answered", "done", "refused", "taken-back"


class DataRequest(Base):
    """What a person asks about their data. `answer_by` and `act_by` are the legal terms, frozen when it was made."""

    __tablename__ = "lms_data_request"
    __table_args__ = (Index("ix_lms_data_request_state", "state", "answer_by"),)

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))  # the person, or their guardian
    kind: Mapped[str] = mapped_column(String(16))  # see, correct, object, erase
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[Stamp]
    answer_by: Mapped[Stamp]
    act_by: Mapped[Stamp]
    extended_at: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    answer: Mapped[str] = mapped_column(Text)
    handled_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class Guardian(Base):
    """Somebody who answers for a minor: with an account of their own, or by name on paper that an officer has seen."""

    __tablename__ = "lms_guardian"

    id: Mapped[Id]
    minor_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    guardian_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    relation: Mapped[str] = mapped_column(String(40))
    recorded_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    given_at: Mapped[Stamp]
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


class GuardianCode(Base):
    """The code that a minor shows to their guardian; only its hash is kept."""

    __tablename__ = "lms_guardian_code"

    minor_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    until: Mapped[Stamp]


class Sensitive(Base):
    """What a person volunteered about themselves; encrypted, and only ever counted."""

    __tablename__ = "lms_sensitive"

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True)
    attribute: Mapped[str] = mapped_column(String(24), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)
    given_at: Mapped[Stamp]


class RetentionTerm(Base):
    """How many days something is kept here, where the operator has decided otherwise than the default."""

    __tablename__ = "lms_retention_term"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    days: Mapped[int]
    changed_by_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    changed_at: Mapped[Stamp]


class AskedToStay(Base):
    """Somebody long away was asked whether their data should stay; without an answer they are de-identified."""

    __tablename__ = "lms_asked_to_stay"

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True)
    asked_at: Mapped[Stamp]
