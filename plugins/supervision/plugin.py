"""What supervision provides."""

from __future__ import annotations

from lms.api.people import PERSONAL_DATA, RETENTION, WAYS_IN, AccountErased, Erased, Merged, PersonalTable, Retention
from lms.api.plugins import COMMANDS, DEMONSTRATIONS, Demonstration, Plugin, on
from lms.api.web import MENU, PANELS, ROUTES
from lms.api.work import ACTS, PERIODIC, SUBJECTS, Periodic, _
from plugins.supervision import commands, journal, queries
from plugins.supervision.models import Bundle, HandedIn, Incident, Paper, Proctor, Receipt, Seat, Session
from plugins.supervision.services import clearing, ending, forgetting, reporting, showing, ticking
from plugins.supervision.views import board, handing, office, room, station
from quizzes.api import HANDS, Hand

SESSION, SEAT, INCIDENT, PROCTOR = Session.__table__, Seat.__table__, Incident.__table__, Proctor.__table__
PAPER, BUNDLE, RECEIPT, HANDED = Paper.__table__, Bundle.__table__, Receipt.__table__, HandedIn.__table__
_WORK = _("A record of work done by an official; it says nothing about the official but that.")

plugin = Plugin(
    name="supervision",
    package="plugins.supervision",
    needs={"lms": ">=0.1,<1", "quizzes": ">=0.1,<1"},
    provides=(
        ACTS.of(*journal.acts),
        SUBJECTS.of(*journal.subjects),
        ROUTES.of(room.routes, board.routes, office.routes),
        ROUTES.of(handing.routes, handing.online, station.routes, station.handing),
        COMMANDS.of(commands.command),
        HANDS.of(Hand("supervision", queries.hands)),
        WAYS_IN.of(room.way),
        MENU.of(*office.menu),
        PANELS.of(*room.panels, *handing.panels),
        DEMONSTRATIONS.of(Demonstration("supervision", showing.show)),
        PERIODIC.of(
            Periodic("supervision.tidy", 60, ending.tidy),
            Periodic("supervision.tick", ticking.EVERY, ticking.tick),
        ),
        PERSONAL_DATA.of(
            PersonalTable(
                SEAT, "account_id", _("Seats in supervised checks"),
                ("number", "present_at", "handed_in_at", "extra_minutes", "note"), Merged.MOVES, Erased.KEPT,
                why_kept=_("Kept without your name, so that the minutes of the session stay true."),
            ),
            PersonalTable(
                SESSION, "made_by", _("Supervised sessions that you planned"), ("made_at",), Merged.STAYS,
                Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                SESSION, "opened_by", _("Supervised sessions that you opened"), ("opened_at",), Merged.STAYS,
                Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                SESSION, "signed_by", _("Minutes that you signed off"), ("title", "signed_at"), Merged.STAYS,
                Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                INCIDENT, "by_id", _("What you wrote down in supervised sessions"), ("words", "at"), Merged.STAYS,
                Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                PROCTOR, "account_id", _("Sessions that you supervised"), ("entered_at", "left_at"), Merged.STAYS,
                Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                PAPER, "account_id", _("Papers that were drawn for you"), (), Merged.MOVES, Erased.BLANKED,
                {"account_id": None}, why_kept=_("Shown to nobody, because exam questions must stay secret."),
            ),
            PersonalTable(
                HANDED, "account_id", _("Papers that came back from a station"),
                ("began_at", "ended_at", "name", "birth_year"), Merged.MOVES, Erased.BLANKED,
                {"account_id": None, "name": "", "birth_year": None, "answered": None},
            ),
            PersonalTable(
                HANDED, "decided_by", _("Papers from a station about which you decided"), ("decided_at",),
                Merged.STAYS, Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                BUNDLE, "made_by", _("Papers for a station that you made"), ("made_at",), Merged.STAYS, Erased.KEPT,
                why_kept=_WORK,
            ),
            PersonalTable(
                RECEIPT, "got_by", _("Answers of a station that you took in"), ("got_at",), Merged.STAYS, Erased.KEPT,
                why_kept=_WORK,
            ),
        ),
        RETENTION.of(
            Retention(
                "supervision.rooms", _("Who sat where in supervised checks, and what was written down there"),
                forgetting.KEPT_DAYS, forgetting.LEAST_DAYS, forgetting.rooms_before, forgetting.forget_rooms,
            ),
            Retention(
                "supervision.stations", _("Papers and names of sessions that were held at a station"),
                clearing.KEPT_DAYS, clearing.LEAST_DAYS, clearing.stations_before, clearing.forget_stations,
            ),
        ),
    ),
    hears=(on(AccountErased, reporting.when_account_erased),),
    migrations="migrations/supervision",
)  # fmt: skip
