"""What waits to be delivered: one row per event and subscriber."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import NO_FILES, Base, Id, Small, Stamp

PENDING, DONE, DEAD = 0, 1, 2


class Delivery(Base):
    """An event on its way to one subscriber. Leased while a worker handles it; a lease that runs out is free again."""

    __tablename__ = "lms_delivery"
    __table_args__ = (Index("ix_lms_delivery_due", "state", "due_at"),)

    id: Mapped[Id]
    event: Mapped[str] = mapped_column(String(120))
    subscriber: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]] = mapped_column(info=NO_FILES)
    told_at: Mapped[Stamp]
    due_at: Mapped[Stamp]
    state: Mapped[Small] = mapped_column(default=PENDING)
    attempts: Mapped[Small] = mapped_column(default=0)
    leased_by: Mapped[str | None] = mapped_column(String(80))
    done_at: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(Text)
