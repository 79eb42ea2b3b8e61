"""What measuring provides."""

from __future__ import annotations

from lms.api.people import ARRIVALS, PERSONAL_DATA, RETENTION, Erased, Merged, PersonalTable, Retention
from lms.api.plugins import Plugin, on
from lms.api.web import MENU, PANELS, ROUTES
from lms.api.work import PERIODIC, Periodic, _
from plugins.measuring.models import Invited, Placing, Taken
from plugins.measuring.services import analysing, calibrating, changing
from plugins.measuring.services import placing as placements
from plugins.measuring.views import change, items, placing
from quizzes.api import AttemptGraded, FormHelped, PapersRemarked

plugin = Plugin(
    name="measuring",
    package="plugins.measuring",
    needs={"lms": ">=0.1,<1", "quizzes": ">=0.1,<1"},
    provides=(
        PERIODIC.of(
            Periodic("measuring.count", 300, analysing.count, aside=True),
            Periodic("measuring.calibrate", 3600, calibrating.calibrate, aside=True),
            Periodic("measuring.rescale", 3600, changing.rescale, aside=True),
            Periodic("measuring.invite", 3600, changing.invite, aside=True),
        ),
        ROUTES.of(items.routes, items.scale_routes),
        ROUTES.of(placing.routes, change.routes),
        MENU.of(*change.menu),
        PANELS.of(*items.panels, *placing.panels, *change.panels),
        ARRIVALS.of(placing.arrival),
        PERSONAL_DATA.of(
            PersonalTable(
                Placing.__table__,
                "account_id",
                _("Where you could begin: the questions that you tried"),
                ("programme_id", "started_at", "ended_at", "level"),
                Merged.MOVES,
                Erased.BLANKED,
                {"account_id": None},
            ),
            PersonalTable(
                Taken.__table__,
                "account_id",
                _("What checks before and after a course came to"),
                ("measure", "purpose", "share", "helped", "at"),
                Merged.MOVES,
                Erased.KEPT,
                why_kept=_("Kept without your name, so that the figures stay true."),
            ),
            PersonalTable(
                Invited.__table__,
                "account_id",
                _("Checks two months after a course that you were told of"),
                ("measure", "at"),
                Merged.MOVES,
                Erased.DELETED,
            ),
        ),
        RETENTION.of(
            Retention(
                "measuring.guests",
                _("Where to begin: questions tried by people without an account"),
                placements.KEPT_DAYS,
                placements.LEAST_DAYS,
                placements.guests_before,
                placements.forget_guests,
            )
        ),
    ),
    hears=(
        on(AttemptGraded, analysing.when_graded),
        on(PapersRemarked, analysing.when_remarked),
        on(AttemptGraded, changing.when_graded, wanted=changing.is_form),
        on(PapersRemarked, changing.when_remarked),
        on(FormHelped, changing.when_helped),
    ),
    migrations="migrations/measuring",
)
