"""All that another plugin may import from practice."""

from plugins.practice.format.grading import Grade, grade
from plugins.practice.format.stepping import Entry, Practice, State, read, written

__all__ = ["Entry", "Grade", "Practice", "State", "grade", "read", "written"]
