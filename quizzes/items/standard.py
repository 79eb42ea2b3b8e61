"""The item types that come with the product."""

from __future__ import annotations

from quizzes.items.blanks import FillBlanks
from quizzes.items.choices import MultipleChoice, SingleChoice, TrueFalse
from quizzes.items.contract import ItemType
from quizzes.items.doing import PracticeRun, Task
from quizzes.items.looking import Hotspot, Thread
from quizzes.items.sequences import Matching, Ordering
from quizzes.items.worded import Numeric, ShortAnswer

STANDARD: tuple[ItemType, ...] = (
    SingleChoice(),
    MultipleChoice(),
    TrueFalse(),
    Ordering(),
    Matching(),
    ShortAnswer(),
    Numeric(),
    FillBlanks(),
    Hotspot(),
    Thread(),
    PracticeRun(),
    Task(),
)
