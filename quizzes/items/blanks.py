"""A text with gaps, each chosen from a list or typed. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from lms.api.work import Text, _
from quizzes.items.choices import joined
from quizzes.items.contract import WHOLE, Answer, Mark, OfflineKey, OnPaper, keys, place_of
from quizzes.items.form import Part
from quizzes.items.numbers import read_quantity
from quizzes.items.sequences import EMPTY
from quizzes.items.shares import parts_of
from quizzes.items.worded import (
    RULES,
    UNIT,
    WHY_WRONG,
    best_number,
    best_text,
    typed_text,
    value_in_words,
    whole_answers,
)
from quizzes.items.wording import LONGEST

GAP = re.compile(r"\[\[([0-9]{1,2})\]\]")
CHOICE, SHORT, NUMERIC = "choice", "short", "numeric"


class FillBlanks(Struct, frozen=True):
    """A text with gaps; each gap is worth its weight."""

    name: str = "fill_blanks"
    title: Text = _("Fill in the gaps of a text")
    template: str = "quizzes/items/fill_blanks.html"
    typed: bool = True
    face_by_order: bool = True
    form: tuple[Part, ...] = (
        Part("text", "box", _("The text, with [[1]], [[2]] … where the gaps are"), most=4000, tall=5),
        Part(
            "blanks", "rows", _("Gaps"), most=20, least=1, row=_("Gap {n}"),
            parts=(
                Part(
                    "kind", "choice", _("How it is filled in"), default=CHOICE,
                    choices=(
                        (CHOICE, _("Chosen from a list")), (SHORT, _("Typed words")), (NUMERIC, _("A typed number")),
                    ),
                ),
                Part(
                    "gap", "gaps", _("What can be chosen or counts as right, one a line"),
                    _("Begin with * what is right, or with a share: 50%. After # stands what is said to it."
                      " A number may have a tolerance: 12,5 ± 0,5."),
                    tall=4, most=4000,
                ),
                Part("weight", "number", _("Weight"), default="1", aside=True),
                Part("why_wrong", "box", WHY_WRONG.label, aside=True, only_for=(SHORT, NUMERIC)),
                *(replace(part, aside=True, only_for=(SHORT,)) for part in RULES),
                *(replace(part, aside=True, only_for=(NUMERIC,)) for part in UNIT),
            ),
        ),
    )  # fmt: skip

    def size(self, spec: Mapping[str, Any]) -> int:
        return sum(len(blank["options"]) for blank in spec["blanks"] if blank["kind"] == CHOICE)

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        return True

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return [o["text"] for blank in spec["blanks"] if blank["kind"] == CHOICE for o in blank["options"]]

    def _lists(self, spec: Mapping[str, Any], order: Sequence[int]) -> list[list[int]]:
        """For each gap the numbers of its own options, in the order in which they are shown."""
        lists, begin = [], 0
        for blank in spec["blanks"]:
            count = len(blank["options"]) if blank["kind"] == CHOICE else 0
            lists.append([i - begin for i in order if begin <= i < begin + count])
            begin += count
        return lists

    def face(self, spec: Mapping[str, Any], order: Sequence[int]) -> Mapping[str, Any]:
        lists = self._lists(spec, order)
        shown = [
            {
                "kind": blank["kind"],
                "choices": [(key, blank["options"][i]["text"]) for key, i in zip(keys(len(list_)), list_, strict=True)],
            }
            for blank, list_ in zip(spec["blanks"], lists, strict=True)
        ]
        pieces = GAP.split(spec["text"])
        return {
            "pieces": [
                {"text": piece, "place": 0} if n % 2 == 0 else {"place": int(piece), **shown[int(piece) - 1]}
                for n, piece in enumerate(pieces)
            ]
        }

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        answer: Answer = []
        for n, (blank, list_) in enumerate(zip(spec["blanks"], self._lists(spec, order), strict=True), 1):
            if blank["kind"] == CHOICE:
                place = place_of((fields.get(f"place-{n}") or [""])[0], list_)
                answer.append(EMPTY if place is None else place)
            else:
                answer.append(typed_text(fields, f"place-{n}")[:LONGEST])
        return None if all(a in (EMPTY, "") for a in answer) else answer

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        """What is filled in at each gap. The keys of lists are found by `chosen_in`, which knows the question."""
        return [str(a) for a in answer]

    def chosen_in(self, spec: Mapping[str, Any], answer: Answer, order: Sequence[int]) -> list[str]:
        """What each gap shows again: the key of what was chosen, or what was typed."""
        shown = []
        for blank, list_, given in zip(spec["blanks"], self._lists(spec, order), answer, strict=False):
            if blank["kind"] == CHOICE:
                shown.append(keys(len(list_))[list_.index(given)] if given in list_ else "")
            else:
                shown.append(str(given))
        return shown

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        if not answer:
            return Mark(0, "")
        marks = [_graded(blank, given) for blank, given in zip(spec["blanks"], answer, strict=False)]
        weights = [float(blank.get("weight", 1)) for blank in spec["blanks"]]
        places = tuple(parts for parts, _why in marks)
        if all(parts == WHOLE for parts in places) and len(places) == len(spec["blanks"]):
            return Mark(WHOLE, joined([why for _parts, why in marks]), places)
        earned = sum(parts * weight for parts, weight in zip(places, weights, strict=False))
        why = joined([why for parts, why in marks if parts < WHOLE])
        return Mark(min(WHOLE - 1, int(earned / (sum(weights) or 1))), why, places)

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        return [
            f"{n}. {_in_words(blank, given)}"
            for n, (blank, given) in enumerate(zip(spec["blanks"], answer, strict=False), 1)
        ]

    def right_answer(self, spec: Mapping[str, Any]) -> Answer:
        """For each gap something that is worth all of it."""
        answer: Answer = []
        for blank in spec["blanks"]:
            if blank["kind"] == CHOICE:
                answer.append(next(i for i, o in enumerate(blank["options"]) if o.get("correct")))
            elif blank["kind"] == SHORT:
                answer.append(whole_answers(blank)[0]["text"])
            else:
                unit = blank.get("unit")
                behind = f" {unit['name']}" if unit and unit["needed"] else ""
                answer.append(whole_answers(blank)[0]["value"].replace(".", ",") + behind)
        return answer

    def tried(self, spec: Mapping[str, Any]) -> Sequence[tuple[str, Answer]]:
        right = self.right_answer(spec)
        found: list[tuple[str, Answer]] = [(" · ".join(self.in_words(spec, right)), right)]
        for n, blank in enumerate(spec["blanks"]):
            others: list[Any] = list(range(len(blank["options"]))) if blank["kind"] == CHOICE else ["…?…"]
            for other in others:
                if other != right[n]:
                    tried = [*right[:n], other, *right[n + 1 :]]
                    found.append((self.in_words(spec, tried)[n], tried))
        return found

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey | None:
        """Where every gap is a list, a phone knows when all are right; what is typed needs the network."""
        if any(blank["kind"] != CHOICE for blank in spec["blanks"]):
            return None
        right = self.right_answer(spec)
        every = joined([o.get("why") for blank in spec["blanks"] for o in blank["options"] if o.get("correct")])
        by_page = [int(n) - 1 for n in GAP.findall(spec["text"])]
        chosen = self.chosen_in(spec, right, order)
        return OfflineKey({",".join(chosen[n] for n in by_page): self.grade(spec, right)}, Mark(0, every))

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        right = self.right_answer(spec)
        said = ", ".join(self.in_words(spec, right))

        def gap(found: re.Match[str]) -> str:
            blank = spec["blanks"][int(found[1]) - 1]
            if blank["kind"] != CHOICE:
                return f"({found[1]}) ……………"
            return f"({found[1]}) [{' / '.join(o['text'] for o in blank['options'])}]"

        why = str(self.grade(spec, right).why).replace("\n\n", " ")
        return OnPaper((), said, why, GAP.sub(gap, spec["text"]))

    def spoken(self, spec: Mapping[str, Any], order: Sequence[int]) -> Sequence[str]:
        said = [GAP.sub(lambda gap: f" … {gap[1]} … ", spec["text"])]
        for n, (blank, list_) in enumerate(zip(spec["blanks"], self._lists(spec, order), strict=True), 1):
            if blank["kind"] == CHOICE:
                names = zip(keys(len(list_)), list_, strict=True)
                choices = "; ".join(f"{key.upper()}, {blank['options'][i]['text']}" for key, i in names)
                said.append(f"{n}: {choices}.")
        return said


def _graded(blank: Mapping[str, Any], given: Any) -> tuple[int, str]:
    """Parts and reason of what stands in one gap."""
    if given in (EMPTY, "") or given is None:
        return 0, blank.get("why_wrong", "")
    if blank["kind"] == CHOICE:
        option = blank["options"][given]
        return (
            WHOLE if option.get("correct") else max(0, parts_of(option.get("share", 0))),
            option.get("why", ""),
        )
    if blank["kind"] == SHORT:
        return best_text(blank, str(given)) or (0, blank.get("why_wrong", ""))
    quantity = read_quantity(str(given))
    found = best_number(blank, quantity) if quantity is not None else None
    return found or (0, blank.get("why_wrong", ""))


def _in_words(blank: Mapping[str, Any], given: Any) -> str:
    if blank["kind"] != CHOICE:
        return str(given) or "…"
    return str(blank["options"][given]["text"]) if 0 <= given < len(blank["options"]) else "…"


def whole_in_words(blank: Mapping[str, Any]) -> str:
    """What is right in a gap, for its author."""
    if blank["kind"] == CHOICE:
        return " / ".join(o["text"] for o in blank["options"] if o.get("correct"))
    if blank["kind"] == SHORT:
        return " / ".join(a["text"] for a in whole_answers(blank))
    return " / ".join(value_in_words(a, blank.get("unit")) for a in whole_answers(blank))
