"""Templates: one Jinja environment per language, with the sentences folded in when a template is compiled."""

from __future__ import annotations

import copy
import functools
import gzip
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast
from uuid import UUID

import msgspec
from flask import Response, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from jinja2 import BytecodeCache, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.bccache import Bucket
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from lms.errors import NotSignedIn
from lms.text import Text
from lms.web import locale as lang
from lms.web.application import PlainResponse, asked
from lms.web.locale import Catalogue, current_locale
from lms.web.menu import STAFF_GROUPS, MenuItem, menu_items, panels
from lms.web.packing import Packer, Shell
from lms.web.sheets import FOCUS, LEARNERS, Sheet, minified_css

if TYPE_CHECKING:
    from lms.web.static_files import StaticFiles

HERE = Path(__file__).parent
FEW_PAGES = 12  # of the staff menu: so many stand open on one screen of a desk
_PLACE = re.compile(r"\{(\w+)\}")


class _Fold(NodeTransformer):
    """Turns `_("constant", x=…)` into its translation while a template is compiled; the form of address stays open."""

    def __init__(self, say: Callable[[str], str]) -> None:
        self._say = say

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  Jinja calls it so
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.node.name not in ("_", "_n"):
            return node
        if not node.args or not all(isinstance(a, nodes.Const) for a in node.args):
            return node
        values = {k.key: k.value for k in node.kwargs}
        sentences = [self._say(a.value) for a in node.args if isinstance(a, nodes.Const)]
        if node.node.name == "_":
            return self._joined(sentences[0], values, node.lineno)
        one, many = (sentences[0], sentences[0]) if sentences[0] != _msgid(node) else (sentences[0], sentences[1])
        test = nodes.Compare(values["n"], [nodes.Operand("eq", nodes.Const(1))], lineno=node.lineno)
        return nodes.CondExpr(
            test, self._joined(one, values, node.lineno), self._joined(many, values, node.lineno), lineno=node.lineno
        )

    @staticmethod
    def _joined(sentence: str, values: dict[str, nodes.Expr], line: int) -> nodes.Expr:
        parts: list[nodes.Expr] = []
        at = 0
        for match in _PLACE.finditer(sentence):
            name = match[1]
            if name in ("ban", "Ban"):
                value: nodes.Expr = nodes.Call(nodes.Name(name + "_", "load"), [], [], None, None)
            elif name in values:
                value = values[name]
            else:
                continue
            parts += [nodes.TemplateData(str(escape(sentence[at : match.start()]))), value]
            at = match.end()
        parts.append(nodes.TemplateData(str(escape(sentence[at:]))))
        folded: nodes.Expr = parts[0] if len(parts) == 1 else nodes.Concat(parts)
        for each in folded.find_all(nodes.Node):
            each.lineno = line
        folded.lineno = line
        return folded


def _msgid(node: nodes.Call) -> str:
    first = node.args[0]
    assert isinstance(first, nodes.Const)
    return str(first.value)


class LocaleEnvironment(Environment):
    """An environment of one language."""

    def __init__(self, say: Callable[[str], str], **options: Any) -> None:
        super().__init__(**options)
        self._fold = _Fold(say)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One plain dictionary for all: Jinja would chain one for each template, and look through it at each import."""
        assert not d, "no template here has globals of its own"
        return self.globals

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        folded = self._fold.visit(tree)
        assert isinstance(folded, nodes.Template)
        return folded


class _Compiled(BytecodeCache):
    """Templates that this process has compiled in one language, for when it assembles the application once more.

    What a template becomes depends on its source and on the sentences folded in, `wording`, and on nothing else.
    """

    kept: ClassVar[dict[tuple[str, str, str], CodeType]] = {}

    def __init__(self, wording: str) -> None:
        self._wording = wording

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((self._wording, bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.kept[(self._wording, bucket.key, bucket.checksum)] = bucket.code


class Page:
    """What every page knows: who reads, in which language, how large. What only some pages show is looked up late."""

    def __init__(
        self,
        signed_in: bool,
        address_form: str,
        place_name: str,
        help_line: str,
        load_person: Callable[[], Any],
        load_roles: Callable[[Any], frozenset[str]],
    ) -> None:
        asked, kept = request._get_current_object(), session._get_current_object()  # type: ignore[attr-defined]  # see `address`
        cookies = asked.cookies
        self.locale = current_locale()
        size = cookies.get("size", "")
        self.text_size = size if size in ("lg", "xl") else ""
        self.contrast = "high" if cookies.get("contrast") == "high" else ""
        self.signed_in = signed_in
        self.ban = address_form if self.locale == "vi" else "you"
        self.place_name, self.help_line = place_name, help_line
        self.idle, self.back = kept.get("idle", 0), kept.get("back", "")  # a device that many use
        self.has_style = asked.has_style
        self.style = Markup("") if self.has_style else renderer().style
        self.alone = renderer().alone
        self.tab = ""
        self.icons: dict[str, None] = {}
        self.inline_icons = False
        self._load_person, self._load_roles = load_person, load_roles

    def for_nobody(self, locale: str) -> Page:
        """The same place, read in a language by nobody in particular."""
        nobody = copy.copy(self)
        ban = "bạn" if locale == lang.DEFAULT else "you"
        nobody.__dict__.update(
            locale=locale, text_size="", contrast="", signed_in=False, ban=ban, idle=0, back="", tab="", icons={},
            inline_icons=False, path="/", person=None, roles=frozenset(), menu=[], tabs=[],
        )  # fmt: skip
        return nobody

    @functools.cached_property
    def path(self) -> str:
        """The address of this page, to come back to."""
        return request.full_path.rstrip("?")

    @functools.cached_property
    def person(self) -> Any:
        """The signed-in person, or None."""
        return self._load_person()

    @functools.cached_property
    def roles(self) -> frozenset[str]:
        """The roles that the person holds anywhere."""
        return self._load_roles(self.person) if self.signed_in else frozenset()

    @property
    def can_staff(self) -> bool:
        return bool(self.roles)

    @functools.cached_property
    def menu(self) -> list[dict[str, Any]]:
        """The staff menu for this person's roles: groups of links, each with its title.

        Whoever has few pages sees all of them; of many, those beside the page that is open.
        """
        rows = [m for m in menu_items("staff") if not m.roles or m.roles & self.roles]
        at = self.path.partition("?")[0] + "/"
        here = max((a for a in (address(m.endpoint) for m in rows) if at.startswith(a + "/")), key=len, default="")
        found = []
        for key, title in STAFF_GROUPS.items():
            held = [m for m in rows if (m.group if m.group in STAFF_GROUPS else "more") == key]
            links = [_menu_row(m) | {"here": address(m.endpoint) == here} for m in held]
            if links:
                shown = len(rows) <= FEW_PAGES or any(link["here"] for link in links)
                found.append({"title": say(title), "links": links, "open": shown})
        return found

    @functools.cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """The plugins' tabs."""
        return [_menu_row(m) for m in menu_items("tabs") if not m.roles or m.roles & self.roles]


def _menu_row(item: MenuItem) -> dict[str, Any]:
    return {"key": item.endpoint, "label": say(item.label), "url": address(item.endpoint), "icon": item.icon}


_addresses: dict[tuple[Any, ...], str] = {}
_NOBODY = UUID("00000000-0000-4000-8000-000000000000")


def address(endpoint: str, **values: Any) -> str:
    """`url_for`, remembered: building an address costs more than a small page may."""
    asked = request._get_current_object()  # type: ignore[attr-defined]  # the proxy costs more than the questions
    key = (asked.root_path, endpoint, *values.items())
    try:
        return _addresses[key]
    except KeyError:
        pass
    for name, value in values.items():
        if type(value) is UUID and value != _NOBODY:  # there are as many as there are things: built for none of them
            return address(endpoint, **{**values, name: _NOBODY}).replace(str(_NOBODY), str(value))
    built = url_for(endpoint, **values)
    if len(_addresses) >= 20_000:
        _addresses.clear()
    _addresses[key] = built
    return built


class Renderer:
    """Renders templates of all plugins in the reader's language."""

    def __init__(
        self, folders: Iterable[Path], catalogue: Catalogue, static_files: StaticFiles, alone: bool = False
    ) -> None:
        self.catalogue = catalogue
        self.alone = alone  # most pages are not there: see LMS_ONLY
        self.folders = list(folders)
        self._static_files = static_files
        self._environments = {name: self._environment(name) for name in lang.LOCALES}
        learners, frame = Sheet(minified_css(LEARNERS)), minified_css(FOCUS)
        self._own = {path: Sheet(frame + static_files.read(path).decode(), path) for path in static_files.inlined()}
        self.sheets = [learners, *self._own.values()]
        self.style = learners.markup
        self.pack = Packer(sheet.css for sheet in self.sheets)
        self.heads: dict[str, Markup] = {}

    def environment(self, locale: str | None = None) -> LocaleEnvironment:
        """The environment of a language: the reader's."""
        return self._environments[locale or current_locale()]

    def _environment(self, locale: str) -> LocaleEnvironment:
        say = self.catalogue.translator(locale)
        environment = LocaleEnvironment(
            say,
            loader=ChoiceLoader([FileSystemLoader(f) for f in self.folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            bytecode_cache=_Compiled(self.catalogue.wording(locale)),
        )
        environment.globals.update(
            _=lambda sentence, **values: _say(sentence, say, values),
            _n=lambda one, many, **values: _say(one if values["n"] == 1 else many, say, values),
            say=lambda sentence: _say(sentence, say, {}),
            ban_=lambda: _page().ban,
            Ban_=lambda: _page().ban[:1].upper() + _page().ban[1:],
            url=address,
            page=_PageHere(),  # for macros, which are imported without context so that they are made once
            static=self.static,
            own_style=self.own_style,
            icon=icon,
            symbols=symbols,
            head=head,
            date=lambda d: lang.short_date(d, locale),
            long_date=lambda d: lang.long_date(d, locale),
            time_and_date=lambda d: lang.time_and_date(d, locale),
            number=lambda x: lang.number(x, locale),
            percent=lambda x: lang.percent(x, locale),
            kb=lambda x: lang.kilobytes(x, locale),
        )
        return environment

    @functools.cache  # noqa: B019  lives as long as the process
    def static(self, path: str) -> str:
        """The address of a static file, with its content's hash so that it may be kept for ever."""
        return f"/static/{path}?v={self._static_files.of(path)}"

    def static_text(self, path: str) -> str:
        """A static script or style sheet as it is sent, without its remarks."""
        return self._static_files.read(path).decode()

    def own_style(self, path: str) -> Markup:
        """The style sheet of a page that needs other rules than most: a plugin's *.inline.css, and what frames it."""
        return self._own[path].markup


def renderer() -> Renderer:
    """The renderer of the running application."""
    found: Renderer = current_app._get_current_object().extensions["lms.renderer"]  # type: ignore[attr-defined]  # see `address`
    return found


def render(template: str, **context: Any) -> str:
    """A whole page in the reader's language."""
    return renderer().environment().get_template(template).render(page=_page(), **context)


MOST_REMEMBERED = 600  # whole pages, about 10 KB each when packed
_remembered: OrderedDict[tuple[Any, ...], bytes] = OrderedDict()


def remembered(key: tuple[Any, ...], draw: Callable[[], str]) -> Response:
    """A page that depends on `key` and the reader's settings alone, drawn and packed once for all who see the same.

    Never for a page that shows a person's name, a token or anything else of one reader only.
    """
    page = _page()
    whole = (*_reader(page), key, page.path)
    held = _remembered.get(whole)
    if held is None:
        held = _remembered[whole] = renderer().pack(draw().encode())
        if len(_remembered) > MOST_REMEMBERED:
            _remembered.popitem(last=False)
    else:
        _remembered.move_to_end(whole)
    packed = asked().takes_gzip
    return PlainResponse.of_page(held if packed else gzip.decompress(held), packed)


MOST_SHELLS = 500  # 10 KB each: the style sheets are shared
_shells: OrderedDict[tuple[Any, ...], Shell | None] = OrderedDict()


def shelled(key: tuple[Any, ...], draw: Callable[[], str], fill: Mapping[str, str]) -> Response:
    """A page whose frame depends on `key` and the reader's settings alone, and of which only pieces are one reader's.

    `draw()` draws it with the markers (the keys of `fill`) in their places; each answer fills them anew.
    """
    whole = (*_reader(_page()), key)
    shell = _shells.get(whole)
    if shell is None:
        shell = _keep(whole, Shell(draw(), fill, renderer().pack.styles))
    else:
        _shells.move_to_end(whole)
    return _filled(shell, fill)


def hole(name: str) -> str:
    """A marker for what is one reader's, in signs of nobody's script, which no text keeps."""
    return f"\ue000{name}\ue001"


GIVEN_NAME, FULL_NAME = hole("given-name"), hole("full-name")


class _Somebody:
    """Stands for the reader while a page is drawn for all: a page may say the name, and nothing else of a person."""

    given_name, full_name = GIVEN_NAME, FULL_NAME


def render_alike(template: str, own: Mapping[str, str] | None = None, **context: Any) -> Response:
    """A whole page, drawn and packed once for all to whom it shows the same.

    What it depends on is found without being named: all that the template is given, the reader's settings, the page's
    address, and the reader's roles where the page asks for them. What is one reader's stands in `own`, by the marker
    that the template is given in its place; of the person it may say the name. Raises NotSignedIn where it says a name
    and nobody is here, TypeError where it is given what is no plain value.
    """
    page = _page()
    given = _PLAIN.encode(context)
    key: tuple[Any, ...] = (*_reader(page), template, page.tab, page.path, tuple(page.icons), given)
    if key in _shells and _shells[key] is None:
        key = (*key, page.roles)
    shell = _shells.get(key)
    if shell is None:
        drawn, by_roles = _drawn_for_all(page, template, context)
        shell = Shell(drawn, (GIVEN_NAME, FULL_NAME, *(own or ())), renderer().pack.styles)
        if by_roles and key[-1] is given:
            _keep(key, None)
            key = (*key, page.roles)
        _keep(key, shell)
    else:
        _shells.move_to_end(key)
    fill = {marker: str(escape(text)) for marker, text in (own or {}).items()}
    if GIVEN_NAME in shell.holes or FULL_NAME in shell.holes:
        if page.person is None:
            raise NotSignedIn
        fill[GIVEN_NAME], fill[FULL_NAME] = str(escape(page.person.given_name)), str(escape(page.person.full_name))
    return _filled(shell, fill)


def _drawn_for_all(page: Page, template: str, context: Mapping[str, Any]) -> tuple[str, bool]:
    """The page with markers where it says the reader's name, and whether it depends on the reader's roles."""
    drawing = copy.copy(page)
    for name in ("roles", "menu", "tabs"):
        drawing.__dict__.pop(name, None)
    drawing.__dict__.update(
        person=_Somebody() if page.signed_in else None, icons=dict(page.icons), _load_roles=lambda _person: page.roles
    )
    g.page = drawing
    try:
        return render(template, **context), "roles" in drawing.__dict__
    finally:
        g.page = page


def _told_apart(value: Any) -> Any:
    """Markup is not the text that it is made of: a template shows them differently."""
    if isinstance(value, Markup):
        return {"markup": str(value)}
    raise TypeError(f"A page drawn for all is given a {type(value).__name__}, which is no plain value.")


_PLAIN = msgspec.msgpack.Encoder(enc_hook=_told_apart)


def _reader(page: Page) -> tuple[Any, ...]:
    """What every drawn page depends on: the application with its plugins, and the reader's settings."""
    return (
        renderer(), page.locale, page.ban, page.text_size, page.contrast, page.signed_in, page.idle, page.back,
        page.has_style,
    )  # fmt: skip


_S = TypeVar("_S", Shell, None)


def _keep(key: tuple[Any, ...], shell: _S) -> _S:
    _shells[key] = shell
    if len(_shells) > MOST_SHELLS:
        _shells.popitem(last=False)
    return shell


def _filled(shell: Shell, fill: Mapping[str, str]) -> Response:
    pieces = {marker: text.encode() for marker, text in fill.items()}
    packed = asked().takes_gzip
    return PlainResponse.of_page(shell.gzip(pieces) if packed else shell.plain(pieces), packed)


def macro(template: str, name: str, *values: Any) -> Markup:
    """What one macro of a template makes of values: a piece that is one reader's in a page that is drawn for all."""
    made: Markup = getattr(renderer().environment().get_template(template).module, name)(*values)
    return made


def render_fragment(template: str, **context: Any) -> str:
    """A piece of a page: its icons carry their own drawing, since the page's symbol list may lack them."""
    page = _page()
    before, page.inline_icons = page.inline_icons, True
    try:
        return renderer().environment().get_template(template).render(page=page, **context)
    finally:
        page.inline_icons = before


MOST_PIECES = 4000
_pieces: dict[tuple[Any, ...], tuple[Markup, tuple[str, ...]]] = {}


def piece(key: tuple[Any, ...], draw: Callable[[], str]) -> Markup:
    """A part of a page that depends on `key`, the reader's language and form of address alone, drawn once for all.

    Its icons are drawings of the page's own list, and stand there again each time.
    """
    page = _page()
    whole = (*renderer_key(), key)
    held = _pieces.get(whole)
    if held is None:
        before, page.icons = page.icons, {}
        try:
            held = Markup(draw()), tuple(page.icons)  # noqa: S704  a template's own output
        finally:
            page.icons = before
        if len(_pieces) >= MOST_PIECES:
            _pieces.clear()
        _pieces[whole] = held
    page.icons.update(dict.fromkeys(held[1]))
    return held[0]


def renderer_key() -> tuple[Renderer, str, str]:
    """What a drawn piece depends on: the application with its plugins, the reader's language and form of address."""
    page = _page()
    return renderer(), page.locale, page.ban


def onward(url: str, draw: Callable[[], ResponseReturnValue]) -> Response:
    """Where a form that was taken leads to. A browser is sent there; our script gets that page in the same answer.

    It saves a trip over a weak line, and the style sheet. `url`: the page's address; `draw` makes the page.
    """
    if not asked().has_style:
        return cast("Response", redirect(url, 303))
    with at_address(url.partition("#")[0]):
        drawn = draw()
    answer = drawn if isinstance(drawn, Response) else current_app.make_response(drawn)
    if answer.status_code == 200:
        answer.headers["Content-Location"] = url
    return answer


def wants_fragment() -> bool:
    """Whether our script asked for a piece only."""
    return request.headers.get("X-Fragment") == "1"


def say(text: Text | str) -> str:
    """A sentence in the reader's language, with the reader's form of address."""
    return str(_say(text, renderer().catalogue.translator(current_locale()), {}))


def say_to(text: Text | str, locale: str, address_form: str) -> str:
    """A sentence for somebody who is not the reader of this page, in their language and form of address."""
    words = (text if isinstance(text, Text) else Text(text)).say(renderer().catalogue.translator(locale))
    return words.replace("{ban}", address_form).replace("{Ban}", address_form[:1].upper() + address_form[1:])


def _say(sentence: Text | str, translate: Callable[[str], str], values: dict[str, Any]) -> str:
    text = sentence if isinstance(sentence, Text) else Text(str(sentence))
    words = text.say(translate)
    if values:
        words = words.format_map({**{k: str(v) for k, v in values.items()}, "ban": "{ban}", "Ban": "{Ban}"})
    if "{" in words:
        ban = _page().ban
        words = words.replace("{ban}", ban).replace("{Ban}", ban[:1].upper() + ban[1:])
    return words


def _page() -> Page:
    here = g._get_current_object()  # the proxy costs more than the question
    page: Page | None = here.get("page")
    if page is None:
        page = here.page = current_app.extensions["lms.page_maker"]()
    return page


class _PageHere:
    """The page of the request at hand, wherever it is named."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_page(), name)


@contextmanager
def at_address(path: str) -> Iterator[None]:
    """Draws as if the page stood at another address: for frames that many pages share."""
    known = _page().__dict__  # where a page's own address is kept once it was asked for
    before = known.get("path")
    known["path"] = path
    try:
        yield
    finally:
        if before is None:
            del known["path"]
        else:
            known["path"] = before


@contextmanager
def neutral(locale: str = lang.DEFAULT) -> Iterator[None]:
    """Draws for nobody in particular: in this language, at the middle size, as if nobody were signed in.

    For pages that phones keep and show to whoever holds them.
    """
    page, g.locale = _page(), locale
    try:
        g.page = page.for_nobody(locale)
        yield
    finally:
        g.page, g.locale = page, page.locale


@contextmanager
def tab(name: str) -> Iterator[None]:
    """Marks which tab the page belongs to."""
    _page().tab = name
    yield


@functools.cache
def _drawing(name: str) -> str:
    source = (HERE / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    inner = re.search(r"<svg[^>]*>(.*)</svg>", source, re.S)
    if inner is None:
        raise ValueError(f"icons/{name}.svg is not a drawing.")
    return re.sub(r"\s*\n\s*", "", inner[1])


def icon(name: str) -> Markup:
    """An icon by name: a reference to the page's symbol list, or the drawing itself in a fragment."""
    page = _page()
    if page.inline_icons:
        body = _drawing(name)
        return Markup(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{body}</svg>')  # noqa: S704
    page.icons[name] = None
    return _reference(name)


@functools.cache
def icon_names() -> frozenset[str]:
    """The drawings that there are."""
    return frozenset(file.stem for file in (HERE / "icons").glob("*.svg"))


@functools.cache
def _reference(name: str) -> Markup:
    _drawing(name)  # an icon that is not there is noticed at once
    return Markup(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><use href="#i-{name}"/></svg>')  # noqa: S704


def symbols() -> Markup:
    """The symbol list of the icons that this page has used so far; the layout puts it last."""
    return _symbol_list(tuple(_page().icons))


def static_address(path: str) -> str:
    """Where a static file is served, with its content's hash."""
    return renderer().static(path)


def static_text(path: str) -> str:
    """A static script as it is sent, without its remarks: for pages that send it with values put before it."""
    return renderer().static_text(path)


def head() -> Markup:
    """What plugins put into the head of every page: the same on all of them, so it is asked for once."""
    held, root = renderer().heads, request.root_path
    if root not in held:
        held[root] = Markup("").join(panels("head"))
    return held[root]


@functools.lru_cache(maxsize=2000)
def _symbol_list(names: tuple[str, ...]) -> Markup:
    drawn = "".join(f'<symbol id="i-{n}" viewBox="0 0 24 24">{_drawing(n)}</symbol>' for n in names)
    return Markup(f"<svg hidden>{drawn}</svg>") if drawn else Markup("")  # noqa: S704  our own drawings
