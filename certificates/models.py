"""Credentials, the number book, changes of status, checks."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, Uuid, false, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import NO_FILES, Base, BigId, Id, LinkId, Small, Stamp

VALID, SUSPENDED, REVOKED, SUPERSEDED = "valid", "suspended", "revoked", "replaced"
EXPIRED = "expired"  # never stored: a paper is so from the day after `expires_on` on


class Book(Base):
    """The last serial given by an issuer for a kind in a year. Numbers are given in its transaction: no gaps."""

    __tablename__ = "certificates_book"

    issuer_code: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(2), primary_key=True)
    year: Mapped[Small] = mapped_column(primary_key=True)
    last: Mapped[int]


class Credential(Base):
    """A paper that was issued. `paper` is everything it says, frozen; nothing else is asked when it is drawn."""

    __tablename__ = "certificates_credential"
    __table_args__ = (
        Index("ix_certificates_credential_account", "account_id"),
        Index("ix_certificates_credential_org", "org_id", "id"),
        *(
            Index(
                f"ix_certificates_credential_{key}",
                key,
                sqlite_where=text(f"{key} IS NOT NULL"),
                postgresql_where=text(f"{key} IS NOT NULL"),
            )
            for key in ("pdf_key", "signed_key")
        ),
        Index(
            "ix_certificates_credential_ending",
            "expires_on",
            sqlite_where=text("expires_on IS NOT NULL AND told_ending_at IS NULL"),
            postgresql_where=text("expires_on IS NOT NULL AND told_ending_at IS NULL"),
        ),
        Index("uq_certificates_credential_status", "status_list", "status_index", unique=True),
        Index(
            "ix_certificates_credential_not_valid",
            "status_list",
            sqlite_where=text("state <> 'valid'"),
            postgresql_where=text("state <> 'valid'"),
        ),
    )

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    number: Mapped[str] = mapped_column(String(48), unique=True)
    check_code: Mapped[str] = mapped_column(String(9))
    kind: Mapped[str] = mapped_column(String(2))
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    attainment_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_attainment.id"), index=True)
    cause: Mapped[str] = mapped_column(String(80), unique=True)  # why it was issued, once: attainment:12, instead:7
    org_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))
    issued_at: Mapped[Stamp]
    design: Mapped[str] = mapped_column(String(32))
    design_version: Mapped[Small]
    paper: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the frozen paper
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))  # so that nobody finds a name by trying the log's fingerprints
    adopted: Mapped[bool] = mapped_column(default=False, server_default=false())  # issued before there was a log
    pdf_key: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the PDF, and where it lies in the file store
    signed_key: Mapped[str | None] = mapped_column(String(64))  # the same of the file with a digital signature
    signed_at: Mapped[int | None] = mapped_column(BigInteger)
    expires_on: Mapped[date | None]  # the last day on which it is valid
    told_ending_at: Mapped[int | None] = mapped_column(BigInteger)  # when its holder was told that this day is near
    status_list: Mapped[str] = mapped_column(String(40))  # the public list that says whether it still is valid
    status_index: Mapped[int]  # its place there, which tells nothing of when it was issued
    state: Mapped[str] = mapped_column(String(12), default=VALID)
    successor_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("certificates_credential.id"))


class StatusChange(Base):
    """An act on a credential: who, why, when. Append-only."""

    __tablename__ = "certificates_status_change"

    id: Mapped[Id]
    credential_id: Mapped[int] = mapped_column(BigId, ForeignKey("certificates_credential.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(
        String(24), default="", server_default=""
    )  # one of the reasons of services/changing.py
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    at: Mapped[Stamp]


class Confirmation(Base):
    """What was attained by a rule set that wants an officer to look before its paper is issued: waiting, confirmed, or
    returned with a reason.
    """

    __tablename__ = "certificates_confirmation"
    __table_args__ = (
        Index("ix_certificates_confirmation_account", "account_id"),
        Index(
            "ix_certificates_confirmation_open",
            "org_id",
            "id",
            sqlite_where=text("state <> 'confirmed'"),
            postgresql_where=text("state <> 'confirmed'"),
        ),
    )

    id: Mapped[Id]
    attainment_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_attainment.id"), unique=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    org_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))
    state: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[Stamp]  # waits since
    note: Mapped[str] = mapped_column(String(500), default="", server_default="")  # of the person who asks again
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")  # why it was returned
    decided_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    decided_at: Mapped[int | None] = mapped_column(BigId)


class Handover(Base):
    """Papers were handed out: when, and by which officer. Never changed; a line of it may be struck."""

    __tablename__ = "certificates_handover"

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    on_day: Mapped[date]
    note: Mapped[str] = mapped_column(String(300), default="", server_default="")
    by_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    at: Mapped[Stamp]


class Handed(Base):
    """One paper of a hand-over: to its holder, or to whom for them. Once; a line written by mistake is struck."""

    __tablename__ = "certificates_handed"
    __table_args__ = (
        Index("ix_certificates_handed_account", "account_id"),
        Index("ix_certificates_handed_handover", "handover_id"),
        Index(
            "uq_certificates_handed_once",
            "credential_id",
            unique=True,
            sqlite_where=text("struck_at IS NULL"),
            postgresql_where=text("struck_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    handover_id: Mapped[int] = mapped_column(BigId, ForeignKey("certificates_handover.id"))
    credential_id: Mapped[int] = mapped_column(BigId, ForeignKey("certificates_credential.id"))
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))  # whose paper it is
    relation: Mapped[str] = mapped_column(String(12))  # of who received it to the holder; self: the holder
    receiver: Mapped[str] = mapped_column(String(200), default="", server_default="")  # the name, where not the holder
    struck_at: Mapped[int | None] = mapped_column(BigId)
    struck_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class PaperLook(Base):
    """How an issuer wants papers of a kind to look, from a day on. A version that was published never changes; without
    `published_at` it is the draft. `design` empty: from then on as the unit above has it.
    """

    __tablename__ = "certificates_look"
    __table_args__ = (
        Index("uq_certificates_look_version", "org_id", "kind", "version", unique=True),
        Index(
            "uq_certificates_look_draft",
            "org_id",
            "kind",
            unique=True,
            sqlite_where=text("published_at IS NULL"),
            postgresql_where=text("published_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))
    kind: Mapped[str] = mapped_column(String(12))  # attainment, course, contest
    version: Mapped[Small]  # 1, 2 … of this unit and kind
    design: Mapped[str] = mapped_column(String(40))  # state/2
    body: Mapped[dict[str, Any]]  # a services.looks.Body; it may name a logo's file
    made_by: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    made_at: Mapped[Stamp]
    published_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    published_at: Mapped[int | None] = mapped_column(BigId)


class Check(Base):
    """A verification that took place: what was asked, when, and what was answered.

    Of those who are not officials nobody is kept: `by_id` and what follows are empty. Officials have a record.
    """

    __tablename__ = "certificates_check"
    __table_args__ = (
        *(
            Index(f"ix_certificates_check_{name}", column, *more, unique=name == "uuid",
                  sqlite_where=text("by_id IS NOT NULL"), postgresql_where=text("by_id IS NOT NULL"))
            for name, column, more in (("by", "by_id", ["id"]), ("org", "org_id", ["id"]), ("uuid", "uuid", []))
        ),
    )  # fmt: skip

    id: Mapped[Id]
    credential_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("certificates_credential.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(String(8))  # page, json, api, bulk
    at: Mapped[Stamp]
    by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    org_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))  # where the official has the right
    uuid: Mapped[UUID | None] = mapped_column(Uuid)  # the link of the record
    number: Mapped[str | None] = mapped_column(String(48))  # as it was asked, where no paper has it too
    form: Mapped[str | None] = mapped_column(String(16))  # number, qr, pdf, badge …: what was shown
    purpose: Mapped[str | None] = mapped_column(String(200))


class Wording(Base):
    """Words that many papers share, as their codes name them: by a fingerprint. Phones get them with the list."""

    __tablename__ = "certificates_wording"

    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(6), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class Batch(Base):
    """An officer's act that issues many papers: to those who attained a programme, or to those whom a list names.

    The worker goes through its rows in parts. `turn` counts how often it was begun or gone on with: what an earlier
    turn still has under way is no longer wanted.
    """

    __tablename__ = "certificates_batch"

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    kind: Mapped[str] = mapped_column(String(8))  # attained, list, contest
    title: Mapped[str] = mapped_column(String(200))
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_programme.id"))
    since: Mapped[int | None] = mapped_column(BigId)  # attained from this moment on …
    until: Mapped[int | None] = mapped_column(BigId)  # … and before this one
    subtitle: Mapped[str] = mapped_column(String(120), default="", server_default="")  # of the papers of a list
    statement: Mapped[str] = mapped_column(String(200), default="", server_default="")
    split: Mapped[bool] = mapped_column(default=False, server_default=false())  # a package for each unit right below
    state: Mapped[Small]
    turn: Mapped[Small] = mapped_column(default=0, server_default=text("0"))
    total: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    done: Mapped[int] = mapped_column(default=0, server_default=text("0"))  # rows dealt with
    left_out: Mapped[int] = mapped_column(default=0, server_default=text("0"))  # lines of a list that named nobody here
    made_by: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    made_at: Mapped[Stamp]
    changed_at: Mapped[Stamp]
    ended_at: Mapped[int | None] = mapped_column(BigId)


class BatchRow(Base):
    """One paper that a batch is to issue. `cause`: the paper's; `said`: what a list says, until it is issued."""

    __tablename__ = "certificates_batch_row"
    __table_args__ = (
        Index("ix_certificates_batch_row_batch", "batch_id", "id"),
        Index("ix_certificates_batch_row_account", "account_id"),
        Index("ix_certificates_batch_row_credential", "credential_id"),
        Index(
            "ix_certificates_batch_row_open",
            "batch_id",
            "id",
            sqlite_where=text("state = 0"),
            postgresql_where=text("state = 0"),
        ),
    )

    id: Mapped[Id]
    batch_id: Mapped[int] = mapped_column(BigId, ForeignKey("certificates_batch.id"))
    line: Mapped[int]
    cause: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    attainment_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_attainment.id"))
    org_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))
    unit_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))  # in whose package it is
    said: Mapped[dict[str, Any]] = mapped_column(info=NO_FILES)
    problem: Mapped[str] = mapped_column(String(12), default="", server_default="")
    state: Mapped[Small] = mapped_column(default=0, server_default=text("0"))  # 0 open, 1 dealt with
    credential_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("certificates_credential.id"))


class BatchFile(Base):
    """A file of a batch: a signed ZIP, or sheets to print. Rows from `first_id` to `last_id`, of one unit or of all."""

    __tablename__ = "certificates_batch_file"

    id: Mapped[Id]
    batch_id: Mapped[int] = mapped_column(BigId, ForeignKey("certificates_batch.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))
    kind: Mapped[str] = mapped_column(String(8))  # zip, pages, cards
    part: Mapped[Small]
    parts: Mapped[Small]
    first_id: Mapped[int] = mapped_column(BigId)
    last_id: Mapped[int] = mapped_column(BigId)
    papers: Mapped[int]
    key: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of it, and where it lies in the file store
    size: Mapped[int | None] = mapped_column(BigId)
    made_at: Mapped[int | None] = mapped_column(BigId)
