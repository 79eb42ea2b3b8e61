"""Content packages: what a plugin reads from and writes to them."""

from lms.packages.advice import MOST_SENTENCE_SYLLABLES, longest_sentence, syllables
from lms.packages.builtin import PARTS as STANDARD_PARTS
from lms.packages.exporting import export_package
from lms.packages.fields import Fields
from lms.packages.importing import (
    BLOCK_READERS,
    ITEM_READERS,
    PACKAGE_PARTS,
    Exporting,
    Importing,
    PackagePart,
    known_parts,
)
from lms.packages.lessons import read_blocks, read_lesson
from lms.packages.markdown import plain, render, render_inline
from lms.packages.media import check_picture, check_sound
from lms.packages.model import (
    ActivityRef,
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
from lms.packages.parts import BlockReader, ItemReader, Parts, container, directive_line, tidy
from lms.packages.problems import Problem, Problems, Where
from lms.packages.source import MOST_FILE_BYTES, is_slug
from lms.packages.writing import item_text, package_files, write_package

__all__ = [
    "BLOCK_READERS", "ITEM_READERS", "MOST_FILE_BYTES", "MOST_SENTENCE_SYLLABLES", "PACKAGE_PARTS", "STANDARD_PARTS",
    "ActivityRef", "Bank", "Block", "BlockReader", "CourseSpec", "Draw", "Exporting", "Fields", "Importing", "Item",
    "ItemReader", "Lesson", "Message", "ModuleSpec", "Package", "PackagePart", "Parts", "PassPart", "Problem",
    "Problems", "QuizSpec", "TaskSpec", "Where", "check_picture", "check_sound", "container", "directive_line",
    "export_package", "is_slug", "item_text", "known_parts", "lies_under", "longest_sentence", "package_files",
    "plain", "read_blocks", "read_lesson", "render", "render_inline", "syllables", "tidy", "write_package",
]  # fmt: skip
