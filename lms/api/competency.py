"""Frameworks, programmes, attainments."""

from lms.competency.attaining import standing
from lms.competency.changing import PREREQUISITES, set_prerequisites
from lms.competency.events import ProgrammeAttained
from lms.competency.queries import (
    WITH_HOLDER,
    AreaRow,
    AttainmentRow,
    ProgrammeRow,
    SkillRow,
    area,
    area_codes,
    areas_by_code,
    areas_of,
    attained_by,
    attained_here,
    attained_in,
    attained_with,
    attainment,
    attainments,
    conditions_of,
    courses_of,
    coverage,
    framework_titles,
    programme,
    programme_by_id,
    programmes,
    programmes_with,
    skill_areas,
    skills,
    skills_by_code,
    tasks_to_confirm,
    teaching,
    with_holder,
)
from lms.indicators.counting import held_back
from lms.indicators.holding import hold_back, release

__all__ = [
    "PREREQUISITES", "WITH_HOLDER", "AreaRow", "AttainmentRow", "ProgrammeAttained", "ProgrammeRow", "SkillRow", "area",
    "area_codes", "areas_by_code", "areas_of", "attained_by", "attained_here", "attained_in", "attained_with",
    "attainment", "attainments", "conditions_of", "courses_of", "coverage", "framework_titles", "held_back",
    "hold_back", "programme", "programme_by_id", "programmes", "programmes_with", "release", "set_prerequisites",
    "skill_areas", "skills", "skills_by_code", "standing", "tasks_to_confirm", "teaching", "with_holder",
]  # fmt: skip
