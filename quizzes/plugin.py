"""What quizzes provides, hears and tells."""

from __future__ import annotations

from lms.api.learning import ACTIVITY_KINDS
from lms.api.packages import ITEM_READERS, PACKAGE_PARTS, STANDARD_PARTS, PackagePart
from lms.api.plugins import COUNTED, Counted, Plugin
from lms.api.web import MENU, ROUTES
from quizzes.events import AttemptGraded
from quizzes.items.contract import ITEM_TYPES
from quizzes.items.standard import STANDARD
from quizzes.kinds import CheckKind, QuizKind
from quizzes.services import counting, exporting, importing
from quizzes.views import check, studio, studio_quizzes, take

plugin = Plugin(
    name="quizzes",
    package="quizzes",
    needs={"lms": ">=0.1,<1"},
    provides=(
        ACTIVITY_KINDS.of(QuizKind(), CheckKind()),
        COUNTED.of(Counted("items", counting.items, per_programme=True)),
        ITEM_TYPES.of(*STANDARD),
        ITEM_READERS.of(*STANDARD_PARTS.items.values()),
        ROUTES.of(take.routes, check.routes, studio.routes, studio.items, studio_quizzes.routes),
        MENU.of(*studio.menu),
        PACKAGE_PARTS.of(
            PackagePart("items", 20, importing.take_items, exporting.give_items),
            PackagePart("quizzes", 40, importing.take_quizzes, exporting.give_quizzes),
        ),
    ),
    tells=(AttemptGraded,),
    migrations="migrations/quizzes",
)
