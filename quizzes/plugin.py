"""What quizzes provides, hears and tells."""

from __future__ import annotations

from lms.api.learning import ACTIVITY_KINDS, SYNCED
from lms.api.packages import ITEM_READERS, PACKAGE_PARTS, STANDARD_PARTS, PackagePart
from lms.api.people import ACTIONS, PERSONAL_DATA, RETENTION, Action, Erased, Merged, PersonalTable, Retention
from lms.api.plugins import COUNTED, Counted, Plugin
from lms.api.web import MENU, PANELS, ROUTES
from lms.api.work import ACTS, PERIODIC, SUBJECTS, Periodic, _
from quizzes import journal
from quizzes.events import AttemptGraded
from quizzes.items.contract import ITEM_TYPES
from quizzes.items.packing import READERS
from quizzes.items.standard import STANDARD
from quizzes.kinds import CheckKind, QuizKind
from quizzes.models import (
    Accommodation,
    Attempt,
    Import,
    ItemVersion,
    Marking,
    PracticeAnswer,
    QuizDocument,
    QuizRevision,
    Seen,
)
from quizzes.services import bringing, counting, exporting, exposure, importing, syncing, timing
from quizzes.views import check, clock, marking, studio, studio_bringing, studio_giving, studio_quizzes, support, take

_WORK = _("A record of work done by an official; it says nothing about the official but that.")

plugin = Plugin(
    name="quizzes",
    package="quizzes",
    needs={"lms": ">=0.1,<1"},
    provides=(
        ACTS.of(*journal.acts),
        SUBJECTS.of(*journal.subjects),
        ACTIONS.of(Action("final-check", _("Final check of a programme"))),
        ACTIVITY_KINDS.of(QuizKind(), CheckKind()),
        SYNCED.of(*syncing.synced),
        COUNTED.of(Counted("items", counting.items, per_programme=True)),
        ITEM_TYPES.of(*STANDARD),
        ITEM_READERS.of(*STANDARD_PARTS.items.values(), *READERS),
        ROUTES.of(marking.routes),
        ROUTES.of(take.routes, clock.routes, check.routes, studio.routes, studio.items, studio_quizzes.routes),
        ROUTES.of(support.routes, studio_bringing.routes, studio_giving.routes),
        MENU.of(*studio.menu, *marking.menu),
        PANELS.of(*support.panels),
        PERIODIC.of(
            Periodic("quizzes.overdue", 15, timing.hand_in_overdue),
            Periodic("quizzes.exposure", 600, exposure.count, aside=True),
        ),
        PACKAGE_PARTS.of(
            PackagePart("items", 20, importing.take_items, exporting.give_items, prepare=importing.prepare_pictures),
            PackagePart("quizzes", 40, importing.take_quizzes, exporting.give_quizzes),
        ),
        PERSONAL_DATA.of(
            PersonalTable(
                Attempt.__table__, "account_id", _("Quizzes that you took"),
                ("activity_id", "started_at", "submitted_at", "marks", "passed"), Merged.MOVES, Erased.KEPT,
                why_kept=_("Kept without your name, so that the figures stay true."),
            ),
            PersonalTable(
                Seen.__table__, "account_id", _("Exam questions that you have been given"), (), Merged.MOVES,
                Erased.DELETED, why_kept=_("Shown to nobody, because exam questions must stay secret."),
            ),
            PersonalTable(
                PracticeAnswer.__table__, "account_id", _("Practice questions that you answered"), ("right", "at"),
                Merged.STAYS, Erased.BLANKED, {"account_id": None},
            ),
            PersonalTable(
                Accommodation.__table__, "account_id", _("What makes checks fair to you"),
                ("extra", "no_limit", "read_aloud", "break_minutes", "reason", "valid_from", "valid_to"), Merged.MOVES,
                Erased.DELETED,
            ),
            PersonalTable(
                Accommodation.__table__, "given_by", _("Support in checks that you gave"), ("valid_from",),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Accommodation.__table__, "ended_by", _("Support in checks that you ended"), ("valid_to",),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Import.__table__, "made_by", _("Files with questions that you brought"), ("name", "made_at"),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Marking.__table__, "marked_by", _("Answers of others that you marked"),
                ("note", "marked_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                ItemVersion.__table__, "made_by", _("Questions that you wrote"), ("item_id", "number", "made_at"),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                QuizDocument.__table__, "changed_by", _("Quizzes that you changed last"), ("activity_id", "changed_at"),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                QuizRevision.__table__, "published_by", _("Quizzes that you published"),
                ("activity_id", "number", "published_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
        ),
        RETENTION.of(
            Retention(
                "quizzes.drafts", _("Files with questions that were never taken in"), bringing.KEPT_DAYS,
                bringing.LEAST_DAYS, bringing.drafts_before, bringing.forget_drafts,
            )
        ),
    ),
    tells=(AttemptGraded,),
    migrations="migrations/quizzes",
)  # fmt: skip
