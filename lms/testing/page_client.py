"""A reader without script, for tests: opens pages, follows links by their words, fills in forms and presses buttons.

Whatever `Pages` opens is looked at first (see `page_checks`), so every journey also tests every page on its way:

    pages.open("/")
    pages.follow("Bắt đầu học")
    pages.press("Mở tài khoản", {"Họ và tên": "Hoàng Thị Lành"}, choose=["bác"])
    assert "Chào bác Lành!" in pages.page
"""

from __future__ import annotations

import http.client
import http.cookiejar
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Protocol
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from msgspec import Struct
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from lms.testing.markup import Node, read
from lms.testing.page_checks import findings, name_of

HTML = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
Fields = Sequence[tuple[str, str]]


class Answer(Struct, frozen=True):
    """What came back, whatever it is."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Browser(Protocol):
    """What carries requests and keeps cookies."""

    origin: str

    def send(self, method: str, path: str, fields: Fields, headers: Mapping[str, str]) -> Answer:
        """One request, redirects not followed."""

    def exists(self, method: str, path: str) -> bool:
        """Whether the application has such an address."""


class InProcess:
    """A browser that talks to an application in this process."""

    def __init__(self, app: Flask) -> None:
        self.app, self.origin = app, "http://localhost"
        self.client: FlaskClient = app.test_client()
        self._files: dict[str, bool] = {}

    def send(self, method: str, path: str, fields: Fields, headers: Mapping[str, str]) -> Answer:
        body = urlencode(fields) if method == "POST" else None
        kind = "application/x-www-form-urlencoded" if method == "POST" else None
        sent = {"Host": "localhost", **headers}
        with self.client.open(path, method=method, data=body, content_type=kind, headers=sent) as answer:
            return Answer(answer.status_code, dict(answer.headers), answer.get_data())

    def exists(self, method: str, path: str) -> bool:
        """A page or form by its route, without calling it; a static file by fetching it once."""
        if path.startswith("/static/"):
            if path not in self._files:
                with self.app.test_client().get(path) as answer:
                    self._files[path] = answer.status_code == 200
            return self._files[path]
        try:
            self.app.url_map.bind("localhost").match(unquote(path), method=method)
        except RequestRedirect:
            return True
        except (HTTPException, MethodNotAllowed):
            return False
        return True


class OverHttp:
    """A browser that talks to a running server, e.g. `OverHttp("http://127.0.0.1:8000")`."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies), _Stay)

    def send(self, method: str, path: str, fields: Fields, headers: Mapping[str, str]) -> Answer:
        body = urlencode(fields).encode() if method == "POST" else None
        request = urllib.request.Request(self.origin + path, body, dict(headers), method=method)  # noqa: S310  our server
        try:
            with self._opener.open(request, timeout=60) as answer:
                return _answer(answer)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error)

    def exists(self, method: str, path: str) -> bool:
        """Not known from outside."""
        return True


def _answer(answer: http.client.HTTPResponse | urllib.error.HTTPError) -> Answer:
    headers = {name.title(): value for name, value in answer.headers.items()}
    return Answer(int(answer.status or 0), {**headers, **dict(answer.headers.items())}, answer.read())


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


class Page:
    """A page that was found good. `"words" in page` asks what a reader sees."""

    def __init__(self, path: str, answer: Answer, browser: Browser) -> None:
        self.path, self.status, self.headers = path, answer.status, answer.headers
        self.root, mistakes = read(answer.body.decode())
        wrong = mistakes + findings(self.root, answer.headers, browser.exists)
        assert not wrong, f"{path} is not a good page:\n  " + "\n  ".join(wrong)

    def __contains__(self, words: str) -> bool:
        return " ".join(words.split()) in self.text

    def __repr__(self) -> str:
        return f"{self.status} {self.path}: {self.text}"

    @property
    def text(self) -> str:
        """All words of the page."""
        return self.root.text

    @property
    def heading(self) -> str:
        """The words of the one <h1>."""
        return self.root.all("h1")[0].text

    @property
    def title(self) -> str:
        """What the browser's tab says."""
        found = self.root.first("title")
        return found.source if found else ""

    def facts(self) -> dict[str, str]:
        """The label and value pairs (<dl>) of the page."""
        return {
            label.text: value.text
            for row in self.root.all("dl")
            for label, value in zip(row.all("dt"), row.all("dd"), strict=True)
        }

    def named(self, words: str, *tags: str) -> list[Node]:
        """The elements that are called so; where none is called exactly so, those whose name has these words in it."""
        named = [(n, name_of(n, self.root)) for n in self.root.all(*tags)]
        return [n for n, name in named if name == words] or [n for n, name in named if words in name]

    def link(self, words: str) -> str:
        """The address of the link with these words."""
        found = sorted({n.attrs["href"] for n in self.named(words, "a") if "href" in n.attrs})
        assert found, f"No link says {words!r}. There are: {self._names('a')}\n{self!r}"
        assert len(found) == 1, f"{words!r} leads to several places: {found}"
        return found[0]

    def has_link(self, words: str) -> bool:
        """Whether a link has these words."""
        return bool(self.named(words, "a"))

    def has_button(self, words: str) -> bool:
        """Whether a button has these words."""
        return bool(self.named(words, "button"))

    def button(self, words: str, within: str = "") -> tuple[Node, Node]:
        """The button with these words and its form; `within`: the id of the part of the page to look in."""
        part = self.root.by_id(within) if within else self.root
        assert part is not None, f"No part of the page has the id {within!r}."
        inside = set(map(id, part.walk()))
        found = [n for n in self.named(words, "button") if id(n) in inside]
        assert found, f"No button says {words!r}. There are: {self._names('button')}\n{self!r}"
        pairs = [(n, self._form_of(n)) for n in found]
        addresses = {form.attrs["action"] for _button, form in pairs}
        assert len(addresses) == 1, f"Several buttons say {words!r}: {sorted(addresses)}"
        return pairs[0]

    def _form_of(self, button: Node) -> Node:
        name = button.attrs.get("form")
        form = self.root.by_id(name) if name else button.up("form")
        assert form is not None, f"{button!r} belongs to no form."
        return form

    def _names(self, tag: str) -> list[str]:
        return [name_of(n, self.root) for n in self.root.all(tag)]


class Form:
    """A form being filled in, with the rules that a browser keeps."""

    def __init__(self, page: Page, form: Node, button: Node) -> None:
        self._page, self._button = page, button
        own = form.attrs.get("id")
        self.controls = [
            n
            for n in page.root.all("input", "select", "textarea")
            if n.up("form") is form or (own and n.attrs.get("form") == own)
        ]
        self.values: dict[int, str | None] = {id(n): _initial(n) for n in self.controls}

    def fill(self, label: str, value: str) -> None:
        """Types into the field with this label, or picks what a list offers."""
        found = [n for n in self._called(label) if n.attrs.get("type") not in ("radio", "checkbox", "hidden")]
        assert len(found) == 1, f"{len(found)} fields are called {label!r}: {self._labels()}"
        node = found[0]
        if node.tag == "select":
            offered = {o.text: o.attrs.get("value", o.text) for o in node.all("option")}
            assert value in offered, f"{label!r} does not offer {value!r} but {list(offered)}"
            value = offered[value]
        longest = node.attrs.get("maxlength")
        assert not longest or len(value) <= int(longest), f"A browser lets nobody type {len(value)} letters there."
        self.values[id(node)] = value

    def choose(self, label: str) -> None:
        """Ticks the box or marks the choice with these words."""
        found = [n for n in self._called(label) if n.attrs.get("type") in ("radio", "checkbox")]
        assert len(found) == 1, f"{len(found)} choices are called {label!r}: {self._labels()}"
        node = found[0]
        if node.attrs["type"] == "radio":
            for other in self.controls:
                if other.attrs.get("type") == "radio" and other.attrs.get("name") == node.attrs.get("name"):
                    self.values[id(other)] = None
        self.values[id(node)] = node.attrs.get("value", "on")

    def fields(self) -> list[tuple[str, str]]:
        """What the browser sends. A field that must be filled in and is not: AssertionError."""
        for node in self.controls:
            if "required" in node.attrs and "formnovalidate" not in self._button.attrs:
                same = [n for n in self.controls if n.attrs.get("name") == node.attrs.get("name")]
                filled = any(self.values[id(n)] for n in same)
                assert filled, f"A browser sends nothing before {name_of(node, self._page.root)!r} is filled in."
        sent = [
            (n.attrs["name"], v) for n in self.controls if "name" in n.attrs and (v := self.values[id(n)]) is not None
        ]
        name = self._button.attrs.get("name")
        return [*sent, (name, self._button.attrs.get("value", ""))] if name else sent

    def _called(self, label: str) -> list[Node]:
        named = [(n, name_of(n, self._page.root)) for n in self.controls]
        return [n for n, name in named if name == label] or [n for n, name in named if name.startswith(label)]

    def _labels(self) -> list[str]:
        return [name_of(n, self._page.root) for n in self.controls]


def _initial(node: Node) -> str | None:
    if node.tag == "textarea":
        return node.source
    if node.tag == "select":
        options = node.all("option")
        marked = [o for o in options if "selected" in o.attrs] or options[:1]
        return marked[0].attrs.get("value", marked[0].text) if marked else None
    if node.attrs.get("type") in ("radio", "checkbox"):
        return node.attrs.get("value", "on") if "checked" in node.attrs else None
    return node.attrs.get("value", "")


class Pages:
    """A reader on the way through the pages. `page` is the one before their eyes, `at` the same or None at first."""

    def __init__(self, where: Flask | Browser) -> None:
        self.browser: Browser = InProcess(where) if isinstance(where, Flask) else where
        self.at: Page | None = None

    @property
    def page(self) -> Page:
        """The page that was opened last."""
        assert self.at is not None, "Nothing has been opened yet."
        return self.at

    def open(self, path: str, status: int = 200) -> Page:
        """Types an address, and is led on where the page leads on."""
        return self._arrive("GET", path, [], status)

    def again(self, status: int = 200) -> Page:
        """Loads the page anew."""
        return self.open(self.page.path, status)

    def follow(self, words: str, status: int = 200) -> Page:
        """Follows the link with these words."""
        return self.open(urljoin(self.page.path, self.page.link(words)), status)

    def press(
        self,
        button: str,
        fields: Mapping[str, str] | None = None,
        choose: Sequence[str] = (),
        *,
        within: str = "",
        status: int = 200,
    ) -> Page:
        """Fills in fields by their labels, makes choices by their words, and presses the button."""
        method, action, sent = self.filled(button, fields, choose, within=within)
        if method == "GET":
            return self.open(f"{action}?{urlencode(sent)}", status)
        return self._arrive("POST", action, sent, status)

    def filled(
        self, button: str, fields: Mapping[str, str] | None = None, choose: Sequence[str] = (), *, within: str = ""
    ) -> tuple[str, str, list[tuple[str, str]]]:
        """What pressing a button would send: (method, address, fields). For sending it twice, or late."""
        node, form_node = self.page.button(button, within)
        form = Form(self.page, form_node, node)
        for label, value in (fields or {}).items():
            form.fill(label, value)
        for label in choose:
            form.choose(label)
        return form_node.attrs.get("method", "get").upper(), form_node.attrs["action"], form.fields()

    def send(self, method: str, path: str, fields: Fields = (), **headers: str) -> Answer:
        """One request as this reader's browser makes it from the page at hand; nothing is followed or checked."""
        sent = {"Accept": HTML, "Accept-Language": "vi", "Sec-Fetch-Site": "same-origin"}
        if self.at is not None:
            sent["Referer"] = self.browser.origin + self.at.path
        return self.browser.send(method, path, fields, {**sent, **{k.replace("_", "-"): v for k, v in headers.items()}})

    def fetch(self, words: str) -> Answer:
        """What a link leads to when it is no page: a file to keep."""
        answer = self.send("GET", self.page.link(words))
        assert answer.status == 200, f"{words!r} answered {answer.status}"
        return answer

    def sign_in(self, role: str) -> Page:
        """Signs in as a demo person: learner, instructor, verifier, administrator."""
        from lms.starting import demo_sign_ins

        person = demo_sign_ins()[role]
        self.open("/dang-nhap")
        return self.press(
            "Đăng nhập", {"Số điện thoại hoặc tên đăng nhập": person["login"], "Mật khẩu": person["password"]}
        )

    def _arrive(self, method: str, path: str, fields: Fields, status: int) -> Page:
        answer = self.send(method, path, fields)
        for _ in range(6):
            if not 300 <= answer.status < 400:
                break
            assert answer.status in (303, 308), f"{method} {path} answered {answer.status}, not 303"
            path, method = urljoin(path, answer.headers["Location"]), "GET"
            assert not urlsplit(path).netloc, f"Led away from this site: {path}"
            answer = self.send("GET", path)
        else:
            raise AssertionError(f"{path} leads round in a circle")
        kind = answer.headers.get("Content-Type", "")
        assert kind.startswith("text/html"), f"{path} is no page but {kind}"
        page = Page(quote(unquote(path), safe="/?&=%#:+,;~"), answer, self.browser)
        assert answer.status == status, f"{method} {path} answered {answer.status}, not {status}:\n{page!r}"
        self.at = page
        return page
