"""What certificates provides, hears and tells."""

from __future__ import annotations

from certificates.events import CredentialIssued, CredentialRevoked
from certificates.services import counting, issuing
from certificates.views import admin, api, mine, verify
from lms.api.competency import ProgrammeAttained
from lms.api.plugins import COUNTED, Counted, Plugin, on
from lms.api.web import MENU, OPERATIONS, PANELS, ROUTES

plugin = Plugin(
    name="certificates",
    package="certificates",
    needs={"lms": ">=0.1,<1"},
    provides=(
        ROUTES.of(verify.routes, mine.routes, admin.routes),
        OPERATIONS.of(*api.operations),
        COUNTED.of(Counted("certificates", counting.certificates)),
        MENU.of(*verify.menu, *admin.menu),
        PANELS.of(*mine.panels),
    ),
    hears=(
        on(ProgrammeAttained, issuing.when_programme_attained),
        on(CredentialIssued, issuing.when_credential_issued, prepare=issuing.draw_and_keep),
    ),
    tells=(CredentialIssued, CredentialRevoked),
    migrations="migrations/certificates",
)
