"""Other systems: is this paper genuine? And for oneself: what have I learnt, and what does it say on paper?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from flask import Response, url_for
from msgspec import UNSET, Meta, Struct, UnsetType

from certificates import queries
from certificates.designs.paper import PaperKind
from certificates.services.checking_many import MOST, Answer, check_many, facts_of
from certificates.services.lives import state_now
from certificates.services.recording import LONGEST_PURPOSE
from certificates.services.verifying import ALTERED, UNKNOWN, Verdict, asker_of, canonical, kind_of, verify
from certificates.views.verify import asker
from lms.api.learning import ActivityRow, EnrollmentRow, enrollments, places, progress
from lms.api.people import May, here, require_anywhere
from lms.api.web import ANYONE, LEARNER, STAFF, Operations, Problem, problem
from lms.api.work import _, clock, unit_of_work

operations = Operations("certificates")

Number = Annotated[
    str, Meta(max_length=80, description="As people type it: blanks, hyphens and capitals do not matter.")
]
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
When = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Address = Annotated[str, Meta(extra_json_schema={"format": "uri-reference"})]
PaperState = Literal["valid", "suspended", "revoked", "replaced", "expired"]


class ByNumber(Struct):
    """The number in the address."""

    number: Number


class OnDay(Struct):
    """A day in question."""

    on: Annotated[date, Meta(description="In what state was it at the end of this day, in Việt Nam?")] | UnsetType = (
        UNSET
    )


class Numbers(Struct, forbid_unknown_fields=True):
    """Many numbers at once."""

    numbers: Annotated[list[Number], Meta(min_length=1, max_length=MOST, description="The answers come in this order.")]
    purpose: Annotated[
        str, Meta(max_length=LONGEST_PURPOSE, description="For what, in a few words; it stands in your record.")
    ] = ""


class NumberState(Struct):
    """What is known of one of many numbers. What is empty may not be told, or is not known."""

    typed: Annotated[str, Meta(description="As it was sent.")]
    number: Annotated[str, Meta(description="As it stands in the books; empty where it is no number.")]
    state: Annotated[
        Literal[
            "valid", "suspended", "revoked", "replaced", "expired", "altered", "unknown", "malformed", "look_alike"
        ],
        Meta(
            description="altered: our record is not what was issued; malformed: no whole number, or one sign is wrong;"
            " look_alike: letters of other alphabets that only look Latin."
        ),
    ]
    title: str
    programme: str
    issuer: str
    issued_on: Annotated[str, Meta(description="A day as 2026-11-20.")]
    name: Annotated[str, Meta(description="Of papers of the units where you may look papers up.")]
    reason: str
    successor: Annotated[str, Meta(description="The number of the paper that replaced it.")]


class CheckedMany(Struct):
    """What is known of many numbers, in the order in which they were sent."""

    checked_at: When
    papers: list[NumberState]


class NumberAndBirthDate(Struct, forbid_unknown_fields=True):
    """In a body, so that a birth date stands in no address and in no server's log."""

    number: Number
    birth_date: Annotated[date | None, Meta(description="Where it fits, the whole name is told.")] = None


class CheckedPaper(Struct):
    """What anybody may know of a paper."""

    number: str
    state: PaperState
    checked_at: When
    kind: PaperKind
    title: str
    name: Annotated[str, Meta(description="Masked, unless a birth date was given and fits.")]
    name_masked: bool
    programme: str
    framework: str
    rules: str
    rules_standing: Annotated[str, Meta(description="system_default: this system's own rules, not a regulation.")]
    issuer: str
    issued_on: Day
    identity_level: Annotated[
        int, Meta(ge=0, le=3, description="0 declared, 1 phone confirmed, 2 checked by an officer, 3 VNeID.")
    ]
    signed: bool
    notes: list[str]
    expires_on: (
        Annotated[Day, Meta(description="The last day on which it is valid; without it there is no term.")] | UnsetType
    ) = UNSET
    on: Annotated[Day, Meta(description="The day that was asked about.")] | UnsetType = UNSET
    state_on: (
        Annotated[
            Literal["valid", "suspended", "revoked", "replaced", "expired", "not_yet"],
            Meta(description="The state at the end of that day; not_yet: it was issued later."),
        ]
        | UnsetType
    ) = UNSET
    reason: Annotated[str, Meta(description="Why it was taken back.")] | UnsetType = UNSET
    successor: Annotated[str, Meta(description="The number of the paper that replaced it.")] | UnsetType = UNSET


class UnknownPaper(Problem, kw_only=True):
    """A well-formed number that no paper has."""

    number: str
    state: Literal["unknown"]
    checked_at: When


class AlteredPaper(Problem, kw_only=True):
    """A paper of which our records no longer say what was issued."""

    number: str
    state: Literal["altered"]
    checked_at: When


class CourseProgress(Struct):
    """How far somebody is in a course."""

    course: str
    title: str
    url: Address
    done: Annotated[int, Meta(ge=0)]
    total: Annotated[int, Meta(ge=0)]
    percent: Annotated[int, Meta(ge=0, le=100, description="By weight; 100 only when everything is done.")]
    minutes_left: Annotated[int, Meta(ge=0)]
    last_at: datetime
    completed_at: datetime | None


class OwnPaper(Struct):
    """A paper of one's own."""

    number: str
    kind: PaperKind
    title: str
    programme: str
    issued_on: Day
    state: PaperState
    url: Address
    pdf_url: Address
    verify_url: Address


class Me(Struct):
    """Who is signed in, how far they are, and what they hold."""

    name: str
    group: Annotated[str | None, Meta(description="The target group that they chose.")]
    enrollments: Annotated[list[CourseProgress], Meta(description="The course touched last comes first.")]
    papers: Annotated[list[OwnPaper], Meta(description="The newest comes first.")]


@operations.get("/verify/{number}", ANYONE, refusals={404: UnknownPaper, 409: AlteredPaper}, limited=True)
def check_paper(path: ByNumber, query: OnDay) -> CheckedPaper | Response:
    """Is this paper genuine?

    The check is recorded, without who asked. A mistyped number answers 422, one that no paper has 404.
    """
    return _checked(path.number, None, None if isinstance(query.on, UnsetType) else query.on)


@operations.post("/verify", ANYONE, refusals={404: UnknownPaper, 409: AlteredPaper}, limited=True)
def check_paper_and_birth_date(body: NumberAndBirthDate) -> CheckedPaper | Response:
    """Is this paper genuine, and is its holder born on this day?

    As checking by number alone; where the birth date fits, the whole name is told (name_masked is false).
    """
    return _checked(body.number, body.birth_date)


@operations.post("/verify-many", STAFF, limited=True, most_body=MOST * 100)
def check_papers(body: Numbers) -> CheckedMany:
    """Are these papers genuine, up to 10,000 at once?

    For officials who may look papers up. Each number stands in their record; numbers that are none are answered too.
    """
    person = here()
    require_anywhere(person, May.VERIFY)
    with unit_of_work():
        answers = check_many(body.numbers, asker_of(person, ""), "api", body.purpose)
    return CheckedMany(clock.now().isoformat(), [_state(answer) for answer in answers])


def _state(answer: Answer) -> NumberState:
    return NumberState(
        answer.typed,
        answer.number,
        answer.state,  # type: ignore[arg-type]
        *facts_of(answer),
        answer.name,
        answer.reason,
        answer.successor,
    )


def _checked(typed: str, birth_date: date | None, day: date | None = None) -> CheckedPaper | Response:
    number = canonical(typed)
    with unit_of_work():
        verdict = verify(number, asker(), "api", birth_date, day=day)
    if verdict.state == UNKNOWN:
        return _unknown(verdict)
    return _altered(verdict) if verdict.state == ALTERED else msgspec.convert(verdict.as_json(), CheckedPaper)


def _unknown(verdict: Verdict) -> Response:
    words = _("No paper has this number. Please compare it with the paper, sign by sign, or ask whoever showed it.")
    return problem(404, "unknown-paper", words, **verdict.as_json())


def _altered(verdict: Verdict) -> Response:
    words = _("Our record of this paper was changed after it was issued. Do not rely on it; please tell its issuer.")
    return problem(409, "altered-paper", words, **verdict.as_json())


@operations.get("/me", LEARNER)
def me() -> Me:
    """My own progress and papers.

    For whoever is signed in by the session cookie; the same figures as on the pages.
    """
    person = here()
    courses = [_course(enrollment, course) for enrollment, course in enrollments(person.id)]
    papers = [_paper(row) for row in queries.credentials_of(person.id)]
    return Me(person.full_name, person.target_group, courses, papers)


def _course(row: EnrollmentRow, course: ActivityRow) -> CourseProgress:
    far = progress(row.done, [(p.mask, p.weight, p.minutes) for p in places(row.syllabus_id)])
    return CourseProgress(
        course.slug,
        course.title,
        url_for("courses.course", slug=course.slug),
        far.done,
        far.total,
        far.percent,
        far.minutes_left,
        clock.from_seconds(row.last_at),
        clock.from_seconds(row.completed_at) if row.completed_at is not None else None,
    )


def _paper(row: queries.CredentialRow) -> OwnPaper:
    return OwnPaper(
        row.number,
        kind_of(row),
        row.paper["title"].capitalize(),
        row.facts["programme"]["title"],
        clock.local(clock.from_seconds(row.issued_at)).date().isoformat(),
        state_now(row, clock.today()),  # type: ignore[arg-type]
        url_for("certificates.show", uuid=row.uuid),
        url_for("certificates.pdf", uuid=row.uuid),
        url_for("certificates.verify_number", number=row.number),
    )
