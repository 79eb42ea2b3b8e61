"""What acme provides, hears and tells."""

from __future__ import annotations

from acme import commands
from acme.blocks import BroadcastBlock, BroadcastReader
from acme.events import BroadcastHeard
from acme.gateways import sms, zalo
from acme.items import NumberItem, NumberReader
from acme.kinds import BroadcastKind
from acme.models import Honor
from acme.reviewables import BroadcastReview
from acme.runners import BroadcastRunner
from acme.services import announcing, honoring, listening
from acme.views import api, board, radio
from acme.voices import GongVoice
from certificates.api import CARRIERS, DESIGNS, Carrier, Design, Outcome
from courses.api import BLOCK_TYPES
from lms.api.learning import ACTIVITY_KINDS, RUNNERS, SYNCED, CourseCompleted, named_of
from lms.api.packages import BLOCK_READERS, ITEM_READERS, PACKAGE_PARTS, PackagePart
from lms.api.people import (
    ACTIONS,
    PERSONAL_DATA,
    PURPOSES,
    RETENTION,
    Action,
    Erased,
    Merged,
    PersonalTable,
    Purpose,
    Retention,
)
from lms.api.plugins import (
    COMMANDS,
    COUNTED,
    EXAMINATIONS,
    PROJECTIONS,
    Counted,
    Examination,
    Finding,
    Plugin,
    Projection,
    on,
)
from lms.api.reviewing import REVIEWABLE
from lms.api.speech import VOICES
from lms.api.transparency import LOGGED, Logged
from lms.api.web import MENU, OPERATIONS, PANELS, ROUTES
from lms.api.work import ACTS, CHANNELS, PERIODIC, SUBJECTS, Act, Periodic, Subject, _
from quizzes.api import ITEM_TYPES

plugin = Plugin(
    name="acme",
    package="acme",
    version="2.1",
    needs={"lms": ">=0.1,<1", "certificates": ">=0.1,<1", "courses": ">=0.1,<1", "quizzes": ">=0.1,<1"},
    provides=(
        ACTS.of(Act("broadcast.taken", _("Took a broadcast in"))),
        SUBJECTS.of(Subject("broadcast", _("Broadcast"), named_of("broadcast"))),
        ACTIONS.of(Action("acme.speak", _("Speaking on the commune's loudspeaker"), least=1)),
        ACTIVITY_KINDS.of(BroadcastKind()),
        DESIGNS.of(Design("loudspeaker", 1, ("course",), _("Loudspeaker"), "acme.papers:DESIGN")),
        CARRIERS.of(Carrier("acme", _("By loudspeaker"), lambda told: [Outcome(one["id"], "sent") for one in told])),
        PURPOSES.of(Purpose("acme.speak", _("Being named on the loudspeaker"), _("Your name may be read out."), "1")),
        RUNNERS.of(BroadcastRunner()),
        SYNCED.of(*listening.synced),
        BLOCK_TYPES.of(BroadcastBlock()),
        BLOCK_READERS.of(BroadcastReader()),
        ITEM_TYPES.of(NumberItem()),
        ITEM_READERS.of(NumberReader()),
        PACKAGE_PARTS.of(PackagePart("broadcasts", 25, announcing.take_broadcasts)),
        ROUTES.of(radio.routes, board.routes),
        REVIEWABLE.of(BroadcastReview()),
        OPERATIONS.of(*api.operations),
        MENU.of(*board.menu),
        PANELS.of(*radio.panels),
        PERSONAL_DATA.of(
            PersonalTable(
                Honor.__table__,
                "account_id",
                _("When the loudspeaker named you"),
                ("course_id", "at"),
                Merged.MOVES,
                Erased.DELETED,
            )
        ),
        LOGGED.of(Logged("acme", ("acme-honor",), honoring.claims, honoring.known)),
        COMMANDS.of(commands.command),
        COUNTED.of(Counted("broadcasts", announcing.how_many)),
        CHANNELS.of(sms, zalo),
        VOICES.of(GongVoice()),
        EXAMINATIONS.of(Examination("acme.loudspeaker", lambda: [Finding(True, "Loa của xã: nghe được")])),
        PROJECTIONS.of(Projection("acme.lengths", announcing.wrong_lengths, announcing.mend_lengths)),
        PERIODIC.of(Periodic("acme.forget-orphans", 86_400, honoring.forget_orphans)),
        RETENTION.of(
            Retention(
                "acme.honors", _("Names that the loudspeaker read out"), 365, 1, honoring.how_old, honoring.forget
            )
        ),
    ),
    hears=(on(CourseCompleted, honoring.when_course_completed),),
    tells=(BroadcastHeard,),
    migrations="acme/migrations",
)
