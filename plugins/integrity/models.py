"""What a person should look at: cases with their papers, people and signs; what the signs compare with; devices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import NO_FILES, Base, BigId, Id, LinkId, Small, Stamp

# What becomes of a case. PROPOSED: somebody found that the results must not count, and a second person has to agree.
OPEN, PROPOSED, RETAKE, CLEARED, UPHELD = "open", "proposed", "retake", "cleared", "upheld"
HOLDING = (OPEN, PROPOSED, RETAKE, UPHELD)  # what rests on its papers is not counted meanwhile
WAITING = (OPEN, PROPOSED, RETAKE)  # on somebody's decision


class Case(Base):
    """Papers with signs in common. Found by the worker; what becomes of it a person decides, with a reason."""

    __tablename__ = "integrity_case"
    __table_args__ = (Index("ix_integrity_case_state", "state", "found_at"), Index("ix_integrity_case_org", "org_id"))

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    key: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)  # of its signs' kinds and papers: found once
    rules: Mapped[Small]  # which version of the rules found it
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    org_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_org.id"))  # the lowest unit above all its people
    state: Mapped[str] = mapped_column(String(8))
    found_at: Mapped[Stamp]
    answer_by: Mapped[Stamp]  # until then its people are waited for
    decided_at: Mapped[int | None] = mapped_column(BigInteger)
    decided_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    reason: Mapped[str] = mapped_column(Text)
    second_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class CaseSign(Base):
    """What was seen: the kind of sign, and its evidence in numbers."""

    __tablename__ = "integrity_sign"

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("integrity_case.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    evidence: Mapped[dict[str, Any]] = mapped_column(info=NO_FILES)


class CasePaper(Base):
    """A paper of a case, and whose it is."""

    __tablename__ = "integrity_paper"

    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("integrity_case.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False, index=True)
    attempt_uuid: Mapped[UUID]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)


class CasePerson(Base):
    """Somebody whose paper is in a case, and what they say to it."""

    __tablename__ = "integrity_person"

    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("integrity_case.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("lms_account.id"), primary_key=True, autoincrement=False, index=True
    )
    told_at: Mapped[Stamp]
    answer: Mapped[str] = mapped_column(Text)
    wants_help: Mapped[bool]  # they would rather talk to an officer
    answered_at: Mapped[int | None] = mapped_column(BigInteger)


class CaseHand(Base):
    """Somebody who marked, supervised or helped with papers of a case: they do not decide about it."""

    __tablename__ = "integrity_hand"

    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("integrity_case.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("lms_account.id"), primary_key=True, autoincrement=False, index=True
    )


class CaseStep(Base):
    """What was done with a case, by whom and why, in order."""

    __tablename__ = "integrity_step"

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("integrity_case.id"), index=True)
    step: Mapped[str] = mapped_column(String(10))
    by_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    at: Mapped[Stamp]
    reason: Mapped[str] = mapped_column(Text)


class Due(Base):
    """A paper that is to be looked at once its day is over, among those of its quiz and unit."""

    __tablename__ = "integrity_due"
    __table_args__ = (Index("ix_integrity_due_order", "day", "activity_id", "org_id", "attempt_id"),)

    attempt_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    day: Mapped[int]  # days since 1970 on the Vietnamese calendar
    activity_id: Mapped[int] = mapped_column(BigId)
    org_id: Mapped[int] = mapped_column(BigId)  # 0: of no unit


class Looking(Base):
    """How far a version of the rules has come with the papers that were there before it."""

    __tablename__ = "integrity_looking"

    rules: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    listed_to: Mapped[Stamp]  # the last attempt that was put on the list
    until: Mapped[Stamp]  # the last that was there when it began: later ones come by themselves


class Stood(Base):
    """In how many papers a version of a question stood, and in how many it was answered wrong."""

    __tablename__ = "integrity_stood"
    __table_args__ = {"sqlite_with_rowid": False}

    version_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    times: Mapped[Stamp]


class WrongAnswer(Base):
    """How often a wrong answer was given to a version of a question."""

    __tablename__ = "integrity_wrong"
    __table_args__ = {"sqlite_with_rowid": False}

    version_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    answer: Mapped[str] = mapped_column(String(60), primary_key=True)
    times: Mapped[Stamp]


class UsualResult(Base):
    """What the papers of a quiz came to so far: how many, how many passed, their scores in thousandths."""

    __tablename__ = "integrity_usual"
    __table_args__ = {"sqlite_with_rowid": False}

    activity_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    papers: Mapped[Stamp]
    passed: Mapped[Stamp]
    scores: Mapped[Stamp]
    squares: Mapped[Stamp]


class KnownDevice(Base):
    """That somebody signed in on a device. The cookie that names it is kept as a keyed hash, and not for long."""

    __tablename__ = "integrity_device"
    __table_args__ = (Index("ix_integrity_device_who", "account_id", "at"), Index("ix_integrity_device_at", "at"))

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    device: Mapped[bytes] = mapped_column(LargeBinary(16))
    at: Mapped[Stamp]
