"""Puts what somebody typed back into the form of a page: pure, from HTML to HTML.

For forms that could not be taken in when they were sent. Whatever the browser would send of the form that is made is
what was sent before, but for what is never put back: passwords, codes that are good once, and files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

Pairs = Sequence[tuple[str, str]]
BUTTONS = frozenset({"submit", "button", "image", "reset"})
NEVER = BUTTONS | {"password", "file"}
ONCE = frozenset({"one-time-code", "current-password", "new-password"})  # what autocomplete says of such fields
# Hidden fields that say in which state the page was when it was drawn. They go back as they were sent, so that a change
# by somebody else meanwhile is still noticed. All other hidden ones say what the form is about, and must be the same.
STATE = frozenset({"token", "was", "base", "digest", "newest", "version", "return_to"})
STATE_ENDING = ":held"


@dataclass(eq=False)
class _Option:
    at: tuple[int, int]
    attrs: list[tuple[str, str | None]]
    words: str = ""

    @property
    def value(self) -> str:
        own = dict(self.attrs).get("value")
        return " ".join(self.words.split()) if own is None else own


@dataclass(eq=False)
class _Control:
    """Something of a form that is sent: where its tag stands, and of a textarea where its content stands."""

    tag: str
    kind: str
    name: str
    at: tuple[int, int]
    attrs: list[tuple[str, str | None]]
    owner: str | None
    inside: tuple[int, int] = (0, 0)
    words: str = ""
    options: list[_Option] = field(default_factory=list)

    @property
    def value(self) -> str:
        own = dict(self.attrs).get("value")
        return ("on" if self.kind in ("checkbox", "radio") else "") if own is None else own


@dataclass(eq=False)
class _Form:
    name: str | None
    action: str
    method: str
    controls: list[_Control] = field(default_factory=list)


class Filled(Struct, frozen=True):
    """A page with a form filled in. `changed`: whether it says anything now that the page did not say by itself.

    `first`: the id of the first field that says something else now, "" where it has none.
    `left`: what was sent and has no place in the form any more; `must_again`: it has files or passwords, which are
    never put back.
    """

    html: str
    changed: bool
    first: str
    left: tuple[tuple[str, str], ...]
    must_again: bool


class _Reader(HTMLParser):
    """Finds the forms of a page and where each of their controls stands."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [0]
        for at, letter in enumerate(html):
            if letter == "\n":
                self._lines.append(at + 1)
        self.forms: list[_Form] = []
        self.loose: list[_Control] = []  # controls that name their form, wherever they stand
        self._form: _Form | None = None
        self._area: _Control | None = None
        self._select: _Control | None = None
        self._option: _Option | None = None
        self._aside = 0  # inside <template>: not on the page
        self.feed(html)
        self.close()

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "template":
            self._aside += 1
        if self._aside or self._area is not None:
            return
        start = self._here()
        at = (start, start + len(self.get_starttag_text() or ""))
        held = dict(attrs)
        if tag == "form":
            method = (held.get("method") or "get").lower()
            self._form = _Form(held.get("id"), held.get("action") or "", method)
            self.forms.append(self._form)
        elif tag in ("input", "textarea", "select", "button"):
            self._control(tag, at, attrs, held)
        elif tag == "option" and self._select is not None:
            self._option = _Option(at, attrs)
            self._select.options.append(self._option)

    def _control(
        self, tag: str, at: tuple[int, int], attrs: list[tuple[str, str | None]], held: dict[str, str | None]
    ) -> None:
        kind = (held.get("type") or "text").lower() if tag == "input" else tag
        made = _Control(tag, kind, held.get("name") or "", at, attrs, held.get("form"), (at[1], at[1]))
        if tag == "textarea":
            self._area = made
        elif tag == "select":
            self._select = made
        if not made.name or "disabled" in held:
            return
        if made.owner is not None:
            self.loose.append(made)
        elif self._form is not None:
            self._form.controls.append(made)

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._aside = max(0, self._aside - 1)
        if self._aside:
            return
        if tag == "textarea" and self._area is not None:
            self._area.inside = (self._area.inside[0], self._here())
            self._area = None
        elif self._area is not None:
            return
        elif tag == "form":
            self._form = None
        elif tag == "select":
            self._select = self._option = None
        elif tag == "option":
            self._option = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.words += data
        elif self._option is not None:
            self._option.words += data


def is_state(name: str) -> bool:
    """Whether a hidden field of this name says in which state the page was, not what the form is about."""
    return name in STATE or name.endswith(STATE_ENDING)


def filled(html: str, page: str, target: str, sent: Pairs) -> Filled | None:
    """The page with what was `sent` to `target` put back into its form; None where it has no such form.

    `page` and `target` are addresses on this site, with what follows the question mark. Of several forms that are sent
    there it is the one that is about the same: whose hidden fields are those that were sent.
    """
    read = _Reader(html)
    sent = [(name, value.replace("\r\n", "\n").replace("\r", "\n")) for name, value in sent]  # as pages write them
    offered = Counter(sent)
    found: list[tuple[int, _Form]] = []
    for form in read.forms:
        if form.method != "post" or _place(urljoin(page, form.action or page)) != _place(target):
            continue
        form.controls += [c for c in read.loose if form.name is not None and c.owner == form.name]
        same = _agreement(form, offered)
        if same is not None:
            found.append((same, form))
    if not found:
        return None
    best = max(same for same, _form in found)
    return _fill(html, next(form for same, form in found if same == best), sent)


def _place(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.path, parts.query


def _agreement(form: _Form, offered: Counter[tuple[str, str]]) -> int | None:
    """How many of a form's fields were sent; None where it is about something else."""
    about = [c for c in form.controls if c.kind == "hidden" and not is_state(c.name)]
    if any(not offered[c.name, c.value] for c in about):
        return None
    names = {name for name, _value in offered}
    return sum(c.name in names for c in form.controls)


def _fill(html: str, form: _Form, sent: Pairs) -> Filled:
    values: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in sent:
        values[name].append(value)
    edits: list[tuple[int, int, str]] = []
    changed = must_again = False
    first = ""
    never: set[str] = set()
    for control in form.controls:
        if control.kind in NEVER or dict(control.attrs).get("autocomplete") in ONCE:
            must_again |= control.kind not in BUTTONS
            never.add(control.name)
        else:
            made, differs = _put(control, values)
            edits += made
            if differs and control.kind != "hidden":
                first = first or dict(control.attrs).get("id") or ""
                changed = True
    for name in never:
        values.pop(name, None)
    left = tuple((name, value) for name, held in values.items() for value in held if value.strip())
    return Filled(_edited(html, edits), changed, first, left, must_again)


def _put(control: _Control, values: defaultdict[str, list[str]]) -> tuple[list[tuple[int, int, str]], bool]:
    """What to change in the page so that the control says what was sent, and whether that is something else."""
    held = values[control.name]
    if control.kind in ("checkbox", "radio"):
        wanted = control.value in held
        if wanted:
            held.remove(control.value)
        return _marked(control.at, control.tag, control.attrs, "checked", wanted)
    if control.tag == "select":
        return _chosen(control, held)
    if not held:
        return [], False
    value = held.pop(0)
    if control.tag == "textarea":
        words = control.words.removeprefix("\n")  # browsers leave out the first, if it is a line break
        start, end = control.inside
        return [(start, end, "\n" + escape(value, quote=False))], value.strip() != words.strip()
    if value == control.value:
        return [], False
    kept = [(k, v) for k, v in control.attrs if k != "value"]
    return [(*control.at, _tag(control.tag, [*kept, ("value", value)]))], True


def _chosen(control: _Control, held: list[str]) -> tuple[list[tuple[int, int, str]], bool]:
    multiple = "multiple" in dict(control.attrs)
    before = [o for o in control.options if "selected" in dict(o.attrs)] or ([] if multiple else control.options[:1])
    after = [o for o in control.options if o.value in held]
    if not multiple:
        after = after[:1] or before  # a choice that there is no more stays among what is left
    for option in after:
        if option.value in held:
            held.remove(option.value)
    edits = [
        edit
        for option in control.options
        for edit in _marked(option.at, "option", option.attrs, "selected", option in after)[0]
    ]
    return edits, [o.value for o in before] != [o.value for o in after]


def _marked(
    at: tuple[int, int], tag: str, attrs: list[tuple[str, str | None]], mark: str, wanted: bool
) -> tuple[list[tuple[int, int, str]], bool]:
    if (mark in dict(attrs)) == wanted:
        return [], False
    kept = [(k, v) for k, v in attrs if k != mark]
    return [(*at, _tag(tag, [*kept, (mark, None)] if wanted else kept))], True


def _tag(tag: str, attrs: Iterable[tuple[str, str | None]]) -> str:
    said = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs)
    return f"<{tag}{said}>"


def _edited(html: str, edits: list[tuple[int, int, str]]) -> str:
    pieces, at = [], 0
    for start, end, text in sorted(edits):
        pieces += [html[at:start], text]
        at = end
    return "".join([*pieces, html[at:]])
