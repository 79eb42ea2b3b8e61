"""What was learnt: the ledger and its projections."""

from __future__ import annotations

import enum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db.base import Base, BigId, Id, LinkId, Small, Stamp

MOST_ACTIVITIES = 62  # in one course: the bits of a signed 64-bit number, less one


class Kind(enum.IntEnum):
    """What a piece of evidence says. The numbers are stored: never change them."""

    COMPLETED = 1
    SCORED = 2
    ATTENDED = 3
    OBSERVED = 4  # seen by a helper or confirmer
    RECOGNISED = 5  # learnt elsewhere
    WAIVED = 6
    MERGED = 7
    WITHDRAWN = 8
    DECLARED = 9  # said by the learner: tự khai


class Activity(Base):
    """Anything that can be learnt or done: lesson, quiz, task, course. Whose it is, `kind` says."""

    __tablename__ = "lms_activity"
    __table_args__ = (UniqueConstraint("kind", "slug"),)

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    kind: Mapped[str] = mapped_column(String(32))
    slug: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[Small] = mapped_column(default=0)


class ActivitySkill(Base):
    """A skill that an activity teaches."""

    __tablename__ = "lms_activity_skill"

    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_skill.id"), primary_key=True, index=True)


class Syllabus(Base):
    """A published, immutable list of a course's activities. Learners stay on the one that they began."""

    __tablename__ = "lms_syllabus"
    __table_args__ = (UniqueConstraint("course_id", "revision"),)

    id: Mapped[Id]
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    revision: Mapped[int]
    required: Mapped[int] = mapped_column(BigInteger)  # the masks of all required activities, or-ed
    published_at: Mapped[Stamp]


class SyllabusEntry(Base):
    """One activity in a syllabus: its bit, its module, and the revision of its content that is pinned."""

    __tablename__ = "lms_syllabus_entry"
    __table_args__ = (Index("ix_lms_syllabus_entry_activity", "activity_id", "syllabus_id"),)

    syllabus_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_syllabus.id"), primary_key=True)
    position: Mapped[Small] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    mask: Mapped[int] = mapped_column(BigInteger)  # 1 << position
    module: Mapped[Small]
    module_title: Mapped[str] = mapped_column(String(200))
    required: Mapped[bool] = mapped_column(default=True)
    weight: Mapped[Small] = mapped_column(default=1)
    content_id: Mapped[int]  # the revision's row at the plugin that owns the activity
    # the oldest content whose completion counts here: what changed since then changed no meaning; None: all count
    counts_from: Mapped[int | None] = mapped_column(BigInteger)
    # the masks of the entries to be done before this one, or-ed
    needs: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class Enrollment(Base):
    """A person in a course: the bitmap of what is done. A projection of evidence that pages read."""

    __tablename__ = "lms_enrollment"
    __table_args__ = (UniqueConstraint("account_id", "course_id"), Index("ix_lms_enrollment_course", "course_id"))

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    syllabus_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_syllabus.id"))
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    started_at: Mapped[Stamp]
    last_at: Mapped[Stamp]
    completed_at: Mapped[int | None] = mapped_column(BigInteger)


class Evidence(Base):
    """The ledger: who, which activity, what kind, result, when, from where, belonging to what. Never changed."""

    __tablename__ = "lms_evidence"
    __table_args__ = (Index("ix_lms_evidence_who", "account_id", "activity_id"),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    kind: Mapped[Small]
    raw: Mapped[int | None]  # points; half points are stored as whole numbers of halves: `most` likewise
    most: Mapped[int | None]
    passed: Mapped[bool | None]
    at: Mapped[Stamp]
    membership_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_membership.id"))
    # the revision that was done, where the activity has revisions and it is known
    content_id: Mapped[int | None] = mapped_column(BigInteger)
    # who observed or entered it, or sat beside
    by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class EvidencePart(Base):
    """The part of a score that falls to one area of a framework; only scored evidence has parts."""

    __tablename__ = "lms_evidence_part"

    evidence_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_evidence.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_area.id"), primary_key=True)
    raw: Mapped[Small]
    most: Mapped[Small]


class Practised(Base):
    """Something inside a lesson that a person has done: a practice question answered, a simulation played to its end.

    Not evidence: it only counts towards what a lesson asks for before it is complete.
    """

    __tablename__ = "lms_practised"
    __table_args__ = {"sqlite_with_rowid": False}

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)  # of the activity: check, practice …
    slug: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[Stamp]  # for the first time


class ClientToken(Base):
    """What a phone names a write with, so that resending it on a bad line is harmless. Kept at least 400 days."""

    __tablename__ = "lms_client_token"
    __table_args__ = {"sqlite_with_rowid": False}

    token: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    day: Mapped[int]  # days since 1970, for cleaning up
