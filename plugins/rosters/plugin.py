"""The manifest: what this plugin provides, hears, tells and needs."""

from __future__ import annotations

from lms.api.people import PERSONAL_DATA, Erased, Merged, PersonalTable
from lms.api.plugins import Plugin, on
from lms.api.web import MENU, ROUTES
from lms.api.work import ACTS, PERIODIC, SUBJECTS, Periodic, _
from plugins.rosters import journal
from plugins.rosters.events import PartTaken, PartTakenBack, RosterAccepted, RosterRevoked, RosterTaken
from plugins.rosters.models import Roster, RosterRow
from plugins.rosters.services import forgetting, taking, undoing
from plugins.rosters.views import checking, lists, sending

_LIST = _("Lists by which you were entered")
_WHY = _("It says which officer sent which list: without it nobody could be asked about a mistake.")

plugin = Plugin(
    name="rosters",
    package="plugins.rosters",
    needs={"lms": ">=0.1,<1"},
    provides=(
        ACTS.of(*journal.acts),
        SUBJECTS.of(*journal.subjects),
        ROUTES.of(lists.routes, sending.routes, checking.routes),
        MENU.of(*lists.menu),
        PERIODIC.of(Periodic("rosters.forget-old", 86_400, forgetting.forget_old)),
        PERSONAL_DATA.of(
            PersonalTable(
                Roster.__table__, "made_by", _("Lists that you sent"), ("title", "made_at", "rows"), Merged.STAYS,
                Erased.KEPT, why_kept=_WHY,
            ),
            PersonalTable(
                RosterRow.__table__, "account_id", _LIST, ("full_name", "birth_year", "outcome"), Merged.STAYS,
                Erased.BLANKED,
                {"full_name": "", "birth_date": None, "birth_year": None, "phone": None, "typed": {}},
            ),
            PersonalTable(
                RosterRow.__table__, "match_id", _("Lists in which somebody may be you"), (), Merged.STAYS,
                Erased.BLANKED, {"match_id": None},
                why_kept=_("The row tells of whom the list meant, who may be somebody else."),
            ),
        ),
    ),
    hears=(
        on(RosterAccepted, taking.when_roster_accepted),
        on(PartTaken, taking.when_part_taken),
        on(RosterRevoked, undoing.when_roster_revoked),
        on(PartTakenBack, undoing.when_part_taken_back),
    ),
    tells=(RosterAccepted, PartTaken, RosterTaken, RosterRevoked, PartTakenBack),
    migrations="migrations/rosters",
)  # fmt: skip
