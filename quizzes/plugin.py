"""What quizzes provides, hears and tells."""

from __future__ import annotations

from lms.api.learning import ACTIVITY_KINDS, SYNCED
from lms.api.packages import ITEM_READERS, PACKAGE_PARTS, STANDARD_PARTS, PackagePart
from lms.api.people import ACTIONS, PERSONAL_DATA, RETENTION, Action, Erased, Merged, PersonalTable, Retention
from lms.api.plugins import COUNTED, Counted, Plugin
from lms.api.reviewing import REVIEWABLE
from lms.api.web import MENU, PANELS, ROUTES
from lms.api.work import ACTS, PERIODIC, SUBJECTS, Periodic, _
from quizzes import journal
from quizzes.events import AttemptGraded, FormHelped, PapersRemarked
from quizzes.graded import HANDS, Hand, markers
from quizzes.items.contract import ITEM_TYPES
from quizzes.items.packing import READERS
from quizzes.items.standard import STANDARD
from quizzes.kinds import CheckKind, QuizKind
from quizzes.models import (
    Accommodation,
    Attempt,
    Correction,
    Due,
    Helped,
    Import,
    ItemDraft,
    ItemVersion,
    ItemWriter,
    Marking,
    Measured,
    PracticeAnswer,
    QuizDocument,
    QuizRevision,
    Reading,
    ReturnChoice,
    Seen,
    SignOff,
    ToMark,
)
from quizzes.reviewables import reviewable
from quizzes.services import (
    bringing,
    counting,
    exporting,
    exposure,
    importing,
    neutralising,
    returning,
    syncing,
    timing,
)
from quizzes.views import (
    check,
    clock,
    marking,
    moderating,
    studio,
    studio_bringing,
    studio_giving,
    studio_items,
    studio_lives,
    studio_quizzes,
    support,
    take,
)
from quizzes.views import neutralising as correcting
from quizzes.views import returning as coming_back

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
        REVIEWABLE.of(*reviewable),
        ITEM_TYPES.of(*STANDARD),
        HANDS.of(Hand("quizzes.marking", markers)),
        ITEM_READERS.of(*STANDARD_PARTS.items.values(), *READERS),
        ROUTES.of(marking.routes, moderating.routes, correcting.routes),
        ROUTES.of(take.routes, clock.routes, check.routes, studio.routes, studio_quizzes.routes),
        ROUTES.of(studio_items.made, studio_items.items, studio_lives.handing, studio_lives.mine),
        ROUTES.of(coming_back.routes, support.routes, studio_bringing.routes, studio_giving.routes),
        MENU.of(*studio.menu, *marking.menu, *moderating.menu, *correcting.menu),
        PANELS.of(*support.panels, *coming_back.panels, *correcting.on_item),
        PERIODIC.of(
            Periodic("quizzes.overdue", 15, timing.hand_in_overdue),
            Periodic("quizzes.exposure", 600, exposure.count, aside=True),
            Periodic("quizzes.corrections", 3, neutralising.go_on, aside=True),
            Periodic("quizzes.corrected_late", 60, neutralising.go_after, aside=True),
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
                Due.__table__, "account_id", _("Practice questions that come back"),
                ("item_id", "wrong_day", "due_day"), Merged.MOVES, Erased.DELETED,
            ),
            PersonalTable(
                ReturnChoice.__table__, "account_id", _("Whether practice questions come back"), ("is_off",),
                Merged.MOVES, Erased.DELETED,
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
                Measured.__table__, "account_id", _("Checks before and after a course that you took"),
                ("measure", "begun_at", "entry_at", "exit_at", "later_at"), Merged.MOVES, Erased.KEPT,
                why_kept=_("Kept without your name, so that the figures stay true."),
            ),
            PersonalTable(
                Helped.__table__, "said_by", _("Whether somebody was helped in a check, as you said it"),
                ("much", "at"), Merged.STAYS, Erased.KEPT,
                why_kept=_("Kept without your name, so that the figures stay true."),
            ),
            PersonalTable(
                Import.__table__, "made_by", _("Files with questions that you brought"), ("name", "made_at"),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                ToMark.__table__, "claimed_by", _("Answers of others that you are marking now"), ("claimed_until",),
                Merged.MOVES, Erased.BLANKED, {"claimed_by": None},
            ),
            PersonalTable(
                Reading.__table__, "by_id", _("Marks that you gave beside others"), ("note", "at"), Merged.STAYS,
                Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Correction.__table__, "made_by", _("Bad questions that you looked into"), ("reason", "made_at"),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Correction.__table__, "applied_by", _("Bad questions that you put right"), ("reason", "applied_at"),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Correction.__table__, "undone_by", _("Corrections of questions that you undid"),
                ("undo_reason", "undone_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
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
                ItemDraft.__table__, "made_by", _("Drafts of questions that you began"), ("item_id", "made_at"),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                ItemDraft.__table__, "changed_by", _("Drafts of questions that you changed last"),
                ("item_id", "changed_at"), Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                ItemWriter.__table__, "account_id", _("Drafts of questions that you had a hand in"), ("item_id",),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                SignOff.__table__, "written_by", _("Questions in use that you wrote"), ("put_at",),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                SignOff.__table__, "reviewed_by", _("Questions that you reviewed"), ("reviewed_at",),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                SignOff.__table__, "put_by", _("Questions that you put in use"), ("put_at",),
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
            ),
            Retention(
                "quizzes.left", _("Practice questions that came back for the last time"), returning.KEPT_DAYS,
                returning.LEAST_DAYS, returning.left_before, returning.forget_left,
            ),
        ),
    ),
    tells=(AttemptGraded, FormHelped, PapersRemarked),
    migrations="migrations/quizzes",
)  # fmt: skip
