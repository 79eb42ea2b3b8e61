"""The block directives and item types of docs/packages.md (they move to courses and quizzes with their plugins)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.packages.fields import LONGEST_TEXT, Fields
from lms.packages.markdown import is_safe_link
from lms.packages.parts import TEXT, Parts, container, directive_line, escaped, tidy
from lms.packages.problems import Where, _, quoted
from lms.packages.source import CAPTIONS, DOCUMENTS, FILE_NAME, PICTURES, SOUNDS, VIDEOS, is_slug

LONGEST_ALT = 500
LONGEST_CAPTION = 500
LONGEST_LABEL = 200
MOST_STEPS = 50
MOST_OPTIONS = 10


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


class VideoBlock:
    """A film, what it shows, its captions, and below it all that is said."""

    directive = "video"
    container = True

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        file = read_file_name(args, VIDEOS, "video", where, self.directive)
        label = read_words(args, 1, self.directive, where)
        captions = args[2] if len(args) > 2 else ""
        if captions:
            captions = read_file_name((captions,), CAPTIONS, "captions", where, "video … captions")
        most_arguments(args, 3, self.directive, where)
        too_long(body, LONGEST_TEXT, where)
        return {"file": file, "label": label, "captions": captions, "transcript": body}

    def write(self, data: Mapping[str, Any]) -> str:
        captions = (data["captions"],) if data.get("captions") else ()
        return container(self.directive, data.get("transcript", ""), data["file"], data["label"], *captions)


class PodcastBlock:
    """An episode: its title, then notes, and after a line of three plus signs all that is said."""

    directive = "podcast"
    container = True
    parting = "+++"

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        file = read_file_name(args, SOUNDS, "sound", where, self.directive)
        title = read_words(args, 1, self.directive, where)
        most_arguments(args, 2, self.directive, where)
        lines = body.split("\n")
        at = lines.index(self.parting) if self.parting in lines else len(lines)
        notes, transcript = tidy("\n".join(lines[:at])), tidy("\n".join(lines[at + 1 :]))
        too_long(notes, LONGEST_TEXT, where)
        too_long(transcript, LONGEST_TEXT, where)
        return {"file": file, "title": title, "notes": notes, "transcript": transcript}

    def write(self, data: Mapping[str, Any]) -> str:
        body = data.get("notes", "")
        if data.get("transcript"):
            body = tidy(f"{body}\n{self.parting}\n{data['transcript']}")
        return container(self.directive, body, data["file"], data["title"])


class SlidesBlock:
    """A PDF shown page by page; in the body what its pages show, where they hold no words themselves."""

    directive = "slides"
    container = True

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        file = read_file_name(args, DOCUMENTS, "document", where, self.directive)
        title = read_words(args, 1, self.directive, where)
        most_arguments(args, 2, self.directive, where)
        too_long(body, LONGEST_TEXT, where)
        return {"file": file, "title": title, "words": body}

    def write(self, data: Mapping[str, Any]) -> str:
        return container(self.directive, data.get("words", ""), data["file"], data["title"])


class NamedFileBlock:
    """A file and what it is: file (a document to take along), sign (the lesson in sign language)."""

    container = False

    def __init__(self, directive: str, endings: tuple[str, ...], kind: str, words: str) -> None:
        self.directive, self._endings, self._kind, self._words = directive, endings, kind, words

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        file = read_file_name(args, self._endings, self._kind, where, self.directive)
        words = read_words(args, 1, self.directive, where)
        most_arguments(args, 2, self.directive, where)
        return {"file": file, self._words: words}

    def write(self, data: Mapping[str, Any]) -> str:
        return directive_line(self.directive, data["file"], data[self._words])


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


class LinkBlock:
    """A page of another site: its address, and what it is."""

    directive = "link"
    container = False

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        target = args[0] if args else ""
        if not target.startswith("https://") or not is_safe_link(target):
            where.problem(
                "link", _('After :::link stands an address: :::link https://dichvucong.gov.vn "what the page is".')
            )
        if len(args) != 2 or not args[1]:
            where.problem("link-words", _('Say in quotes what the page is: :::link https://… "what the page is".'))
        label = args[1] if len(args) > 1 else ""
        too_long(target, 500, where)
        too_long(label, 200, where)
        return {"address": target, "label": label}

    def write(self, data: Mapping[str, Any]) -> str:
        return directive_line(self.directive, data["address"], data["label"])


class EmbedBlock:
    """An activity of any kind. Kinds that plugins add are not among the package's own names."""

    directive = "embed"
    container = False

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        kind, slug = (*args[:2], "", "")[:2]
        if len(args) != 2 or not is_slug(kind) or not is_slug(slug):
            where.problem("embed", _("After :::embed stand a kind and a name: :::embed quiz kiem-tra-cuoi."))
            return {"kind": "", "slug": ""}
        if kind in ("lesson", "quiz", "task"):
            where.refer(kind, slug)
        return {"kind": kind, "slug": slug}

    def write(self, data: Mapping[str, Any]) -> str:
        return f":::{self.directive} {data['kind']} {data['slug']}"


class TaskBlock:
    """A real-life task, which the learner declares."""

    directive = "task"
    container = False

    def read(self, args: tuple[str, ...], body: str, where: Where) -> dict[str, Any]:
        slug = args[0] if args else ""
        if len(args) != 1 or not is_slug(slug):
            where.problem("task-block", _("After :::task stands the name of one task: :::task viec-that-nguoi-dan."))
            return {"slug": ""}
        where.refer("task", slug)
        return {"slug": slug}

    def write(self, data: Mapping[str, Any]) -> str:
        return directive_line(self.directive, data["slug"])


class ChoiceItem:
    """Options of which some are right: single_choice and multiple_choice."""

    def __init__(self, type: str, scorings: tuple[str, ...] = ()) -> None:
        self.type = type
        self.scorings = scorings

    def read(self, fields: Fields) -> dict[str, Any]:
        options = []
        scoring = fields.choice("scoring", self.scorings, default=self.scorings[0]) if self.scorings else ""
        for row in fields.rows("options", least=2, most=MOST_OPTIONS):
            option = {
                "text": row.text("text", most=1_000),
                "correct": row.flag("correct", default=False),
                "why": row.text("why", required=False, most=1_000),
            }
            share = read_share(row)
            picture = read_picture(row)
            option |= {"share": share} if share is not None else {}
            option |= {"picture": picture} if picture else {}
            options.append(option)
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
            self._check_shares(options, scoring, there)
        return {
            "options": options,
            **({"scoring": scoring} if scoring and scoring != self.scorings[0] else {}),
            **({} if fields.flag("shuffle", default=True) else {"shuffle": False}),
        }

    def _check_shares(self, options: list[dict[str, Any]], scoring: str, there: Where) -> None:
        shares = [option.get("share") for option in options]
        if self.type == "single_choice" and any(
            share is not None and option["correct"] != (share == 100)
            for share, option in zip(shares, options, strict=True)
        ):
            there.problem("share", _("Only the right option has a share of 100, and it needs none written."))
        if scoring != "shares":
            if self.scorings and any(share is not None for share in shares):
                there.problem("share", _("Shares count only with `scoring: shares`. Add it, or remove the shares."))
            return
        right = sum(share or 0 for share, option in zip(shares, options, strict=True) if option["correct"])
        if not 99 <= right <= 101 or any(
            (share or 0) <= 0 for share, o in zip(shares, options, strict=True) if o["correct"]
        ):
            there.problem("share", _("The shares of the right options are above 0 and come to 100 together."))
        if any((share or 0) >= 0 for share, o in zip(shares, options, strict=True) if not o["correct"]):
            there.problem(
                "share", _("Every wrong option needs a share below 0; else ticking everything would be right.")
            )

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        options = []
        for option in data["options"]:
            row = {"text": option["text"]}
            if option["correct"]:
                row["correct"] = True
            if option["why"]:
                row["why"] = option["why"]
            row |= {key: option[key] for key in ("share", "picture") if key in option}
            options.append(row)
        return {"options": options, **{key: data[key] for key in ("scoring", "shuffle") if key in data}}


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
    scorings = ("all", "places", "pairs")

    def read(self, fields: Fields) -> dict[str, Any]:
        scoring = fields.choice("scoring", self.scorings, default="all")
        return {
            "steps": list(fields.texts("steps", least=3, most=10, longest=1_000)),
            "why": fields.text("why", required=False, most=1_000),
            "why_wrong": fields.text("why_wrong", required=False, most=1_000),
            **({"scoring": scoring} if scoring and scoring != "all" else {}),
        }

    def write(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {key: data[key] for key in ("steps", "why", "why_wrong", "scoring") if data.get(key, "") != ""}


def read_share(fields: Fields) -> float | None:
    """The key `share`: percent of the point, -100 to 100; None where it is not written."""
    if not fields.has("share"):
        fields.text("share", required=False)
        return None
    share = fields.number("share", -100, 100, default=0)
    return int(share) if share == int(share) else share


def read_picture(fields: Fields, key: str = "picture", *, required: bool = False) -> dict[str, str] | None:
    """The key `picture: {file, alt}` of a question: a file in items/<bank>/, and what it shows."""
    inner = fields.inner(key, required=required)
    if inner is None:
        return None
    file = inner.text("file", most=100, one_line=True)
    if file:
        if FILE_NAME.fullmatch(file) and file.rpartition(".")[2] in PICTURES:
            inner.at("file").refer("picture", file)
        else:
            inner.at("file").problem(
                "picture-name",
                _("`file` names a picture in items/<bank>/ that ends in {extensions} (a–z, digits, hyphens)."),
                extensions=", ".join(PICTURES),
            )
            file = ""
    picture = {"file": file, "alt": inner.text("alt", most=LONGEST_ALT, one_line=True)}
    inner.finish()
    return picture


def read_markdown(body: str, where: Where) -> str:
    too_long(body, LONGEST_TEXT, where)
    return body


def read_file_name(
    args: tuple[str, ...], extensions: tuple[str, ...], kind: str, where: Where, directive: str = ""
) -> str:
    file = args[0] if args else ""
    if not FILE_NAME.fullmatch(file) or file.rpartition(".")[2] not in extensions:
        where.problem(
            "file-name",
            _(
                "After :::{kind} stands the name of a file beside lesson.md, "
                "ending in {extensions} (a–z, digits, hyphens)."
            ),
            kind=directive or {"picture": "image", "sound": "audio"}[kind],
            extensions=", ".join(extensions),
        )
        return ""
    where.refer(kind, file)
    return file


def read_words(args: tuple[str, ...], at: int, directive: str, where: Where) -> str:
    """The words in quotes after the file's name."""
    words = args[at] if len(args) > at else ""
    if not words:
        where.problem(
            "words",
            _('Say in quotes what it is, after the file name: :::{directive} file "words".'),
            directive=directive,
        )
    too_long(words, LONGEST_LABEL, where)
    return words


def most_arguments(args: tuple[str, ...], most: int, directive: str, where: Where) -> None:
    if len(args) > most:
        where.problem(
            "arguments",
            _("Too much stands after :::{directive} on its line. Put quotes around each text."),
            directive=directive,
        )


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
        VideoBlock(),
        PodcastBlock(),
        SlidesBlock(),
        NamedFileBlock("file", DOCUMENTS, "document", "title"),
        NamedFileBlock("sign", VIDEOS, "video", "label"),
        StepsBlock(),
        BoxBlock("remember"),
        BoxBlock("warning"),
        MessageBlock(),
        BoxBlock("do"),
        CheckBlock(),
        LinkBlock(),
        EmbedBlock(),
        TaskBlock(),
        ChoiceItem("single_choice"),
        ChoiceItem("multiple_choice", ("one_off", "all", "each", "shares")),
        TrueFalseItem(),
        OrderingItem(),
    )
)
