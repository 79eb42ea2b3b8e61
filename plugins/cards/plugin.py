"""What cards provide: ways in without telephone, e-mail or reading."""

from __future__ import annotations

from lms.api.people import ARRIVALS, PERSONAL_DATA, WAYS_IN, Erased, Merged, PersonalTable
from lms.api.plugins import Plugin
from lms.api.web import MENU, PANELS, ROUTES
from lms.api.work import ACTS, PERIODIC, SUBJECTS, Periodic, _
from plugins.cards import journal
from plugins.cards.models import Card, Help, Holder, KnownDevice, Room, RoomPerson, Turn
from plugins.cards.services import teaching
from plugins.cards.views import classes, enter, mine, office, room

CARD, HOLDER, DEVICE, HELP = Card.__table__, Holder.__table__, KnownDevice.__table__, Help.__table__
ROOM, SEAT, TURN = Room.__table__, RoomPerson.__table__, Turn.__table__
ACTED = _("Says who did it; kept with what was done.")
plugin = Plugin(
    name="cards",
    package="plugins.cards",
    needs={"lms": ">=0.1,<1"},
    provides=(
        ACTS.of(*journal.acts),
        SUBJECTS.of(*journal.subjects),
        ROUTES.of(enter.routes, mine.routes, room.routes, office.routes, classes.routes),
        WAYS_IN.of(enter.way, room.way),
        ARRIVALS.of(room.arrival),
        MENU.of(*office.menu, *classes.menu),
        PANELS.of(*office.panels, *mine.panels),
        PERIODIC.of(Periodic("cards.classes", 300, teaching.close_those_over)),
        PERSONAL_DATA.of(
            PersonalTable(
                CARD, "account_id", _("Cards"), ("issued_at", "revoked_at", "reason"), Merged.MOVES, Erased.DELETED
            ),
            PersonalTable(CARD, "issued_by", _("Cards given"), (), Merged.STAYS, Erased.KEPT, why_kept=ACTED),
            PersonalTable(CARD, "revoked_by", _("Cards taken back"), (), Merged.STAYS, Erased.KEPT, why_kept=ACTED),
            PersonalTable(
                HOLDER,
                "account_id",
                _("Pictures that prove who you are (only whether, and when they were chosen)"),
                ("set_at", "wrong_since"),
                Merged.MOVES,
                Erased.DELETED,
            ),
            PersonalTable(
                DEVICE, "account_id", _("Devices on which the card was used"), ("used_at",), Merged.MOVES,
                Erased.DELETED,
            ),
            PersonalTable(
                HELP, "account_id", _("Signed in with help"), ("present", "at"), Merged.MOVES, Erased.DELETED
            ),
            PersonalTable(HELP, "helper_id", _("Help given"), (), Merged.STAYS, Erased.KEPT, why_kept=ACTED),
            PersonalTable(
                ROOM, "helper_id", _("Classes held"), ("title", "opened_at", "ends_at"), Merged.STAYS, Erased.KEPT,
                why_kept=ACTED,
            ),
            PersonalTable(SEAT, "account_id", _("Lists of classes"), (), Merged.MOVES, Erased.DELETED),
            PersonalTable(
                TURN, "account_id", _("Turns on devices of classes"), ("began_at", "ended_at"), Merged.MOVES,
                Erased.DELETED,
            ),
        ),
    ),
    migrations="migrations/cards",
)  # fmt: skip
