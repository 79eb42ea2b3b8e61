"""What courses provides, hears and tells."""

from __future__ import annotations

from courses.blocks.standard import BLOCK_TYPES, STANDARD
from courses.kinds import LessonKind, TaskKind
from courses.services import importing
from courses.views import catalog, learn
from lms.api.learning import ACTIVITY_KINDS
from lms.api.packages import BLOCK_READERS, PACKAGE_PARTS, STANDARD_PARTS, PackagePart
from lms.api.plugins import Plugin
from lms.api.web import MENU, ROUTES

plugin = Plugin(
    name="courses",
    package="courses",
    needs={"lms": ">=0.1,<1"},
    provides=(
        ACTIVITY_KINDS.of(LessonKind(), TaskKind()),
        BLOCK_TYPES.of(*STANDARD),
        BLOCK_READERS.of(*STANDARD_PARTS.blocks.values()),
        ROUTES.of(catalog.routes, learn.routes, learn.files),
        MENU.of(*catalog.menu),
        PACKAGE_PARTS.of(
            PackagePart("lessons", 30, importing.take_lessons), PackagePart("courses", 50, importing.take_courses)
        ),
    ),
    migrations="migrations/courses",
    first_party=True,
)
