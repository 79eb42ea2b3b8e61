"""What courses provides, hears and tells."""

from __future__ import annotations

from courses.blocks.standard import BLOCK_TYPES, STANDARD
from courses.kinds import LessonKind, TaskKind
from courses.services import exporting, importing
from courses.views import api, catalog, confirm, learn, studio, studio_lessons
from lms.api.learning import ACTIVITY_KINDS
from lms.api.packages import BLOCK_READERS, PACKAGE_PARTS, STANDARD_PARTS, PackagePart
from lms.api.plugins import Plugin
from lms.api.web import MENU, OPERATIONS, ROUTES

plugin = Plugin(
    name="courses",
    package="courses",
    needs={"lms": ">=0.1,<1"},
    provides=(
        ACTIVITY_KINDS.of(LessonKind(), TaskKind()),
        BLOCK_TYPES.of(*STANDARD),
        BLOCK_READERS.of(*STANDARD_PARTS.blocks.values()),
        ROUTES.of(
            catalog.routes,
            confirm.routes,
            learn.routes,
            learn.files,
            studio.routes,
            studio_lessons.routes,
            studio_lessons.tasks,
        ),
        OPERATIONS.of(*api.operations),
        MENU.of(*catalog.menu, *confirm.menu, *studio.menu),
        PACKAGE_PARTS.of(
            PackagePart("lessons", 30, importing.take_lessons, exporting.give_lessons),
            PackagePart("courses", 50, importing.take_courses, exporting.give_courses),
        ),
    ),
    migrations="migrations/courses",
)
