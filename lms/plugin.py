"""The core's own manifest: it uses the contract that it offers."""

from __future__ import annotations

from lms import home, limits
from lms.competency.events import ProgrammeAttained
from lms.contract.points import Plugin
from lms.identity.arrivals import ARRIVALS, Arrival
from lms.identity.views import account
from lms.learning.events import ActivityCompleted, CourseCompleted
from lms.outbox.worker import PERIODIC, Periodic
from lms.packages import giving, taking
from lms.packages import views as packages
from lms.packages.importing import PACKAGE_PARTS, PackagePart
from lms.rest.operations import OPERATIONS
from lms.rest.views import operations
from lms.web.menu import MENU
from lms.web.routes import ROUTES
from lms.web.views import reader

plugin = Plugin(
    name="lms",
    package="lms",
    needs={},
    provides=(
        ROUTES.of(reader.routes, account.routes, home.routes, packages.routes),
        OPERATIONS.of(*operations),
        MENU.of(*packages.menu),
        PACKAGE_PARTS.of(
            PackagePart("frameworks", 10, taking.take_frameworks, giving.give_frameworks),
            PackagePart("programmes", 60, taking.take_rules_and_programmes, giving.give_rules_and_programmes),
        ),
        PERIODIC.of(Periodic("lms.forget-old-limits", 86_400, limits.forget_old)),
        ARRIVALS.of(Arrival("keep-what-was-learnt", home.keep_what_was_learnt)),
    ),
    tells=(ActivityCompleted, CourseCompleted, ProgrammeAttained),
    migrations="migrations/lms",
)
