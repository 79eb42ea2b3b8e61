"""From facts to an attainment: the rule set is met, and the evidence is frozen with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import and_, case, func, insert, or_, select

from lms.competency.events import ProgrammeAttained
from lms.competency.models import Area, Attainment, Framework, Programme, ProgrammeCourse, RuleSet, Skill
from lms.competency.queries import ProgrammeRow
from lms.competency.rules import Decision, Facts, decide
from lms.db.unit_of_work import connection
from lms.learning.models import Activity, ActivitySkill, Enrollment, Evidence, EvidencePart, Kind, SyllabusEntry
from lms.learning.queries import membership_at
from lms.outbox.telling import tell


@dataclass(frozen=True)
class Made:
    """An attainment that has just come about."""

    id: int
    membership_id: int | None
    recognition: str


def consider(account_id: int, course_ids: Iterable[int], at: int) -> list[Made]:
    """Judges every programme that asks for one of these courses and is not yet attained; returns new attainments."""
    p, pc, r, f, a = (
        Programme.__table__,
        ProgrammeCourse.__table__,
        RuleSet.__table__,
        Framework.__table__,
        Attainment.__table__,
    )
    rows = connection().execute(
        select(
            p, r.c.conditions, r.c.version.label("rule_version"), r.c.slug.label("rule_slug"),
            r.c.title.label("rule_title"), r.c.standing,
            f.c.slug.label("framework_slug"), f.c.version.label("framework_version"),
            f.c.title.label("framework_title"), f.c.legal_number, f.c.warning,
        )
        .join(pc, pc.c.programme_id == p.c.id)
        .join(r, r.c.id == p.c.rule_set_id)
        .join(f, f.c.id == p.c.framework_id)
        .outerjoin(
            a,
            and_(a.c.programme_id == p.c.id, a.c.account_id == account_id, a.c.rule_set_id == p.c.rule_set_id),
        )
        .where(pc.c.course_id.in_(list(course_ids)), a.c.id.is_(None))
    ).all()  # fmt: skip
    made = []
    for row in {r.id: r for r in rows}.values():  # a programme may ask for several of the courses
        facts, frozen = gather(account_id, row.id, row.framework_id, row.target_group, row.conditions)
        decision = decide(row.conditions, facts)
        if decision.met:
            made.append(_attain(account_id, row, frozen, at))
    return made


def standing(account_id: int, programme: ProgrammeRow) -> Decision:
    """Where a person stands in a programme, with reasons; reads only."""
    facts, _frozen = gather(
        account_id, programme.id, programme.framework_id, programme.target_group, programme.conditions
    )
    return decide(programme.conditions, facts)


def gather(
    account_id: int, programme_id: int, framework_id: int, target_group: str, conditions: Sequence[Mapping[str, Any]]
) -> tuple[Facts, dict[str, Any]]:
    """The facts of one person that these conditions ask for, and the same as plain values to be frozen."""
    asked = {c["kind"] for c in conditions}
    database = connection()
    e, se, act, pc = Enrollment.__table__, SyllabusEntry.__table__, Activity.__table__, ProgrammeCourse.__table__
    lessons_done, lessons = 0, 0
    done_ids: list[int] = []
    quizzes: dict[int, str] = {}
    tasks: dict[int, str] = {}
    rows = database.execute(
        select(act.c.id, act.c.kind, act.c.slug, e.c.done.op("&")(se.c.mask).label("bit"))
        .select_from(pc)
        .join(e, and_(e.c.course_id == pc.c.course_id, e.c.account_id == account_id))
        .join(se, se.c.syllabus_id == e.c.syllabus_id)
        .join(act, act.c.id == se.c.activity_id)
        .where(pc.c.programme_id == programme_id)
    )
    for row in rows:
        if row.kind == "lesson":
            lessons += 1
            if row.bit:
                lessons_done += 1
                done_ids.append(row.id)
        elif row.kind == "task":
            tasks[row.id] = row.slug
        else:
            quizzes[row.id] = row.slug
    skills = _skills(framework_id, target_group) if "skills_taught" in asked else frozenset()
    taught = _taught(done_ids) & skills if skills else frozenset()
    exam = _best_scores(account_id, list(quizzes)) if "quiz_passed" in asked and quizzes else {}
    said = _tasks(account_id, tasks) if tasks else {}
    facts = Facts(
        lessons_done,
        lessons,
        frozenset(taught),
        skills,
        {slug: bool(exam.get(i, {}).get("passed")) for i, slug in quizzes.items()},
        said,
    )
    frozen = {
        "lessons": {"done": lessons_done, "of": lessons},
        "skills": sorted(taught),
        "quizzes": {quizzes[i]: v for i, v in exam.items()},
        "tasks": said,
    }
    return facts, frozen


def _skills(framework_id: int, target_group: str) -> frozenset[str]:
    s, a = Skill.__table__, Area.__table__
    rows = connection().execute(
        select(s.c.code)
        .join(a, a.c.id == s.c.area_id)
        .where(a.c.framework_id == framework_id, a.c.target_group == target_group)
    )
    return frozenset(rows.scalars())


def _taught(activity_ids: list[int]) -> frozenset[str]:
    s, link = Skill.__table__, ActivitySkill.__table__
    rows = connection().execute(
        select(s.c.code).distinct().join(link, link.c.skill_id == s.c.id).where(link.c.activity_id.in_(activity_ids))
    )
    return frozenset(rows.scalars())


def _best_scores(account_id: int, activity_ids: list[int]) -> dict[int, dict[str, Any]]:
    """The best evidence of each quiz: passed before failed, then most points; with its parts by area code."""
    e, part, area = Evidence.__table__, EvidencePart.__table__, Area.__table__
    rows = connection().execute(
        select(e.c.id, e.c.activity_id, e.c.raw, e.c.most, e.c.passed, e.c.at, area.c.code,
               part.c.raw.label("part_raw"), part.c.most.label("part_most"))
        .outerjoin(part, part.c.evidence_id == e.c.id)
        .outerjoin(area, area.c.id == part.c.area_id)
        .where(e.c.account_id == account_id, e.c.activity_id.in_(activity_ids), e.c.kind == int(Kind.SCORED))
    ).all()  # fmt: skip
    best: dict[int, dict[str, Any]] = {}
    for row in rows:
        held = best.get(row.activity_id)
        rank = (bool(row.passed), row.raw or 0, -row.id)
        if held is None or rank > held["rank"]:
            held = best[row.activity_id] = {
                "rank": rank, "passed": bool(row.passed), "raw": row.raw, "most": row.most, "at": row.at, "parts": {},
            }  # fmt: skip
        if rank == held["rank"] and row.code is not None:
            held["parts"][row.code] = [row.part_raw, row.part_most]
    return {k: {name: v for name, v in held.items() if name != "rank"} for k, held in best.items()}


def _tasks(account_id: int, tasks: dict[int, str]) -> dict[str, str]:
    e = Evidence.__table__
    rows = connection().execute(
        select(e.c.activity_id, func.max(case((e.c.kind == int(Kind.OBSERVED), 1), else_=0)).label("confirmed"))
        .where(
            e.c.account_id == account_id,
            e.c.activity_id.in_(list(tasks)),
            or_(e.c.kind == int(Kind.OBSERVED), e.c.kind == int(Kind.DECLARED)),
        )
        .group_by(e.c.activity_id)
    )
    said = {row.activity_id: "confirmed" if row.confirmed else "declared" for row in rows}
    return {slug: said.get(i, "none") for i, slug in tasks.items()}


def _attain(account_id: int, row: Any, frozen: dict[str, Any], at: int) -> Made:
    a = Attainment.__table__
    frozen |= {
        "framework": {"slug": row.framework_slug, "version": row.framework_version, "title": row.framework_title,
                      "legal_number": row.legal_number, "warning": row.warning},
        "rules": {"slug": row.rule_slug, "title": row.rule_title, "version": row.rule_version, "standing": row.standing,
                  "conditions": row.conditions},
        "programme": {"slug": row.slug, "title": row.title, "group": row.target_group,
                      "recognition": row.recognition},
    }  # fmt: skip
    made = (
        connection()
        .execute(
            insert(a)
            .values(
                uuid=uuid4(),
                account_id=account_id,
                programme_id=row.id,
                rule_set_id=row.rule_set_id,
                membership_id=membership_at(account_id, at),
                attained_at=at,
                evidence=frozen,
            )
            .returning(a.c.id, a.c.membership_id)
        )
        .one()
    )
    tell(ProgrammeAttained(made.id, account_id, row.id, at))
    return Made(made.id, made.membership_id, row.recognition)
