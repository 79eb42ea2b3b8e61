"""All that another plugin may import from courses."""

from courses.blocks.fields import BlockField, Checked, WithForm
from courses.blocks.standard import BLOCK_TYPES, Around, BlockType
from courses.offers import wanted as lesson_language_here

__all__ = ["BLOCK_TYPES", "Around", "BlockField", "BlockType", "Checked", "WithForm", "lesson_language_here"]
