"""What badges provide: papers that programs of others can check."""

from __future__ import annotations

from certificates.api import ATTACHED, READERS, CredentialIssued
from lms.api.plugins import Plugin, on
from lms.api.web import PANELS, ROUTES
from plugins.badges import reading
from plugins.badges.attaching import attached
from plugins.badges.services import making
from plugins.badges.views import machines, mine, public

plugin = Plugin(
    name="badges",
    package="plugins.badges",
    needs={"lms": ">=0.1,<1", "certificates": ">=0.1,<1"},
    provides=(
        ROUTES.of(machines.routes, public.routes, mine.routes),
        PANELS.of(*mine.panels),
        READERS.of(reading.reader),
        ATTACHED.of(*attached),
    ),
    hears=(on(CredentialIssued, making.when_credential_issued, prepare=making.sign_issued),),
    migrations="migrations/badges",
)
