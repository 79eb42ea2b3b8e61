"""What the core itself gives to a package: frameworks, rule sets and programmes."""

from __future__ import annotations

import json

from sqlalchemy import func, select

from lms.competency.models import Area, Framework, Programme, RuleSet, Skill
from lms.competency.queries import courses_of, programme, programmes_with
from lms.db.unit_of_work import connection
from lms.learning.queries import activity
from lms.packages.frameworks import read_framework
from lms.packages.importing import Exporting
from lms.packages.model import Condition, ProgrammeSpec, RuleSetSpec
from lms.packages.problems import Problems, Where

F, A, S, R, P = Framework.__table__, Area.__table__, Skill.__table__, RuleSet.__table__, Programme.__table__


def give_frameworks(exporting: Exporting) -> None:
    """Gives the newest version of each framework that is named, or that has a code that is named."""
    database = connection()
    if exporting.whole:
        exporting.want("framework", *database.execute(select(F.c.slug).distinct()).scalars())
    for code in exporting.open("code"):
        skill = select(A.c.framework_id).join(S, S.c.area_id == A.c.id).where(S.c.code == code)
        area = select(A.c.framework_id).where(A.c.code == code)
        holders = [*database.execute(skill).scalars(), *database.execute(area).scalars()]
        if holders:
            exporting.want("framework", database.execute(select(F.c.slug).where(F.c.id == max(holders))).scalar_one())
    for slug in exporting.open("framework"):
        document = database.execute(
            select(F.c.document).where(F.c.slug == slug).order_by(F.c.id.desc()).limit(1)
        ).scalar()
        if document is None:
            continue
        text = json.dumps(document, ensure_ascii=False, indent=1)
        problems = Problems()
        spec = read_framework(slug, text, Where(f"frameworks/{slug}.json", 1, problems, []))
        problems.raise_if_any()
        exporting.give("framework", slug, spec)


def give_rules_and_programmes(exporting: Exporting) -> None:
    """Gives the programmes that ask for the courses given, with the rule set version that each follows."""
    database = connection()
    if exporting.whole:
        exporting.want("programme", *database.execute(select(P.c.slug)).scalars())
        newest = select(R.c.slug).where(R.c.id.not_in(select(P.c.rule_set_id))).distinct()
        exporting.want("rules", *database.execute(newest).scalars())
    for slug in exporting.open("programmes_of"):
        course = activity("course", slug)
        for row in programmes_with(course.id) if course else ():
            exporting.want("programme", row.slug)
    for slug in exporting.open("programme"):
        held = programme(slug)
        if held is None:
            continue
        courses = tuple(name for _id, name, _title in courses_of(held.id))
        framework = str(database.execute(select(F.c.slug).where(F.c.id == held.framework_id)).scalar_one())
        rules = _give_rules(exporting, held.rule_set_id)
        exporting.want("course", *courses)
        exporting.want("framework", framework)
        spec = ProgrammeSpec(
            slug, held.title, held.target_group, framework, held.recognition, courses, rules, held.prerequisites
        )
        exporting.give("programme", slug, spec)
    for slug in exporting.open("rules"):
        _give_rules(exporting, database.execute(select(func.max(R.c.id)).where(R.c.slug == slug)).scalar_one())


def _give_rules(exporting: Exporting, rule_set_id: int) -> str:
    row = connection().execute(select(R).where(R.c.id == rule_set_id)).one()
    if row.slug not in exporting.given.get("rules", {}):
        conditions = tuple(Condition(c["kind"], {k: v for k, v in c.items() if k != "kind"}) for c in row.conditions)
        for condition in conditions:
            exporting.want("quiz", condition.data.get("quiz", ""))
            exporting.want("task", condition.data.get("task", ""))
        rules = RuleSetSpec(
            row.slug, row.version, row.title, row.standing, conditions,
            row.paper.get("valid_months", 0), row.paper.get("confirmer", False),
        )  # fmt: skip
        exporting.give("rules", row.slug, rules)
    return str(row.slug)
