"""Entries, the tiles of their tree, what the log signed about itself, and what witnesses put under it."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, Small, Stamp


class LogEntry(Base):
    """Something that was logged. `place` is its index in the tree: the worker gives it soon after, and it stays."""

    __tablename__ = "lms_log_entry"
    __table_args__ = (
        Index(
            "ix_lms_log_entry_waits", "id", sqlite_where=text("place IS NULL"), postgresql_where=text("place IS NULL")
        ),
        Index("ix_lms_log_entry_subject", "subject", "kind"),
    )

    id: Mapped[Id]
    place: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)  # canonical JSON: the leaf


class LogTile(Base):
    """The hashes of a tile, as many as there are; a tile that grows keeps those that it has."""

    __tablename__ = "lms_log_tile"
    __table_args__ = {"sqlite_with_rowid": False}

    level: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class LogHead(Base):
    """One row: whose log this is, and how many entries have a place. Whoever gives places holds it."""

    __tablename__ = "lms_log_head"

    id: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(String(200))
    size: Mapped[Stamp]


class LogCheckpoint(Base):
    """What the log signed of itself when it had so many entries. Never changed, never taken back."""

    __tablename__ = "lms_log_checkpoint"

    size: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    note: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Stamp]


class LogWitness(Base):
    """Somebody outside who looks at the log and signs what they saw: their key, and what they saw last."""

    __tablename__ = "lms_log_witness"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    key: Mapped[str] = mapped_column(String(300))  # name+id+key, as C2SP writes it
    added_at: Mapped[Stamp]
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


class LogCosignature(Base):
    """A witness's line under a checkpoint."""

    __tablename__ = "lms_log_cosignature"
    __table_args__ = {"sqlite_with_rowid": False}

    size: Mapped[int] = mapped_column(BigId, ForeignKey("lms_log_checkpoint.size"), primary_key=True)
    witness_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_log_witness.id"), primary_key=True)
    line: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[Stamp]
