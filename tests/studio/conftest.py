"""The studio's forms, filled in as a browser without script would send them."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart


class _Form(HTMLParser):
    """The fields of one form (by its action), with what a browser sends when nothing is changed."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside, self.found = action, False, False
        self.fields: list[tuple[str, str]] = []
        self.area = self.choice = ""
        self.first: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {k: v or "" for k, v in attrs}
        if tag == "form" and at.get("action", "").split("#")[0] == self.action:
            self.inside = self.found = True
        if not self.inside or "disabled" in at:
            return
        name = at.get("name", "")
        if tag == "input" and name:
            kind = at.get("type", "text")
            if kind not in ("checkbox", "radio", "submit", "file") or "checked" in at:
                self.fields.append((name, at.get("value", "on" if kind == "checkbox" else "")))
        elif tag == "textarea":
            self.area = name
            self.fields.append((name, ""))
        elif tag == "select":
            self.choice, self.first = name, None
        elif tag == "option" and self.choice:
            if self.first is None:
                self.first = at.get("value", "")
                self.fields.append((self.choice, self.first))
            elif "selected" in at:
                self.fields[-1] = (self.choice, at.get("value", ""))
            if "selected" in at:
                self.fields[-1] = (self.choice, at.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.area:
            name, before = self.fields[-1]
            self.fields[-1] = (name, before + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.area = ""
        elif tag == "select":
            self.choice = ""


def form_fields(html: str, action: str) -> dict[str, list[str]]:
    """What the form with this action would send."""
    reader = _Form(action)
    reader.feed(html)
    assert reader.found, f"no form posts to {action}"
    fields: dict[str, list[str]] = {}
    for name, value in reader.fields:
        fields.setdefault(name, []).append(value)
    return fields


class Author:
    """Somebody at the studio: opens an editor, changes fields, presses a button."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str, status: int = 200) -> str:
        answer = self.client.get(url)
        assert answer.status_code == status, (url, answer.status_code, answer.get_data(as_text=True)[:2000])
        return answer.get_data(as_text=True)

    def fields(self, url: str, action: str = "") -> dict[str, Any]:
        return form_fields(self.get(url), action or url.split("?")[0])

    def press(self, url: str, do: str = "save", status: int = 303, **changes: Any) -> TestResponse:
        """Opens the editor at `url`, changes fields by name (`__` for `-`, `b0__md`), and presses a button."""
        return self.send(url, self.fields(url), do, status, **changes)

    def send(
        self, url: str, fields: dict[str, Any], do: str = "save", status: int = 303, **changes: Any
    ) -> TestResponse:
        for name, value in changes.items():
            name = re.sub(r"^b(?=\d)", "", name).replace("__", "-")
            if isinstance(value, tuple):
                fields[name] = FileStorage(io.BytesIO(value[1]), value[0], name)
            else:
                fields[name] = value
        fields["do"] = do
        parts = MultiDict((name, each) for name, value in fields.items() for each in _each(value))
        boundary, body = encode_multipart(parts)
        answer = self.client.post(url, data=body, content_type=f"multipart/form-data; boundary={boundary}")
        text = answer.get_data(as_text=True)
        assert answer.status_code == status, (url, do, answer.status_code, _words(text))
        if do == "publish" and answer.headers.get("Location", "").endswith("/xuat-ban"):
            return self.publish_anew(answer.headers["Location"])
        return answer

    def publish_anew(self, url: str, status: int = 303, **changes: str) -> TestResponse:
        """Says on the page after it what kind of change it is (as proposed, unless `change` says else)."""
        fields = {**self.fields(url), **changes}
        answer = self.client.post(
            url, data=MultiDict((n, each) for n, value in fields.items() for each in _each(value))
        )
        assert answer.status_code == status, (url, answer.status_code, _words(answer.get_data(as_text=True)))
        return answer


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _words(html: str) -> str:
    main = re.search(r"<main.*?</main>", html, re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main[0] if main else html))[:1500]


@pytest.fixture
def author(sign_in: Any) -> Author:
    """The instructor of a commune."""
    return Author(sign_in("instructor"))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 42"><rect width="72" height="42" fill="#fff3d3"/></svg>'


def begin(author: Author, page: str, title: str, **more: str) -> str:
    """Begins something and returns the address of its editor."""
    answer = author.client.post(page, data={"title": title, **more})
    assert answer.status_code == 303, _words(answer.get_data(as_text=True))
    return answer.headers["Location"]


def a_lesson(author: Author, title: str = "Chọn mật khẩu dài", item: str = "") -> str:
    """Writes a lesson that can be published; returns its editor's address."""
    page = begin(author, "/studio/bai-hoc", title)
    for kind in ("text", "image", "steps", "remember", "do", "message"):
        author.press(page, f"add::{kind}")
    author.press(
        page,
        promise="Học xong bài này, bạn đặt được một mật khẩu dài và dễ nhớ.",
        groups=["citizens"],
        minutes="4",
        b0__md="## Mật khẩu là chìa khóa\n\nMật khẩu **dài** khó đoán hơn.",
        b1__file__upload=("hinh ve.svg", SVG),
        b1__alt="Một chiếc chìa khóa dài",
        b2__items="Nghĩ ra bốn từ.\nViết liền bốn từ.",
        b3__md="Dài thì chắc.",
        b4__md="Bạn đổi mật khẩu ngay bây giờ.",
        b5__sender="NGAN HANG LANG",
        b5__text="Tai khoan cua ban se bi khoa",
    )
    if item:
        author.press(page, "add::check")
        author.press(page, b6__item=item)
    return page
