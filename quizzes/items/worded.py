"""Answers that are typed: a few words, or a number. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from lms.api.texts import fold, nfc
from lms.api.work import Text, _
from quizzes.items.contract import WHOLE, Answer, Mark, OfflineKey, OnPaper
from quizzes.items.form import Part
from quizzes.items.numbers import Quantity, read_quantity, read_value, within, written
from quizzes.items.shares import parts_of
from quizzes.items.wording import LONGEST, fits, known_synonyms

MOST_VARIANTS = 300  # ways of saying an answer that a phone takes along
WHOLE_SHARE = 100
_SHARE = Part("share", "number", _("Share of the point in percent"), default="100", aside=True)
_ANSWER_WHY = Part("why", "box", _("What is said to whoever answers so"))
RULES = (
    Part(
        "heeds", "ticks", _("What counts as different"), _("Where a tone stands (hoà, hòa) never counts."),
        choices=(
            ("case", _("Capital and small letters")), ("marks", _("Vietnamese marks")), ("spaces", _("Spaces")),
        ), aside=True,
    ),
    Part(
        "synonyms", "words", _("Words that mean the same here"),
        _("One group a line, with semicolons between: home; house"), aside=True,
    ),
)  # fmt: skip
UNIT = (
    Part("unit.name", "line", _("Unit, if there is one"), most=40),
    Part("unit.others", "lines", _("Other ways to write the unit, one a line"), most=10, aside=True),
    Part("unit.needed", "tick", _("The unit must be typed too"), aside=True),
)
WHY_WRONG = Part("why_wrong", "box", _("What is said to whoever answers otherwise"))


def typed_text(fields: Mapping[str, Sequence[str]], name: str, most: int = LONGEST) -> str:
    """What was typed into a field, in composed form, on one line; empty where it is longer than anybody means."""
    sent = (fields.get(name) or [""])[0]
    return nfc("".join(c if c.isprintable() else " " for c in sent)) if len(sent) <= 4 * most else ""


def best_text(spec: Mapping[str, Any], typed: str) -> tuple[int, str] | None:
    """Parts and reason of the expected answer that fits and is worth most; None where none fits."""
    heeds, own = spec.get("heeds", ()), spec.get("synonyms", ())
    fitting = [a for a in spec["answers"] if fits(typed, a["text"], heeds, own)]
    return _best(fitting)


def best_number(spec: Mapping[str, Any], given: Quantity) -> tuple[int, str] | None:
    """The same for a number; its unit must be one of those that count as the unit, or be left out where it may be."""
    unit = spec.get("unit")
    if given.unit or (unit and unit.get("needed")):
        names = [unit["name"], *unit.get("others", ())] if unit else []
        if given.unit.casefold() not in {" ".join(nfc(name).split()).casefold() for name in names}:
            return None
    fitting = [
        a
        for a in spec["answers"]
        if within(given.value, read_value(a["value"]) or Decimal(0), read_value(a.get("tolerance", "0")) or Decimal(0))
    ]
    return _best(fitting)


def _best(fitting: Sequence[Mapping[str, Any]]) -> tuple[int, str] | None:
    if not fitting:
        return None
    best = max(fitting, key=lambda a: float(a.get("share", WHOLE_SHARE)))
    return max(0, parts_of(best.get("share", WHOLE_SHARE))), best.get("why", "")


def whole_answers(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The expected answers that are worth the whole point."""
    return [a for a in spec["answers"] if parts_of(a.get("share", WHOLE_SHARE)) == WHOLE]


def value_in_words(answer: Mapping[str, Any], unit: Mapping[str, Any] | None) -> str:
    """An expected number as an author reads it: 12,5 ± 0,5 kg."""
    value, tolerance = read_value(answer["value"]), read_value(answer.get("tolerance", "0"))
    said = written(value or Decimal(0)) + (f" ± {written(tolerance)}" if tolerance else "")
    return f"{said} {unit['name']}" if unit else said


class ShortAnswer(Struct, frozen=True):
    """A few words, compared as Vietnamese is typed: without marks, capitals, or the place of a tone, unless heeded."""

    name: str = "short_answer"
    title: Text = _("A few words to type")
    template: str = "quizzes/items/short_answer.html"
    typed: bool = True
    form: tuple[Part, ...] = (
        Part(
            "answers", "rows", _("Answers that count"), _("A star stands for anything: *113*. Write \\* for a star."),
            most=20, least=1, row=_("Answer {n}"),
            parts=(Part("text", "line", _("Words of the answer"), most=200), _ANSWER_WHY, _SHARE),
        ),
        WHY_WRONG,
        *RULES,
    )  # fmt: skip

    def size(self, spec: Mapping[str, Any]) -> int:
        return 0

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        return False

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return []

    def face(self, spec: Mapping[str, Any], order: Sequence[int]) -> Mapping[str, Any]:
        return {"marks": "marks" in spec.get("heeds", ())}

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        said = typed_text(fields, "answer")
        return [said] if said and len(said) <= LONGEST else None

    def refusal(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any]) -> Text | None:
        sent = (fields.get("answer") or [""])[0]
        return _("Please keep it under {most} letters.", most=LONGEST) if len(sent) > LONGEST else None

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        return [str(answer[0])]

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        if not answer:
            return Mark(0, "")
        found = best_text(spec, str(answer[0]))
        return Mark(*found) if found else Mark(0, spec.get("why_wrong", ""))

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        return [str(answer[0])]

    def tried(self, spec: Mapping[str, Any]) -> Sequence[tuple[str, Answer]]:
        return [(a["text"], [a["text"]]) for a in spec["answers"]] + [("…", ["…?…"])]

    def offline_key(self, spec: Mapping[str, Any], order: Sequence[int]) -> OfflineKey | None:
        """The answers and their synonyms, folded; None where marks, capitals, spaces or stars make a rule of it."""
        if spec.get("heeds") or any("*" in a["text"] or "\\" in a["text"] for a in spec["answers"]):
            return None
        said: dict[str, Mark] = {}
        for expected in spec["answers"]:
            for words in variants(expected["text"], spec.get("synonyms", ())):
                said.setdefault(fold_typed(words), self.grade(spec, [words]))
        return OfflineKey(said, Mark(0, spec.get("why_wrong", "")), "typed")

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        whole = whole_answers(spec)
        return OnPaper((), " / ".join(a["text"] for a in whole), whole[0].get("why", "") if whole else "", lines=2)


def fold_typed(text: str) -> str:
    """Letters and digits alone, without marks; what scripts on phones compute too."""
    return fold(text).replace(" ", "")


def variants(text: str, own: Sequence[Sequence[str]]) -> Iterator[str]:
    """A text and the ways of saying it with synonyms in it, at most MOST_VARIANTS of them."""
    found = [fold(text)]
    for group in (*known_synonyms(), *own):
        words = [fold(word) for word in group]
        for said in list(found):
            for word in words:
                if f" {word} " in f" {said} " and len(found) < MOST_VARIANTS:
                    found += [f" {said} ".replace(f" {word} ", f" {other} ").strip() for other in words]
    return iter(dict.fromkeys(found))


class Numeric(Struct, frozen=True):
    """A number, right within its tolerance, with a unit where one is asked for."""

    name: str = "numeric"
    title: Text = _("A number to type")
    template: str = "quizzes/items/numeric.html"
    typed: bool = True
    form: tuple[Part, ...] = (
        Part(
            "answers", "rows", _("Numbers that count"), most=20, least=1, row=_("Answer {n}"),
            parts=(
                Part("value", "number", _("The number")), Part("tolerance", "number", _("How far off is still right")),
                _ANSWER_WHY, _SHARE,
            ),
        ),
        *UNIT,
        WHY_WRONG,
    )  # fmt: skip

    def size(self, spec: Mapping[str, Any]) -> int:
        return 0

    def shuffles(self, spec: Mapping[str, Any]) -> bool:
        return False

    def texts(self, spec: Mapping[str, Any]) -> Sequence[str]:
        return []

    def face(self, spec: Mapping[str, Any], order: Sequence[int]) -> Mapping[str, Any]:
        unit = spec.get("unit")
        return {"unit": "" if not unit or unit.get("needed") else unit["name"], "needed": bool(unit and unit["needed"])}

    def read(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any], order: Sequence[int]) -> Answer | None:
        said = typed_text(fields, "answer")
        found = read_quantity(said)
        if found is None or self._strange(found, spec):
            return None
        return [said]

    def _strange(self, found: Quantity, spec: Mapping[str, Any]) -> bool:
        """Whether it is no number after all: a word behind it where no unit is asked for, or no unit where one is."""
        unit = spec.get("unit")
        return bool(found.unit) != bool(unit["needed"]) if unit and unit["needed"] else bool(found.unit and not unit)

    def refusal(self, fields: Mapping[str, Sequence[str]], spec: Mapping[str, Any]) -> Text | None:
        sent = (fields.get("answer") or [""])[0].strip()
        if not sent:
            return None
        unit = spec.get("unit")
        if unit and unit["needed"]:
            return _("Please write a number in figures and its unit, such as 1.234,5 kg.")
        return _("Please write a number in figures alone, such as 12 or 1.234,5.")

    def chosen(self, answer: Answer, order: Sequence[int]) -> list[str]:
        return [str(answer[0])]

    def grade(self, spec: Mapping[str, Any], answer: Answer | None) -> Mark:
        given = read_quantity(str(answer[0])) if answer else None
        if not answer:
            return Mark(0, "")
        found = best_number(spec, given) if given is not None else None
        return Mark(*found) if found else Mark(0, spec.get("why_wrong", ""))

    def in_words(self, spec: Mapping[str, Any], answer: Answer) -> list[str]:
        unit = spec.get("unit")
        given = read_quantity(str(answer[0]))
        said = str(answer[0])
        return [f"{said} {unit['name']}" if unit and given is not None and not given.unit else said]

    def tried(self, spec: Mapping[str, Any]) -> Sequence[tuple[str, Answer]]:
        unit = spec.get("unit")
        behind = f" {unit['name']}" if unit and unit["needed"] else ""
        said = [(value_in_words(a, unit), [a["value"].replace(".", ",") + behind]) for a in spec["answers"]]
        return [*said, ("…", ["987654321" + behind])]

    def on_paper(self, spec: Mapping[str, Any]) -> OnPaper:
        whole = whole_answers(spec)
        unit = spec.get("unit")
        said = " / ".join(value_in_words(a, unit) for a in whole)
        shown = f"…………… {unit['name']}" if unit and not unit["needed"] else "……………"
        return OnPaper((), said, whole[0].get("why", "") if whole else "", shown)
