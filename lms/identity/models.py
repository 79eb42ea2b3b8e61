"""Accounts and what they may do."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, LinkId, Moment, Small, Stamp


class Account(Base):
    """A person here. Nobody needs an e-mail address or a telephone; a name is enough for who comes by card or code.

    `identity_key` is a keyed hash of the citizen's number, never the number; `identity_tail` its last four digits.
    """

    __tablename__ = "lms_account"
    __table_args__ = (Index("ix_lms_account_sort_key", "sort_key"),)

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    full_name: Mapped[str] = mapped_column(String(120))
    sort_key: Mapped[str] = mapped_column(String(400))
    username: Mapped[str | None] = mapped_column(String(40), unique=True)
    phone: Mapped[str | None] = mapped_column(String(16), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(120))
    birth_date: Mapped[date | None]
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)  # lists often know no more
    identity_key: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    identity_tail: Mapped[str | None] = mapped_column(String(4))
    address_form: Mapped[str] = mapped_column(String(12), default="bạn")
    target_group: Mapped[str | None] = mapped_column(String(16))
    locale: Mapped[str] = mapped_column(String(8), default="vi")
    assurance_level: Mapped[Small] = mapped_column(default=0)
    generation: Mapped[int] = mapped_column(default=1)  # raised to end every open session
    made_at: Mapped[Moment]
    made_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))  # who entered them; None: they
    made_at_org_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))  # a school, a commune …
    closed_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    erased_at: Mapped[datetime | None]


class Identity(Base):
    """A proof of who somebody is at a provider: OpenID Connect subject, card. One subject, one account."""

    __tablename__ = "lms_identity"
    __table_args__ = (UniqueConstraint("provider", "subject"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    provider: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(255))
    linked_at: Mapped[Moment]


class Grant(Base):
    """A role at an org for a time; it reaches the org's whole subtree. Ended, never deleted."""

    __tablename__ = "lms_grant"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))
    role: Mapped[str] = mapped_column(String(24))
    valid_from: Mapped[Stamp]
    valid_to: Mapped[int | None]
    granted_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class Consent(Base):
    """A yes that a person gave: to which text, for which purpose, through whom; and when it was taken back."""

    __tablename__ = "lms_consent"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    text_version: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(16))  # self, guardian, helper
    by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    given_at: Mapped[Stamp]
    withdrawn_at: Mapped[int | None]
