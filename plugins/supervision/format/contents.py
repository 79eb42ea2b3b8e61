"""What stands in the files, as values. Moments are seconds since 1970, UTC."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

import msgspec

from lms.api.work import _
from plugins.supervision.format.lines import DAMAGED, Refused

S = TypeVar("S")
MOST_SEATS = 500


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file with papers says openly: when and where, and nothing of people or questions."""

    session: UUID
    bundle: UUID
    title: str
    unit: str
    place: str
    starts_at: int
    ends_at: int
    made_at: int
    expires_at: int
    server: str  # its name
    hand_over: str  # where answers may be sent; empty: they are carried
    seats: int
    spare: int
    questions: int  # in each paper


class Fair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What makes a check fair to somebody: as `quizzes_accommodation` has it."""

    extra: int = 0
    no_limit: bool = False
    read_aloud: bool = False
    break_minutes: int = 0


class Someone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who is expected: what the proctor compares, and nothing else of them."""

    uuid: UUID
    name: str
    address_form: str
    birth_year: int | None
    agreed: bool  # that their learning is kept; who has not is asked at the station
    fair: Fair


class SeatTold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A seat with the keyed hash of its ticket; `issue` counts how often that was made anew."""

    number: int
    issue: int
    ticket: bytes
    void: bool
    person: Someone | None


class Room(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The session as the station needs it: the code for the door, the hash of the PIN, what tickets are hashed with.

    `unit_kind` and `unit_name` are of the unit that holds it: "xã", "Bắc Hà".
    """

    unit_kind: str
    unit_name: str
    code: str
    pin_hash: str
    key: bytes
    walk_ins: bool
    most: int
    seats: list[SeatTold]


class QuestionTold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question with its key."""

    slug: str
    type: str
    body: dict[str, Any]


class PaperTold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A paper that was drawn: [number of the question in the list, order of its options] each.

    `seat` None: for whoever comes.
    """

    uuid: UUID
    seat: int | None
    questions: list[tuple[int, list[int]]]
    passing: dict[str, Any] | None


class Questions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The quiz as it was published, with its course, the questions and the papers."""

    quiz: dict[str, Any]
    pool: str
    course_slug: str
    course_title: str
    questions: list[QuestionTold]
    papers: list[PaperTold]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A moment by the station's clock, by the clock of its system, and by the count that nobody can set.

    `counted`: milliseconds since the machine was started; `boot` names that start.
    """

    what: str
    at: int
    wall: int
    counted: int
    boot: str


class Handed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A paper that was handed in: by position every answer that was saved, [answer, moment] each, the last one counts.

    Whose it is, the paper's name says; `name` and `birth_year` where it was a spare one. `lasted`: seconds by the
    station's clock, which counts and cannot be set.
    """

    paper: UUID
    seat: int
    name: str
    birth_year: int | None
    began: int
    ended: int
    lasted: int
    saves: dict[int, list[tuple[list[Any], int]]]
    marks: list[int | None]  # as the station counted them


class Noted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happened, as the proctor or the system wrote it down."""

    at: int
    seat: int | None
    kind: str
    amount: int | None
    words: str
    by: str


class Watch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a watch or telephone said when the station was opened: `offset` is how far the station was ahead."""

    at: int
    offset: int


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What comes back: papers, notes, and all that the station knows of its clock."""

    papers: list[Handed]
    open: int  # papers that were begun and not handed in yet
    notes: list[Noted]
    steps: list[Step]
    watch: Watch | None
    proctors: list[str]
    opened_at: int
    ended_at: int | None
    made_at: int


def plain(value: msgspec.Struct) -> Any:
    """A value as JSON has it."""
    return msgspec.to_builtins(value, str_keys=True)


def told(value: Any, kind: type[S]) -> S:
    """The value of this kind. Refused where it is none."""
    try:
        return msgspec.convert(value, kind, str_keys=True)
    except msgspec.ValidationError:
        raise Refused(DAMAGED) from None


def check_size(seats: int) -> None:
    """Refused for more seats than a session may have."""
    if seats > MOST_SEATS:
        raise Refused(_("A session has at most {most} seats.", most=MOST_SEATS))
