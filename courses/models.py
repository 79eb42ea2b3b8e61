"""What authors write: a draft that changes, and revisions that never do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import Base, BigId, Id, Small, Stamp, plain


class Document(Base):
    """A lesson, task or course as its authors see it. `base` counts its saves, so that two authors notice."""

    __tablename__ = "courses_document"

    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), primary_key=True)
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))  # lesson, task, course
    draft: Mapped[dict[str, Any]]
    base: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[Stamp]
    changed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class Revision(Base):
    """A published version. Never changed, never deleted: learners finish on the one that they began.

    `change`: first, minor (the wording; who completed the one before has completed this one) or major (the meaning).
    """

    __tablename__ = "courses_revision"
    __table_args__ = (UniqueConstraint("activity_id", "number"),)

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[Stamp]
    published_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    change: Mapped[str] = mapped_column(String(8), default="minor", server_default="minor")
    note: Mapped[str] = mapped_column(Text, default="", server_default="")  # what changed, in the author's words
    base_id: Mapped[int | None] = mapped_column(BigId)  # the revision that it was published over


class Declaration(Base):
    """What a learner said about a real-life task: tự khai."""

    __tablename__ = "courses_declaration"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), index=True)
    choice: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[Stamp]
    confirmed_at: Mapped[int | None]
    confirmed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class Fork(Base):
    """A unit's own version of a lesson of a unit above it, and the revision of that lesson it was last laid beside."""

    __tablename__ = "courses_fork"

    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), primary_key=True)
    origin_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), index=True)
    revision_id: Mapped[int] = mapped_column(BigId, ForeignKey("courses_revision.id"))
    forked_at: Mapped[Stamp]


class SetAside(Base):
    """What an author wrote over a save that was no longer the newest: kept until they take it back or discard it.

    `seen` says what they began from: a mark for each fact and block, so that it can be told who changed what.
    """

    __tablename__ = "courses_set_aside"

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), index=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    base: Mapped[int]
    body: Mapped[dict[str, Any]]
    seen: Mapped[dict[str, Any]]
    at: Mapped[Stamp]


class Track(Base):
    """A lesson in another language, as it is being written: `draft` as courses/tracks.py describes it.

    `base` counts its saves, so that two translators notice.
    """

    __tablename__ = "courses_track"
    __table_args__ = (UniqueConstraint("activity_id", "lang"),)

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    lang: Mapped[str] = mapped_column(String(12))
    draft: Mapped[dict[str, Any]]
    base: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[Stamp]
    changed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class TrackRevision(Base):
    """A published track of one revision of a lesson. Never changed, never deleted; a later number stands before it."""

    __tablename__ = "courses_track_revision"
    __table_args__ = (UniqueConstraint("revision_id", "lang", "number"),)

    id: Mapped[Id]
    revision_id: Mapped[int] = mapped_column(BigId, ForeignKey("courses_revision.id"))
    lang: Mapped[str] = mapped_column(String(12))
    number: Mapped[int]
    body: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[Stamp]
    published_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class Reading(Base):
    """A revision read aloud in one language, or that it waits to be, or why it is not.

    `state`: waiting, done, none (no voice can), failed. `spoken_id` names a sound of `lms.api.speech`; it is no foreign
    key, since a voice that is forgotten goes with its sound, and the lesson then stands without it.
    """

    __tablename__ = "courses_reading"
    __table_args__ = (
        UniqueConstraint("revision_id", "lang"),
        Index(
            "ix_courses_reading_waiting",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[Id]
    revision_id: Mapped[int] = mapped_column(BigId, ForeignKey("courses_revision.id"))
    lang: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(8))
    voice: Mapped[str] = mapped_column(String(32), default="")
    spoken_id: Mapped[int | None] = mapped_column(BigInteger)
    problem: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[Stamp]


class ReadTo(Base):
    """How far somebody has read in a lesson, on whatever device: the furthest block, in the revision they have."""

    __tablename__ = "courses_read_to"
    __table_args__ = {"sqlite_with_rowid": False}

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True)
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), primary_key=True)
    content_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[Small]  # of the block among the lesson's, from 0
    block: Mapped[str] = mapped_column(String(16))
    at: Mapped[Stamp]


class Note(Base):
    """A block that somebody marked to find it again, with what they wrote down beside it: a bookmark has no words."""

    __tablename__ = "courses_note"
    __table_args__ = (UniqueConstraint("account_id", "activity_id", "block"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), index=True)
    block: Mapped[str] = mapped_column(String(16))
    passage: Mapped[str] = mapped_column(String(200))  # how the block began: it may have changed since
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[Stamp]


class Spoken(Base):
    """A sentence that somebody spoke, while it is prepared, or after it was refused; then it goes to `lms.speech`.

    `media_id` is the upload; no foreign key, because it goes first where its speaker wants to be heard no more.
    """

    __tablename__ = "courses_spoken"

    id: Mapped[Id]
    media_id: Mapped[int] = mapped_column(BigId)
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), index=True)
    lang: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    at: Mapped[Stamp]


class CoursePicture(Base):
    """The picture that other sites show beside a link to a course, by the print of what it is drawn from."""

    __tablename__ = "courses_picture"
    __table_args__ = {"sqlite_with_rowid": False}

    print: Mapped[str] = mapped_column(String(64), primary_key=True)
    file_key: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[Stamp]


class Unclear(Base):
    """Somebody did not understand a block. Authors see how many and the words, never who.

    Closed when the block's content changed in a newer revision: `print` is what it was.
    """

    __tablename__ = "courses_unclear"
    __table_args__ = (
        UniqueConstraint("account_id", "activity_id", "block", "print"),
        Index("ix_courses_unclear_open", "activity_id", "closed_at", "block"),
    )

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    block: Mapped[str] = mapped_column(String(16))
    print: Mapped[str] = mapped_column(String(16))
    passage: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[Stamp]
    closed_at: Mapped[int | None] = mapped_column(BigInteger)


class Passage(Base):
    """A block of a lesson's newest revision in one language, as search finds it. A projection: `lms rebuild` makes it.

    `heading` and `folded` are what is compared: lower case, without marks. Each database has a list of their words of
    its own, courses_passage_fts, which the migration makes and no model describes: a table of FTS5, or an index.
    """

    __tablename__ = "courses_passage"

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), index=True)
    lang: Mapped[str] = mapped_column(String(8))
    block: Mapped[str] = mapped_column(String(16))  # its id; empty: the lesson's title and promise
    position: Mapped[Small]
    words: Mapped[str] = mapped_column(Text)
    heading: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)


class Word(Base):
    """A folded word that stands in some passage: what a mistyped word is compared with."""

    __tablename__ = "courses_word"
    __table_args__ = {"sqlite_with_rowid": False}

    word: Mapped[str] = mapped_column(plain(40), primary_key=True)
    passages: Mapped[int]  # in how many it stands, about


class WordPart(Base):
    """Three letters that follow one another in such a word."""

    __tablename__ = "courses_word_part"
    __table_args__ = {"sqlite_with_rowid": False}

    part: Mapped[str] = mapped_column(plain(3), primary_key=True)
    word: Mapped[str] = mapped_column(plain(40), primary_key=True)
