"""What is to be handed over of each paper, and the files and messages in which it went."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import Base, BigId, Id, LinkId, Small, Stamp

# PREPARED: to be told; it may lie in a file that nobody sent yet. VOID: the paper ended before anybody was told of it.
PREPARED, SENT, ACCEPTED, REFUSED, VOID = "prepared", "sent", "accepted", "refused", "void"
FILE = "file"  # the way of a batch that people carry; other ways are the names of carriers


class Record(Base):
    """What is to be told of one paper. `edition` counts what has to be told anew: each (number, edition) once."""

    __tablename__ = "handover_record"
    __table_args__ = (
        Index("ix_handover_record_state", "state", "org_id"),
        Index("ix_handover_record_batch", "batch_id"),
        Index("ix_handover_record_account", "account_id"),
    )

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    number: Mapped[str] = mapped_column(String(48), unique=True)
    credential_id: Mapped[int] = mapped_column(BigId, ForeignKey("certificates_credential.id"), unique=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    org_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))
    edition: Mapped[Small] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(8), default=PREPARED)
    batch_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("handover_batch.id"))
    digest: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the record as it was told last
    reference: Mapped[str] = mapped_column(String(80), default="")  # what the other side calls it
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was refused, or could not be sent
    tries: Mapped[Small] = mapped_column(default=0)  # by a carrier, since it last went through
    due_at: Mapped[Stamp]  # a carrier does not take it before
    changed_at: Mapped[Stamp]


class Batch(Base):
    """A file that was made, or what a carrier took at once."""

    __tablename__ = "handover_batch"
    __table_args__ = (Index("ix_handover_batch_made", "made_at"),)

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    way: Mapped[str] = mapped_column(String(32))
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))
    records: Mapped[int]
    file_key: Mapped[str | None] = mapped_column(String(64))  # the ZIP in the file store, by its SHA-256
    made_at: Mapped[Stamp]
    made_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    sent_at: Mapped[int | None] = mapped_column(BigInteger)
    sent_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    cancelled_at: Mapped[int | None] = mapped_column(BigInteger)


class Answer(Base):
    """What the other side said of one edition, as it was taken in. Append-only."""

    __tablename__ = "handover_answer"

    id: Mapped[Id]
    record_id: Mapped[int] = mapped_column(BigId, ForeignKey("handover_record.id"), index=True)
    edition: Mapped[Small]
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(String(80))
    at: Mapped[Stamp]
    by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))  # who brought it; None: a carrier
