"""Other systems: is this paper genuine? And for oneself: what have I learnt, and what does it say on paper?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from flask import Response, url_for
from msgspec import UNSET, Meta, Struct, UnsetType

from certificates import queries
from certificates.services.verifying import UNKNOWN, Verdict, canonical, verify
from certificates.views.verify import asker
from lms.api.learning import ActivityRow, EnrollmentRow, enrollments, places, progress
from lms.api.people import here
from lms.api.web import ANYONE, LEARNER, Operations, Problem, problem
from lms.api.work import _, clock, unit_of_work

operations = Operations("certificates")

Number = Annotated[
    str, Meta(max_length=80, description="As people type it: blanks, hyphens and capitals do not matter.")
]
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
When = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Address = Annotated[str, Meta(extra_json_schema={"format": "uri-reference"})]
PaperKind = Literal["attainment", "course"]
PaperState = Literal["valid", "revoked", "replaced"]


class ByNumber(Struct):
    """The number in the address."""

    number: Number


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
    reason: Annotated[str, Meta(description="Why it was taken back.")] | UnsetType = UNSET
    successor: Annotated[str, Meta(description="The number of the paper that replaced it.")] | UnsetType = UNSET


class UnknownPaper(Problem, kw_only=True):
    """A well-formed number that no paper has."""

    number: str
    state: Literal["unknown"]
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


@operations.get("/verify/{number}", ANYONE, refusals={404: UnknownPaper}, limited=True)
def check_paper(path: ByNumber) -> CheckedPaper | Response:
    """Is this paper genuine?

    The check is recorded, without who asked. A mistyped number answers 422, one that no paper has 404.
    """
    return _checked(path.number, None)


@operations.post("/verify", ANYONE, refusals={404: UnknownPaper}, limited=True)
def check_paper_and_birth_date(body: NumberAndBirthDate) -> CheckedPaper | Response:
    """Is this paper genuine, and is its holder born on this day?

    As checking by number alone; where the birth date fits, the whole name is told (name_masked is false).
    """
    return _checked(body.number, body.birth_date)


def _checked(typed: str, birth_date: date | None) -> CheckedPaper | Response:
    number = canonical(typed)
    with unit_of_work():
        verdict = verify(number, asker(), "api", birth_date)
    return _unknown(verdict) if verdict.state == UNKNOWN else msgspec.convert(verdict.as_json(), CheckedPaper)


def _unknown(verdict: Verdict) -> Response:
    words = _("No paper has this number. Please compare it with the paper, sign by sign, or ask whoever showed it.")
    return problem(404, "unknown-paper", words, **verdict.as_json())


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
        "attainment" if row.kind == "XN" else "course",
        row.paper["title"].capitalize(),
        row.facts["programme"]["title"],
        clock.local(clock.from_seconds(row.issued_at)).date().isoformat(),
        row.state,  # type: ignore[arg-type]
        url_for("certificates.show", uuid=row.uuid),
        url_for("certificates.pdf", uuid=row.uuid),
        url_for("certificates.verify_number", number=row.number),
    )
