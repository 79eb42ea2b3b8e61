"""What practice provides: simulations of real services, in lessons and courses."""

from __future__ import annotations

from courses.api import BLOCK_TYPES
from lms.api.learning import ACTIVITY_KINDS, RUNNERS, SYNCED, named_of
from lms.api.packages import BLOCK_READERS, PACKAGE_PARTS, PackagePart
from lms.api.people import PERSONAL_DATA, RETENTION, Erased, Merged, PersonalTable, Retention
from lms.api.plugins import Plugin
from lms.api.reviewing import REVIEWABLE
from lms.api.web import MENU, ROUTES
from lms.api.work import SUBJECTS, Subject, _
from plugins.practice.blocks import PracticeBlock, PracticeReader
from plugins.practice.kinds import PracticeKind
from plugins.practice.models import PracticeDocument, PracticeRevision, Run
from plugins.practice.reviewables import PracticeReview
from plugins.practice.runner import PracticeRunner
from plugins.practice.services import packing, running, syncing
from plugins.practice.views import play, studio, studio_parts

_WORK = _("A record of work done by an official; it says nothing about the official but that.")

plugin = Plugin(
    name="practice",
    package="plugins.practice",
    needs={"lms": ">=0.1,<1", "courses": ">=0.1,<1"},
    provides=(
        SUBJECTS.of(Subject("practice", _("Practice"), named_of("practice"))),
        ACTIVITY_KINDS.of(PracticeKind()),
        RUNNERS.of(PracticeRunner()),
        SYNCED.of(*syncing.synced),
        BLOCK_TYPES.of(PracticeBlock()),
        BLOCK_READERS.of(PracticeReader()),
        ROUTES.of(play.routes, studio.routes, studio_parts.routes),
        REVIEWABLE.of(PracticeReview()),
        MENU.of(*studio.menu),
        PACKAGE_PARTS.of(
            PackagePart("practices", 25, packing.take_practices, packing.give_practices, packing.PracticeFolder(),
                        prepare=packing.prepare_sounds)
        ),
        PERSONAL_DATA.of(
            PersonalTable(
                Run.__table__, "account_id", _("Practices that you played to the end"),
                ("activity_id", "points", "most", "traps", "at"), Merged.MOVES, Erased.KEPT,
                why_kept=_("Kept without your name, so that the figures stay true."),
            ),
            PersonalTable(
                PracticeDocument.__table__, "changed_by", _("Practices that you changed last"),
                ("activity_id", "changed_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                PracticeRevision.__table__, "published_by", _("Practices that you published"),
                ("activity_id", "number", "published_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
        ),
        RETENTION.of(
            Retention(
                "practice.taps", _("What was tapped in practices, step by step"), running.KEPT_DAYS,
                running.LEAST_DAYS, running.taps_before, running.forget_taps,
            )
        ),
    ),
    migrations="migrations/practice",
)  # fmt: skip
