"""Frameworks, programmes, attainments."""

from lms.competency.attaining import standing
from lms.competency.changing import PREREQUISITES, set_prerequisites
from lms.competency.events import ProgrammeAttained
from lms.competency.queries import (
    AreaRow,
    AttainmentRow,
    ProgrammeRow,
    SkillRow,
    area,
    area_codes,
    areas_by_code,
    attained_by,
    attained_here,
    attainment,
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
)

__all__ = [
    "PREREQUISITES", "AreaRow", "AttainmentRow", "ProgrammeAttained", "ProgrammeRow", "SkillRow", "area", "area_codes",
    "areas_by_code", "attained_by", "attained_here", "attainment", "conditions_of", "courses_of", "coverage",
    "framework_titles", "programme", "programme_by_id", "programmes", "programmes_with", "set_prerequisites",
    "skill_areas", "skills", "skills_by_code", "standing", "tasks_to_confirm",
]  # fmt: skip
