"""Counts held ready: a figure per indicator, unit and target group, at the unit itself."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId


class Rollup(Base):
    """How many people of a group, in a unit itself and not below it, an indicator counts."""

    __tablename__ = "lms_rollup"
    __table_args__ = {"sqlite_with_rowid": False}

    indicator: Mapped[str] = mapped_column(String(24), primary_key=True)
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), primary_key=True)
    target_group: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[int]
