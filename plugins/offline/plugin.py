"""What offline provides: an app to install, courses to take along, an address that takes in what was done meanwhile."""

from __future__ import annotations

from lms.api.people import PERSONAL_DATA, RETENTION, Erased, Merged, PersonalTable, Retention
from lms.api.plugins import Plugin
from lms.api.web import OPERATIONS, PANELS, ROUTES
from lms.api.work import _
from plugins.offline.models import Sent
from plugins.offline.services import taking
from plugins.offline.views import api, packages, pages

plugin = Plugin(
    name="offline",
    package="plugins.offline",
    needs={"lms": ">=0.1,<1", "courses": ">=0.1,<1"},
    provides=(
        ROUTES.of(packages.routes, pages.routes),
        OPERATIONS.of(*api.operations),
        PANELS.of(*packages.panels, *pages.panels),
        PERSONAL_DATA.of(
            PersonalTable(
                Sent.__table__, "account_id", _("What you did without a network and sent later"),
                ("kind", "t", "at", "unsure"), Merged.MOVES, Erased.DELETED,
            ),
        ),
        RETENTION.of(
            Retention(
                "offline", _("Which work of phones without a network has come in"), taking.KEPT_DAYS, taking.KEPT_DAYS,
                taking.count_old, taking.forget_old,
            ),
        ),
    ),
    migrations="migrations/offline",
)  # fmt: skip
