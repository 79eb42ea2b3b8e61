"""Quizzes that measure change, as a package's file says them: to which measure they belong, and their forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from lms.packages.fields import Fields
from lms.packages.problems import _

PURPOSES = ("entry", "exit", "later")
LETTERS = ("a", "b", "c", "d")
FEWEST, MOST = 4, 40  # questions of a form
# Ours. Kolen and Brennan, Test Equating, Scaling, and Linking (2014), advise a fifth of a test at least; our forms are
# short, so a quarter.
COMMON = 25  # percent of the longer form
Forms = Mapping[str, Sequence[str]]


def shared(one: Iterable[str], other: Iterable[str]) -> int:
    """How much two forms have in common, in percent of the longer one, rounded down."""
    left, right = set(one), set(other)
    return 100 * len(left & right) // max(len(left), len(right), 1)


def read_forms(fields: Fields) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The `measure` and the `forms` of a quiz; both empty where it measures no change."""
    inner = fields.inner("measure", required=False)
    measure = {}
    if inner is not None:
        measure = {"of": inner.slug("of"), "purpose": inner.choice("purpose", PURPOSES)}
        inner.finish()
    held = fields.inner("forms", required=False)
    forms = {}
    if held is not None:
        forms = {letter: held.references(letter, "item", most=MOST) for letter in LETTERS if held.has(letter)}
        held.finish()
    for key, template, values in broken_forms(measure, forms):
        fields.at(key).problem("forms", template, **values)
    return measure, forms


def broken_forms(measure: Mapping[str, str], forms: Forms) -> list[tuple[str, str, dict[str, Any]]]:
    """(key, what is wrong, its values) of a measure and its forms, taken by themselves."""
    if not measure and not forms:
        return []
    if not measure:
        return [("forms", _("Forms are for measuring change: add `measure`."), {})]
    if len(forms) < 2:
        return [("forms", _("To measure change a quiz needs at least two forms: a and b."), {})]
    found: list[tuple[str, str, dict[str, Any]]] = []
    for letter in sorted(forms):
        if not FEWEST <= len(forms[letter]) <= MOST:
            text = _("Form {letter} has {n} questions. A form has {least} to {most}.")
            found.append(("forms", text, {"letter": letter, "n": len(forms[letter]), "least": FEWEST, "most": MOST}))
    for one, other in combinations(sorted(forms), 2):
        percent = shared(forms[one], forms[other])
        if percent < COMMON:
            found.append((
                "forms",
                _(
                    "Forms {one} and {other} have {percent} % of their questions in common. They need {least} % or"
                    " more: only common questions let what came out of both be compared."
                ),
                {"one": one, "other": other, "percent": percent, "least": COMMON},
            ))  # fmt: skip
        if percent == 100:
            found.append((
                "forms",
                _("Forms {one} and {other} are the same. Give each some questions of its own."),
                {"one": one, "other": other},
            ))  # fmt: skip
    return found
