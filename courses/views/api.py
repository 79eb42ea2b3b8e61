"""Other systems: which programmes there are, what they ask for, and how much of the framework they teach."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated, Literal

from flask import url_for
from msgspec import UNSET, Meta, Struct, UnsetType

from lms.api.competency import ProgrammeRow, conditions_of, courses_of, coverage
from lms.api.competency import programme as programme_by_slug
from lms.api.competency import programmes as all_programmes
from lms.api.learning import InCourse, Place, course_for, url_of
from lms.api.web import ANYONE, Operations, say
from lms.api.work import NotFound

operations = Operations("courses")

Group = Literal["citizens", "officials", "students", "workers"]
Slug = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[a-z0-9-]+$")]
Address = Annotated[str, Meta(extra_json_schema={"format": "uri-reference"})]
Count = Annotated[int, Meta(ge=0)]


class BySlug(Struct):
    """The programme in the address."""

    slug: Slug


class OfGroup(Struct):
    """Which programmes."""

    group: Annotated[Group, Meta(description="Only programmes for this target group.")] | UnsetType = UNSET


class FrameworkNamed(Struct):
    """The framework that a programme follows. `warning`: why its text is not to be taken for the regulation."""

    title: str
    version: str
    warning: str


class RulesNamed(Struct):
    """The rules by which a programme is recognised. `standing`: system_default is not a regulation."""

    title: str
    version: int
    standing: str


class TaughtShare(Struct):
    """How much of the framework's part for the group is taught."""

    areas: Count
    areas_taught: Count
    skills: Count
    skills_taught: Count
    lessons: Count
    minutes: Count


class ProgrammeListed(Struct):
    """A programme. `recognition`: attainment of universal digital skills, or of a course only."""

    slug: str
    title: str
    group: Group
    recognition: Literal["attainment", "course"]
    framework: FrameworkNamed
    rules: RulesNamed
    coverage: TaughtShare
    url: Address


class ProgrammeList(Struct):
    """All programmes, in order."""

    programmes: list[ProgrammeListed]


class ActivityListed(Struct):
    """Something to learn or do."""

    kind: str
    slug: str
    title: str
    minutes: Count
    required: bool
    url: Address


class ModuleListed(Struct):
    """A part of a course."""

    title: str
    activities: list[ActivityListed]


class CourseListed(Struct):
    """A course as those who begin now have it."""

    slug: str
    title: str
    modules: list[ModuleListed]


class ProgrammeWhole(ProgrammeListed):
    """A programme with what it asks for."""

    conditions: Annotated[list[str], Meta(description="What must be done, in the reader's language.")]
    courses: list[CourseListed]


@operations.get("/programmes", ANYONE)
def list_programmes(query: OfGroup) -> ProgrammeList:
    """The programmes, with how much of their framework they teach."""
    rows = [row for row in all_programmes() if query.group in (UNSET, row.target_group)]
    return ProgrammeList([ProgrammeListed(*_head(row)) for row in rows])


@operations.get("/programmes/{slug}", ANYONE)
def show_programme(path: BySlug) -> ProgrammeWhole:
    """One programme: what it asks for, and everything in its courses."""
    row = programme_by_slug(path.slug)
    if row is None:
        raise NotFound
    courses = [course_for(None, slug) for _id, slug, _title in courses_of(row.id)]
    lessons = sum(p.kind == "lesson" for at in courses for p in at.places)
    conditions = [say(text) for text in conditions_of(row.rule_set_id, lessons)]
    return ProgrammeWhole(*_head(row), conditions, [_course(at) for at in courses])


_Head = tuple[str, str, Group, Literal["attainment", "course"], FrameworkNamed, RulesNamed, TaughtShare, str]


def _head(row: ProgrammeRow) -> _Head:
    far = coverage(row)
    return (
        row.slug,
        row.title,
        row.target_group,  # type: ignore[return-value]
        row.recognition,
        FrameworkNamed(row.framework_title, row.framework_version, row.framework_warning),
        RulesNamed(row.rules_title, row.rules_version, row.rules_standing),
        TaughtShare(far.areas, far.areas_taught, far.skills, far.skills_taught, far.lessons, far.minutes),
        url_for("courses.programme", slug=row.slug),
    )


def _course(at: InCourse) -> CourseListed:
    modules = [
        ModuleListed(title, [_activity(at, place) for place in held])
        for (_position, title), held in groupby(at.places, lambda p: (p.module, p.module_title))
    ]
    return CourseListed(at.course.slug, at.course.title, modules)


def _activity(at: InCourse, place: Place) -> ActivityListed:
    address = url_of(place.kind, at.course.slug, place.slug)
    return ActivityListed(place.kind, place.slug, place.title, place.minutes, place.required, address)
