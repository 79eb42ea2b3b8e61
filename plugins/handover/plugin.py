"""What handing over provides: confirmations on their way to the side that shows them in VNeID."""

from __future__ import annotations

from certificates.api import CredentialChanged, CredentialIssued
from lms.api.people import PERSONAL_DATA, PURPOSES, RETENTION, AccountErased, Erased, Merged, PersonalTable
from lms.api.plugins import Plugin, on
from lms.api.web import MENU, PANELS, ROUTES
from lms.api.work import ACTS, PERIODIC, SUBJECTS, Periodic, _
from plugins.handover import journal
from plugins.handover.models import Answer, Batch, Record
from plugins.handover.services import carrying, keeping, preparing
from plugins.handover.views import mine, officials

_WORK = _("A record of work done by an official; it says nothing about the official but that.")

plugin = Plugin(
    name="handover",
    package="plugins.handover",
    needs={"lms": ">=0.1,<1", "certificates": ">=0.1,<1"},
    provides=(
        ACTS.of(*journal.acts),
        SUBJECTS.of(*journal.subjects),
        PURPOSES.of(preparing.PURPOSE),
        ROUTES.of(officials.routes),
        MENU.of(*officials.menu),
        PANELS.of(*mine.panels),
        PERIODIC.of(
            Periodic("handover.carry", 60, carrying.carry, aside=True),
            Periodic("handover.collect", 86_400, preparing.collect, aside=True),
        ),
        PERSONAL_DATA.of(
            PersonalTable(
                Record.__table__, "account_id", _("Confirmations of yours that are handed over to VNeID"),
                ("number", "state", "changed_at"), Merged.MOVES, Erased.KEPT,
                why_kept=_("The number of your paper and whether it was handed over; no name."),
            ),
            PersonalTable(
                Batch.__table__, "made_by", _("Files for handing over that you made"), ("made_at",), Merged.STAYS,
                Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Batch.__table__, "sent_by", _("Files that you noted as handed over"), ("sent_at",), Merged.STAYS,
                Erased.KEPT, why_kept=_WORK,
            ),
            PersonalTable(
                Answer.__table__, "by_id", _("Answers of the other side that you took in"), ("at",), Merged.STAYS,
                Erased.KEPT, why_kept=_WORK,
            ),
        ),
        RETENTION.of(*keeping.rules),
    ),
    hears=(
        on(CredentialIssued, preparing.when_issued, wanted=preparing.is_handed_over),
        on(CredentialChanged, preparing.when_changed),
        on(AccountErased, preparing.when_erased),
    ),
    migrations="migrations/handover",
)  # fmt: skip
