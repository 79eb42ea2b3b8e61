"""What signing provides: digital signatures on papers, and a reader of signed files."""

from __future__ import annotations

import os

from certificates.api import READERS, CredentialDrawn
from lms.api.people import PERSONAL_DATA, AccountErased, Erased, Merged, PersonalTable
from lms.api.plugins import EXAMINATIONS, Plugin, Provided, Settings, on
from lms.api.web import MENU, ROUTES
from lms.api.work import ACTS, PERIODIC, SUBJECTS, Periodic, _
from plugins.signing import examining, journal, reading, signers
from plugins.signing.models import SigningBatch
from plugins.signing.services import queueing, working
from plugins.signing.views import officials


def configured(settings: Settings) -> tuple[Provided, ...]:
    """The signers of the operator's file. Raises PluginError where the file is wrong."""
    held = signers.read(settings.signers_file, os.environ) if settings.signers_file else signers.Found()
    return (EXAMINATIONS.of(signers.SignersExamination("signers", examining.examine, found=held)),)


plugin = Plugin(
    name="signing",
    package="plugins.signing",
    needs={"lms": ">=0.1,<1", "certificates": ">=0.1,<1"},
    provides=(
        ACTS.of(*journal.acts),
        SUBJECTS.of(*journal.subjects),
        ROUTES.of(officials.routes),
        MENU.of(*officials.menu),
        READERS.of(reading.reader),
        PERIODIC.of(Periodic("signing.work", 5, working.work, aside=True)),
        PERSONAL_DATA.of(
            PersonalTable(
                SigningBatch.__table__, "approved_by", _("Papers of others whose signing you approved"),
                ("approved_at",), Merged.STAYS, Erased.KEPT,
                why_kept=_("A record of work done by an official; it says nothing about the official but that."),
            ),
        ),
    ),
    hears=(
        on(CredentialDrawn, queueing.when_credential_drawn, wanted=queueing.is_signed_here),
        on(AccountErased, queueing.when_account_erased),
    ),
    migrations="migrations/signing",
    configured=configured,
)  # fmt: skip
