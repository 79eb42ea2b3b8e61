"""Accounts and what they may do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lms import clock
from lms.db.base import Base, BigId, Id, LinkId, Moment, Small, Stamp, plain
from lms.vietnamese import fold


def _folded(context: Any) -> str:
    return fold(str(context.get_current_parameters()["full_name"]))


class Account(Base):
    """A person here. Nobody needs an e-mail address or a telephone; a name is enough for who comes by card or code.

    `identity_key` is a keyed hash of the citizen's number, never the number; `identity_tail` its last four digits.
    """

    __tablename__ = "lms_account"
    __table_args__ = (
        Index("ix_lms_account_sort_key", "sort_key"),
        Index("ix_lms_account_folded", "folded", "birth_year"),
        Index(
            "ix_lms_account_merged",
            "merged_into_id",
            sqlite_where=text("merged_into_id IS NOT NULL"),
            postgresql_where=text("merged_into_id IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    full_name: Mapped[str] = mapped_column(String(120))
    sort_key: Mapped[str] = mapped_column(plain(400))
    folded: Mapped[str] = mapped_column(String(200), default=_folded, server_default="")  # as search compares it
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
    lesson_lang: Mapped[str | None] = mapped_column(String(12))  # in which they read lessons; None: Vietnamese
    assurance_level: Mapped[Small] = mapped_column(default=0)
    generation: Mapped[int] = mapped_column(default=1)  # read by release 0.1 only; sessions are rows now
    password_once_until: Mapped[int | None] = mapped_column(BigInteger)  # set: a PIN that others gave, till then
    second_factor_asked_at: Mapped[int | None] = mapped_column(BigInteger)  # since when their role demands one
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
    """A role at an org for a time; it reaches the org's whole subtree. Ended, never deleted.

    `valid_to` is the first second after it; one that was ended before it began has `valid_to` = `valid_from`.
    """

    __tablename__ = "lms_grant"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="times"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), index=True)
    role: Mapped[str] = mapped_column(String(24))
    valid_from: Mapped[Stamp]
    valid_to: Mapped[int | None] = mapped_column(BigInteger)
    granted_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))  # None: on the server
    given_at: Mapped[Stamp] = mapped_column(default=clock.seconds, server_default="0")
    ended_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


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


class Session(Base):
    """One sign-in on one device. The cookie names it; it holds until it is ended. The number is drawn, not counted."""

    __tablename__ = "lms_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    way: Mapped[str] = mapped_column(String(40))  # password, code, card, a provider of identities …
    strength: Mapped[Small]  # 1: one proof; 2: a second factor besides; 3: the national identity
    device: Mapped[str] = mapped_column(String(80))
    helper_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))  # who signed them in beside them
    made_at: Mapped[Stamp]
    seen_at: Mapped[Stamp] = mapped_column(index=True)  # to the hour, when something was sent
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


class Code(Base):
    """A code sent to a telephone. Only its keyed hash is kept; `account_id` is empty where nobody has the number."""

    __tablename__ = "lms_code"
    __table_args__ = (Index("ix_lms_code_made_at", "made_at"),)

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    purpose: Mapped[str] = mapped_column(String(16))
    phone: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    tries: Mapped[Small]
    sent: Mapped[bool]
    made_at: Mapped[Stamp]
    expires_at: Mapped[Stamp]
    used_at: Mapped[int | None] = mapped_column(BigInteger)


class Proof(Base):
    """How it is known that somebody is who they say, with who saw it; the account has the highest level that holds."""

    __tablename__ = "lms_proof"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    level: Mapped[Small]
    kind: Mapped[str] = mapped_column(String(16))  # phone, papers, identity, entered
    what: Mapped[str] = mapped_column(String(40))  # which kind of paper, which provider
    by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    identity_key: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    identity_tail: Mapped[str | None] = mapped_column(String(4))
    made_at: Mapped[Stamp]
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


class RequiredLevel(Base):
    """How well somebody must be known before they may do something."""

    __tablename__ = "lms_required_level"

    action: Mapped[str] = mapped_column(String(64), primary_key=True)
    level: Mapped[Small]
    set_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    set_at: Mapped[Stamp]


class SecondFactor(Base):
    """The secret that a person's phone shares with us (TOTP), encrypted; in use once it was confirmed."""

    __tablename__ = "lms_second_factor"

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True, autoincrement=False)
    secret: Mapped[bytes] = mapped_column(LargeBinary(80))
    last_step: Mapped[Stamp]  # the last half minute whose code was used: none is taken twice
    made_at: Mapped[Stamp]
    confirmed_at: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A code on paper for whoever has lost the phone of the second factor; good once."""

    __tablename__ = "lms_recovery_code"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    used_at: Mapped[int | None] = mapped_column(BigInteger)


class KeptForm(Base):
    """What somebody typed into a form that came after their session had ended; only their browser holds the key.

    `browser` names that key and does not tell it.
    """

    __tablename__ = "lms_kept_form"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    browser: Mapped[bytes] = mapped_column(LargeBinary(16), index=True)
    at: Mapped[Stamp]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Arriving(Base):
    """What a provider has proved of somebody who has not said yet which account it belongs to. Kept for minutes."""

    __tablename__ = "lms_arriving"

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    provider: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(255))
    level: Mapped[Small]
    full_name: Mapped[str | None] = mapped_column(String(120))
    birth_date: Mapped[date | None]
    identity_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    identity_tail: Mapped[str | None] = mapped_column(String(4))
    made_at: Mapped[Stamp]
