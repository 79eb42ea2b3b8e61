"""What the pages of every studio share."""

from lms.studio import (
    Field,
    Theirs,
    asked,
    base_of_form,
    chosen_unit,
    is_number,
    name_of,
    published,
    said,
    status_of,
    theirs,
    typed_title,
    unit_choices,
    unit_name,
)

__all__ = [
    "Field", "Theirs", "asked", "base_of_form", "chosen_unit", "is_number", "name_of", "published", "said", "status_of",
    "theirs", "typed_title", "unit_choices", "unit_name",
]  # fmt: skip
