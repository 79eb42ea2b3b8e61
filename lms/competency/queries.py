"""Reads about programmes and attainments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import g
from msgspec import Struct
from sqlalchemy import Date, Engine, Select, bindparam, distinct, func, select

from lms.competency.models import (
    TARGET_GROUPS,
    Area,
    Attainment,
    Framework,
    Programme,
    ProgrammeCourse,
    RuleSet,
    Skill,
)
from lms.db.statement import Statement
from lms.db.unit_of_work import connection
from lms.identity.models import Account
from lms.identity.people import PERSON, Person
from lms.learning.models import Activity, ActivitySkill, Syllabus, SyllabusEntry
from lms.orgs.models import Membership
from lms.orgs.queries import path_name_of
from lms.text import Text, _

P, R, F, PC = Programme.__table__, RuleSet.__table__, Framework.__table__, ProgrammeCourse.__table__


class ProgrammeRow(Struct, frozen=True):
    """A programme with its framework and rules."""

    id: int
    slug: str
    title: str
    target_group: str
    recognition: str
    framework_id: int
    framework_title: str
    framework_version: str
    framework_warning: str
    rule_set_id: int
    rules_title: str
    rules_version: int
    rules_standing: str
    conditions: Sequence[Mapping[str, Any]]
    prerequisites: str = "advice"  # or lock


_PROGRAMME: Select[*tuple[Any, ...]] = (
    select(
        P.c.id, P.c.slug, P.c.title, P.c.target_group, P.c.recognition, P.c.framework_id, F.c.title, F.c.version,
        F.c.warning, P.c.rule_set_id, R.c.title, R.c.version, R.c.standing,
        R.c.conditions, P.c.prerequisites,
    )
    .join(F, F.c.id == P.c.framework_id)
    .join(R, R.c.id == P.c.rule_set_id)
)  # fmt: skip
_PROGRAMME_BY_SLUG = Statement(_PROGRAMME.where(P.c.slug == bindparam("slug")), ProgrammeRow)
_ACTIVITY = Activity.__table__
_COURSES: Statement[tuple[int, str, str]] = Statement(
    select(_ACTIVITY.c.id, _ACTIVITY.c.slug, _ACTIVITY.c.title)
    .join(PC, PC.c.course_id == _ACTIVITY.c.id)
    .where(PC.c.programme_id == bindparam("programme"))
    .order_by(PC.c.position)
)
_ASKING = Statement(
    _PROGRAMME.join(PC, PC.c.programme_id == P.c.id)
    .where(PC.c.course_id == bindparam("course"))
    .order_by(P.c.position),
    ProgrammeRow,
)


def programme(slug: str) -> ProgrammeRow | None:
    """A programme by its slug."""
    return _PROGRAMME_BY_SLUG.first(slug=slug)


def programme_by_id(programme_id: int) -> ProgrammeRow | None:
    """A programme by its number."""
    row = connection().execute(_PROGRAMME.where(P.c.id == programme_id)).first()
    return ProgrammeRow(*row) if row else None


def programme_of_group(target_group: str) -> ProgrammeRow | None:
    """The first programme of a target group."""
    row = (
        connection().execute(_PROGRAMME.where(P.c.target_group == target_group).order_by(P.c.position, P.c.id)).first()
    )
    return ProgrammeRow(*row) if row else None


def programmes() -> list[ProgrammeRow]:
    """All programmes: by target group, citizens first, then in their own order."""
    rows = [ProgrammeRow(*row) for row in connection().execute(_PROGRAMME.order_by(P.c.position, P.c.id))]
    return sorted(rows, key=lambda p: TARGET_GROUPS.index(p.target_group))


def courses_of(programme_id: int) -> list[tuple[int, str, str]]:
    """(id, slug, title) of a programme's courses, in order."""
    return _COURSES.all(programme=programme_id)


def programmes_with(course_id: int) -> list[ProgrammeRow]:
    """The programmes that ask for a course."""
    return _ASKING.all(course=course_id)


class AttainmentRow(Struct, frozen=True):
    """An attainment with its frozen evidence."""

    id: int
    uuid: UUID
    account_id: int
    programme_id: int
    slug: str
    title: str
    recognition: str
    attained_at: int
    evidence: dict[str, Any]
    org_id: int | None  # of the membership held at that moment


_A, _M = Attainment.__table__, Membership.__table__
_ATTAINMENT: Select[*tuple[Any, ...]] = select(
    _A.c.id, _A.c.uuid, _A.c.account_id, _A.c.programme_id, P.c.slug, P.c.title, P.c.recognition, _A.c.attained_at,
    _A.c.evidence, _M.c.org_id,
).join(P, P.c.id == _A.c.programme_id).outerjoin(_M, _M.c.id == _A.c.membership_id)  # fmt: skip
_ATTAINED = Statement(_ATTAINMENT.where(_A.c.account_id == bindparam("who")).order_by(_A.c.id.desc()), AttainmentRow)
_ONE_ATTAINMENT = Statement(_ATTAINMENT.where(_A.c.id == bindparam("id")), AttainmentRow)


_HOLDER = list(PERSON.selected_columns)
WITH_HOLDER: Select[*tuple[Any, ...]] = (
    _ATTAINMENT.outerjoin(
        Account.__table__, (Account.__table__.c.id == _A.c.account_id) & Account.__table__.c.closed_at.is_(None)
    )
    .add_columns(*_HOLDER, path_name_of(_M.c.org_id, bindparam("day", type_=Date)).label("unit_name"))
    .where(_A.c.id == bindparam("id"))
)


def with_holder(*values: Any) -> tuple[AttainmentRow, Person | None, str, Sequence[Any]]:
    """What a row of `WITH_HOLDER` (an attainment by its `id`, on a `day`) says: what was attained, whose open account
    it is, the name of the unit to which they belonged with those above it; the values behind these, where more was
    asked.
    """
    own, to = len(_ATTAINMENT.selected_columns), len(_ATTAINMENT.selected_columns) + len(_HOLDER)
    person = Person(*values[own:to]) if values[own] is not None else None
    return AttainmentRow(*values[:own]), person, values[to] or "", values[to + 1 :]


def attained_by(account_id: int) -> list[AttainmentRow]:
    """What a person has attained, newest first."""
    return _ATTAINED.all(who=account_id)


def attained_here(account_id: int) -> list[AttainmentRow]:
    """The same, looked up once a request: pages ask for it, and so do the plugins that draw on them."""
    held: tuple[int, list[AttainmentRow]] | None = g.get("attained")
    if held is None or held[0] != account_id:
        held = g.attained = (account_id, attained_by(account_id))
    return held[1]


def attainment(attainment_id: int) -> AttainmentRow | None:
    """An attainment by its number."""
    return _ONE_ATTAINMENT.first(id=attainment_id)


def attainments(attainment_ids: Collection[int]) -> dict[int, AttainmentRow]:
    """Attainments by their numbers; one statement."""
    rows = connection().execute(_ATTAINMENT.where(_A.c.id.in_(attainment_ids)))
    return {row.id: AttainmentRow(*row) for row in rows}


def attained_in(
    orgs: Select[int] | None, programme_id: int, since: int | None = None, until: int | None = None
) -> Select[int, int, int]:
    """A query of (id, account_id, org_id) of a programme's attainments, for use in a statement about what follows.

    `orgs`: a query of the units to which people belonged at that moment (`below(…)`); None: whoever they belonged to.
    `since`, `until`: seconds since 1970, the second not included. Whose account is closed is left out.
    """
    found = (
        select(_A.c.id, _A.c.account_id, _M.c.org_id)
        .join(Account.__table__, Account.__table__.c.id == _A.c.account_id)
        .outerjoin(_M, _M.c.id == _A.c.membership_id)
        .where(_A.c.programme_id == programme_id, Account.__table__.c.closed_at.is_(None))
    )
    if orgs is not None:
        found = found.where(_M.c.org_id.in_(orgs))
    if since is not None:
        found = found.where(_A.c.attained_at >= since)
    if until is not None:
        found = found.where(_A.c.attained_at < until)
    return found


def attained_with(account_ids: Collection[int], quizzes: Collection[str]) -> list[AttainmentRow]:
    """What these people have attained with one of these quizzes among its evidence, the newest first; one statement."""
    rows = connection().execute(_ATTAINMENT.where(_A.c.account_id.in_(account_ids)).order_by(_A.c.id.desc()))
    found = [AttainmentRow(*row) for row in rows]
    return [row for row in found if any(quiz in row.evidence.get("quizzes", {}) for quiz in quizzes)]


class Coverage(Struct, frozen=True):
    """How much of a framework a programme teaches."""

    areas: int
    areas_taught: int
    skills: int
    skills_taught: int
    lessons: int
    minutes: int


def coverage(row: ProgrammeRow) -> Coverage:
    """Areas and skills of the programme's group, and those taught by lessons of its newest syllabuses."""
    database = connection()
    s, a = Skill.__table__, Area.__table__
    areas, skills = database.execute(
        select(func.count(distinct(a.c.id)), func.count(s.c.id))
        .select_from(a)
        .outerjoin(s, s.c.area_id == a.c.id)
        .where(a.c.framework_id == row.framework_id, a.c.target_group == row.target_group)
    ).one()
    sy, se, act, link = Syllabus.__table__, SyllabusEntry.__table__, Activity.__table__, ActivitySkill.__table__
    newest = (
        select(func.max(sy.c.id))
        .join(PC, PC.c.course_id == sy.c.course_id)
        .where(PC.c.programme_id == row.id)
        .group_by(sy.c.course_id)
    )
    entries = database.execute(
        select(act.c.id, act.c.kind, act.c.minutes)
        .join(se, se.c.activity_id == act.c.id)
        .where(se.c.syllabus_id.in_(newest))
    ).all()
    lessons = [e.id for e in entries if e.kind == "lesson"]
    areas_taught, skills_taught = database.execute(
        select(func.count(distinct(a.c.id)), func.count(distinct(s.c.id)))
        .select_from(link)
        .join(s, s.c.id == link.c.skill_id)
        .join(a, a.c.id == s.c.area_id)
        .where(
            link.c.activity_id.in_(lessons), a.c.framework_id == row.framework_id, a.c.target_group == row.target_group
        )
    ).one()
    return Coverage(areas, areas_taught, skills, skills_taught, len(lessons), sum(e.minutes for e in entries))


def skills_by_code() -> dict[str, int]:
    """Every skill's number by its code; where several framework versions have a code, the newest."""
    s = Skill.__table__
    return {row.code: row.id for row in connection().execute(select(s.c.code, s.c.id).order_by(s.c.id))}


_areas: dict[Engine, dict[str, tuple[int, str]]] = {}


def areas_by_code() -> dict[str, tuple[int, str]]:
    """Every area's (number, name) by its code; the newest version's."""
    a = Area.__table__
    database = connection()
    rows = database.execute(select(a.c.code, a.c.id, a.c.name).order_by(a.c.id))
    found = _areas[database.engine] = {row.code: (row.id, row.name) for row in rows}
    return found


def area(code: str) -> tuple[int, str] | None:
    """The area (number, name) that a skill's or area's code lies in. Remembered; looked up anew for an unknown code."""
    for known in (_areas.get(connection().engine, {}), None):
        areas = areas_by_code() if known is None else known
        above = code
        while above:
            if above in areas:
                return areas[above]
            above = above.rpartition(".")[0]
    return None


def area_codes(framework_id: int, target_group: str) -> list[str]:
    """The codes of a framework's areas for a group, in order."""
    a = Area.__table__
    rows = connection().execute(
        select(a.c.code)
        .where(a.c.framework_id == framework_id, a.c.target_group == target_group)
        .order_by(a.c.position)
    )
    return list(rows.scalars())


def conditions_of(rule_set_id: int, lessons: int) -> list[Text]:
    """What a rule set asks of somebody who has not begun, in words."""
    row = connection().execute(select(R.c.conditions, R.c.paper).where(R.c.id == rule_set_id)).one()
    told = []
    for condition in row.conditions:
        match condition["kind"]:
            case "lessons_completed":
                told.append(_("Learn all {n} lessons", n=condition.get("least", lessons)))
            case "quiz_passed":
                told.append(_("Pass the final check; you may try as often as you need"))
            case "task_done" if condition.get("confirmed"):
                told.append(_("Do one real-life task, confirmed by an officer"))
            case "task_done":
                told.append(_("Do one real-life task and tell us about it"))
            case "skills_taught":
                told.append(_("Every skill of the framework is covered by these lessons"))
    if row.paper.get("confirmer"):
        told.append(_("An officer looks at your result before the paper is given"))
    if months := row.paper.get("valid_months"):
        told.append(_("The paper is valid for {n} months", n=months))
    return told


class SkillRow(Struct, frozen=True):
    """A skill with the area that it lies in."""

    code: str
    name: str
    area_code: str
    area_name: str
    target_group: str


def skills() -> list[SkillRow]:
    """Every skill in the order of its framework; of several framework versions with one code, the newest."""
    s, a = Skill.__table__, Area.__table__
    rows = connection().execute(
        select(s.c.code, s.c.name, a.c.code, a.c.name, a.c.target_group)
        .join(a, a.c.id == s.c.area_id)
        .order_by(a.c.framework_id, a.c.position, s.c.position, s.c.id)
    )
    newest = {row[0]: SkillRow(*row) for row in rows}
    return list(newest.values())


class AreaRow(Struct, frozen=True):
    """An area with its skills, to choose from."""

    code: str
    name: str
    rows: list[SkillRow]
    chosen: int


def areas_of(activity_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """The codes of the areas whose skills activities teach; one that teaches none is left out."""
    link, s, a = ActivitySkill.__table__, Skill.__table__, Area.__table__
    rows = connection().execute(
        select(link.c.activity_id, a.c.code)
        .join(s, s.c.id == link.c.skill_id)
        .join(a, a.c.id == s.c.area_id)
        .where(link.c.activity_id.in_(activity_ids))
    )
    found: dict[int, set[str]] = {}
    for row in rows:
        found.setdefault(row.activity_id, set()).add(row.code)
    return {activity_id: frozenset(codes) for activity_id, codes in found.items()}


def teaching(codes: Collection[str], activity_ids: Collection[int]) -> dict[str, frozenset[int]]:
    """Which of these activities teach a skill, by its code; a skill that none of them teaches is left out."""
    link, s = ActivitySkill.__table__, Skill.__table__
    rows = connection().execute(
        select(s.c.code, link.c.activity_id)
        .join(s, s.c.id == link.c.skill_id)
        .where(s.c.code.in_(codes), link.c.activity_id.in_(activity_ids))
    )
    found: dict[str, set[int]] = {}
    for row in rows:
        found.setdefault(row.code, set()).add(row.activity_id)
    return {code: frozenset(ids) for code, ids in found.items()}


def skill_areas(found: Iterable[SkillRow], groups: Collection[str], chosen: Collection[str]) -> list[AreaRow]:
    """The areas of the target groups (of all, where none is named), and those of skills chosen besides."""
    areas: dict[str, list[SkillRow]] = {}
    for row in found:
        if not groups or row.target_group == "" or row.target_group in groups or row.code in chosen:
            areas.setdefault(row.area_code, []).append(row)
    return [AreaRow(code, rows[0].area_name, rows, sum(r.code in chosen for r in rows)) for code, rows in areas.items()]


def framework_titles() -> list[tuple[str, str]]:
    """(slug, title) of every framework, the newest version's title."""
    rows = connection().execute(select(F.c.slug, F.c.title).order_by(F.c.id))
    return list({row.slug: (row.slug, row.title) for row in rows}.values())


def tasks_to_confirm() -> list[str]:
    """The slugs of the tasks that a rule set in force wants confirmed by an officer."""
    rows = connection().execute(select(R.c.conditions).join(P, P.c.rule_set_id == R.c.id)).scalars()
    return sorted(
        {str(c["task"]) for conditions in rows for c in conditions if c["kind"] == "task_done" and c.get("confirmed")}
    )
