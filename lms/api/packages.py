"""Content packages: what a plugin reads from and writes to them."""

from lms.packages.builtin import PARTS as STANDARD_PARTS
from lms.packages.fields import Fields
from lms.packages.importing import BLOCK_READERS, ITEM_READERS, PACKAGE_PARTS, Importing, PackagePart
from lms.packages.markdown import plain, render, render_inline
from lms.packages.model import (
    Bank,
    Block,
    CourseSpec,
    Draw,
    Item,
    Lesson,
    Message,
    ModuleSpec,
    Package,
    PassPart,
    QuizSpec,
    TaskSpec,
    lies_under,
)
from lms.packages.parts import BlockReader, ItemReader
from lms.packages.problems import Where

__all__ = [
    "BLOCK_READERS", "ITEM_READERS", "PACKAGE_PARTS", "STANDARD_PARTS", "Bank", "Block", "BlockReader", "CourseSpec", "Draw", "Fields", "Importing", "Item", "ItemReader",
    "Lesson", "Message", "ModuleSpec", "Package", "PackagePart", "PassPart", "QuizSpec", "TaskSpec", "Where",
    "lies_under", "plain", "render", "render_inline",
]  # fmt: skip
