"""Banks, items and their versions; quizzes; attempts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lms.api.data import Base, BigId, Id, LinkId, Small, Stamp

OPEN, SUBMITTED = 0, 1


class Bank(Base):
    """A collection of items of one unit."""

    __tablename__ = "quizzes_bank"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"))
    handed: Mapped[int] = mapped_column(default=0, server_default="0")  # how often questions of it were handed in


class Item(Base):
    """A question. It is for practice or for exams, never both: whatever uses it names (id, pool) as its key."""

    __tablename__ = "quizzes_item"
    __table_args__ = (
        CheckConstraint("pool IN ('practice', 'exam')", name="pool"),
        UniqueConstraint("id", "pool"),
        Index("ix_quizzes_item_pool", "pool"),
        Index("ix_quizzes_item_twins", "twins"),
    )

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    bank_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_bank.id"), index=True)
    pool: Mapped[str] = mapped_column(String(8))
    current_id: Mapped[int | None]  # the version in use: services/living.py alone sets it, a trigger asks for SignOff
    retired_at: Mapped[int | None]
    twins: Mapped[str | None] = mapped_column(String(64))  # of the version in use: no paper holds two of one group


class ItemVersion(Base):
    """A wording of an item that is or was in use. Never changed: an attempt can always be shown as it was."""

    __tablename__ = "quizzes_item_version"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        ForeignKeyConstraint(["item_id", "pool"], ["quizzes_item.id", "quizzes_item.pool"]),
    )

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(BigId)
    pool: Mapped[str] = mapped_column(String(8))
    number: Mapped[int]
    type: Mapped[str] = mapped_column(String(32))
    level: Mapped[Small | None]  # of the framework, from 1
    thinking: Mapped[str | None] = mapped_column(String(10))  # know, understand, apply, extend
    body: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[Stamp]
    made_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class SignOff(Base):
    """Who answers for a version: who looked at it, who put it in use. No version is in use without its row.

    `how`: `review` (somebody who did not write it found it good), `author` (practice questions where no review is asked
    for), `server` (whoever runs the server brought it in a package), `before` (from before sign-offs were kept).
    """

    __tablename__ = "quizzes_sign_off"
    __table_args__ = (
        CheckConstraint("how IN ('review', 'author', 'server', 'before')", name="how"),
        CheckConstraint("pool = 'practice' OR how <> 'author'", name="exam_is_reviewed"),
        CheckConstraint(
            "how <> 'review' OR (reviewed_by IS NOT NULL AND reviewed_at IS NOT NULL AND put_by IS NOT NULL)",
            name="review_has_names",
        ),
        CheckConstraint(
            "reviewed_by IS NULL OR written_by IS NULL OR reviewed_by <> written_by", name="nobody_reviews_their_own"
        ),
        {"sqlite_with_rowid": False},
    )

    version_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("quizzes_item_version.id"), primary_key=True, autoincrement=False
    )
    pool: Mapped[str] = mapped_column(String(8))
    how: Mapped[str] = mapped_column(String(8))
    written_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    reviewed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    reviewed_at: Mapped[int | None] = mapped_column(BigInteger)
    put_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    put_at: Mapped[Stamp]
    handed: Mapped[int | None]  # by which handing in of its bank


class ItemDraft(Base):
    """A wording that is not in use: of a new question, or over the version in use. A question has one at most.

    `problems`: what keeps it from being used, by the field of its form, as texts are stored; empty: it is whole.
    `raw`: the own keys as they were typed, of a type without a form, where they could not be understood.
    """

    __tablename__ = "quizzes_item_draft"
    __table_args__ = (
        ForeignKeyConstraint(["item_id", "pool"], ["quizzes_item.id", "quizzes_item.pool"]),
        Index("ix_quizzes_item_draft_bank", "bank_id", "handed"),
        Index("ix_quizzes_item_draft_import", "import_id"),
    )

    item_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    pool: Mapped[str] = mapped_column(String(8))
    bank_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_bank.id"))
    type: Mapped[str] = mapped_column(String(32))
    body: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    problems: Mapped[dict[str, Any]]
    raw: Mapped[str] = mapped_column(Text)
    base: Mapped[int] = mapped_column(default=1)  # counts the saves
    over: Mapped[int]  # the number of the version that it began from; 0: none
    handed: Mapped[int | None]  # by which handing in of its bank it was handed in last
    import_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("quizzes_import.id"))
    made_by: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    made_at: Mapped[Stamp]
    changed_by: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    changed_at: Mapped[Stamp]


class ItemWriter(Base):
    """Somebody who had a hand in a draft: none of them reviews it."""

    __tablename__ = "quizzes_item_writer"
    __table_args__ = {"sqlite_with_rowid": False}

    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_item.id"), primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True, autoincrement=False)


class ItemTag(Base):
    """A skill that an item tests, by its code."""

    __tablename__ = "quizzes_item_tag"

    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_item.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(24), primary_key=True)


class QuizDocument(Base):
    """A quiz as its authors see it."""

    __tablename__ = "quizzes_document"

    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), primary_key=True)
    org_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_org.id"), index=True)
    draft: Mapped[dict[str, Any]]
    base: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[Stamp]
    changed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class QuizRevision(Base):
    """A published quiz: how it is drawn and passed. Never changed."""

    __tablename__ = "quizzes_revision"
    __table_args__ = (UniqueConstraint("activity_id", "number"),)

    id: Mapped[Id]
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[Stamp]
    published_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class BankState(Base):
    """One row about all banks: a trigger counts every change of a question, so that decks are made anew after it."""

    __tablename__ = "quizzes_state"

    id: Mapped[Small] = mapped_column(primary_key=True, autoincrement=False)
    changes: Mapped[Stamp] = mapped_column(default=0, server_default="0")
    counted_to: Mapped[Stamp] = mapped_column(default=0, server_default="0")  # the last attempt in quizzes_exposure


class StoredDeck(Base):
    """What a revision drew from while its bank was in one state, packed; with it every paper can be rebuilt."""

    __tablename__ = "quizzes_deck"
    __table_args__ = (UniqueConstraint("revision_id", "digest"),)

    id: Mapped[Id]
    revision_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_revision.id"))
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[Stamp]


class Exposure(Base):
    """In how many papers of a quiz an item stood that were begun on a day; item 0 counts the papers themselves."""

    __tablename__ = "quizzes_exposure"
    __table_args__ = {"sqlite_with_rowid": False}

    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # days since 1970, UTC
    item_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    times: Mapped[int]


class Resting(Base):
    """An item that was given too often lately to be drawn by a quiz while others remain."""

    __tablename__ = "quizzes_resting"
    __table_args__ = {"sqlite_with_rowid": False}

    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_item.id"), primary_key=True)


class Accommodation(Base):
    """What makes a check fair to a person: more time or none to watch, breaks, questions read aloud.

    Given by whoever manages their unit. A person has one in force at most; one that ended says what held then.
    """

    __tablename__ = "quizzes_accommodation"

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), index=True)
    extra: Mapped[Small]  # more time, in percent
    no_limit: Mapped[bool]
    read_aloud: Mapped[bool]
    break_minutes: Mapped[Small]  # of breaks in each paper, the clock standing still
    reason: Mapped[str] = mapped_column(String(300))
    valid_from: Mapped[Stamp]
    valid_to: Mapped[int | None] = mapped_column(BigInteger)
    given_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    ended_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))


class Attempt(Base):
    """One go at a quiz. `paper` is what was drawn: [item version, order of options, area] a question.

    `deck_id`, `seed`, `had` and the quiz's `when_short` are all that the draw went by. `had`: [item, times] of the
    deck's items that the person had been given before; kept here because merging moves papers to other accounts.
    `passing`: what passes where fewer questions were drawn than the quiz asks for.
    """

    __tablename__ = "quizzes_attempt"
    __table_args__ = (
        Index("ix_quizzes_attempt_due", "due_at", sqlite_where=text("state = 0"), postgresql_where=text("state = 0")),
        Index("ix_quizzes_attempt_who", "account_id", "activity_id"),
        Index(
            "ix_quizzes_attempt_waits", "account_id", sqlite_where=text("waits > 0"), postgresql_where=text("waits > 0")
        ),
    )

    id: Mapped[Id]
    uuid: Mapped[UUID] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    activity_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    course_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_activity.id"))
    revision_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_revision.id"))
    token: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    seed: Mapped[int]
    paper: Mapped[list[Any]]
    state: Mapped[Small] = mapped_column(default=OPEN)
    started_at: Mapped[Stamp]
    submitted_at: Mapped[int | None]
    marks: Mapped[list[Any] | None]  # parts of a point, one a question; see items/contract.py
    passed: Mapped[bool | None]
    waits: Mapped[Small] = mapped_column(default=0, server_default="0")  # questions that a person has yet to mark
    deck_id: Mapped[int | None] = mapped_column(BigInteger)
    had: Mapped[list[Any] | None]
    passing: Mapped[dict[str, Any] | None]
    due_at: Mapped[int | None] = mapped_column(BigInteger)  # None: no clock
    paused_at: Mapped[int | None] = mapped_column(BigInteger)  # the clock stands still since then
    pause_ends_at: Mapped[int | None] = mapped_column(BigInteger)  # a break of one's own; None: until somebody goes on
    break_left: Mapped[int] = mapped_column(default=0, server_default="0")  # seconds of breaks that are left
    aloud: Mapped[bool] = mapped_column(default=False, server_default=false())  # its questions may be read aloud
    session: Mapped[str | None] = mapped_column(String(64))  # the supervised session in which it was begun
    acts: Mapped[Small] = mapped_column(server_default="0")  # marks changed after it was marked, by acts
    form: Mapped[str | None] = mapped_column(String(1))  # the letter, where the quiz has forms; see measures.py


class Helped(Base):
    """Whether somebody did a form of a measure alone (0), with a little help (1) or with much (2), and who said so."""

    __tablename__ = "quizzes_helped"
    __table_args__ = {"sqlite_with_rowid": False}

    attempt_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_attempt.id"), primary_key=True)
    much: Mapped[Small]
    said_by: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    at: Mapped[Stamp]


class MeasureTurn(Base):
    """How many people of a unit (0: of none) have begun a measure: their turn decides with which form they begin."""

    __tablename__ = "quizzes_measure_turn"
    __table_args__ = {"sqlite_with_rowid": False}

    measure: Mapped[str] = mapped_column(String(64), primary_key=True)
    org_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    given: Mapped[int]


class Measured(Base):
    """A person in a measure: whose turn it was, with which form they begin, and when they handed in what.

    `ordinal` (from 0) and `org_id` are all that `first` went by; see `measures.first_for`.
    """

    __tablename__ = "quizzes_measured"
    __table_args__ = (
        Index("ix_quizzes_measured_exit", "exit_at"),
        {"sqlite_with_rowid": False},
    )

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(String(64), primary_key=True)
    org_id: Mapped[int] = mapped_column(BigId)
    ordinal: Mapped[int]
    first: Mapped[Small]
    begun_at: Mapped[Stamp]
    entry_at: Mapped[int | None] = mapped_column(BigInteger)
    exit_at: Mapped[int | None] = mapped_column(BigInteger)
    later_at: Mapped[int | None] = mapped_column(BigInteger)


class Response(Base):
    """The answer to one question, as last saved."""

    __tablename__ = "quizzes_response"
    __table_args__ = {"sqlite_with_rowid": False}

    attempt_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_attempt.id"), primary_key=True)
    position: Mapped[Small] = mapped_column(primary_key=True)
    answer: Mapped[list[Any]]
    saved_at: Mapped[Stamp]


class ResponseHistory(Base):
    """An answer that a later one took the place of. A trigger writes it, so that saving stays one statement."""

    __tablename__ = "quizzes_response_history"
    __table_args__ = (Index("ix_quizzes_response_history_which", "attempt_id", "position"),)

    id: Mapped[Id]
    attempt_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_attempt.id"))
    position: Mapped[Small]
    answer: Mapped[list[Any]]
    saved_at: Mapped[Stamp]


class Marking(Base):
    """The mark that a person gave to one answer: the level reached in each line of the rubric."""

    __tablename__ = "quizzes_marking"
    __table_args__ = {"sqlite_with_rowid": False}

    attempt_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_attempt.id"), primary_key=True)
    position: Mapped[Small] = mapped_column(primary_key=True)
    levels: Mapped[list[Any]]
    parts: Mapped[Small]
    note: Mapped[str] = mapped_column(Text)
    marked_by: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    marked_at: Mapped[Stamp]


class Seen(Base):
    """An exam item that a person has been given, so that a new try gets fresh ones."""

    __tablename__ = "quizzes_seen"
    __table_args__ = (
        CheckConstraint("pool = 'exam'", name="exam_only"),
        ForeignKeyConstraint(["item_id", "pool"], ["quizzes_item.id", "quizzes_item.pool"]),
        {"sqlite_with_rowid": False},
    )

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    pool: Mapped[str] = mapped_column(String(8), default="exam")
    times: Mapped[Small] = mapped_column(default=1)


class PracticeAnswer(Base):
    """An answer to a practice question in a lesson; only counted, never judged."""

    __tablename__ = "quizzes_practice_answer"
    __table_args__ = (
        CheckConstraint("pool = 'practice'", name="practice_only"),
        ForeignKeyConstraint(["item_id", "pool"], ["quizzes_item.id", "quizzes_item.pool"]),
        Index("ix_quizzes_practice_answer_item", "item_id"),
    )

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(BigId)
    pool: Mapped[str] = mapped_column(String(8), default="practice")
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    right: Mapped[bool]
    at: Mapped[Stamp]


class Due(Base):
    """A topic that a person missed and that comes back: see `returning.py`, which says when. Days are of Việt Nam.

    `topic` names a group of twins or a question; `item_id` is the question of it that was answered last, `asked_day`
    the day on which it was last answered because it had come back. `due_day` is None once it has left.
    """

    __tablename__ = "quizzes_due"
    __table_args__ = (
        CheckConstraint("pool = 'practice'", name="practice_only"),
        ForeignKeyConstraint(["item_id", "pool"], ["quizzes_item.id", "quizzes_item.pool"]),
        Index("ix_quizzes_due_item", "item_id"),
        Index(
            "ix_quizzes_due_left", "left_day",
            sqlite_where=text("left_day IS NOT NULL"), postgresql_where=text("left_day IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )  # fmt: skip

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(80), primary_key=True)
    item_id: Mapped[int] = mapped_column(BigId)
    pool: Mapped[str] = mapped_column(String(8), default="practice", server_default="practice")
    wrong_day: Mapped[int | None]  # None: only right ones have come in from a phone so far
    right_days: Mapped[list[Any]]
    step: Mapped[Small]
    due_day: Mapped[int | None]
    left_day: Mapped[int | None]
    asked_day: Mapped[int | None]


class ReturnChoice(Base):
    """Whether a person wants nothing to come back. Without a row, it does."""

    __tablename__ = "quizzes_return_choice"
    __table_args__ = {"sqlite_with_rowid": False}

    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"), primary_key=True)
    is_off: Mapped[bool]


class Import(Base):
    """Questions from somebody's file on their way into a bank: looked at, taken in, perhaps taken out again.

    `content` is the packed JSON of what was read; once it is taken in, only of what is to be told of it. `choices` are
    the sender's: the skill for all, and by number what each question gets. `made` are the ids of the questions made.
    """

    __tablename__ = "quizzes_import"

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    bank_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_bank.id"), index=True)
    pool: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(200))  # of the file
    form: Mapped[str] = mapped_column(String(8))  # word, excel, xml, gift, aiken
    state: Mapped[Small] = mapped_column(default=0)  # a draft, taken in, taken out
    content: Mapped[bytes] = mapped_column(LargeBinary)
    files: Mapped[dict[str, Any]]  # what was made of its pictures; named here, they are kept
    choices: Mapped[dict[str, Any]]
    questions: Mapped[int]  # that were read
    made: Mapped[list[Any]]
    taken_out: Mapped[int] = mapped_column(default=0, server_default="0")  # deleted again
    retired: Mapped[int] = mapped_column(default=0, server_default="0")  # could only be taken out of use
    made_by: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    made_at: Mapped[Stamp]
    changed_at: Mapped[Stamp]


class ToMark(Base):
    """An answer that waits for a person's mark: for the first, for a second, or for somebody to decide between two.

    Whoever marks it now has claimed it until a moment, so that two people do not mark the same answer at once.
    """

    __tablename__ = "quizzes_to_mark"
    __table_args__ = (
        Index("ix_quizzes_to_mark_stage", "stage", "since"),
        {"sqlite_with_rowid": False},
    )

    attempt_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_attempt.id"), primary_key=True)
    position: Mapped[Small] = mapped_column(primary_key=True)
    since: Mapped[Stamp]  # when the paper was handed in
    stage: Mapped[Small]  # 1 the first mark, 2 the second, 3 a decision
    claimed_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    claimed_until: Mapped[int | None] = mapped_column(BigInteger)


class Reading(Base):
    """One person's mark of an answer that more than one person looked at. What counts stands in `Marking`."""

    __tablename__ = "quizzes_reading"
    __table_args__ = (Index("ix_quizzes_reading_which", "attempt_id", "position"),)

    id: Mapped[Id]
    attempt_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_attempt.id"))
    position: Mapped[Small]
    role: Mapped[Small]  # 1 the first, 2 the second, 3 who decided between them, 4 who marked it anew afterwards
    levels: Mapped[list[Any]]
    parts: Mapped[Small]
    note: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    at: Mapped[Stamp]


class Correction(Base):
    """A question that turned out to be bad, in papers that were given: what is done about it, by whom and why.

    It is about one version of the item (`version_id`), or about all up to `newest_id`; in these quizzes, in papers
    begun since and before a moment. `also`: the answers that count as right too, where that is the way.
    """

    __tablename__ = "quizzes_correction"
    __table_args__ = (Index("ix_quizzes_correction_item", "item_id", "state"),)

    id: Mapped[Id]
    uuid: Mapped[LinkId]
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_item.id"))
    version_id: Mapped[int | None] = mapped_column(BigInteger)
    newest_id: Mapped[Stamp]
    quizzes: Mapped[list[Any]]
    since: Mapped[int | None] = mapped_column(BigInteger)
    until: Mapped[int | None] = mapped_column(BigInteger)
    way: Mapped[str] = mapped_column(String(8))  # drop, all, key
    also: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(Text)  # learners read it
    state: Mapped[Small]
    cursor: Mapped[Stamp] = mapped_column(default=0, server_default="0")  # the last attempt that was looked at
    looked: Mapped[int] = mapped_column(default=0, server_default="0")  # attempts that were looked at
    made_by: Mapped[int] = mapped_column(BigId, ForeignKey("lms_account.id"))
    made_at: Mapped[Stamp]
    applied_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    applied_at: Mapped[int | None] = mapped_column(BigInteger)
    undone_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("lms_account.id"))
    undone_at: Mapped[int | None] = mapped_column(BigInteger)
    undo_reason: Mapped[str | None] = mapped_column(Text)


class Corrected(Base):
    """What a correction does to one paper: the mark and the verdict before it and with it.

    `was`: the mark as it is without any correction; `lost`: with the new marks alone it would not pass, and yet stays
    passed. `evidence_id`: what the ledger says of it since; None where nothing had to be said.
    """

    __tablename__ = "quizzes_corrected"
    __table_args__ = (
        Index("ix_quizzes_corrected_attempt", "attempt_id"),
        Index("ix_quizzes_corrected_state", "correction_id", "state", "attempt_id"),
        {"sqlite_with_rowid": False},
    )

    correction_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_correction.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(BigId, ForeignKey("quizzes_attempt.id"), primary_key=True)
    position: Mapped[Small]
    state: Mapped[Small]  # 0 to be done, 1 done, 2 undone, 3 not handed in yet
    was: Mapped[int | None]
    now: Mapped[int | None]
    passed_was: Mapped[bool | None]
    passed_now: Mapped[bool | None]
    lost: Mapped[bool] = mapped_column(default=False, server_default=false())
    evidence_id: Mapped[int | None] = mapped_column(BigInteger)
