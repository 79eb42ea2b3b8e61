"""From facts to an attainment: the rule set is met, and the evidence is frozen with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from msgspec import Struct
from sqlalchemy import BindParameter, and_, bindparam, case, func, insert, or_, select

from lms.competency.events import ProgrammeAttained
from lms.competency.models import Area, Attainment, Framework, Programme, ProgrammeCourse, RuleSet, Skill
from lms.competency.queries import ProgrammeRow
from lms.competency.rules import Decision, Facts, decide
from lms.db.statement import Statement
from lms.db.unit_of_work import connection
from lms.learning.models import Activity, ActivitySkill, Enrollment, Evidence, EvidencePart, Kind, SyllabusEntry
from lms.learning.queries import membership_at, stands
from lms.outbox.telling import tell

# Statements are made once: making one costs more than sending it, and these are sent within the learner's own write.
_P, _PC, _R, _F, _A = (
    Programme.__table__,
    ProgrammeCourse.__table__,
    RuleSet.__table__,
    Framework.__table__,
    Attainment.__table__,
)
_E, _PART, _AREA, _S = Evidence.__table__, EvidencePart.__table__, Area.__table__, Skill.__table__
_IN, _SE, _ACT, _LINK = Enrollment.__table__, SyllabusEntry.__table__, Activity.__table__, ActivitySkill.__table__
_WHO: BindParameter[int] = bindparam("who")
_TO_JUDGE: Statement[Any] = Statement(
    select(
        _P, _R.c.conditions, _R.c.version.label("rule_version"), _R.c.slug.label("rule_slug"),
        _R.c.title.label("rule_title"), _R.c.standing, _R.c.paper.label("rule_paper"),
        _F.c.slug.label("framework_slug"), _F.c.version.label("framework_version"),
        _F.c.title.label("framework_title"), _F.c.legal_number, _F.c.warning,
    )
    .join(_PC, _PC.c.programme_id == _P.c.id)
    .join(_R, _R.c.id == _P.c.rule_set_id)
    .join(_F, _F.c.id == _P.c.framework_id)
    .outerjoin(_A, and_(_A.c.programme_id == _P.c.id, _A.c.account_id == _WHO))
    .where(_PC.c.course_id == bindparam("course"), _A.c.id.is_(None))
)  # fmt: skip
_DONE: Statement[Any] = Statement(
    select(_ACT.c.id, _ACT.c.kind, _ACT.c.slug, _IN.c.done.op("&")(_SE.c.mask).label("bit"))
    .select_from(_PC)
    .join(_IN, and_(_IN.c.course_id == _PC.c.course_id, _IN.c.account_id == _WHO))
    .join(_SE, _SE.c.syllabus_id == _IN.c.syllabus_id)
    .join(_ACT, _ACT.c.id == _SE.c.activity_id)
    .where(_PC.c.programme_id == bindparam("programme"))
)
_SKILLS: Statement[Any] = Statement(
    select(_S.c.code)
    .join(_AREA, _AREA.c.id == _S.c.area_id)
    .where(_AREA.c.framework_id == bindparam("framework"), _AREA.c.target_group == bindparam("group"))
)
_TAUGHT = (
    select(_S.c.code)
    .distinct()
    .join(_LINK, _LINK.c.skill_id == _S.c.id)
    .where(_LINK.c.activity_id.in_(bindparam("activities", expanding=True)))
)
_SCORES: Statement[Any] = Statement(
    select(
        _E.c.id, _E.c.activity_id, _E.c.raw, _E.c.most, _E.c.passed, _E.c.at, _AREA.c.code,
        _PART.c.raw.label("part_raw"), _PART.c.most.label("part_most"),
    )
    .outerjoin(_PART, _PART.c.evidence_id == _E.c.id)
    .outerjoin(_AREA, _AREA.c.id == _PART.c.area_id)
    .where(
        _E.c.account_id == _WHO,
        _E.c.kind == int(Kind.SCORED),
        stands(_E),
    )
)  # fmt: skip
_SAID: Statement[Any] = Statement(
    select(_E.c.activity_id, func.max(case((_E.c.kind == int(Kind.OBSERVED), 1), else_=0)).label("confirmed"))
    .where(
        _E.c.account_id == _WHO,
        or_(_E.c.kind == int(Kind.OBSERVED), _E.c.kind == int(Kind.DECLARED)),
        stands(_E),
    )
    .group_by(_E.c.activity_id)
)
_ATTAIN: Statement[Any] = Statement(
    insert(_A)
    .values(account_id=_WHO, membership_id=membership_at(_WHO, bindparam("now")), attained_at=bindparam("now"))
    .returning(_A.c.id, _A.c.membership_id),
    columns=("uuid", "programme_id", "rule_set_id", "evidence"),
)


class Made(Struct, frozen=True):
    """An attainment that has just come about."""

    id: int
    membership_id: int | None
    recognition: str


def consider(account_id: int, course_ids: Iterable[int], at: int) -> list[Made]:
    """Judges every programme that asks for one of these courses and is not yet attained; returns new attainments.

    What was attained under earlier rules stays attained: rule changes apply forward, to those who have yet to attain.
    """
    rows = [row for course in course_ids for row in _TO_JUDGE.all(who=account_id, course=course)]
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
    lessons_done, lessons = 0, 0
    done_ids: list[int] = []
    quizzes: dict[int, str] = {}
    tasks: dict[int, str] = {}
    for row in _DONE.all(who=account_id, programme=programme_id):
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
    return frozenset(_SKILLS.scalars(framework=framework_id, group=target_group))


def _taught(activity_ids: list[int]) -> frozenset[str]:
    return frozenset(connection().execute(_TAUGHT, {"activities": activity_ids}).scalars())


def _best_scores(account_id: int, activity_ids: list[int]) -> dict[int, dict[str, Any]]:
    """The best evidence of each quiz: passed before failed, then most points; with its parts by area code."""
    best: dict[int, dict[str, Any]] = {}
    for row in _SCORES.all(who=account_id):
        if row.activity_id not in activity_ids:
            continue
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
    said = {row.activity_id: "confirmed" if row.confirmed else "declared" for row in _SAID.all(who=account_id)}
    return {slug: said.get(i, "none") for i, slug in tasks.items()}


def _attain(account_id: int, row: Any, frozen: dict[str, Any], at: int) -> Made:
    frozen |= {
        "framework": {"slug": row.framework_slug, "version": row.framework_version, "title": row.framework_title,
                      "legal_number": row.legal_number, "warning": row.warning},
        "rules": {"slug": row.rule_slug, "title": row.rule_title, "version": row.rule_version, "standing": row.standing,
                  "conditions": row.conditions, **({"paper": row.rule_paper} if row.rule_paper else {})},
        "programme": {"slug": row.slug, "title": row.title, "group": row.target_group,
                      "recognition": row.recognition},
    }  # fmt: skip
    made = _ATTAIN.one(
        uuid=uuid4(),
        who=account_id,
        programme_id=row.id,
        rule_set_id=row.rule_set_id,
        now=at,
        evidence=frozen,
    )
    tell(ProgrammeAttained(made.id, account_id, row.id, at))
    return Made(made.id, made.membership_id, row.recognition)
