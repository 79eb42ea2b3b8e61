"""Sentences that were spoken or recorded, and the sound that was joined of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, Stamp


class Sentence(Base):
    """One sentence in one voice: made once, whatever lesson says it. `said_by`: the person whose voice it is."""

    __tablename__ = "lms_sentence"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # of language, voice and words
    lang: Mapped[str] = mapped_column(String(12))
    voice: Mapped[str] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(Text)
    file_key: Mapped[str] = mapped_column(String(64))  # FLAC, one channel
    ms: Mapped[int]
    made_at: Mapped[Stamp]
    said_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)


class Joined(Base):
    """Sentences spoken one after another, as one sound in two forms, with the time of each."""

    __tablename__ = "lms_spoken"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(64), unique=True)  # of language, voice and all words in order
    lang: Mapped[str] = mapped_column(String(12))
    voice: Mapped[str] = mapped_column(String(32))
    times: Mapped[list[Any]]  # [words, first millisecond, last millisecond] of each sentence
    ms: Mapped[int] = mapped_column(BigInteger)
    opus_key: Mapped[str] = mapped_column(String(64))
    opus_bytes: Mapped[int]
    mp3_key: Mapped[str] = mapped_column(String(64))
    mp3_bytes: Mapped[int]
    made_at: Mapped[Stamp]
