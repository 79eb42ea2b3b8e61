"""Frameworks, programmes, attainments."""

from lms.competency.attaining import standing
from lms.competency.events import ProgrammeAttained
from lms.competency.queries import (
    AttainmentRow,
    ProgrammeRow,
    SkillRow,
    area_codes,
    areas_by_code,
    attained_by,
    attainment,
    conditions_of,
    courses_of,
    coverage,
    framework_titles,
    programme,
    programme_by_id,
    programmes,
    programmes_with,
    skills,
    skills_by_code,
)

__all__ = [
    "AttainmentRow", "ProgrammeAttained", "ProgrammeRow", "SkillRow", "area_codes", "areas_by_code", "attained_by", "attainment", "conditions_of", "courses_of",
    "coverage", "framework_titles", "programme", "programme_by_id", "programmes", "programmes_with", "skills", "skills_by_code", "standing",
]  # fmt: skip
