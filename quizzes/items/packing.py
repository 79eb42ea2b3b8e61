"""The own keys of question types in items/*.yaml, read and written. What is the default is not stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lms.api.packages import Fields, Where, is_slug, read_picture, read_share
from quizzes.items.blanks import CHOICE, GAP, NUMERIC, SHORT
from quizzes.items.doing import LONGEST_ANSWER
from quizzes.items.numbers import read_value
from quizzes.items.sequences import rights
from quizzes.items.wording import HEEDS

LONGEST_WHY = 1_000
HUNDRED = 100


def _(message: str) -> str:
    """Marks a text for translation; it is translated when the problem is shown."""
    return message


def stored(**keys: Any) -> dict[str, Any]:
    """The keys that say something: no empty texts and lists, nothing that is left to its default."""
    return {key: value for key, value in keys.items() if value not in ("", None, [], ())}


def _whys(fields: Fields) -> str:
    return fields.text("why", required=False, most=LONGEST_WHY)


def _scoring(fields: Fields, known: Sequence[str]) -> str:
    found = fields.choice("scoring", known, default=known[0])
    return "" if found == known[0] else found


def _written(data: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: data[key] for key in keys if key in data}


class MatchingReader:
    """pairs, others, scoring."""

    type = "matching"

    def read(self, fields: Fields) -> dict[str, Any]:
        pairs = []
        for row in fields.rows("pairs", least=2, most=10):
            pair = stored(
                left=row.text("left", most=300, one_line=True),
                right=row.text("right", most=300, one_line=True),
                why=_whys(row),
            )
            pairs.append({"left": "", "right": "", **pair})
            row.finish()
        others = list(fields.texts("others", most=10, longest=300, one_line=True))
        lefts = [pair["left"] for pair in pairs]
        if len(set(lefts)) < len(lefts):
            fields.at("pairs").problem("twice", _("Two left sides say the same. Change one."))
        if {pair["right"] for pair in pairs} & set(others):
            fields.at("others").problem("twice", _("What fits nothing must not be the right side of a pair."))
        data = {"pairs": pairs, **stored(others=others, scoring=_scoring(fields, ("each", "all")))}
        if pairs and len(rights(data)) < 2:
            fields.at("pairs").problem("pairs", _("There is only one right side to choose from. Add others."))
        return data

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return _written(data, "pairs", "others", "scoring")


def _read_texts(fields: Fields, key: str = "answers") -> list[dict[str, Any]]:
    answers = []
    for row in fields.rows(key, least=1, most=20):
        share = read_share(row)
        text = row.text("text", most=200, one_line=True)
        if text and not text.replace("*", "").strip(" .,;:!?\"'-"):
            row.at("text").problem("answer", _("A star alone fits anything. Write a word beside it."))
        answers.append({"text": text, **stored(share=None if share == HUNDRED else share, why=_whys(row))})
        row.finish()
    _one_is_whole(answers, fields.at(key))
    return answers


def _read_numbers(fields: Fields, key: str = "answers") -> list[dict[str, Any]]:
    answers = []
    for row in fields.rows(key, least=1, most=20):
        share = read_share(row)
        value = _decimal(row, "value", required=True)
        tolerance = _decimal(row, "tolerance", required=False)
        if tolerance.startswith("-"):
            row.at("tolerance").problem("tolerance", _("A tolerance is 0 or more."))
        answer = stored(
            tolerance="" if tolerance in ("", "0") else tolerance,
            share=None if share == HUNDRED else share,
            why=_whys(row),
        )
        answers.append({"value": value, **answer})
        row.finish()
    _one_is_whole(answers, fields.at(key))
    return answers


def _decimal(fields: Fields, key: str, *, required: bool) -> str:
    text = fields.text(key, required=required, most=40, one_line=True)
    if text and read_value(text) is None:
        fields.at(key).problem(
            "decimal", _("`{key}` is a number in figures, with a dot before the fraction: 1234.5."), key=key
        )
        return "0"
    return text.removeprefix("+") or ("0" if required else "")


def _one_is_whole(answers: Sequence[Mapping[str, Any]], there: Where) -> None:
    if answers and all(answer.get("share", HUNDRED) != HUNDRED for answer in answers):
        there.problem("share", _("At least one answer is worth the whole point: leave its share out."))
    if any(answer.get("share", HUNDRED) < 0 for answer in answers):
        there.problem("share", _("A typed answer cannot be worth less than nothing: its share is 0 or more."))


def _read_unit(fields: Fields) -> dict[str, Any] | None:
    inner = fields.inner("unit", required=False)
    if inner is None:
        return None
    unit = {
        "name": inner.text("name", most=40, one_line=True),
        "others": list(inner.texts("others", most=10, longest=40, one_line=True)),
        "needed": inner.flag("needed", default=False),
    }
    inner.finish()
    return unit


def _read_rules(fields: Fields) -> dict[str, Any]:
    """What a typed text is compared by."""
    named = fields.choices("heeds", HEEDS) if fields.has("heeds") else ()
    heeds = [one for one in HEEDS if one in named]
    if not heeds:
        fields.text("heeds", required=False)
    table = fields.table("synonyms", least=2, most=20, required=False, longest=100)
    return stored(heeds=heeds, synonyms=[list(group) for _where, group in table])


class ShortAnswerReader:
    """answers, heeds, synonyms, why_wrong."""

    type = "short_answer"

    def read(self, fields: Fields) -> dict[str, Any]:
        why_wrong = fields.text("why_wrong", required=False, most=LONGEST_WHY)
        return {"answers": _read_texts(fields), **_read_rules(fields), **stored(why_wrong=why_wrong)}

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return _written(data, "answers", "heeds", "synonyms", "why_wrong")


class NumericReader:
    """answers, unit, why_wrong."""

    type = "numeric"

    def read(self, fields: Fields) -> dict[str, Any]:
        why_wrong = fields.text("why_wrong", required=False, most=LONGEST_WHY)
        return {"answers": _read_numbers(fields), **stored(unit=_read_unit(fields), why_wrong=why_wrong)}

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {**_written(data, "answers"), **_unit_written(data), **_written(data, "why_wrong")}


def _unit_written(data: Mapping[str, Any]) -> dict[str, Any]:
    unit = data.get("unit")
    if not unit:
        return {}
    needed = {"needed": True} if unit["needed"] else {}
    return {"unit": {"name": unit["name"], **stored(others=unit["others"]), **needed}}


class FillBlanksReader:
    """text, blanks."""

    type = "fill_blanks"

    def read(self, fields: Fields) -> dict[str, Any]:
        text = fields.text("text", most=4_000)
        blanks = []
        for row in fields.rows("blanks", least=1, most=20):
            blanks.append(self._blank(row))
            row.finish()
        found = [int(n) for n in GAP.findall(text)]
        if text and sorted(found) != list(range(1, len(blanks) + 1)):
            fields.at("text").problem(
                "gaps", _("The text has each gap once: [[1]] to [[{count}]], as many as `blanks`."), count=len(blanks)
            )
        return {"text": text, "blanks": blanks}

    def _blank(self, row: Fields) -> dict[str, Any]:
        kind = row.choice("kind", (CHOICE, SHORT, NUMERIC))
        weight = row.number("weight", 0.01, 100, default=1)
        blank: dict[str, Any] = {"kind": kind}
        if kind == CHOICE:
            blank["options"] = self._options(row)
        elif kind == SHORT:
            blank["answers"] = _read_texts(row)
            blank |= _read_rules(row)
        elif kind == NUMERIC:
            blank["answers"] = _read_numbers(row)
            blank |= stored(unit=_read_unit(row))
        if kind != CHOICE:
            blank |= stored(why_wrong=row.text("why_wrong", required=False, most=LONGEST_WHY))
        return blank | ({} if weight == 1 else {"weight": int(weight) if weight == int(weight) else weight})

    def _options(self, row: Fields) -> list[dict[str, Any]]:
        options = []
        for one in row.rows("options", least=2, most=10):
            share = read_share(one)
            text = one.text("text", most=200, one_line=True)
            correct = one.flag("correct", default=False)
            if share is not None and (share < 0 or (share == HUNDRED) != correct):
                one.at("share").problem("share", _("Only the right option has a share of 100; none is below 0."))
            options.append(
                {"text": text, **({"correct": True} if correct else {}), **stored(share=share, why=_whys(one))}
            )
            one.finish()
        if options and not any(option.get("correct") for option in options):
            row.at("options").problem("correct", _("At least one option has `correct: true`."))
        return options

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return _written(data, "text") | {
            "blanks": [
                {
                    **_written(blank, "kind", "options", "answers", "heeds", "synonyms"),
                    **_unit_written(blank),
                    **_written(blank, "why_wrong", "weight"),
                }
                for blank in data["blanks"]
            ]
        }


class HotspotReader:
    """picture, spots."""

    type = "hotspot"
    own_picture = True  # the key `picture` is its own, not that of every question

    def read(self, fields: Fields) -> dict[str, Any]:
        picture = read_picture(fields, required=True) or {"file": "", "alt": ""}
        spots = []
        for row in fields.rows("spots", least=2, most=12):
            label = row.text("label", most=200, one_line=True)
            spot: dict[str, Any] = {"label": label}
            for key in ("x", "y"):
                if not row.has(key):
                    row.at(key).problem("missing-key", _("`{key}` is missing or empty. Add it."), key=key)
                spot[key] = _plain(row.number(key, 0, 100, default=0))
            round_, wide, high = (row.number(key, 0, 100, default=0) for key in ("r", "w", "h"))
            if bool(round_) == bool(wide and high):
                row.where.problem("spot", _("A place has either `r`, if it is round, or `w` and `h`."))
            spot |= {"r": _plain(round_)} if round_ else {"w": _plain(wide), "h": _plain(high)}
            if row.flag("correct", default=False):
                spot["correct"] = True
            spots.append(spot | stored(why=_whys(row)))
            row.finish()
        _some_are_found(spots, fields.at("spots"))
        return {"picture": picture, "spots": spots}

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return _written(data, "picture", "spots")


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number


def _some_are_found(things: Sequence[Mapping[str, Any]], there: Where) -> None:
    found = sum(bool(thing.get("correct")) for thing in things)
    if things and not 1 <= found < len(things):
        there.problem("correct", _("At least one has `correct: true`, and at least one has not."))


class ThreadReader:
    """asks, messages."""

    type = "thread"

    def read(self, fields: Fields) -> dict[str, Any]:
        asks = fields.choice("asks", ("one", "several"), default="one")
        messages = []
        for row in fields.rows("messages", least=2, most=20):
            message = {"sender": row.text("sender", most=100, one_line=True), "text": row.text("text", most=2_000)}
            message |= stored(time=row.text("time", required=False, most=40, one_line=True))
            if row.flag("correct", default=False):
                message["correct"] = True  # type: ignore[assignment]
            messages.append(message | stored(why=_whys(row)))
            row.finish()
        _some_are_found(messages, fields.at("messages"))
        if asks == "one" and sum(bool(m.get("correct")) for m in messages) > 1:
            fields.at("messages").problem("correct", _("Several have `correct: true`. Write `asks: several`."))
        return {"asks": asks, "messages": messages}

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return _written(data, "asks", "messages")


class PracticeReader:
    """practice: the name of a practice."""

    type = "practice"
    exam_only = True

    def read(self, fields: Fields) -> dict[str, Any]:
        slug = fields.text("practice", most=64, one_line=True)
        if slug and not is_slug(slug):
            fields.at("practice").problem(
                "slug", _("`{key}` must be lower-case letters a–z, digits and hyphens, at most 64."), key="practice"
            )
        return {"practice": slug}

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return _written(data, "practice")


class TaskReader:
    """asks, rubric, model."""

    type = "task"
    exam_only = True

    def read(self, fields: Fields) -> dict[str, Any]:
        asks = fields.choice("asks", ("text", "nothing"), default="text")
        rubric = []
        for row in fields.rows("rubric", least=1, most=10):
            levels = []
            for level in row.rows("levels", least=2, most=6):
                levels.append(
                    {"text": level.text("text", most=300, one_line=True), "points": level.whole("points", 0, 100)}
                )
                level.finish()
            if levels and not max(level["points"] or 0 for level in levels):
                row.at("levels").problem("points", _("The best level needs points above 0."))
            rubric.append({"criterion": row.text("criterion", most=300, one_line=True), "levels": levels})
            row.finish()
        model = fields.text("model", required=False, most=LONGEST_ANSWER)
        return {"asks": asks, "rubric": rubric, **stored(model=model)}

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return _written(data, "asks", "rubric", "model")


READERS = (
    MatchingReader(),
    ShortAnswerReader(),
    NumericReader(),
    FillBlanksReader(),
    HotspotReader(),
    ThreadReader(),
    PracticeReader(),
    TaskReader(),
)
