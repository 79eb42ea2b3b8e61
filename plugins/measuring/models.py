"""What answers came to by version of a question; difficulties, and the runs in which they were found.

Versions, items, banks and papers are those of quizzes, known here by their ids.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import NO_FILES, Base, BigId, Id, LinkId, Small, Stamp


class ItemSums(Base):
    """What the papers that were counted add up to for one version; see analysis.py for what `sums` holds.

    `flags` and `attention` follow from it, kept so that a list can be sorted and filtered by the database.
    """

    __tablename__ = "measuring_item"
    __table_args__ = (Index("ix_measuring_item_attention", "bank_id", "attention"),)

    version_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(BigId)
    bank_id: Mapped[int] = mapped_column(BigId)
    n: Mapped[int]  # papers
    sums: Mapped[dict[str, Any]] = mapped_column(info=NO_FILES)
    flags: Mapped[str] = mapped_column(String(120), default="")  # ",key,easy,"
    attention: Mapped[Small] = mapped_column(default=0)  # the more, the sooner somebody should look
    seconds: Mapped[int | None]  # the median time on it, where enough is known
    computed_at: Mapped[Stamp]


class CountedPaper(Base):
    """A paper that is in the sums, with the marks that it had then: where they change, it is taken out and put in."""

    __tablename__ = "measuring_paper"
    __table_args__ = {"sqlite_with_rowid": False}

    attempt_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    marks: Mapped[bytes] = mapped_column(LargeBinary)  # packed, see analysis.py; empty: not one answer was given


class DuePaper(Base):
    """A paper that was marked, and is to be counted, or counted anew."""

    __tablename__ = "measuring_due"

    attempt_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)


class AnalysisState(Base):
    """One row: how far the walk through all papers has come, and whether it was through once."""

    __tablename__ = "measuring_state"

    id: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    walked_to: Mapped[Stamp] = mapped_column(default=0, server_default="0")
    filled: Mapped[bool] = mapped_column(default=False, server_default=false())


class Calibration(Base):
    """A run in which difficulties were found from answers. Kept: a scale must be able to say where it comes from."""

    __tablename__ = "measuring_calibration"

    id: Mapped[Id]
    at: Mapped[Stamp]
    took_ms: Mapped[int]
    versions: Mapped[int]  # that got a difficulty
    too_few: Mapped[int]  # that were answered, but too seldom, or by all alike
    papers: Mapped[int]  # from which they were found
    counted: Mapped[int]  # that were in the sums then: when there are enough more, it is run again
    groups: Mapped[int]  # quizzes whose takers have a mean and a spread of their own
    parts: Mapped[int]  # of the scale that no common question holds together; 1: all is one
    anchors: Mapped[int]  # versions that tie this run to the scale; 0: it made the scale
    log_likelihood: Mapped[float] = mapped_column(Float(53))
    rounds: Mapped[int]
    converged: Mapped[bool]
    code: Mapped[str] = mapped_column(String(24))  # the release of the program


class Difficulty(Base):
    """How hard a version is, in logits on the one scale, with its standard error, as the last run found it.

    `base` and `base_error` are what the first run found that knew it: they tie later runs to the scale.
    """

    __tablename__ = "measuring_difficulty"

    version_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(BigId, index=True)
    difficulty: Mapped[float] = mapped_column(Float(53))
    error: Mapped[float] = mapped_column(Float(53))
    n: Mapped[int]  # answers it was found from
    infit: Mapped[float] = mapped_column(Float(53))
    outfit: Mapped[float] = mapped_column(Float(53))
    base: Mapped[float] = mapped_column(Float(53))
    base_error: Mapped[float] = mapped_column(Float(53))
    drifted: Mapped[bool] = mapped_column(default=False, server_default=false())
    calibration_id: Mapped[int] = mapped_column(BigId, ForeignKey("measuring_calibration.id"))
    at: Mapped[Stamp]


class Placing(Base):
    """A placement test: of an account, or of a guest who holds its address. Its result once it has ended."""

    __tablename__ = "measuring_placing"
    __table_args__ = (
        Index("ix_measuring_placing_who", "account_id", "programme_id"),
        Index("ix_measuring_placing_started", "started_at"),
    )

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    programme_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_programme.id"))
    seed: Mapped[int]
    started_at: Mapped[Stamp]
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
    level: Mapped[Small | None]  # from 0; see adaptive.py
    ability: Mapped[float | None] = mapped_column(Float(53))
    error: Mapped[float | None] = mapped_column(Float(53))


class PlacingAnswer(Base):
    """A question of a placement test; the last one waits for its answer. `answer` None: they do not know."""

    __tablename__ = "measuring_placing_answer"
    __table_args__ = {"sqlite_with_rowid": False}

    placing_id: Mapped[int] = mapped_column(BigId, ForeignKey("measuring_placing.id"), primary_key=True)
    position: Mapped[Small] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(BigId)
    answer: Mapped[list[Any] | None]
    parts: Mapped[Small | None]  # of a point
    answered_at: Mapped[int | None] = mapped_column(BigInteger)


class Taken(Base):
    """A form of a measure that was handed in, and what it came to.

    `share`: of the points that counted, 0 to 1. `calibrated`: of how many `questions` a difficulty is known; where that
    is none, there is no `ability`.
    """

    __tablename__ = "measuring_taken"
    __table_args__ = (Index("ix_measuring_taken_measure", "measure", "purpose", "account_id"),)

    attempt_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    measure: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(8))
    form: Mapped[str] = mapped_column(String(1))
    share: Mapped[float] = mapped_column(Float(53))
    questions: Mapped[Small]
    calibrated: Mapped[Small]
    ability: Mapped[float | None] = mapped_column(Float(53))
    error: Mapped[float | None] = mapped_column(Float(53))
    helped: Mapped[Small | None]  # alone 0, a little 1, much 2
    target_group: Mapped[str] = mapped_column(String(16), default="")  # of the membership held then
    at: Mapped[Stamp]


class Invited(Base):
    """Somebody was told that the later form of a measure is open to them; nobody is told twice."""

    __tablename__ = "measuring_invited"
    __table_args__ = {"sqlite_with_rowid": False}

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[Stamp]


class Scaled(Base):
    """One row: with which calibration the abilities in `Taken` were found."""

    __tablename__ = "measuring_scaled"

    id: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    calibration_id: Mapped[Stamp] = mapped_column(default=0, server_default="0")
