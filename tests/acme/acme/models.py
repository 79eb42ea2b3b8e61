"""Tables. Their names begin with the plugin's, so that they are known as its own when it is away."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import Base, BigId, Id, Stamp


class Broadcast(Base):
    """What the loudspeaker says."""

    __tablename__ = "acme_broadcast"

    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), primary_key=True)
    words: Mapped[str] = mapped_column(Text)


class Honor(Base):
    """A learner whose name is read out, because a course is done."""

    __tablename__ = "acme_honor"
    __table_args__ = (UniqueConstraint("account_id", "course_id"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    at: Mapped[Stamp]
