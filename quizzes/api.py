"""All that another plugin may import from quizzes.

Whoever supervises checks begins papers with `begin(…, session="…")`, and may `pause`, `resume`, `extend` and `hand_in`
them: each inside a unit of work, each named by the attempt's uuid.
"""

from quizzes.events import AttemptGraded
from quizzes.items.contract import (
    ITEM_TYPES,
    WHOLE,
    Answer,
    Criterion,
    Explained,
    Faced,
    Formed,
    ItemType,
    Mark,
    Marked,
    OfflineKey,
    OnPaper,
    Recalling,
    Refusing,
    Run,
    Spoken,
    Tellable,
    Writable,
    keys,
    place_of,
)
from quizzes.items.form import Part
from quizzes.services.attempts import start as begin
from quizzes.services.timing import extend, hand_in, pause, resume

__all__ = [
    "ITEM_TYPES", "WHOLE", "Answer", "AttemptGraded", "Criterion", "Explained", "Faced", "Formed", "ItemType", "Mark",
    "Marked", "OfflineKey", "OnPaper", "Part", "Recalling", "Refusing", "Run", "Spoken", "Tellable", "Writable",
    "begin", "extend", "hand_in", "keys", "pause", "place_of", "resume",
]  # fmt: skip
