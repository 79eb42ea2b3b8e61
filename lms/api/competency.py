"""Frameworks, programmes, attainments."""

from lms.competency.attaining import standing
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
    "AreaRow", "AttainmentRow", "ProgrammeAttained", "ProgrammeRow", "SkillRow", "area", "area_codes",
    "areas_by_code", "attained_by", "attained_here", "attainment", "conditions_of", "courses_of", "coverage",
    "framework_titles", "programme", "programme_by_id", "programmes", "programmes_with", "skill_areas", "skills",
    "skills_by_code", "standing", "tasks_to_confirm",
]  # fmt: skip
