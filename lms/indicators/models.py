"""Counts held ready: a figure per indicator, unit and target group, at the unit itself; what is held back."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, Stamp


class Rollup(Base):
    """How many people of a group, in a unit itself and not below it, an indicator counts."""

    __tablename__ = "lms_rollup"
    __table_args__ = {"sqlite_with_rowid": False}

    indicator: Mapped[str] = mapped_column(String(24), primary_key=True)
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), primary_key=True)
    target_group: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[int]


class Held(Base):
    """An attainment that is not counted for a time, by whose wish and why. It stays valid in every other way.

    Several may hold the same one; it counts again when the last of them has let it go. Nothing is deleted: figures of a
    past day are counted by what was held then.
    """

    __tablename__ = "lms_held"
    __table_args__ = (
        Index("ix_lms_held_attainment", "attainment_id"),
        Index(
            "uq_lms_held_open", "held_by", "attainment_id", unique=True,
            sqlite_where=text("released_at IS NULL"), postgresql_where=text("released_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    attainment_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_attainment.id"))
    held_by: Mapped[str] = mapped_column(String(80))  # what holds it, e.g. "integrity:<the case>"
    why: Mapped[str] = mapped_column(String(40))
    since: Mapped[Stamp]
    released_at: Mapped[int | None] = mapped_column(BigInteger)
