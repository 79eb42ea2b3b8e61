"""Putting in order, and putting together: one select for each place, no dragging. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct

from lms.api.work import Text, _
from quizzes.items.choices import in_order_of_words, joined
from quizzes.items.contract import WHOLE, Answer, Mark, OfflineKey, OnPaper, keys, place_of
from quizzes.items.form import Part, scoring
from quizzes.items.shares import an_equal_share

EMPTY = -1  # a place for which nothing was chosen


def read_places(fields: Mapping[str, Sequence[str]], count: int, order: Sequence[int]) -> Answer | None:
    """What was chosen for each of so many places, the fields place-1, place-2 …; None where nothing was."""
    given = [place_of((fields.get(f"place-{i + 1}") or [""])[0], order) for i in range(count)]
    return None if all(g is None for g in given) else [EMPTY if g is None else g for g in given]


def keys_of_places(answer: Answer, order: Sequence[int]) -> list[str]:
    """The key of what was chosen for each place, empty where nothing was."""
    names = {place: key for key, place in zip(keys(len(order)), order, strict=True)}
    return [names.get(place, "") for place in answer]


class Ordering(Struct, frozen=True):
    """Steps to be put in order by choosing for each place.

    all: a point for the right order only; places: for each step in its place; pairs: for each step that is followed by
    the right one.
    """

    name: str = "ordering"
    title: Text = _("Put in order")
    template: str = "quizzes/items/ordering.html"
    form: tuple[Part, ...] = (
        Part(
            "steps", "lines", _("The steps in the right order, one a line"),
            _("Three to ten steps. Learners see them mixed."), most=10, least=3, tall=6,
        ),
        Part("why", "box", _("What is said when the order is right")),
        Part("why_wrong", "box", _("What is said when it is not")),
        scoring(
            ("all", _("All in order: the point; else nothing")),
            ("places", _("Each step in its place its part")),
            ("pairs", _("Each step that is followed by the right one its part")),
        ),
    )  # fmt: skip

    def size(self, spec: Mapping[str, Any]) -> int:
        return len(spec["steps"])

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        return True

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return list(spec["steps"])

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        return read_places(fields, len(order), order)

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        return keys_of_places(answer, order)

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        if not answer:
            return Mark(0, "")
        right = list(range(len(spec["steps"])))
        placed = tuple(WHOLE if given == wanted else 0 for given, wanted in zip(answer, right, strict=False))
        if list(answer) == right:
            return Mark(WHOLE, spec["why"], placed)
        rule, parts = spec.get("scoring", "all"), 0
        if rule == "places":
            parts = an_equal_share(sum(map(bool, placed)), len(right))
        elif rule == "pairs":
            pairs = list(pairwise(answer))
            parts = an_equal_share(len({a for a, b in pairs if a >= 0 and b == a + 1}), len(right) - 1)
        return Mark(min(parts, WHOLE), spec["why_wrong"], placed if rule == "places" else ())

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        return [f"{n}. {spec['steps'][i] if 0 <= i < len(spec['steps']) else '…'}" for n, i in enumerate(answer, 1)]

    def tried(self, spec: Mapping[str, Any]) -> Sequence[tuple[str, Answer]]:
        right = list(range(len(spec["steps"])))
        return [("1 – 2 – 3 …", right), ("2 – 1 – 3 …", [1, 0, *right[2:]])]

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey | None:
        right = list(range(len(order)))
        wrong = Mark(0, self.grade(spec, [EMPTY]).why)
        return OfflineKey({",".join(self.chosen(right, order)): self.grade(spec, right)}, wrong)

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        """The steps in the order of their words, which tells nothing."""
        order = in_order_of_words(spec["steps"])
        letters = {place: key.upper() for key, place in zip(keys(len(order)), order, strict=True)}
        right = " – ".join(letters[i] for i in range(len(order)))
        return OnPaper(tuple(spec["steps"][i] for i in order), right, spec["why"])


def rights(spec: Mapping[str, Any]) -> list[str]:
    """What can be chosen for the left side, each text once: those that fit something, then those that fit nothing."""
    return list(dict.fromkeys([*(pair["right"] for pair in spec["pairs"]), *spec.get("others", ())]))


class Matching(Struct, frozen=True):
    """What stands on the left is given what fits it. each: every pair is its part; all: only all of them together."""

    name: str = "matching"
    title: Text = _("Put together what belongs together")
    template: str = "quizzes/items/matching.html"
    form: tuple[Part, ...] = (
        Part(
            "pairs", "rows", _("Pairs"), _("Two to ten pairs. Several may have the same right side."), most=10, least=2,
            row=_("Pair {n}"),
            parts=(
                Part("left", "line", _("Left side")), Part("right", "line", _("What fits it")),
                Part("why", "box", _("What is said when it was put together wrongly")),
            ),
        ),
        Part("others", "lines", _("Right sides that fit nothing, one a line, if any"), most=10, tall=2),
        scoring(
            ("each", _("Each pair its part")),
            ("all", _("All pairs: the point; else nothing")),
        ),
    )  # fmt: skip

    def size(self, spec: Mapping[str, Any]) -> int:
        return len(rights(spec))

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        return True

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return rights(spec)

    def face(self, spec: Mapping[str, Any], order: Sequence[int]) -> Mapping[str, Any]:
        return {"lefts": [pair["left"] for pair in spec["pairs"]]}

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        return read_places(fields, len(spec["pairs"]), order)

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        return keys_of_places(answer, order)

    def right_answer(self, spec: Mapping[str, Any]) -> Answer:
        """For each left side the number of what fits it."""
        texts = rights(spec)
        return [texts.index(pair["right"]) for pair in spec["pairs"]]

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        if not answer:
            return Mark(0, "")
        placed = tuple(
            WHOLE if given == wanted else 0 for given, wanted in zip(answer, self.right_answer(spec), strict=False)
        )
        right = sum(map(bool, placed))
        wrong = [pair.get("why") for pair, part in zip(spec["pairs"], placed, strict=False) if not part]
        why = joined(wrong if wrong else [pair.get("why") for pair in spec["pairs"]])
        if spec.get("scoring", "each") == "all":
            return Mark(WHOLE if right == len(spec["pairs"]) else 0, why, placed)
        return Mark(an_equal_share(right, len(spec["pairs"])), why, placed)

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        texts = rights(spec)
        return [
            f"{pair['left']} – {texts[i] if 0 <= i < len(texts) else '…'}"
            for pair, i in zip(spec["pairs"], answer, strict=False)
        ]

    def tried(self, spec: Mapping[str, Any]) -> Sequence[tuple[str, Answer]]:
        right = self.right_answer(spec)
        wrong = []
        for place, pair in enumerate(spec["pairs"]):
            other = next((i for i in range(self.size(spec)) if i != right[place]), EMPTY)
            wrong.append((f"{pair['left']} – ✗", [*right[:place], other, *right[place + 1 :]]))
        return [(" · ".join(self.in_words(spec, right)), right), *wrong]

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey | None:
        """A phone says whether all fits, and else every reason: which pair is wrong is told where there is a line."""
        right = self.right_answer(spec)
        every = Mark(0, joined([pair.get("why") for pair in spec["pairs"]]))
        return OfflineKey({",".join(self.chosen(right, order)): self.grade(spec, right)}, every)

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        texts = rights(spec)
        order = in_order_of_words(texts)
        letters = {place: key.upper() for key, place in zip(keys(len(order)), order, strict=True)}
        numbered = [(n, pair["left"]) for n, pair in enumerate(spec["pairs"], 1)]
        right = ", ".join(f"{n}{letters[i]}" for n, i in enumerate(self.right_answer(spec), 1))
        ask = "\n".join(f"{n}. {left}: ……" for n, left in numbered)
        why = joined([pair.get("why") for pair in spec["pairs"]]).replace("\n\n", " ")
        return OnPaper(tuple(texts[i] for i in order), right, why, ask)

    def spoken(self, spec: Mapping[str, Any], order: Sequence[int]) -> Sequence[str]:
        texts = rights(spec)
        said = [f"{n}: {pair['left']}." for n, pair in enumerate(spec["pairs"], 1)]
        return said + [f"{key.upper()}: {texts[i]}." for key, i in zip(keys(len(order)), order, strict=True)]
