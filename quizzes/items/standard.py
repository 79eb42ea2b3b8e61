"""The item types that come with the product. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from lms.api.texts import fold
from lms.api.work import Text, _
from quizzes.items.contract import WHOLE, Answer, Mark, OfflineKey, OnPaper, keys, place_of


@dataclass(frozen=True)
class SingleChoice:
    """One right answer among several."""

    name: str = "single_choice"
    title: Text = _("One right answer")
    template: str = "quizzes/items/single_choice.html"

    def size(self, spec: Mapping[str, Any]) -> int:
        return len(spec["options"])

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        return True

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return [o["text"] for o in spec["options"]]

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        place = place_of((fields.get("answer") or [""])[0], order)
        return None if place is None else [place]

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        return [key for key, place in zip(keys(len(order)), order, strict=True) if place in answer]

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        if not answer:
            return Mark(0, "")
        option = spec["options"][answer[0]]
        return Mark(WHOLE if option.get("correct") else 0, option.get("why", ""))

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        return [spec["options"][i]["text"] for i in answer]

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey:
        names = zip(keys(len(order)), order, strict=True)
        return OfflineKey({key: self.grade(spec, [place]) for key, place in names}, Mark(0, ""))

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        """The options in the order of their words, which tells nothing."""
        order = sorted(range(len(spec["options"])), key=lambda i: fold(spec["options"][i]["text"]))
        options = [spec["options"][i] for i in order]
        right = [key.upper() for key, option in zip(keys(len(options)), options, strict=True) if option.get("correct")]
        whys = [option["why"] for option in options if option.get("correct") and option.get("why")]
        return OnPaper(tuple(option["text"] for option in options), ", ".join(right), " ".join(whys))


@dataclass(frozen=True)
class MultipleChoice(SingleChoice):
    """Several right answers: a point for all right and none wrong, half where exactly one is missing or too many."""

    name: str = "multiple_choice"
    title: Text = _("Several right answers")
    template: str = "quizzes/items/multiple_choice.html"

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        places = {place_of(key, order) for key in fields.get("answer") or []} - {None}
        return sorted(p for p in places if p is not None) or None

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        options = spec["options"]
        right = {i for i, o in enumerate(options) if o.get("correct")}
        given = set(answer or [])
        if not given:
            return Mark(0, "")
        off = len(right ^ given)
        why = [options[i].get("why") for i in sorted(given - right) or sorted(right & given)]
        return Mark(WHOLE if off == 0 else 1 if off == 1 else 0, "\n\n".join(w for w in why if w))

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey:
        named = list(zip(keys(len(order)), order, strict=True))
        chosen = [c for size in range(1, len(named) + 1) for c in combinations(named, size)]
        said = {",".join(key for key, _place in c): self.grade(spec, [place for _key, place in c]) for c in chosen}
        return OfflineKey(said, Mark(0, ""))


@dataclass(frozen=True)
class TrueFalse:
    """A statement that is right or not; "true" always stands first."""

    name: str = "true_false"
    title: Text = _("Right or not right")
    template: str = "quizzes/items/true_false.html"

    def size(self, spec: Mapping[str, Any]) -> int:
        return 2

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        return False

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return ["Đúng", "Không đúng"]

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        said = (fields.get("answer") or [""])[0]
        return [said == "true"] if said in ("true", "false") else None

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        return ["true" if answer[0] else "false"]

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        if not answer:
            return Mark(0, "")
        said = bool(answer[0])
        return Mark(WHOLE if said == spec["answer"] else 0, spec["why_true"] if said else spec["why_false"])

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        return [self.texts(spec)[0 if answer[0] else 1]]

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey:
        return OfflineKey({"true": self.grade(spec, [True]), "false": self.grade(spec, [False])}, Mark(0, ""))

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        answer = spec["answer"]
        return OnPaper(tuple(self.texts(spec)), "A" if answer else "B", spec["why_true" if answer else "why_false"])


@dataclass(frozen=True)
class Ordering:
    """Steps to be put in order by choosing for each place; a point for the right order only."""

    name: str = "ordering"
    title: Text = _("Put in order")
    template: str = "quizzes/items/ordering.html"

    def size(self, spec: Mapping[str, Any]) -> int:
        return len(spec["steps"])

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        return True

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return list(spec["steps"])

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        given = [place_of((fields.get(f"place-{i + 1}") or [""])[0], order) for i in range(len(order))]
        return None if all(g is None for g in given) else [-1 if g is None else g for g in given]

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        names = {place: key for key, place in zip(keys(len(order)), order, strict=True)}
        return [names.get(place, "") for place in answer]

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        if not answer:
            return Mark(0, "")
        right = list(answer) == list(range(len(spec["steps"])))
        return Mark(WHOLE if right else 0, spec["why"] if right else spec["why_wrong"])

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        return [f"{n}. {spec['steps'][i] if 0 <= i < len(spec['steps']) else '…'}" for n, i in enumerate(answer, 1)]

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey:
        right = list(range(len(order)))
        return OfflineKey({",".join(self.chosen(right, order)): self.grade(spec, right)}, self.grade(spec, [-1]))

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        """The steps in the order of their words, which tells nothing."""
        order = sorted(range(len(spec["steps"])), key=lambda i: fold(spec["steps"][i]))
        letters = {place: key.upper() for key, place in zip(keys(len(order)), order, strict=True)}
        right = " – ".join(letters[i] for i in range(len(order)))
        return OnPaper(tuple(spec["steps"][i] for i in order), right, spec["why"])


STANDARD = (SingleChoice(), MultipleChoice(), TrueFalse(), Ordering())
