"""What courses provides, hears and tells."""

from __future__ import annotations

from courses import journal
from courses.blocks.linking import LINKING
from courses.blocks.media import MEDIA
from courses.blocks.standard import BLOCK_TYPES, STANDARD
from courses.kinds import LessonKind, TaskKind
from courses.models import (
    Declaration,
    Document,
    Note,
    ReadTo,
    Revision,
    SetAside,
    Spoken,
    Track,
    TrackRevision,
    Unclear,
)
from courses.reviewables import reviewable
from courses.services import delivering, exporting, importing, indexing, picturing, reading, syncing, voicing
from courses.views import (
    api,
    catalog,
    confirm,
    files,
    handout,
    hearing,
    learn,
    moving_on,
    notes,
    opening,
    outside,
    search,
    studio,
    studio_bringing,
    studio_finding,
    studio_forks,
    studio_lessons,
    studio_order,
    studio_revisions,
    studio_saving,
    studio_tasks,
    studio_tracks,
    studio_unclear,
    studio_voice,
)
from lms.api.learning import ACTIVITY_KINDS, SYNCED, Practised
from lms.api.packages import BLOCK_READERS, PACKAGE_PARTS, STANDARD_PARTS, PackagePart
from lms.api.people import ARRIVALS, PERSONAL_DATA, AccountErased, Arrival, Erased, Merged, PersonalTable
from lms.api.plugins import PROJECTIONS, Plugin, on
from lms.api.reviewing import REVIEWABLE
from lms.api.web import MENU, OPERATIONS, PANELS, ROUTES
from lms.api.work import ACTS, PERIODIC, SUBJECTS, Periodic, _

_WORK = _("A record of work done by an official; it says nothing about the official but that.")
_SAID = Declaration.__table__

plugin = Plugin(
    name="courses",
    package="courses",
    needs={"lms": ">=0.1,<1"},
    provides=(
        ACTS.of(*journal.acts),
        SUBJECTS.of(*journal.subjects),
        ACTIVITY_KINDS.of(LessonKind(), TaskKind()),
        SYNCED.of(*syncing.synced),
        BLOCK_TYPES.of(*STANDARD, *MEDIA, *LINKING),
        BLOCK_READERS.of(*STANDARD_PARTS.blocks.values()),
        ROUTES.of(
            catalog.routes,
            confirm.routes,
            handout.routes,
            learn.routes,
            files.routes,
            notes.routes,
            notes.own,
            search.routes,
            outside.routes,
            hearing.routes,
            studio.routes,
            opening.routes,
            studio_lessons.routes,
            studio_saving.routes,
            studio_finding.routes,
            studio_tasks.routes,
            studio_tracks.routes,
            studio_voice.routes,
            studio_bringing.routes,
            moving_on.routes,
            studio_revisions.routes,
            studio_order.routes,
            studio_unclear.routes,
            studio_forks.routes,
        ),
        ARRIVALS.of(Arrival("courses.language-of-lessons", hearing.welcome)),
        PERIODIC.of(
            Periodic("courses.keep-sentences", 2, voicing.keep_prepared),
            Periodic("courses.draw-pictures", 60, picturing.draw_due, aside=True),
            Periodic("courses.read-aloud", 5, reading.read_due, aside=True),
        ),
        OPERATIONS.of(*api.operations),
        PANELS.of(*notes.panels),
        PERIODIC.of(*indexing.periodic),
        PROJECTIONS.of(*indexing.projections),
        REVIEWABLE.of(*reviewable),
        MENU.of(*catalog.menu, *confirm.menu, *studio.menu, *studio_unclear.menu),
        PACKAGE_PARTS.of(
            PackagePart("lessons", 30, importing.take_lessons, exporting.give_lessons, prepare=importing.prepare_files),
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
                SetAside.__table__, "account_id",
                _("What you wrote and was set aside, because somebody else saved first"),
                ("activity_id", "at"), Merged.MOVES, Erased.DELETED,
            ),
            PersonalTable(
                Track.__table__, "changed_by", _("Lessons that you put into another language"),
                ("activity_id", "lang", "changed_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                TrackRevision.__table__, "published_by", _("Lessons in other languages that you published"),
                ("lang", "published_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Spoken.__table__, "by_id", _("Sentences that you spoke and that are being prepared"),
                ("activity_id", "lang", "words", "at"), Merged.MOVES, Erased.DELETED,
            ),
            PersonalTable(
                Note.__table__, "account_id", _("Your notes and bookmarks in lessons"),
                ("activity_id", "passage", "words", "at"), Merged.MOVES, Erased.DELETED,
            ),
            PersonalTable(
                Unclear.__table__, "account_id", _("What you said was not clear to you"),
                ("activity_id", "passage", "words", "at"), Merged.MOVES, Erased.DELETED,
            ),
            PersonalTable(
                ReadTo.__table__, "account_id", _("How far you have read in lessons"),
                ("activity_id", "at"), Merged.MOVES, Erased.DELETED,
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
    hears=(on(AccountErased, reading.when_account_erased), on(Practised, delivering.when_practised),),
    migrations="migrations/courses",
)  # fmt: skip
