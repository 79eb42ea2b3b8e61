"""What the core itself takes from a package: frameworks, rule sets and programmes."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import func, insert, select, update

from lms.competency.models import Area, Framework, Programme, ProgrammeCourse, RuleSet, Skill
from lms.competency.rules import RuleError, check
from lms.db.unit_of_work import connection
from lms.errors import Conflict, Invalid
from lms.learning.models import Activity
from lms.packages.importing import Importing
from lms.packages.model import FrameworkSpec, ProgrammeSpec, RuleSetSpec
from lms.text import _

F, A, S, R, P, PC = (
    Framework.__table__,
    Area.__table__,
    Skill.__table__,
    RuleSet.__table__,
    Programme.__table__,
    ProgrammeCourse.__table__,
)


def take_frameworks(importing: Importing) -> None:
    """Adds framework versions that are new. A version that is here is never changed."""
    for spec in importing.package.frameworks:
        held = connection().execute(select(F.c.id).where(F.c.slug == spec.slug, F.c.version == spec.version)).scalar()
        if held is None:
            _only_the_nation(importing, spec.slug)
            _add_framework(spec)
            importing.count("frameworks")


def _only_the_nation(importing: Importing, slug: str) -> None:
    if not importing.may_change(None):
        raise Conflict(
            _(
                "Frameworks, rule sets and programmes are the national unit's, and {slug} is new or changed here."
                " Take it out of the package, or ask the national administrator to import it.",
                slug=slug,
            )
        )


def _add_framework(spec: FrameworkSpec) -> None:
    database = connection()
    framework_id = database.execute(
        insert(F)
        .values(
            slug=spec.slug,
            version=spec.version,
            title=spec.title,
            legal_number=spec.legal_number,
            warning=spec.warning,
            document=dict(spec.data),
        )
        .returning(F.c.id)
    ).scalar_one()
    areas: dict[str, int] = {}
    for position, area in enumerate(spec.domains):
        areas[area.code] = database.execute(
            insert(A)
            .values(
                framework_id=framework_id,
                target_group=area.group,
                code=area.code,
                name=area.name,
                name_en=area.name_en,
                position=position,
            )
            .returning(A.c.id)
        ).scalar_one()
    database.execute(
        insert(S),
        [
            {
                "area_id": areas[skill.domain],
                "code": skill.code,
                "name": skill.name,
                "name_en": skill.name_en,
                "expectation": skill.expectation,
                "position": position,
            }
            for position, skill in enumerate(spec.skills)
        ],
    )


def take_rules_and_programmes(importing: Importing) -> None:
    """Adds rule set versions that are new, then programmes; a programme follows the version that its package names."""
    rules = {spec.slug: _rule_set(spec, importing) for spec in importing.package.rules}
    for position, spec in enumerate(importing.package.programmes):
        _programme(spec, rules, position, importing)


def _rule_set(spec: RuleSetSpec, importing: Importing) -> int:
    database = connection()
    conditions = [{"kind": c.kind, **c.data} for c in spec.conditions]
    try:
        check(conditions)
    except (RuleError, KeyError, ValueError) as error:
        raise Invalid(_("Rule set {slug}: {problem}", slug=spec.slug, problem=str(error))) from error
    held = database.execute(
        select(R.c.id, R.c.conditions, R.c.paper).where(R.c.slug == spec.slug, R.c.version == spec.version)
    ).first()
    if held is not None:
        if (held.conditions, held.paper) != (conditions, spec.paper):
            raise Conflict(
                _(
                    "Rule set {slug} version {version} is here with other conditions. Give the new one a new version.",
                    slug=spec.slug,
                    version=spec.version,
                )
            )
        return int(held.id)
    _only_the_nation(importing, spec.slug)
    importing.count("rules")
    return int(
        database.execute(
            insert(R)
            .values(
                slug=spec.slug,
                version=spec.version,
                title=spec.title,
                standing=spec.standing,
                conditions=conditions,
                paper=spec.paper,
            )
            .returning(R.c.id)
        ).scalar_one()
    )


def _programme(spec: ProgrammeSpec, rules: dict[str, int], position: int, importing: Importing) -> None:
    database = connection()
    framework_id = database.execute(
        select(F.c.id).where(F.c.slug == spec.framework).order_by(F.c.id.desc()).limit(1)
    ).scalar()
    rule_set_id = (
        rules.get(spec.rules)
        or database.execute(select(R.c.id).where(R.c.slug == spec.rules).order_by(R.c.version.desc()).limit(1)).scalar()
    )
    if framework_id is None or rule_set_id is None:
        raise Invalid(_("Programme {slug}: its framework or its rules are not here.", slug=spec.slug))
    values = {
        "title": spec.title,
        "target_group": spec.group,
        "framework_id": framework_id,
        "rule_set_id": rule_set_id,
        "recognition": spec.recognition,
        "prerequisites": spec.prerequisites,
    }
    held = database.execute(select(P).where(P.c.slug == spec.slug)).first()
    if held is None:
        _only_the_nation(importing, spec.slug)
        highest = database.execute(select(func.max(P.c.position))).scalar()
        programme_id = database.execute(
            insert(P).values(uuid=uuid4(), slug=spec.slug, position=(highest or 0) + 1, **values).returning(P.c.id)
        ).scalar_one()
        importing.count("programmes")
    else:
        programme_id = held.id
        if any(held._mapping[k] != v for k, v in values.items()):
            _only_the_nation(importing, spec.slug)
            database.execute(update(P).where(P.c.id == programme_id).values(**values))
            importing.count("programmes")
    a = Activity.__table__
    wanted = [
        database.execute(select(a.c.id).where(a.c.kind == "course", a.c.slug == slug)).scalar_one()
        for slug in spec.courses
    ]
    asked = select(PC.c.course_id).where(PC.c.programme_id == programme_id).order_by(PC.c.position)
    if list(database.execute(asked).scalars()) == wanted:
        return
    _only_the_nation(importing, spec.slug)
    database.execute(PC.delete().where(PC.c.programme_id == programme_id))
    database.execute(
        insert(PC),
        [{"programme_id": programme_id, "course_id": c, "position": i} for i, c in enumerate(wanted)],
    )
