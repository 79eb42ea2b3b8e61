"""A question on its way in or out of a file, and what is told about it. Pure."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import Struct

from lms.api.texts import Text, _

MOST_QUESTIONS = 5_000  # in one file
MOST_LETTERS = 20_000  # of one text
MOST_TOLD = 500
LONGEST_FIX = 300
LONGEST_WHY = 1_000
# what a task is marked by that came without a rubric; content, in the language of content
RUBRIC = [
    {
        "criterion": "Trả lời đúng và đủ ý",
        "levels": [
            {"text": "Chưa đạt", "points": 0},
            {"text": "Đạt một phần", "points": 1},
            {"text": "Đạt", "points": 2},
        ],
    }
]
THINKING = ("know", "understand", "apply", "extend")
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ue000-\uf8ff\ufff9-\uffff]"
)
_EXTRAS = ("level", "thinking", "twins", "picture", "fix", "source")


class Told(Struct, frozen=True):
    """Something to say of a file: what, the words it stands at, and its line (row, paragraph) from 1; 0: the whole."""

    text: Text
    where: str = ""
    line: int = 0


@dataclass
class Question:
    """One question. `data` has the shape of its type; `problems` keep it out, `losses` are told.

    `name` is what its file calls it (an id, "Câu 3"), `line` where it stands there. Pictures are named by the file's
    own names: `Brought.files` holds them.
    """

    kind: str = ""
    stem: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    line: int = 0
    category: str = ""
    message: dict[str, str] | None = None
    lesson: str = ""
    skills: list[str] = field(default_factory=list)
    level: int = 0
    thinking: str = ""
    twins: str = ""
    picture: dict[str, Any] | None = None
    fix: str = ""
    source: str = ""
    problems: list[Text] = field(default_factory=list)
    losses: list[Text] = field(default_factory=list)

    def wrong(self, text: Text) -> None:
        """Notes what keeps it out; the same thing once."""
        if text not in self.problems:
            self.problems.append(text)

    def lose(self, text: Text) -> None:
        """Notes what is not kept; the same thing once."""
        if text not in self.losses:
            self.losses.append(text)


@dataclass
class Brought:
    """What a file gives: its questions, what is to be told of it as a whole, and the pictures in it by name."""

    questions: list[Question] = field(default_factory=list)
    problems: list[Told] = field(default_factory=list)
    losses: list[Told] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def wrong(self, text: Text, where: str = "", line: int = 0) -> None:
        """Tells what could not be read."""
        if len(self.problems) < MOST_TOLD:
            self.problems.append(Told(text, short(where), line))

    def lose(self, text: Text, where: str = "", line: int = 0) -> None:
        """Tells what is left out."""
        if len(self.losses) < MOST_TOLD:
            self.losses.append(Told(text, short(where), line))


class Written(Struct, frozen=True):
    """A file to hand out, and what it could not hold."""

    content: bytes
    losses: tuple[Told, ...]


def clean(text: str) -> str:
    """Words as we keep them: composed, without invisible signs, no blanks at the ends of lines or of the text."""
    composed = unicodedata.normalize("NFC", _ODD.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    lines = [re.sub(r"[^\S\n]+", " ", line).strip() for line in composed.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def line_of(text: str) -> str:
    """Words on one line."""
    return " ".join(clean(text).split())


def short(text: str, most: int = 90) -> str:
    """The beginning of a text, on one line."""
    line = line_of(text)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def body_of(question: Question) -> dict[str, Any]:
    """The question as it is stored: keys that are empty and optional are left out."""
    body: dict[str, Any] = {
        "stem": question.stem,
        "message": question.message,
        "lesson": question.lesson,
        "skills": list(question.skills),
        "data": question.data,
    }
    for key in _EXTRAS:
        value = getattr(question, key)
        if value:
            body[key] = value
    return body


def question_of(name: str, kind: str, body: Mapping[str, Any]) -> Question:
    """A stored question on its way out."""
    found = Question(
        kind, body["stem"], dict(body["data"]), name, message=body.get("message"), lesson=body.get("lesson") or "",
        skills=list(body.get("skills", ())),
    )  # fmt: skip
    for key in _EXTRAS:
        if body.get(key):
            setattr(found, key, body[key])
    return found


def likeness(kind: str, body: Mapping[str, Any]) -> str:
    """The same for questions that ask the same: type, words and answers, whatever is explained or tagged."""
    said = {"type": kind, "stem": line_of(body["stem"]), "message": body.get("message"), "data": _bare(body["data"])}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


_SAID = ("why", "why_true", "why_false", "why_wrong", "model", "picture", "shuffle", "scoring", "weight", "heeds")


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        kept = {k: _bare(v) for k, v in value.items() if k not in _SAID}
        return {k: v for k, v in kept.items() if v not in (None, False, "", [], {})}
    if isinstance(value, str):
        return line_of(value)
    if isinstance(value, Sequence):
        return [_bare(v) for v in value]
    return value


# --- numbers ----------------------------------------------------------------------------------------------------------


def share_text(share: float) -> str:
    """A share in percent with five places at most, as Moodle writes it: 33.33333."""
    text = f"{float(share):.5f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def share_of(text: str) -> float | None:
    """A share in percent, −100 to 100; None where it is none."""
    number = number_of(text)
    if number is None or not -100 <= number <= 100:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def number_of(text: str) -> Decimal | None:
    """A number with a point or a comma before its decimals; None where it is none."""
    typed = text.strip().replace("\u2212", "-").replace(" ", "").replace("\u00a0", "")
    if "," in typed and "." in typed:
        typed = typed.replace("." if typed.rindex(",") > typed.rindex(".") else ",", "")
    typed = typed.replace(",", ".")
    if len(typed) > 40 or not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", typed):
        return None
    try:
        return Decimal(typed)
    except InvalidOperation:
        return None


def number_text(number: Decimal | float | str) -> str:
    """A number in plain digits with a point before its decimals."""
    value = number if isinstance(number, Decimal) else Decimal(str(number))
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


# --- shapes -----------------------------------------------------------------------------------------------------------


def option(text: str, *, correct: bool = False, why: str = "", share: float | None = None) -> dict[str, Any]:
    """An option with the keys that say something."""
    made: dict[str, Any] = {"text": text}
    if correct:
        made["correct"] = True
    if why:
        made["why"] = why
    if share is not None:
        made["share"] = share
    return made


def answer(text: str, *, why: str = "", share: float = 100, key: str = "text") -> dict[str, Any]:
    """An answer of a short answer (`key` "text") or a number ("value")."""
    made: dict[str, Any] = {key: text}
    if share != 100:
        made["share"] = share
    if why:
        made["why"] = why
    return made


def told_to_all(options: Iterable[dict[str, Any]], why: str, key: str = "why") -> None:
    """An explanation that stands for the whole question is said to every answer, after its own words."""
    if not why:
        return
    for one in options:
        held = one.get(key, "")
        if why not in held:
            both = f"{held}\n\n{why}" if held else why
            one[key] = both if len(both) <= LONGEST_WHY or key == "model" else held


def explain(question: Question, why: str) -> None:
    """Puts an explanation of the whole question where its type says it, cut where it is longer than one may be."""
    data = question.data
    if not why:
        return
    if question.kind != "task" and len(why) > LONGEST_WHY:
        why = why[: LONGEST_WHY - 1].rsplit(" ", 1)[0] + "…"
        question.lose(_("The explanation had more than {most} letters and was cut.", most=LONGEST_WHY))
    if question.kind in ("single_choice", "multiple_choice"):
        told_to_all(data["options"], why)
    elif question.kind == "true_false":
        for key in ("why_true", "why_false"):
            told_to_all([data], why, key)
    elif question.kind == "ordering":
        for key in ("why", "why_wrong"):
            told_to_all([data], why, key)
    elif question.kind in ("short_answer", "numeric"):
        told_to_all(data["answers"], why)
        told_to_all([data], why, "why_wrong")
    elif question.kind == "matching":
        told_to_all(data["pairs"], why)
    elif question.kind == "fill_blanks":
        for blank in data["blanks"]:
            told_to_all(blank.get("options") or blank.get("answers") or (), why)
            if blank["kind"] != "choice":
                told_to_all([blank], why, "why_wrong")
    elif question.kind == "task":
        told_to_all([data], why, "model")
    elif not question.fix and len(why) <= LONGEST_FIX:
        question.fix = why
    else:
        question.lose(_("Its explanation is left out: this type of question has no place for it."))


# --- what our shapes know and other formats do not: kept in tags ------------------------------------------------------

_TAG = re.compile(r"hvs:([a-z_]+)=(.{1,64})")
_TAGGED_DATA = {
    "single_choice": ("shuffle",),
    "multiple_choice": ("scoring", "shuffle"),
    "ordering": ("scoring",),
    "matching": ("scoring",),
    "short_answer": ("heeds",),
}
_DEFAULTS = {
    ("multiple_choice", "scoring"): "one_off", ("ordering", "scoring"): "all", ("matching", "scoring"): "each",
    ("single_choice", "shuffle"): True, ("multiple_choice", "shuffle"): True,
}  # fmt: skip


def tags_of(question: Question) -> list[str]:
    """The tags that carry what formats without our fields would lose. Other systems show them as they are."""
    tags = list(question.skills)
    said: list[tuple[str, Any]] = [
        (key, getattr(question, key)) for key in ("level", "thinking", "twins", "lesson") if getattr(question, key)
    ]
    if question.message:  # its paragraphs stand before those of the question
        said.append(("message", question.message["text"].count("\n\n") + 1))
    for key in _TAGGED_DATA.get(question.kind, ()):
        value = question.data.get(key, _DEFAULTS.get((question.kind, key)))
        default = _DEFAULTS.get((question.kind, key))
        if value in (None, [], ()) or (value == default and default != "one_off"):
            continue
        said.append((key, ",".join(value) if isinstance(value, list | tuple) else str(value).lower()))
    return tags + [f"hvs:{key}={value}" for key, value in said]


def take_tags(question: Question, tags: Iterable[str]) -> None:
    """Takes tags apart: ours go to their fields, all others may be codes of skills."""
    for tag in tags:
        found = _TAG.fullmatch(tag.strip())
        if found is None:
            code = line_of(tag)[:64]
            if code and code not in question.skills:
                question.skills.append(code)
            continue
        key, value = found[1], found[2]
        if key == "level" and value.isascii() and value.isdigit() and len(value) < 3:
            question.level = int(value)
        elif key == "thinking" and value in THINKING:
            question.thinking = value
        elif key in ("twins", "lesson"):
            setattr(question, key, value)
        elif key == "message" and value.isascii() and value.isdigit() and len(value) < 4:
            _take_message(question, int(value))
        elif key in _TAGGED_DATA.get(question.kind, ()):
            _take_data(question, key, value)


def _take_message(question: Question, paragraphs: int) -> None:
    """Takes the message, so many paragraphs of it, out of the stem that another system has shown it in."""
    parts = question.stem.split("\n\n")
    found = re.match(r"\*\*(.{1,400}?):\*\* ", parts[0])
    if found is None or len(parts) < paragraphs:
        return
    text = "\n\n".join(parts[:paragraphs])[found.end() :]
    question.message = {"sender": _bared(found[1]), "text": _bared(text)}
    question.stem = "\n\n".join(parts[paragraphs:])


def _bared(markdown: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


def _take_data(question: Question, key: str, value: str) -> None:
    if key == "shuffle":
        if value == "false":
            question.data["shuffle"] = False
        return
    if key == "heeds":
        question.data["heeds"] = [one for one in value.split(",") if one in ("case", "marks", "spaces")]
        return
    if value == _DEFAULTS.get((question.kind, key)):
        question.data.pop(key, None)
    else:
        question.data[key] = value
    if question.kind == "multiple_choice" and value != "shares":
        for one in question.data["options"]:
            one.pop("share", None)
