"""GIFT, the text format of Moodle: read and written. Source of the rules: Moodle's documentation of GIFT. Pure.

What is read: names, categories, tags in comments, formats of text, escapes, every weight and feedback, general
feedback, all question types of the format, and the ordering type's own form.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lms.api.texts import Text, _
from quizzes.formats import markup
from quizzes.formats.question import (
    MOST_QUESTIONS,
    RUBRIC,
    Brought,
    Question,
    Told,
    Written,
    answer,
    clean,
    explain,
    line_of,
    number_of,
    number_text,
    option,
    share_of,
    share_text,
    short,
    tags_of,
    take_tags,
)

_ESCAPED = re.compile(r"\\([~=#{}:n\\])")
_HIDDEN = {sign: chr(0xE100 + place) for place, sign in enumerate("~=#{}:n\\")}
_SHOWN = {ord(hidden): "\n" if sign == "n" else sign for sign, hidden in _HIDDEN.items()}
_NAME = re.compile(r"\s*::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_TAG = re.compile(r"\[tag:([^\[\]]{1,200})\]", re.IGNORECASE)
_ID = re.compile(r"\[id:([^\[\]]{1,100})\]", re.IGNORECASE)
_TRUTH = re.compile(r"(T|TRUE|F|FALSE)\s*(?:#(.*))?", re.IGNORECASE | re.DOTALL)
_WEIGHT = re.compile(r"\s*%\s*([+-]?[0-9.,]+)\s*%")
_ORDER = re.compile(
    r">\s*(?:\d+\s+)?(?:(?:ALL|RANDOM|CONTIGUOUS|EXACT|REL|CONTIG)\s+)?(?:(?:VERTICAL|HORIZONTAL|VERT|HORI)\s+)?"
    r"(?:(?P<rule>ALL_OR_NOTHING|ABSOLUTE_POSITION|RELATIVE_[A-Z_]+|LONGEST_[A-Z_]+)\s+)?"
    r"(?:(?:SHOW|HIDE|NONE|TRUE|FALSE|YES|NO)\s+)?",
    re.IGNORECASE,
)
HOLE = "_____"
NEAR = 0.01  # percent: rounded thirds are equal
NOT_CLOSED = _("The answers of this question begin with a brace that is never closed.")
RULES = {"ALL_OR_NOTHING": "all", "ABSOLUTE_POSITION": "places"}


@dataclass
class _Block:
    """The lines of one question, with what comments before it said."""

    line: int
    text: str
    tags: list[str]
    name: str
    category: str


def read(text: str) -> Brought:
    """The questions of a text."""
    brought = Brought()
    for block in _blocks(text):
        if len(brought.questions) >= MOST_QUESTIONS:
            brought.wrong(_("Only the first {most} questions are read. Divide the file.", most=MOST_QUESTIONS))
            break
        question = _read_one(block, brought)
        if question is not None:
            question.name = question.name or block.name
            question.line, question.category = block.line, block.category
            take_tags(question, block.tags)
            brought.questions.append(question)
    return brought


def _blocks(text: str) -> Iterator[_Block]:
    """Questions as blank lines part them; a blank line inside braces parts none, unless a new question begins there."""
    text = re.sub("[\ue000-\uf8ff]", "\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    category = ""
    lines: list[str] = []
    tags: list[str] = []
    name, start, depth = "", 0, 0
    for number, line in enumerate([*text.split("\n"), ""], 1):
        stripped = line.strip()
        if stripped.startswith("//"):
            tags += [line_of(tag) for tag in _TAG.findall(stripped)]
            found = _ID.search(stripped)
            name = line_of(found[1]) if found else name
            continue
        if stripped.upper().startswith("$CATEGORY:") and (not lines or depth > 0):
            if lines:
                yield _Block(start, "\n".join(lines), tags, name, category)
            category = line_of(stripped[10:].replace("$course$/", "").replace("$cat1$/", "").replace("//", "/"))
            lines, tags, name, depth = [], [], "", 0
            continue
        hidden = _ESCAPED.sub(lambda m: _HIDDEN[m[1]], line)
        if lines and (not stripped if depth == 0 else hidden.lstrip().startswith("::")):
            yield _Block(start, "\n".join(lines), tags, name, category)
            lines, tags, name, depth = [], [], "", 0
        if not stripped and not lines:
            continue
        if not lines:
            start = number
        lines.append(hidden)
        depth = max(0, depth + hidden.count("{") - hidden.count("}"))
    if lines:
        yield _Block(start, "\n".join(lines), tags, name, category)


def _shown(text: str) -> str:
    return text.translate(_SHOWN)


class _Words:
    """Reads texts of one question in the format that it says, and notes what could not be kept."""

    def __init__(self, form: str, question: Question) -> None:
        self.form, self.question = form, question

    def _split(self, text: str) -> tuple[str, str]:
        found = _FORMAT.match(text)
        return (text[found.end() :], found[1].lower()) if found else (text, self.form)

    def markdown(self, text: str) -> str:
        """A text that may hold bold and italic words."""
        text, form = self._split(text)
        return to_markdown(clean_edges(_shown(text)), form, self.question)

    def plain(self, text: str) -> str:
        """A text of bare words."""
        text, form = self._split(text)
        words = clean(_shown(text))
        if form == "plain" or not words:
            return words
        if form == "moodle" and not markup.looks_like_html(words):
            return words
        if form == "markdown" and markup.escaped(words) == words and not re.search(r"[\\*_\[\]]", words):
            return words
        return markup.bare(to_markdown(words, form, self.question))

    def answer(self, text: str) -> str:
        """What somebody types: no marks at all, so that an asterisk stays one."""
        text, form = self._split(text)
        words = clean(_shown(text))
        return html.unescape(re.sub(r"<[^<>]+>", "", words)) if form == "html" else words


def clean_edges(text: str) -> str:
    """The text without blank beginnings and ends of its lines."""
    return clean(text)


def to_markdown(text: str, form: str, question: Question) -> str:
    """A text of Moodle in our Markdown; what could not be kept is noted at the question."""
    if form == "markdown":
        return clean(text)
    if form == "plain" or (form == "moodle" and not markup.looks_like_html(text)):
        return markup.escaped(clean(text))
    reader = markup.Html(breaks=form == "moodle")
    made = reader.run(text)
    if reader.pictures:
        question.lose(_("Pictures that the text refers to are not in the file and are left out."))
    lose_gone(reader.gone, question)
    return made


GONE = {
    "sound": _("A sound is left out."), "video": _("A video is left out."),
    "frame": _("A page in a frame is left out."),
    "object": _("An object of another program is left out."), "drawing": _("A drawing is left out."),
    "formula": _("A formula is left out. Please write it as words or as a picture."),
    "link": _("A link is left out: questions keep addresses that begin with https:// only."),
}  # fmt: skip


def lose_gone(gone: set[str], question: Question) -> None:
    """Notes what HTML held and we do not."""
    for what in sorted(gone):
        question.lose(GONE[what])


def _read_one(block: _Block, brought: Brought) -> Question | None:
    text = block.text
    question = Question()
    named = _NAME.match(text)
    if named:
        question.name = line_of(_shown(named[1]))
        text = text[named.end() :]
    found = _FORMAT.match(text)
    words = _Words(found[1].lower() if found else "moodle", question)
    text = text[found.end() :] if found else text
    at = text.find("{")
    if at < 0:
        brought.lose(_("A description asks nothing and is left out."), markup.bare(words.markdown(text)), block.line)
        return None
    end = text.find("}", at)
    if end < 0:
        question.kind, question.stem = "single_choice", words.markdown(text[:at])
        question.wrong(NOT_CLOSED)
        return question
    before, inner, after = text[:at], text[at + 1 : end], text[end + 1 :]
    if "{" in inner or "{" in after or "}" in after:
        question.wrong(
            _("GIFT knows one pair of braces in a question. Write a backslash before braces that are only shown.")
        )
    stem = f"{before.rstrip()} {HOLE} {after.lstrip()}" if after.strip() and before.strip() else before + after
    if after.strip() and re.match(r"\s*[.,;:!?)]", after):
        stem = f"{before.rstrip()} {HOLE}{after.lstrip()}"
    question.stem = words.markdown(stem)
    if words.form == "markdown":
        question.stem = question.stem.replace(HOLE, r"\_\_\_\_\_") if after.strip() else question.stem
    inner, general = _feedback(inner, "####")
    _answers(question, inner.strip(), words)
    if general.strip():
        explain(question, words.markdown(general))
    if not question.stem:
        question.wrong(_("There are no words of the question."))
    return question


def _feedback(text: str, mark: str = "#") -> tuple[str, str]:
    at = text.find(mark)
    return (text, "") if at < 0 else (text[:at], text[at + len(mark) :])


def _answers(question: Question, inner: str, words: _Words) -> None:
    if not inner:
        question.kind, question.data = "task", {"asks": "text"}
        return
    truth = _TRUTH.fullmatch(inner)
    if truth:
        is_true = truth[1].upper().startswith("T")
        wrong, right = _feedback(truth[2] or "")
        why = {True: words.markdown(right), False: words.markdown(wrong)}
        question.kind = "true_false"
        question.data = {"answer": is_true, "why_true": why[is_true], "why_false": why[not is_true]}
        return
    if inner.startswith("#"):
        _numeric(question, inner[1:], words)
        return
    order = _ORDER.match(inner)
    if order and inner.startswith(">"):
        steps = [words.plain(line) for line in inner[order.end() :].split("\n")]
        question.kind, question.data = "ordering", {"steps": [step for step in steps if step]}
        rule = RULES.get((order["rule"] or "").upper(), "pairs" if order["rule"] else "all")
        if rule != "all":
            question.data["scoring"] = rule
        return
    entries = list(_entries(inner))
    if not entries:  # one bare answer: what is right to type
        question.kind, question.data = "short_answer", {"answers": [answer(words.answer(_feedback(inner)[0]))]}
        return
    if inner[0] not in "=~":
        question.kind = "single_choice"
        question.data = {"options": []}
        question.wrong(
            _("The answers are not understood: each begins with = or ~. “{text}”", text=short(_shown(inner)))
        )
        return
    if all(mark == "=" for mark, _w, _t in entries) and any("->" in text for _m, _w, text in entries):
        _matching(question, entries, words)
    elif any(mark == "~" for mark, _w, _t in entries):
        _choice(question, entries, words)
    else:
        _short(question, entries, words)


Entry = tuple[str, float | None, str]


def _entries(inner: str) -> Iterator[Entry]:
    """(mark, weight, text) of each answer."""
    for mark, text in re.findall(r"([=~])([^=~]*)", inner):
        found = _WEIGHT.match(text)
        yield (mark, share_of(found[1]) if found else None, text[found.end() :] if found else text)


def _choice(question: Question, entries: Sequence[Entry], words: _Words) -> None:
    options = []
    for mark, weight, text in entries:
        said, why = _feedback(text)
        share = weight if weight is not None else 100 if mark == "=" else 0
        options.append((share, option(words.plain(said), why=words.markdown(why))))
    choose(question, options, single=any(mark == "=" and w in (None, 100) for mark, w, _t in entries))


def choose(question: Question, options: Sequence[tuple[float, dict[str, Any]]], *, single: bool) -> None:
    """A choice of options with their shares in percent: one is chosen (`single`), or several."""
    made = [one for _share, one in options]
    best = next((place for place, (share, _o) in enumerate(options) if share >= 100), None)
    if single and best is not None:
        question.kind, question.data = "single_choice", {"options": made}
        for place, (share, one) in enumerate(options):
            if place == best:
                one["correct"] = True
            elif share:
                one["share"] = share
    else:
        question.kind, question.data = "multiple_choice", {"options": made}
        question.data["scoring"] = _shared_out(question, options)
    for one in made:
        if not one["text"]:
            question.wrong(_("An answer has no words."))
        if not one.get("why"):
            one.pop("why", None)


def _shared_out(question: Question, options: Sequence[tuple[float, dict[str, Any]]]) -> str:
    """Marks the right ones of several, and says by which rule their point is shared out."""
    right = [share for share, _o in options if share > 0]
    wrong = [share for share, _o in options if share <= 0]
    for share, one in options:
        if share > 0:
            one["correct"] = True
    even = bool(right) and max(right) - min(right) < NEAR and abs(sum(right) - 100) < 1
    if even and all(abs(share + right[0]) < NEAR for share in wrong):
        return "each"
    if not any(wrong) and wrong:
        question.lose(_("Wrong answers took nothing away, so ticking all was right: now each takes its part away."))
        if even:
            return "each"
    for share, one in options:
        one["share"] = share if share or not right else -min(right)
    return "shares"


def _short(question: Question, entries: Sequence[Entry], words: _Words) -> None:
    question.kind = "short_answer"
    answers, wrong = [], ""
    for _mark, weight, text in entries:
        said, why = _feedback(text)
        typed, explained = line_of(words.answer(said)), words.markdown(why)
        if typed == "*" and weight is not None and weight <= 0:
            wrong = explained
            continue
        answers.append(answer(typed, why=explained, share=typed_share(question, 100 if weight is None else weight)))
    question.data = {"answers": answers, **({"why_wrong": wrong} if wrong else {})}
    if not answers or not all(one["text"] for one in answers):
        question.wrong(_("An answer has no words."))


def typed_share(question: Question, share: float) -> float:
    """The share of a typed answer: less than nothing it cannot be."""
    if share < 0:
        question.lose(_("A typed answer took points away; now it is worth nothing."))
    return max(share, 0)


def _numeric(question: Question, inner: str, words: _Words) -> None:
    question.kind = "numeric"
    answers, wrong = [], ""
    entries = list(_entries(inner)) if re.match(r"\s*[=~]", inner) else [("=", None, inner)]
    for mark, weight, text in entries:
        said, why = _feedback(text)
        explained = words.markdown(why)
        typed = _shown(said).strip()
        if not typed or typed == "*" or mark == "~":
            wrong = explained
            continue
        made = number_answer(typed)
        if made is None:
            question.wrong(_("“{text}” is not a number, a number with its tolerance (5:0.1) or a range (1..5).",
                             text=short(typed)))  # fmt: skip
            continue
        if weight is not None and weight != 100:
            made["share"] = typed_share(question, weight)
        if explained:
            made["why"] = explained
        answers.append(made)
    question.data = {"answers": answers, **({"why_wrong": wrong} if wrong else {})}
    if not answers and not question.problems:
        question.wrong(_("No right answer is given."))


def number_answer(typed: str) -> dict[str, Any] | None:
    """`5`, `5:0.1` or `1..5` as the answer of a numeric question; None for nonsense."""
    if ".." in typed:
        low, high = (number_of(part) for part in typed.split("..", 1))
        if low is None or high is None:
            return None
        low, high = min(low, high), max(low, high)
        return _toleranced((low + high) / 2, (high - low) / 2)
    value, colon, around = typed.partition(":")
    found, tolerance = number_of(value), number_of(around) if colon and around.strip() else number_of("0")
    return None if found is None or tolerance is None else _toleranced(found, abs(tolerance))


def _toleranced(value: Any, tolerance: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"value": number_text(value)}
    if tolerance:
        made["tolerance"] = number_text(tolerance)
    return made


def _matching(question: Question, entries: Sequence[Entry], words: _Words) -> None:
    question.kind = "matching"
    pairs, others = [], []
    for _mark, _weight, text in entries:
        said, why = _feedback(text)
        left, arrow, right = said.partition("->")
        if not arrow or not right.strip():
            question.wrong(_("A pair needs -> between its halves: “{text}”", text=short(_shown(text))))
            continue
        if not left.strip():
            others.append(line_of(words.plain(right)))
            continue
        pair = {"left": line_of(words.plain(left)), "right": line_of(words.plain(right))}
        if why.strip():
            pair["why"] = words.markdown(why)
        pairs.append(pair)
    question.data = {"pairs": pairs, **({"others": others} if others else {})}


# --- writing ----------------------------------------------------------------------------------------------------------


def write(questions: Sequence[Question], title: str) -> Written:
    """The questions as GIFT (UTF-8), and what the format cannot hold."""
    told: list[Told] = []
    out = [f"$CATEGORY: {line_of(title).replace('//', '/')}", ""]
    for question in questions:
        written = _Writer(question, told)
        body = written.run()
        if body is None:
            continue
        tags = [tag for tag in tags_of(question) if not re.search(r"[\[\]]", tag)]
        note = " ".join([*([f"[id:{question.name}]"] if question.name else []), *(f"[tag:{tag}]" for tag in tags)])
        if note:
            out.append(f"// {note}")
        out += [body, ""]
    return Written("\n".join(out).encode(), tuple(told))


def quoted(text: str) -> str:
    """A text with the format's own signs escaped, on one line."""
    return re.sub(r"([~=#{}:\\])", r"\\\1", text).replace("\n", "\\n")


ORDER_RULES = {"all": "ALL_OR_NOTHING", "places": "ABSOLUTE_POSITION", "pairs": "RELATIVE_NEXT_EXCLUDE_LAST"}


class _Writer:
    def __init__(self, question: Question, told: list[Told]) -> None:
        self.question, self.told = question, told

    @property
    def data(self) -> dict[str, Any]:
        """The question's own keys."""
        return self.question.data

    def lose(self, text: Text) -> None:
        self.told.append(Told(text, self.question.name or short(self.question.stem)))

    def run(self) -> str | None:
        writers: dict[str, Callable[[], str]] = {
            "single_choice": self.single, "multiple_choice": self.multiple, "true_false": self.truth,
            "ordering": self.ordering, "matching": self.matching, "short_answer": self.short,
            "numeric": self.numeric, "task": self.task, "thread": self.thread,
        }  # fmt: skip
        writer = writers.get(self.question.kind)
        if writer is None:
            self.lose(_("GIFT has no question of this type: it is left out."))
            return None
        inner = writer()
        stem = stem_with_message(self.question)
        lose_extras(self.question, self.lose, pictures=False)
        name = quoted(self.question.name)
        return (f"::{name}::" if name else "") + f"[markdown]{quoted(stem)}{{{inner}}}"

    def words(self, text: str) -> str:
        """Bare words inside a question whose texts are Markdown."""
        plain = markup.escaped(text) == text and not re.search(r"[&\n\\*_\[\]<>`]|^\s*%|->", text)
        return quoted(text).replace("->", "-\\>") if plain else "[plain]" + quoted(text)

    def entry(self, mark: str, text: str, why: str, share: float | None = None) -> str:
        weight = "" if share is None else f"%{share_text(share)}%"
        return f"\n\t{mark}{weight}{text}" + (f"#{quoted(why)}" if why else "")

    def single(self) -> str:
        lines = []
        for one in self.data["options"]:
            right, share = one.get("correct"), one.get("share")
            share = None if right or not share else share
            lines.append(self.entry("=" if right else "~", self.words(one["text"]), one.get("why", ""), share))
        return "".join(lines) + "\n"

    def multiple(self) -> str:
        scoring = self.data.get("scoring", "one_off")
        if scoring != "shares" and scoring != "each":
            self.lose(_("How points are shared out is told to our readers only; Moodle takes equal shares."))
        lines = []
        for one, share in zip(self.data["options"], shares_of(self.data), strict=True):
            lines.append(self.entry("~", self.words(one["text"]), one.get("why", ""), share))
        return "".join(lines) + "\n"

    def truth(self) -> str:
        is_true = self.data["answer"]
        why = {True: self.data.get("why_true", ""), False: self.data.get("why_false", "")}
        wrong, right = quoted(why[not is_true]), quoted(why[is_true])
        return ("T" if is_true else "F") + (f"#{wrong}" if wrong or right else "") + (f"#{right}" if right else "")

    def ordering(self) -> str:
        for key in ("why", "why_wrong"):
            if self.data.get(key):
                self.lose(_("What is said to an answer is left out."))
                break
        if any("\n" in step for step in self.data["steps"]):
            self.lose(_("A step of several lines was put on one line."))
        rule = ORDER_RULES[self.data.get("scoring", "all")]
        steps = ["[plain]" + quoted(" ".join(step.split())) for step in self.data["steps"]]
        return "\n".join([f">0 ALL VERTICAL {rule} SHOW", *steps, ""])

    def matching(self) -> str:
        if any(pair.get("why") for pair in self.data["pairs"]):
            self.lose(_("What is said to an answer is left out."))
        lines = [f"\n\t={self.half(p['left'])} -> {self.half(p['right'])}" for p in self.data["pairs"]]
        return "".join([*lines, *(f"\n\t= -> {self.half(other)}" for other in self.data.get("others", ()))]) + "\n"

    def half(self, text: str) -> str:
        """A half of a pair: an arrow in it would part it, so it is written as a sign that looks the same."""
        if "->" in text:
            self.lose(_("“->” parts the halves of a pair and was written as →."))
        return self.words(text.replace("->", "→"))

    def short(self) -> str:
        lines = []
        for one in self.data["answers"]:
            share = one.get("share", 100)
            text = ("[plain]" if re.match(r"\s*[%\[]", one["text"]) else "") + quoted(one["text"])
            lines.append(self.entry("=", text, one.get("why", ""), None if share == 100 else share))
        if self.data.get("why_wrong"):
            lines.append(self.entry("=", "*", self.data["why_wrong"], 0))
        if self.data.get("synonyms"):
            self.lose(_("Words that count as the same are left out."))
        return "".join(lines) + "\n"

    def numeric(self) -> str:
        lines = ["#"]
        for one in self.data["answers"]:
            share = one.get("share", 100)
            around = number_text(one.get("tolerance") or 0)
            text = number_text(one["value"]) + (f":{around}" if around != "0" else "")
            lines.append(self.entry("=", text, one.get("why", ""), None if share == 100 else share))
        if self.data.get("why_wrong"):
            lines.append(self.entry("~", "", self.data["why_wrong"]))
        if self.data.get("unit"):
            self.lose(_("The unit is left out. Say it in the question."))
        return "".join(lines) + "\n"

    def task(self) -> str:
        if self.data.get("rubric", RUBRIC) != RUBRIC or self.data.get("model"):
            self.lose(_("The model answer and the rubric are left out."))
        return ""

    def thread(self) -> str:
        self.lose(_("The messages became answers to choose from."))
        return self.single() if as_choice(self.question) == "single_choice" else self.multiple()


def as_choice(question: Question) -> str:
    """A thread of messages as a choice, for formats that know no threads; which type it becomes."""
    data = question.data
    options = [
        option(f"{m['sender']}: {m['text']}", correct=bool(m.get("correct")), why=m.get("why", ""))
        for m in data["messages"]
    ]
    question.data = {"options": options, "scoring": "all"}
    question.kind = "multiple_choice" if data.get("asks") == "several" else "single_choice"
    return question.kind


def shares_of(data: dict[str, Any]) -> list[float]:
    """The share of each option of a multiple choice in percent, as Moodle counts."""
    if data.get("scoring") == "shares":
        return [one.get("share", 0) for one in data["options"]]
    right = sum(bool(one.get("correct")) for one in data["options"]) or 1
    part = round(100 / right, 5)
    return [part if one.get("correct") else -part for one in data["options"]]


def stem_with_message(question: Question) -> str:
    """The stem, with the message before it where it has one."""
    said = question.message
    return (
        f"**{markup.escaped(said['sender'])}:** {markup.escaped(said['text'])}\n\n{question.stem}"
        if said
        else question.stem
    )


def lose_extras(question: Question, lose: Callable[[Text], None], *, pictures: bool) -> None:
    """Tells what neither GIFT nor Moodle XML has a place for. `pictures`: whether the question's own one is held."""
    if question.message:
        lose(_("The message shown above the question became part of it."))
    if question.picture and not pictures:
        lose(_("The picture is left out."))
    if any(isinstance(one, dict) and one.get("picture") for one in question.data.get("options", ())):
        lose(_("The pictures of answers are left out."))
    if question.fix:
        lose(_("The quick fix that is said after a wrong answer is left out."))
    if question.source:
        lose(_("Where it came from is left out."))
