"""What acme provides, hears and tells."""

from __future__ import annotations

from acme.blocks import BroadcastBlock, BroadcastReader
from acme.events import BroadcastHeard
from acme.items import NumberItem, NumberReader
from acme.kinds import BroadcastKind
from acme.services import announcing, honoring
from acme.views import api, board, radio
from courses.api import BLOCK_TYPES
from lms.api.learning import ACTIVITY_KINDS, CourseCompleted
from lms.api.packages import BLOCK_READERS, ITEM_READERS, PACKAGE_PARTS, PackagePart
from lms.api.plugins import COUNTED, Counted, Plugin, on
from lms.api.web import MENU, OPERATIONS, PANELS, ROUTES
from lms.api.work import PERIODIC, Periodic
from quizzes.api import ITEM_TYPES

plugin = Plugin(
    name="acme",
    package="acme",
    version="2.1",
    needs={"lms": ">=0.1,<1", "courses": ">=0.1,<1", "quizzes": ">=0.1,<1"},
    provides=(
        ACTIVITY_KINDS.of(BroadcastKind()),
        BLOCK_TYPES.of(BroadcastBlock()),
        BLOCK_READERS.of(BroadcastReader()),
        ITEM_TYPES.of(NumberItem()),
        ITEM_READERS.of(NumberReader()),
        PACKAGE_PARTS.of(PackagePart("broadcasts", 25, announcing.take_broadcasts)),
        ROUTES.of(radio.routes, board.routes),
        OPERATIONS.of(*api.operations),
        MENU.of(*board.menu),
        PANELS.of(*radio.panels),
        COUNTED.of(Counted("broadcasts", announcing.how_many)),
        PERIODIC.of(Periodic("acme.forget-old-honors", 86_400, honoring.forget_old)),
    ),
    hears=(on(CourseCompleted, honoring.when_course_completed),),
    tells=(BroadcastHeard,),
    migrations="acme/migrations",
)
