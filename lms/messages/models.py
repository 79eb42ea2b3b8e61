"""Messages on their way out."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, Stamp


class Outgoing(Base):
    """A message for a channel. Its words are wiped once they have been handed over, where they are secret at once."""

    __tablename__ = "lms_outgoing"

    id: Mapped[Id]
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    channel: Mapped[str] = mapped_column(String(24))
    address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    stop_url: Mapped[str] = mapped_column(String(300))
    secret: Mapped[bool]
    made_at: Mapped[Stamp]
    until: Mapped[int | None] = mapped_column(BigInteger)  # after that it helps nobody any more
    sent_at: Mapped[int | None] = mapped_column(BigInteger)
    left_out: Mapped[bool]  # too late to be of use
