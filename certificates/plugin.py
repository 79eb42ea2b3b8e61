"""What certificates provides, hears and tells."""

from __future__ import annotations

from certificates.events import CredentialIssued, CredentialRevoked
from certificates.models import Credential, StatusChange
from certificates.services import counting, issuing
from certificates.views import admin, api, mine, verify
from certificates.wording import without_person
from lms.api.competency import ProgrammeAttained
from lms.api.people import PERSONAL_DATA, AccountMergeUndone, Erased, Merged, PersonalTable
from lms.api.plugins import COUNTED, Counted, Plugin, on
from lms.api.web import MENU, OPERATIONS, PANELS, ROUTES
from lms.api.work import ACTS, Act, _

_WORK = _("A record of work done by an official; it says nothing about the official but that.")

plugin = Plugin(
    name="certificates",
    package="certificates",
    needs={"lms": ">=0.1,<1"},
    provides=(
        ACTS.of(Act("credential.revoked", _("Withdrew a paper"))),
        ROUTES.of(verify.routes, mine.routes, admin.routes),
        OPERATIONS.of(*api.operations),
        COUNTED.of(Counted("certificates", counting.certificates)),
        MENU.of(*verify.menu, *admin.menu),
        PANELS.of(*mine.panels),
        PERSONAL_DATA.of(
            PersonalTable(
                Credential.__table__, "account_id", _("Your papers"),
                ("number", "issued_at", "state", "paper", "facts"),
                Merged.MOVES, Erased.BLANKED, {"paper": without_person, "pdf_key": None},
                _("The number and whether it is valid stay, so that whoever holds the paper can have it checked."),
                files=("pdf_key",),
            ),
            PersonalTable(
                StatusChange.__table__, "by_id", _("Papers that you withdrew or replaced"), (), Merged.STAYS,
                Erased.KEPT, why_kept=_WORK,
            ),
        ),
    ),
    hears=(
        on(AccountMergeUndone, issuing.when_account_merge_undone),
        on(ProgrammeAttained, issuing.when_programme_attained),
        on(CredentialIssued, issuing.when_credential_issued, prepare=issuing.draw_and_keep),
    ),
    tells=(CredentialIssued, CredentialRevoked),
    migrations="migrations/certificates",
)  # fmt: skip
