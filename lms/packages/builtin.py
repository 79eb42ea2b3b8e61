"""The block directives and item types of docs/packages.md (they move to courses and quizzes with their plugins)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.packages.fields import LONGEST_TEXT, Fields
from lms.packages.parts import TEXT, Parts, container, directive_line, escaped, tidy
from lms.packages.problems import Where, _, quoted
from lms.packages.source import FILE_NAME, PICTURES, SOUNDS, is_slug

LONGEST_ALT = 500
LONGEST_CAPTION = 500
MOST_STEPS = 50


class TextBlock:
    """The Markdown between directives."""

    directive = TEXT
    container = True

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        return {"md": read_markdown(body, where)}

    def write(self, data: Mapping[str, Any]) -> str:
        return escaped(data["md"])


class ImageBlock:
    directive = "image"
    container = False

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        file = read_file_name(args, PICTURES, "picture", where)
        if file and (len(args) < 2 or not args[1]):
            where.problem(
                "alt", _('Add `alt` text after the file name: :::image {file} "what the picture shows".'), file=file
            )
        if len(args) > 3:
            where.problem(
                "arguments",
                _('After :::image stand a file, "alt text" and "caption", no more. Put quotes around each text.'),
            )
        alt, caption = (*args[1:3], "", "")[:2]
        too_long(alt, LONGEST_ALT, where)
        too_long(caption, LONGEST_CAPTION, where)
        return {"file": file, "alt": alt, "caption": caption}

    def write(self, data: Mapping[str, Any]) -> str:
        caption = (data["caption"],) if data["caption"] else ()
        return directive_line(self.directive, data["file"], data["alt"], *caption)


class AudioBlock:
    directive = "audio"
    container = False

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        file = read_file_name(args, SOUNDS, "sound", where)
        if file and (len(args) < 2 or not args[1]):
            where.problem(
                "label", _('Say what is heard after the file name: :::audio {file} "what is heard".'), file=file
            )
        if len(args) > 2:
            where.problem(
                "arguments", _('After :::audio stand a file and "what is heard", no more. Put quotes around the text.')
            )
        label = args[1] if len(args) > 1 else ""
        too_long(label, LONGEST_ALT, where)
        return {"file": file, "label": label}

    def write(self, data: Mapping[str, Any]) -> str:
        return directive_line(self.directive, data["file"], data["label"])


class StepsBlock:
    directive = "steps"
    container = True

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        no_arguments(self.directive, args, where)
        items: list[list[str]] = []
        for number, line in enumerate(body.split("\n"), where.line + 1):
            line = line.rstrip()
            if line.startswith("- ") or line == "-":
                items.append([line[2:].strip()])
            elif not line:
                if items:
                    items[-1].append("")
            elif items:
                items[-1].append(line[2:] if line.startswith("  ") else line)
            else:
                where.at(number).problem("steps", _("Each step begins with `- `. Put it before this line."))
                items.append([line])
        for item in items:
            if not item[0]:
                where.problem("steps", _("A step is empty. Write it after `- `, or remove it."))
        if not items:
            where.problem(
                "empty-block",
                _("There is nothing in :::{directive}. Write it, or remove the block."),
                directive=self.directive,
            )
        if len(items) > MOST_STEPS:
            where.problem(
                "length",
                _("`{key}` holds {count} entries; it needs {least} to {most}."),
                key="steps",
                count=len(items),
                least=1,
                most=MOST_STEPS,
            )
        too_long(body, LONGEST_TEXT, where)
        return {"items": [tidy("\n".join(item)) for item in items]}

    def write(self, data: Mapping[str, Any]) -> str:
        steps = []
        for item in data["items"]:
            first, *more = item.split("\n")
            steps.append("\n".join(["- " + first, *("  " + line if line else "" for line in more)]))
        return container(self.directive, "\n".join(steps))


class BoxBlock:
    """A box around Markdown: remember, warning, do."""

    container = True

    def __init__(self, directive: str) -> None:
        self.directive = directive

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        no_arguments(self.directive, args, where)
        if not body:
            where.problem(
                "empty-block",
                _("There is nothing in :::{directive}. Write it, or remove the block."),
                directive=self.directive,
            )
        return {"md": read_markdown(body, where)}

    def write(self, data: Mapping[str, Any]) -> str:
        return container(self.directive, data["md"])


class MessageBlock:
    """A message as it looks on a phone: plain text, no Markdown."""

    directive = "message"
    container = True

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        if len(args) != 1 or not args[0]:
            where.problem("sender", _('Say who sent the message, in quotes: :::message "NGAN HANG LANG".'))
        if not body:
            where.problem(
                "empty-block",
                _("There is nothing in :::{directive}. Write it, or remove the block."),
                directive=self.directive,
            )
        too_long(body, LONGEST_TEXT, where)
        sender = args[0] if args else ""
        too_long(sender, 100, where)
        return {"sender": sender, "text": body}

    def write(self, data: Mapping[str, Any]) -> str:
        return container(self.directive, data["text"], data["sender"])


class CheckBlock:
    """A practice question, asked in the lesson."""

    directive = "check"
    container = False

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        item = args[0] if args else ""
        if len(args) != 1 or not is_slug(item):
            where.problem("check", _("After :::check stands the id of one question: :::check otp-con-trai."))
            return {"item": ""}
        where.refer("practice_item", item)
        return {"item": item}

    def write(self, data: Mapping[str, Any]) -> str:
        return directive_line(self.directive, data["item"])


class ChoiceItem:
    """Options of which some are right: single_choice and multiple_choice."""

    def __init__(self, type: str, most: int) -> None:
        self.type = type
        self.most = most

    def read(self, fields: Fields) -> dict[str, Any]:
        options = []
        for row in fields.rows("options", least=3, most=self.most):
            options.append(
                {
                    "text": row.text("text", most=1_000),
                    "correct": row.flag("correct", default=False),
                    "why": row.text("why", required=False, most=1_000),
                }
            )
            row.finish()
        right = sum(option["correct"] is True for option in options)
        if len(options) >= 2:
            there = fields.at("options")
            if self.type == "single_choice" and right != 1:
                there.problem(
                    "correct", _("Exactly one option has `correct: true`; here {count} have it."), count=right
                )
            if self.type == "multiple_choice" and not 2 <= right < len(options):
                there.problem(
                    "correct",
                    _(
                        "Two or more options have `correct: true` and at least one "
                        "has not; here {count} of {all} have it."
                    ),
                    count=right,
                    all=len(options),
                )
            texts = [option["text"] for option in options]
            if len(set(texts)) < len(texts):
                there.problem("twice", _("Two options say the same. Change one."))
        return {"options": options}

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        options = []
        for option in data["options"]:
            row = {"text": option["text"]}
            if option["correct"]:
                row["correct"] = True
            if option["why"]:
                row["why"] = option["why"]
            options.append(row)
        return {"options": options}


class TrueFalseItem:
    type = "true_false"

    def read(self, fields: Fields) -> dict[str, Any]:
        return {
            "answer": fields.flag("answer"),
            "why_true": fields.text("why_true", required=False, most=1_000),
            "why_false": fields.text("why_false", required=False, most=1_000),
        }

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {key: data[key] for key in ("answer", "why_true", "why_false") if data[key] != ""}


class OrderingItem:
    type = "ordering"

    def read(self, fields: Fields) -> dict[str, Any]:
        return {
            "steps": list(fields.texts("steps", least=3, most=6, longest=1_000)),
            "why": fields.text("why", required=False, most=1_000),
            "why_wrong": fields.text("why_wrong", required=False, most=1_000),
        }

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {key: data[key] for key in ("steps", "why", "why_wrong") if data[key] != ""}


def read_markdown(body: str, where: Where) -> str:
    too_long(body, LONGEST_TEXT, where)
    return body


def read_file_name(args: tuple[str, ...], extensions: tuple[str, ...], kind: str, where: Where) -> str:
    file = args[0] if args else ""
    if not FILE_NAME.fullmatch(file) or file.rpartition(".")[2] not in extensions:
        where.problem(
            "file-name",
            _(
                "After :::{kind} stands the name of a file beside lesson.md, "
                "ending in {extensions} (a–z, digits, hyphens)."
            ),
            kind={"picture": "image", "sound": "audio"}[kind],
            extensions=", ".join(extensions),
        )
        return ""
    where.refer(kind, file)
    return file


def no_arguments(directive: str, args: tuple[str, ...], where: Where) -> None:
    if args:
        where.problem(
            "arguments",
            _(
                "Nothing stands after :::{directive} on its line. Write “{text}” on the "
                "next line, and end with a line that holds only :::."
            ),
            directive=directive,
            text=quoted(" ".join(args)),
        )


def too_long(text: str, most: int, where: Where) -> None:
    if len(text) > most:
        where.problem(
            "too-long",
            _("This text has {count} characters; at most {most} are allowed. Shorten it."),
            count=len(text),
            most=most,
        )


PARTS = Parts.of(
    (
        TextBlock(),
        ImageBlock(),
        AudioBlock(),
        StepsBlock(),
        BoxBlock("remember"),
        BoxBlock("warning"),
        MessageBlock(),
        BoxBlock("do"),
        CheckBlock(),
        ChoiceItem("single_choice", 5),
        ChoiceItem("multiple_choice", 6),
        TrueFalseItem(),
        OrderingItem(),
    )
)
