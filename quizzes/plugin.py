"""What quizzes provides, hears and tells."""

from __future__ import annotations

from lms.api.learning import ACTIVITY_KINDS, SYNCED
from lms.api.packages import ITEM_READERS, PACKAGE_PARTS, STANDARD_PARTS, PackagePart
from lms.api.people import ACTIONS, PERSONAL_DATA, Action, Erased, Merged, PersonalTable
from lms.api.plugins import COUNTED, Counted, Plugin
from lms.api.web import MENU, ROUTES
from lms.api.work import _
from quizzes.events import AttemptGraded
from quizzes.items.contract import ITEM_TYPES
from quizzes.items.standard import STANDARD
from quizzes.kinds import CheckKind, QuizKind
from quizzes.models import Attempt, ItemVersion, PracticeAnswer, QuizDocument, QuizRevision, Seen
from quizzes.services import counting, exporting, importing, syncing
from quizzes.views import check, studio, studio_quizzes, take

_WORK = _("A record of work done by an official; it says nothing about the official but that.")

plugin = Plugin(
    name="quizzes",
    package="quizzes",
    needs={"lms": ">=0.1,<1"},
    provides=(
        ACTIONS.of(Action("final-check", _("Final check of a programme"))),
        ACTIVITY_KINDS.of(QuizKind(), CheckKind()),
        SYNCED.of(*syncing.synced),
        COUNTED.of(Counted("items", counting.items, per_programme=True)),
        ITEM_TYPES.of(*STANDARD),
        ITEM_READERS.of(*STANDARD_PARTS.items.values()),
        ROUTES.of(take.routes, check.routes, studio.routes, studio.items, studio_quizzes.routes),
        MENU.of(*studio.menu),
        PACKAGE_PARTS.of(
            PackagePart("items", 20, importing.take_items, exporting.give_items),
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
    ),
    tells=(AttemptGraded,),
    migrations="migrations/quizzes",
)  # fmt: skip
