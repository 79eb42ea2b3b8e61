"""Moodle XML: questions with their pictures, read and written. Source: Moodle's documentation of the format. Pure."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lms.api.texts import Text, _
from quizzes.formats import cloze, markup
from quizzes.formats.gift import (
    ORDER_RULES,
    RULES,
    as_choice,
    choose,
    lose_extras,
    lose_gone,
    shares_of,
    stem_with_message,
    typed_share,
)
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
    share_of,
    share_text,
    short,
    tags_of,
    take_tags,
)
from quizzes.formats.xml_tree import Node, parse

FORMATS = {"html", "markdown", "plain_text", "moodle_auto_format", "wiki_like"}
MOST_PICTURES = 120
MOST_PICTURE = 25 * 1024 * 1024


def read(content: bytes) -> Brought:
    """The questions of an export. Raises Invalid where it is no XML that we read."""
    brought = Brought()
    root = parse(content)
    quiz = root.children[0] if root.children else root
    if quiz.tag != "quiz":
        brought.wrong(_("This XML holds no Moodle questions: it begins with <{tag}>, not with <quiz>.", tag=quiz.tag))
        return brought
    category = ""
    for node in quiz.all("question"):
        kind = node.attributes.get("type", "")
        if kind == "category":
            path = node.said("category", "text")
            category = line_of(re.sub(r"^\$[a-z0-9]+\$/(top/?)?", "", path).replace("//", "/"))
            continue
        if len(brought.questions) >= MOST_QUESTIONS:
            brought.wrong(_("Only the first {most} questions are read. Divide the file.", most=MOST_QUESTIONS))
            break
        question = _Reader(node, kind, brought).run()
        if question is not None:
            question.category = category
            brought.questions.append(question)
    return brought


class _Reader:
    """Reads one question."""

    def __init__(self, node: Node, kind: str, brought: Brought) -> None:
        self.node, self.kind, self.brought = node, kind, brought
        name = line_of(node.said("name", "text"))
        self.question = Question(name=node.said("idnumber") or name, line=node.line)
        self.pictures: list[tuple[str, str]] = []
        self.blanks: list[dict[str, Any]] = []

    def run(self) -> Question | None:
        """The question; None where it asks nothing."""
        readers: dict[str, Callable[[], None]] = {
            "multichoice": self.choice, "truefalse": self.truth, "shortanswer": self.short, "numerical": self.numeric,
            "matching": self.matching, "match": self.matching, "randomsamatch": self.unknown, "essay": self.essay,
            "cloze": self.cloze, "multianswer": self.cloze, "ordering": self.ordering, "gapselect": self.gaps,
            "ddwtos": self.gaps,
        }  # fmt: skip
        question = self.question
        stem = self.node.first("questiontext")
        if self.kind in ("cloze", "multianswer") and stem is not None:
            stem = self._without_holes(stem)
        if self.kind == "description":
            words = markup.bare(self.markdown(stem))
            self.brought.lose(_("A description asks nothing and is left out."), words or question.name, self.node.line)
            return None
        question.stem = self.markdown(stem)
        readers.get(self.kind, self.unknown)()
        if question.problems and not question.kind:
            return question
        general = self.markdown(self.node.first("generalfeedback"), pictures=False)
        if general:
            explain(question, general)
        self._picture(stem)
        tags = self.node.first("tags")
        take_tags(question, (line_of(tag.said("text") or tag.text) for tag in tags.all("tag")) if tags else ())
        for key in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
            said = self.node.first(key)
            words = markup.bare(self.markdown(said, pictures=False)) if said is not None else ""
            if words and not _customary(words):
                question.lose(_("What is said to every right or wrong answer is left out."))
        if any(True for _hint in self.node.all("hint")):
            question.lose(_("Hints for another try are left out."))
        if not question.stem and question.kind != "fill_blanks":
            question.wrong(_("There are no words of the question."))
        return question

    def unknown(self) -> None:
        self.question.wrong(_("Questions of Moodle's type “{kind}” are not known here.", kind=self.kind[:40]))

    # --- words and pictures -------------------------------------------------------------------------------------------

    def markdown(self, node: Node | None, *, pictures: bool = True) -> str:
        """The words of an element with `format` and <text>."""
        if node is None:
            return ""
        text = (node.said("text") if node.first("text") is not None else node.text).strip()
        form = node.attributes.get("format", "html" if markup.looks_like_html(text) else "moodle_auto_format")
        if form == "markdown":
            return clean(self._markdown_pictures(text, pictures=pictures))
        if form == "plain_text" or (form != "html" and not markup.looks_like_html(text)):
            return markup.escaped(clean(text))
        reader = markup.Html(breaks=form != "html")
        made = reader.run(text)
        lose_gone(reader.gone, self.question)
        self._found(reader.pictures, pictures)
        return made

    def plain(self, node: Node | None) -> str:
        """The bare words of an element."""
        if node is None:
            return ""
        if node.attributes.get("format") == "plain_text":
            return clean(node.said("text") if node.first("text") is not None else node.text)
        return markup.bare(self.markdown(node, pictures=False))

    def _markdown_pictures(self, text: str, *, pictures: bool) -> str:
        found = re.findall(r"!\[([^\]]*)\]\(@@PLUGINFILE@@/([^)\s]+)\)", text)
        self._found([(source, alt) for alt, source in found], pictures)
        return re.sub(r"\s*!\[[^\]]*\]\(@@PLUGINFILE@@/[^)\s]+\)\s*", " ", text) if found else text

    def _found(self, pictures: Sequence[tuple[str, str]], kept: bool) -> None:
        if kept:
            self.pictures += pictures
        elif pictures:
            self.question.lose(_("Pictures in answers and explanations are left out."))

    def _picture(self, stem: Node | None) -> None:
        if not self.pictures:
            return
        files = {}
        for node in stem.all("file") if stem is not None else ():
            files[node.attributes.get("name", "")] = node.text
        from urllib.parse import unquote

        for number, (source, alt) in enumerate(self.pictures):
            packed = files.get(unquote(source)) or files.get(source)
            if number:
                self.question.lose(_("A question holds one picture: the others are left out."))
                break
            if packed is None:
                self.question.lose(_("A picture lies outside the file and was not fetched. Add it from your device."))
                continue
            content = unpacked(packed)
            if content is None:
                self.question.lose(_("A picture is damaged and is left out."))
                continue
            if len(self.brought.files) >= MOST_PICTURES:
                self.question.lose(_("Only the first {most} pictures are kept.", most=MOST_PICTURES))
                continue
            name = f"{len(self.brought.files) + 1}-{clean(unquote(source)).rpartition('/')[2][-60:]}"
            self.brought.files[name] = content
            self.question.picture = {"file": name, "alt": alt[:500]}

    # --- types --------------------------------------------------------------------------------------------------------

    def options(self) -> list[tuple[float, dict[str, Any]]]:
        found = []
        for node in self.node.all("answer"):
            one: dict[str, Any] = {"text": self.plain(node)}
            why = self.markdown(node.first("feedback"), pictures=False)
            if why:
                one["why"] = why
            found.append((share_of(node.attributes.get("fraction", "0")) or 0, one))
        return found

    def choice(self) -> None:
        choose(self.question, self.options(), single=self.node.said("single").lower() in ("true", "1"))
        if self.node.said("shuffleanswers").lower() in ("false", "0"):
            self.question.data["shuffle"] = False

    def truth(self) -> None:
        right, why = True, {True: "", False: ""}
        for node in self.node.all("answer"):
            is_true = node.said("text").strip().lower() in ("true", "1")
            why[is_true] = self.markdown(node.first("feedback"), pictures=False)
            if (share_of(node.attributes.get("fraction", "0")) or 0) > 0:
                right = is_true
        self.question.kind = "true_false"
        self.question.data = {"answer": right, "why_true": why[True], "why_false": why[False]}

    def short(self) -> None:
        answers, wrong = [], ""
        for node in self.node.all("answer"):
            share = share_of(node.attributes.get("fraction", "0")) or 0
            why = self.markdown(node.first("feedback"), pictures=False)
            typed = line_of(node.said("text"))
            if typed == "*" and share <= 0:
                wrong = why
            else:
                answers.append(answer(typed, why=why, share=typed_share(self.question, share)))
        self.question.kind = "short_answer"
        self.question.data = {"answers": answers, **({"why_wrong": wrong} if wrong else {})}
        if self.node.said("usecase") == "1":
            self.question.data["heeds"] = ["case"]

    def numeric(self) -> None:
        question, answers, wrong = self.question, [], ""
        for node in self.node.all("answer"):
            share = share_of(node.attributes.get("fraction", "0")) or 0
            why = self.markdown(node.first("feedback"), pictures=False)
            typed = node.said("text").strip()
            if typed in ("*", ""):
                wrong = why
                continue
            value, around = number_of(typed), number_of(node.said("tolerance") or "0")
            if value is None or around is None:
                question.wrong(_("“{text}” is not a number.", text=short(typed)))
                continue
            one = answer(number_text(value), why=why, share=typed_share(question, share), key="value")
            if around:
                one["tolerance"] = number_text(abs(around))
            answers.append(one)
        question.kind = "numeric"
        question.data = {"answers": answers, **({"why_wrong": wrong} if wrong else {})}
        self._unit()

    def _unit(self) -> None:
        units = self.node.first("units")
        names: list[str] = []
        for unit in units.all("unit") if units is not None else ():
            if (number_of(unit.said("multiplier")) or 1) == 1:
                names.append(line_of(unit.said("unit_name")))
            else:
                self.question.lose(_("A unit that is converted is left out: “{name}”.", name=unit.said("unit_name")))
        if names:
            needed = self.node.said("unitgradingtype") not in ("", "0")
            self.question.data["unit"] = {"name": names[0], "others": names[1:], "needed": needed}

    def matching(self) -> None:
        pairs, others = [], []
        for node in self.node.all("subquestion"):
            left, right = line_of(self.plain(node)), line_of(self.plain(node.first("answer")))
            if left:
                pairs.append({"left": left, "right": right})
            else:
                others.append(right)
        self.question.kind = "matching"
        self.question.data = {"pairs": pairs, **({"others": others} if others else {})}

    def essay(self) -> None:
        asks = "nothing" if self.node.said("responseformat") == "noinline" else "text"
        self.question.kind, self.question.data = "task", {"asks": asks}
        model = self.markdown(self.node.first("graderinfo"), pictures=False)
        if model:
            self.question.data["model"] = model
        if self.node.said("attachmentsrequired") not in ("", "0"):
            self.question.lose(_("Files cannot be handed in here: the answer is written."))

    def ordering(self) -> None:
        found = sorted(
            (number_of(node.attributes.get("fraction", "")) or place, place, self.plain(node))
            for place, node in enumerate(self.node.all("answer"), 1)
        )
        self.question.kind = "ordering"
        self.question.data = {"steps": [text for _rank, _place, text in found]}
        rule = self.node.said("gradingtype").upper()
        scoring = RULES.get(rule, "all" if rule in ("", "-1") else "places" if rule == "0" else "pairs")
        if scoring != "all":
            self.question.data["scoring"] = scoring
        right = self.markdown(self.node.first("correctfeedback"), pictures=False)
        wrong = self.markdown(self.node.first("incorrectfeedback"), pictures=False)
        for key, words in (("why", right), ("why_wrong", wrong)):
            if words:
                self.question.data[key] = words

    def _without_holes(self, stem: Node) -> Node:
        """The text with [[1]] [[2]] in the place of its blanks, which are read before any mark-up is."""
        text = stem.said("text") if stem.first("text") is not None else stem.text
        form = stem.attributes.get("format", "")
        plain = html.unescape if form == "html" or (not form and markup.looks_like_html(text)) else str
        text, self.blanks = cloze.read(text, self.question, lambda said: self._said(plain(said)), plain)
        others = [child for child in stem.children if child.tag != "text"]
        return Node(stem.tag, stem.attributes, stem.line, "", [Node("text", {}, stem.line, text), *others])

    def cloze(self) -> None:
        self._blanks(re.sub(r"\\\[\\\[(\d{1,3})\\\]\\\]", r"[[\1]]", self.question.stem), self.blanks)

    def _said(self, text: str) -> str:
        return markup.Html().run(text) if markup.looks_like_html(text) else clean(text)

    def gaps(self) -> None:
        """Words to drag into gaps, or to choose in them: each gap a list of the words of its group."""
        words = []
        tag = "selectoption" if self.kind == "gapselect" else "dragbox"
        for node in self.node.all(tag):
            words.append((self.plain(node) or clean(node.said("text")), node.said("group")))
        blanks: list[dict[str, Any]] = []

        def replace(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            if not 0 <= place < len(words):
                self.question.wrong(_("A gap asks for word {n}, which there is not.", n=place + 1))
                return ""
            group = words[place][1]
            options = [
                {"text": text, **({"correct": True} if n == place else {})}
                for n, (text, own) in enumerate(words)
                if own == group
            ]
            blanks.append({"kind": "choice", "options": options})
            return f"[[{len(blanks)}]]"

        stem = re.sub(r"\\?\[\\?\[(\d{1,3})\\?\]\\?\]", replace, self.question.stem)
        self._blanks(stem, blanks)

    def _blanks(self, text: str, blanks: list[dict[str, Any]]) -> None:
        """Puts a text with blanks where its type has it: the words before the first blank's paragraph are the stem."""
        question = self.question
        question.kind = "fill_blanks"
        if not blanks:
            question.wrong(_("There is nothing to fill in."))
        paragraphs = text.split("\n\n")
        first = _said_paragraphs(self.node)
        if first is None or not 0 <= first < len(paragraphs):
            first = next((n for n, p in enumerate(paragraphs) if "[[" in p), 0)
        question.stem = "\n\n".join(paragraphs[:first])
        question.data = {"text": "\n\n".join(paragraphs[first:]), "blanks": blanks}


def _said_paragraphs(node: Node) -> int | None:
    """How many paragraphs stand before the text with blanks, where our own writer said so."""
    tags = node.first("tags")
    for tag in tags.all("tag") if tags else ():
        found = re.fullmatch(r"hvs:paragraphs=(\d{1,3})", (tag.said("text") or tag.text).strip())
        if found:
            return int(found[1])
    return None


def _customary(words: str) -> bool:
    return line_of(words).lower().rstrip(".!") in (
        "your answer is correct", "your answer is partially correct", "your answer is incorrect",
        "câu trả lời của bạn đúng", "câu trả lời của bạn đúng một phần", "câu trả lời của bạn sai",
    )  # fmt: skip


def unpacked(text: str) -> bytes | None:
    """The bytes of a base64 text; None where they are damaged or too many."""
    packed = re.sub(r"\s+", "", text)
    if len(packed) > MOST_PICTURE * 4 // 3:
        return None
    try:
        return base64.b64decode(packed, validate=True) or None
    except (binascii.Error, ValueError):
        return None


# --- writing ----------------------------------------------------------------------------------------------------------


def write(questions: Sequence[Question], title: str, files: Mapping[str, bytes]) -> Written:
    """The questions as Moodle XML (UTF-8), and what the format cannot hold. `files`: pictures by their name."""
    told: list[Told] = []
    out = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>", '<question type="category">',
           f"<category><text>$course$/{escape(line_of(title))}</text></category>", "</question>"]  # fmt: skip
    for question in questions:
        body = _Writer(question, files, told).run()
        if body is not None:
            out.append(body)
    out.append("</quiz>")
    return Written("\n".join(out).encode(), tuple(told))


def _text(tag: str, text: str, form: str = "markdown", inner: str = "", **attributes: str) -> str:
    said = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f'<{tag} format="{form}"{said}><text>{escape(text)}</text>{inner}</{tag}>'


class _Writer:
    def __init__(self, question: Question, files: Mapping[str, bytes], told: list[Told]) -> None:
        self.question, self.files, self.told = question, files, told

    def lose(self, text: Text) -> None:
        self.told.append(Told(text, self.question.name or short(self.question.stem)))

    def run(self) -> str | None:
        question = self.question
        writers: dict[str, tuple[str, Callable[[], list[str]]]] = {
            "single_choice": ("multichoice", self.choice), "multiple_choice": ("multichoice", self.choice),
            "true_false": ("truefalse", self.truth), "short_answer": ("shortanswer", self.short),
            "numeric": ("numerical", self.numeric), "matching": ("matching", self.matching),
            "ordering": ("ordering", self.ordering), "task": ("essay", self.essay),
            "fill_blanks": ("cloze", self.cloze),
        }  # fmt: skip
        if question.kind == "thread":
            self.lose(_("The messages became answers to choose from."))
            as_choice(question)
        if question.kind not in writers:
            self.lose(_("Moodle XML has no question of this type: it is left out."))
            return None
        kind, writer = writers[question.kind]
        stem = stem_with_message(question)
        inner = writer()
        if question.kind == "fill_blanks":
            text, lost = cloze.write(question.data["text"], question.data["blanks"])
            stem = f"{stem}\n\n{text}" if stem else text
            if question.message:
                self.question.stem = stem_with_message(question)  # counted with the paragraphs before the blanks
            if lost:
                self.lose(_("In a blank, Moodle knows no unit, no words that count as the same and no heeded signs."))
        picture = self.picture()
        lose_extras(question, self.lose, pictures=bool(picture) or question.picture is None)
        if picture:
            name, alt = picture[0], question.picture["alt"] if question.picture else ""
            stem += f"\n\n![{alt.replace(']', ')').replace('[', '(')}](@@PLUGINFILE@@/{name})"
        said = tags_of(question)
        if question.kind == "fill_blanks":
            said.append(f"hvs:paragraphs={len(question.stem.split(chr(10) * 2)) if question.stem else 0}")
        tags = "".join(f"<tag><text>{escape(tag)}</text></tag>" for tag in said)
        lines = [
            f'<question type="{kind}">',
            f"<name><text>{escape(short(markup.bare(question.stem) or question.name))}</text></name>",
            _text("questiontext", stem, inner=picture[1] if picture else ""),
            f"<idnumber>{escape(question.name)}</idnumber>" if question.name else "",
            *inner,
            f"<tags>{tags}</tags>" if tags else "",
            "</question>",
        ]
        return "\n".join(line for line in lines if line)

    def picture(self) -> tuple[str, str] | None:
        """(name, element) of the question's own picture."""
        held = self.question.picture
        content = self.files.get(held["file"]) if held else None
        if held is None or content is None:
            return None
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", held["file"])
        packed = base64.b64encode(content).decode()
        return name, f'<file name="{name}" path="/" encoding="base64">{packed}</file>'

    def answer(self, share: float, text: str, why: str, form: str = "plain_text", more: str = "") -> str:
        feedback = _text("feedback", why) if why else ""
        return _text("answer", text, form, feedback + more, fraction=share_text(share))

    def choice(self) -> list[str]:
        data, single = self.question.data, self.question.kind == "single_choice"
        if single:
            shares = [100 if one.get("correct") else one.get("share", 0) for one in data["options"]]
        else:
            shares = shares_of(data)
            if data.get("scoring", "one_off") not in ("shares", "each"):
                self.lose(_("How points are shared out is told to our readers only; Moodle takes equal shares."))
        shuffle = "false" if data.get("shuffle") is False else "true"
        return [
            f"<single>{'true' if single else 'false'}</single>",
            f"<shuffleanswers>{shuffle}</shuffleanswers>",
            "<answernumbering>ABCD</answernumbering>",
            *(
                self.answer(share, one["text"], one.get("why", ""))
                for share, one in zip(shares, data["options"], strict=True)
            ),
        ]

    def truth(self) -> list[str]:
        data = self.question.data
        return [
            self.answer(100 if data["answer"] is said else 0, str(said).lower(),
                        data.get("why_true" if said else "why_false", ""), "moodle_auto_format")
            for said in (True, False)
        ]  # fmt: skip

    def short(self) -> list[str]:
        data = self.question.data
        heeds = data.get("heeds") or []
        if set(heeds) - {"case"}:
            self.lose(_("Moodle does not heed marks and blanks in short answers."))
        if data.get("synonyms"):
            self.lose(_("Words that count as the same are left out."))
        lines = [f"<usecase>{int('case' in heeds)}</usecase>"]
        lines += [self.answer(a.get("share", 100), a["text"], a.get("why", "")) for a in data["answers"]]
        if data.get("why_wrong"):
            lines.append(self.answer(0, "*", data["why_wrong"]))
        return lines

    def numeric(self) -> list[str]:
        data = self.question.data
        lines = [
            self.answer(a.get("share", 100), number_text(a["value"]), a.get("why", ""),
                        more=f"<tolerance>{number_text(a.get('tolerance') or 0)}</tolerance>")
            for a in data["answers"]
        ]  # fmt: skip
        if data.get("why_wrong"):
            lines.append(self.answer(0, "*", data["why_wrong"], more="<tolerance>0</tolerance>"))
        unit = data.get("unit")
        if unit:
            names = "".join(
                f"<unit><multiplier>1</multiplier><unit_name>{escape(name)}</unit_name></unit>"
                for name in (unit["name"], *unit.get("others", ()))
            )
            lines += [
                f"<units>{names}</units>", f"<unitgradingtype>{int(bool(unit.get('needed')))}</unitgradingtype>",
                "<unitpenalty>1</unitpenalty>", f"<showunits>{0 if unit.get('needed') else 3}</showunits>",
            ]  # fmt: skip
        return lines

    def matching(self) -> list[str]:
        data = self.question.data
        if any(pair.get("why") for pair in data["pairs"]):
            self.lose(_("What is said to an answer is left out."))
        lines = ["<shuffleanswers>true</shuffleanswers>"]
        halves = [(pair["left"], pair["right"]) for pair in data["pairs"]]
        for left, right in [*halves, *(("", other) for other in data.get("others", ()))]:
            inner = f"<answer><text>{escape(markup.escaped(right))}</text></answer>"
            lines.append(
                _text("subquestion", left, "plain_text", inner.replace("<answer>", '<answer format="markdown">'))
            )
        return lines

    def ordering(self) -> list[str]:
        data = self.question.data
        rule = ORDER_RULES[data.get("scoring", "all")]
        lines = ["<layouttype>VERTICAL</layouttype>", "<selecttype>ALL</selecttype>", "<selectcount>0</selectcount>",
                 f"<gradingtype>{rule}</gradingtype>", "<showgrading>SHOW</showgrading>"]  # fmt: skip
        for key, tag in (("why", "correctfeedback"), ("why_wrong", "incorrectfeedback")):
            if data.get(key):
                lines.append(_text(tag, data[key]))
        return lines + [
            _text("answer", s, "plain_text", fraction=f"{n}.0000000") for n, s in enumerate(data["steps"], 1)
        ]

    def essay(self) -> list[str]:
        data = self.question.data
        if data.get("rubric", RUBRIC) != RUBRIC:
            self.lose(_("The rubric is left out."))
        form = "noinline" if data.get("asks") == "nothing" else "editor"
        attachments = ["<attachments>1</attachments>"] if form == "noinline" else []
        model = [_text("graderinfo", data["model"])] if data.get("model") else []
        return [f"<responseformat>{form}</responseformat>", *attachments, *model]

    def cloze(self) -> list[str]:
        return []
