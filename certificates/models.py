"""Credentials, the number book, changes of status, checks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import Base, BigId, Id, LinkId, Small, Stamp

VALID, REVOKED, SUPERSEDED = "valid", "revoked", "replaced"


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
    __table_args__ = (Index("ix_certificates_credential_account", "account_id"),)

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    number: Mapped[str] = mapped_column(String(48), unique=True)
    check_code: Mapped[str] = mapped_column(String(9))
    kind: Mapped[str] = mapped_column(String(2))
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    attainment_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_attainment.id"), unique=True)
    org_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))
    issued_at: Mapped[Stamp]
    design: Mapped[str] = mapped_column(String(32))
    design_version: Mapped[Small]
    paper: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the frozen paper
    pdf_key: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the PDF, and where it lies in the file store
    state: Mapped[str] = mapped_column(String(12), default=VALID)
    successor_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("certificates_credential.id"))


class StatusChange(Base):
    """An act on a credential: who, why, when. Append-only."""

    __tablename__ = "certificates_status_change"

    id: Mapped[Id]
    credential_id: Mapped[int] = mapped_column(BigId, ForeignKey("certificates_credential.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    at: Mapped[Stamp]


class Check(Base):
    """A verification that took place. The asker is nobody: only what was asked, when, and what was answered."""

    __tablename__ = "certificates_check"

    id: Mapped[Id]
    credential_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("certificates_credential.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(String(8))  # page, json, api
    at: Mapped[Stamp]
