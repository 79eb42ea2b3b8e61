"""Choosing: one right answer, several, or right and not right. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from msgspec import Struct

from lms.api.texts import fold
from lms.api.work import Text, _
from quizzes.items.contract import HALF, WHOLE, Answer, Mark, OfflineKey, OnPaper, keys, place_of
from quizzes.items.form import WHY, Part, scoring
from quizzes.items.shares import an_equal_share, parts_of

MOST_TOLD = 6  # options of which a phone takes every combination along

_SHARE = Part("share", "number", _("Share of the point in percent"), aside=True)
_PICTURE = Part("picture", "picture", _("A picture of it"), aside=True)
_SHUFFLE = Part("shuffle", "tick", _("Mix the answers"), default="true", aside=True)


def joined(whys: Sequence[str | None]) -> str:
    """Several reasons as one text, each said once."""
    return "\n\n".join(dict.fromkeys(why for why in whys if why))


def in_order_of_words(texts: Sequence[str]) -> list[int]:
    """The order in which options are printed: by their words, which tells nothing."""
    return sorted(range(len(texts)), key=lambda i: (fold(texts[i]), i))


class SingleChoice(Struct, frozen=True):
    """One right answer among several; others may be worth a share."""

    name: str = "single_choice"
    title: Text = _("One right answer")
    template: str = "quizzes/items/single_choice.html"
    form: tuple[Part, ...] = (
        Part(
            "options", "rows", _("Answers"), _("Two to ten answers, one of them right."), most=10, least=2,
            row=_("Answer {n}"),
            parts=(
                Part("text", "box", _("Words of the answer")), Part("correct", "only", _("Right")),
                Part("why", "box", WHY), _SHARE, _PICTURE,
            ),
        ),
        _SHUFFLE,
    )  # fmt: skip

    def size(self, spec: Mapping[str, Any]) -> int:
        return len(spec["options"])

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        return bool(spec.get("shuffle", True))

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
        parts = WHOLE if option.get("correct") else max(0, parts_of(option.get("share", 0)))
        return Mark(parts, option.get("why", ""))

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        return [spec["options"][i]["text"] for i in answer]

    def things_to_pick(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return self.texts(spec)

    def picked(self, answer: Answer) -> Sequence[int]:
        return answer

    def right_ones(self, spec: Mapping[str, Any]) -> Sequence[int]:
        return [i for i, option in enumerate(spec["options"]) if option.get("correct")]

    def tried(self, spec: Mapping[str, Any]) -> Sequence[tuple[str, Answer]]:
        return [(o["text"], [i]) for i, o in enumerate(spec["options"])]

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey | None:
        names = zip(keys(len(order)), order, strict=True)
        return OfflineKey({key: self.grade(spec, [place]) for key, place in names}, Mark(0, ""))

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        """The options in the order of their words, which tells nothing; as written where they must not be mixed."""
        texts = self.texts(spec)
        order = in_order_of_words(texts) if self.shuffles(spec) else range(len(texts))
        options = [spec["options"][i] for i in order]
        right = [key.upper() for key, option in zip(keys(len(options)), options, strict=True) if option.get("correct")]
        whys = [option["why"] for option in options if option.get("correct") and option.get("why")]
        return OnPaper(tuple(option["text"] for option in options), ", ".join(right), " ".join(whys))


class MultipleChoice(SingleChoice, frozen=True):
    """Several right answers, counted as `scoring` says.

    one_off: a point for all right and none wrong, half where exactly one is missing or too many; all: only the point;
    each: every right one is its part, every wrong one takes one away; shares: the sum of the options' own shares.
    """

    name: str = "multiple_choice"
    title: Text = _("Several right answers")
    template: str = "quizzes/items/multiple_choice.html"
    form: tuple[Part, ...] = (
        Part(
            "options", "rows", _("Answers"), _("Two to ten answers, two or more of them right."), most=10, least=2,
            row=_("Answer {n}"),
            parts=(
                Part("text", "box", _("Words of the answer")), Part("correct", "tick", _("Right")),
                Part("why", "box", WHY), _SHARE, _PICTURE,
            ),
        ),
        scoring(
            ("one_off", _("All right: the point; one off: half a point")),
            ("all", _("All right: the point; else nothing")),
            ("each", _("Each right one its part; each wrong one takes a part away")),
            ("shares", _("By the shares written beside the answers")),
        ),
        _SHUFFLE,
    )  # fmt: skip

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        places = {place_of(key, order) for key in (fields.get("answer") or [])[:50]} - {None}
        return sorted(p for p in places if p is not None) or None

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        options = spec["options"]
        right = {i for i, o in enumerate(options) if o.get("correct")}
        given = set(answer or [])
        if not given:
            return Mark(0, "")
        why = joined([options[i].get("why") for i in sorted(given - right) or sorted(right & given)])
        return Mark(self._parts(spec, right, given), why)

    def _parts(self, spec: Mapping[str, Any], right: set[int], given: set[int]) -> int:
        off = len(right ^ given)
        rule = spec.get("scoring", "one_off")
        if rule == "each":
            return an_equal_share(max(0, len(given & right) - len(given - right)), len(right))
        if rule == "shares":
            # All that is right is the whole point, whatever rounding the shares had.
            total = (
                WHOLE if not right - given else sum(parts_of(spec["options"][i].get("share", 0)) for i in given & right)
            )
            return max(0, min(WHOLE, total + sum(parts_of(spec["options"][i].get("share", 0)) for i in given - right)))
        return WHOLE if off == 0 else HALF if off == 1 and rule == "one_off" else 0

    def tried(self, spec: Mapping[str, Any]) -> Sequence[tuple[str, Answer]]:
        right = [i for i, o in enumerate(spec["options"]) if o.get("correct")]
        alone = [(o["text"], [i]) for i, o in enumerate(spec["options"])]
        return [(" + ".join(spec["options"][i]["text"] for i in right), right), *alone]

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey | None:
        named = list(zip(keys(len(order)), order, strict=True))
        right = [key for key, place in named if spec["options"][place].get("correct")]
        most = len(named) if len(named) <= MOST_TOLD else 1
        chosen = [c for size in range(1, most + 1) for c in combinations(named, size)]
        said = {",".join(key for key, _place in c): self.grade(spec, [place for _key, place in c]) for c in chosen}
        places = [place for key, place in named if key in right]
        said[",".join(right)] = self.grade(spec, places)
        return OfflineKey(said, Mark(0, ""))


class TrueFalse(Struct, frozen=True):
    """A statement that is right or not; "true" always stands first."""

    name: str = "true_false"
    title: Text = _("Right or not right")
    template: str = "quizzes/items/true_false.html"
    form: tuple[Part, ...] = (
        Part("answer", "choice", _("The statement is"), choices=(("true", _("Right")), ("false", _("Not right")))),
        Part("why_true", "box", _("What is said to whoever answers “right”")),
        Part("why_false", "box", _("What is said to whoever answers “not right”")),
    )

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

    def things_to_pick(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return self.texts(spec)

    def picked(self, answer: Answer) -> Sequence[int]:
        return [0 if answer[0] else 1]

    def right_ones(self, spec: Mapping[str, Any]) -> Sequence[int]:
        return [0 if spec["answer"] else 1]

    def tried(self, spec: Mapping[str, Any]) -> Sequence[tuple[str, Answer]]:
        return list(zip(self.texts(spec), ([True], [False]), strict=True))

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey | None:
        return OfflineKey({"true": self.grade(spec, [True]), "false": self.grade(spec, [False])}, Mark(0, ""))

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        answer = spec["answer"]
        return OnPaper(tuple(self.texts(spec)), "A" if answer else "B", spec["why_true" if answer else "why_false"])
