"""What phones sent later than it happened."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import Base, BigId, Stamp


class Sent(Base):
    """One happening that was taken in. Its key is the phone's, so that sending it again changes nothing.

    `t` is the phone's clock and `at` ours, both in seconds since 1970; `unsure` where they cannot both be right.
    """

    __tablename__ = "offline_sent"
    __table_args__ = {"sqlite_with_rowid": False}

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    t: Mapped[Stamp]
    at: Mapped[Stamp] = mapped_column(index=True)
    unsure: Mapped[bool]
