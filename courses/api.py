"""All that another plugin may import from courses."""

from courses.blocks.fields import BlockField, Checked, WithForm
from courses.blocks.standard import BLOCK_TYPES, Around, BlockType

__all__ = ["BLOCK_TYPES", "Around", "BlockField", "BlockType", "Checked", "WithForm"]
