"""What every studio needs: where somebody may author, and names that are free."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import select

from lms.db.unit_of_work import connection
from lms.identity.people import Person
from lms.identity.roles import May, roles_that
from lms.learning.models import Activity
from lms.orgs.scope import require_anywhere

AUTHORS = roles_that(May.AUTHOR)
MOST_SLUG = 56  # leaves room for a number behind it
A = Activity.__table__


def author_orgs(person: Person) -> frozenset[int]:
    """The units where a person authors, each with all below it; NotFound for whoever authors nowhere."""
    return frozenset(require_anywhere(person, May.AUTHOR))


def slug_of(title: str) -> str:
    """A title as a name for addresses: lower-case ASCII letters, digits and hyphens; may be empty."""
    plain = unicodedata.normalize("NFD", title.lower().replace("đ", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words[:MOST_SLUG].strip("-")


def first_free(wanted: str, taken: Iterable[str]) -> str:
    """The name itself, or with the first number behind it that makes it new."""
    held = set(taken)
    name, number = wanted, 2
    while name in held:
        name, number = f"{wanted}-{number}", number + 1
    return name


def free_slug(title: str, fallback: str) -> str:
    """A slug that no activity of any kind has: lessons, quizzes, tasks and courses share their names."""
    wanted = slug_of(title) or fallback
    return first_free(wanted, connection().execute(select(A.c.slug).where(A.c.slug.like(f"{wanted}%"))).scalars())
