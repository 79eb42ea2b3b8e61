"""Content packages: what a plugin reads from and writes to them."""

from lms.packages.advice import MOST_SENTENCE_SYLLABLES, longest_sentence, syllables
from lms.packages.builtin import PARTS as STANDARD_PARTS
from lms.packages.builtin import read_picture, read_share
from lms.packages.exporting import export_package
from lms.packages.fields import Fields, plain_fields
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
from lms.packages.markdown import plain, render, render_inline, tokens_of
from lms.packages.measures import COMMON as FORM_COMMON
from lms.packages.measures import LETTERS as FORM_LETTERS
from lms.packages.measures import PURPOSES as FORM_PURPOSES
from lms.packages.measures import broken_forms, shared
from lms.packages.media import check_picture, check_sound
from lms.packages.model import (
    GROUPS,
    THINKING,
    ActivityRef,
    Bank,
    Block,
    CourseSpec,
    Document,
    Draw,
    Item,
    Lesson,
    Message,
    ModuleSpec,
    Package,
    PassPart,
    QuizSpec,
    TaskSpec,
    Track,
    TrackBlock,
    lies_under,
    pictures_named,
)
from lms.packages.parts import BlockReader, FolderReader, ItemReader, Parts, container, directive_line, tidy
from lms.packages.policies import CHOICES as POLICY_CHOICES
from lms.packages.policies import DEFAULTS as POLICY_DEFAULTS
from lms.packages.policies import LONGEST_WHERE, broken_rules
from lms.packages.policies import MARKING as POLICY_MARKING
from lms.packages.policies import NUMBERS as POLICY_NUMBERS
from lms.packages.problems import Problem, Problems, Where
from lms.packages.source import MOST_FILE_BYTES, is_slug
from lms.packages.tracks import sounds_of
from lms.packages.writing import Flow, Quoted, item_text, package_files, write_package

__all__ = [
    "BLOCK_READERS", "FORM_COMMON", "FORM_LETTERS", "FORM_PURPOSES", "GROUPS", "ITEM_READERS", "LONGEST_WHERE",
    "MOST_FILE_BYTES", "MOST_SENTENCE_SYLLABLES", "PACKAGE_PARTS", "POLICY_CHOICES", "POLICY_DEFAULTS",
    "POLICY_MARKING", "POLICY_NUMBERS", "STANDARD_PARTS", "THINKING", "ActivityRef", "Bank", "Block", "BlockReader",
    "CourseSpec", "Document", "Draw", "Exporting", "Fields", "Flow", "FolderReader", "Importing", "Item",
    "ItemReader", "Lesson", "Message", "ModuleSpec", "Package", "PackagePart", "Parts", "PassPart", "Problem",
    "Problems", "QuizSpec", "Quoted", "TaskSpec", "Track", "TrackBlock", "Where", "broken_forms", "broken_rules",
    "check_picture", "check_sound", "container", "directive_line", "export_package", "is_slug", "item_text",
    "known_parts", "lies_under", "longest_sentence", "package_files", "pictures_named", "plain", "plain_fields",
    "read_blocks", "read_lesson", "read_picture", "read_share", "render", "render_inline", "shared", "sounds_of",
    "syllables", "tidy", "tokens_of", "write_package",
]  # fmt: skip
