"""What courses provides, hears and tells."""

from __future__ import annotations

from courses.blocks.standard import BLOCK_TYPES, STANDARD
from courses.kinds import LessonKind, TaskKind
from courses.models import Declaration, Document, Revision
from courses.services import exporting, importing
from courses.views import api, catalog, confirm, learn, studio, studio_lessons
from lms.api.learning import ACTIVITY_KINDS
from lms.api.packages import BLOCK_READERS, PACKAGE_PARTS, STANDARD_PARTS, PackagePart
from lms.api.people import PERSONAL_DATA, Erased, Merged, PersonalTable
from lms.api.plugins import Plugin
from lms.api.web import MENU, OPERATIONS, ROUTES
from lms.api.work import _

_WORK = _("A record of work done by an official; it says nothing about the official but that.")
_SAID = Declaration.__table__

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
        PERSONAL_DATA.of(
            PersonalTable(
                _SAID, "account_id", _("Tasks that you said you had done"),
                ("activity_id", "choice", "note", "at", "confirmed_at"), Merged.MOVES, Erased.BLANKED, {"note": ""},
            ),
            PersonalTable(
                _SAID, "confirmed_by", _("Tasks of others that you confirmed"), (), Merged.STAYS, Erased.KEPT,
                why_kept=_WORK,
            ),
            PersonalTable(
                Document.__table__, "changed_by", _("Lessons and courses that you changed last"),
                ("activity_id", "changed_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Revision.__table__, "published_by", _("Lessons and courses that you published"),
                ("activity_id", "number", "published_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
        ),
    ),
    migrations="migrations/courses",
)  # fmt: skip
