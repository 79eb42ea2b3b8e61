"""All that another plugin may import from quizzes."""

from quizzes.events import AttemptGraded
from quizzes.items.contract import ITEM_TYPES, WHOLE, Answer, ItemType, Mark, keys, place_of

__all__ = ["ITEM_TYPES", "WHOLE", "Answer", "AttemptGraded", "ItemType", "Mark", "keys", "place_of"]
