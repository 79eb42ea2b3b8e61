"""Cards, the pictures that prove whose they are, help that was given, and classes on shared devices."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import Base, BigId, Id, LinkId, Small, Stamp


class Card(Base):
    """A card that was printed. Neither its secret nor its number is kept, only their keyed hashes."""

    __tablename__ = "cards_card"

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    number_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    issued_at: Mapped[Stamp]
    issued_by: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)
    revoked_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    reason: Mapped[str | None] = mapped_column(String(16))  # new, lost, found, wrong, self


class Holder(Base):
    """A person who has had a card: their pictures (Argon2id), tries that were wrong, the face in class lists."""

    __tablename__ = "cards_holder"

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True, autoincrement=False)
    face: Mapped[Small]
    secret_hash: Mapped[str | None] = mapped_column(String(120))
    set_at: Mapped[int | None] = mapped_column(BigInteger)
    open_until: Mapped[int | None] = mapped_column(BigInteger)  # till then whoever holds the card may choose pictures
    wrong_running: Mapped[Small] = mapped_column(default=0)  # since the last right try
    wrong_since: Mapped[Small] = mapped_column(default=0)  # since a helper last opened it
    wait_until: Mapped[int | None] = mapped_column(BigInteger)


class KnownDevice(Base):
    """A device on which a person proved who they are: it goes on being let in while there is an alarm."""

    __tablename__ = "cards_device"

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True, autoincrement=False)
    device: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    used_at: Mapped[Stamp]


class Help(Base):
    """That a helper signed somebody in beside them, with whose spoken yes, and who was present."""

    __tablename__ = "cards_help"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    helper_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    consent_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_consent.id"))
    room_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("cards_room.id"))
    session_id: Mapped[int | None] = mapped_column(BigInteger)  # empty until the last step of it was done
    present: Mapped[str] = mapped_column(String(200))
    at: Mapped[Stamp]


class Room(Base):
    """A class on shared devices. Devices join by its number, which is made anew each time it is shown."""

    __tablename__ = "cards_room"
    __table_args__ = (Index("ix_cards_room_open", "closed_at", "ends_at"),)

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    title: Mapped[str] = mapped_column(String(120))
    helper_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    number_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    number_until: Mapped[int | None] = mapped_column(BigInteger)
    lock_hash: Mapped[str] = mapped_column(String(120))
    lock_wrong: Mapped[Small] = mapped_column(default=0)
    idle: Mapped[Small]  # seconds until a device locks itself
    opened_at: Mapped[Stamp]
    ends_at: Mapped[Stamp]
    closed_at: Mapped[int | None] = mapped_column(BigInteger)


class RoomPerson(Base):
    """Somebody on the list of a class, with the face that stands for them there."""

    __tablename__ = "cards_room_person"

    room_id: Mapped[int] = mapped_column(BigId, ForeignKey("cards_room.id"), primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("lms_account.id"), primary_key=True, autoincrement=False, index=True
    )
    face: Mapped[Small]


class RoomDevice(Base):
    """A device in a class. The cookie that names it is kept as a hash."""

    __tablename__ = "cards_room_device"

    id: Mapped[Id]
    room_id: Mapped[int] = mapped_column(BigId, ForeignKey("cards_room.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    joined_at: Mapped[Stamp]
    left_at: Mapped[int | None] = mapped_column(BigInteger)


class Turn(Base):
    """One person's turn on a device of a class: which session it was, and when it was over."""

    __tablename__ = "cards_turn"
    __table_args__ = (Index("ix_cards_turn_room", "room_id", "ended_at"),)

    id: Mapped[Id]
    room_id: Mapped[int] = mapped_column(BigId, ForeignKey("cards_room.id"))
    device_id: Mapped[int] = mapped_column(BigId, ForeignKey("cards_room_device.id"), index=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    session_id: Mapped[int] = mapped_column(BigInteger)
    began_at: Mapped[Stamp]
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
