"""What somebody typed goes back into the form that it was typed into, and nothing else of the page changes."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.web.filling import Filled, filled

PAGE = """\
<!doctype html><main id="main"><form action="/other" method="post"><input name="name" value="not this one"></form>
<template><form action="/x" method="post"><input name="name"></form></template>
<form action="/x" method="post" id="f">
<input type="hidden" name="token" value="new"><input type="hidden" name="unit" value="7">
<input id="name" name="name" value="Lan" required>
<textarea name="words" rows="3">old &lt;b&gt;</textarea>
<select name="role"><option value="a">A</option><option value="b" selected>B</option><option>C  D</option></select>
<input type="checkbox" name="yes" value="1" checked> <input type="checkbox" name="yes" value="2">
<input type="radio" name="one" value="x" checked><input type="radio" name="one" value="y">
<input type="password" name="password"><input type="file" name="file">
<input name="code" autocomplete="one-time-code">
<button name="do" value="save">Save</button></form>
<form method="post"><input type="hidden" name="unit" value="8"><input name="name"></form>
<input name="late" form="f" value=""></main>
"""
SENT = [
    ("token", "old"), ("unit", "7"), ("name", 'Bà "Mai" <Lê>'), ("words", "one\r\n\r\ntwo & three"), ("role", "C D"),
    ("yes", "2"), ("one", "y"), ("do", "save"), ("late", "in time"),
]  # fmt: skip


def put(sent: list[tuple[str, str]], html: str = PAGE, target: str = "/x") -> Filled:
    found = filled(html, "/x", target, sent)
    assert found is not None
    return found


def test_all_that_was_typed_stands_there_again() -> None:
    made = put(SENT)
    assert made.changed
    assert made.first == "name"
    assert made.left == ()
    assert made.must_again, "passwords, codes and files are typed again"
    for piece in (
        '<input id="name" name="name" required value="Bà &quot;Mai&quot; &lt;Lê&gt;">',
        '<textarea name="words" rows="3">\none\n\ntwo &amp; three</textarea>',
        '<option value="b">B</option><option selected>C  D</option>',
        '<input type="checkbox" name="yes" value="1"> <input type="checkbox" name="yes" value="2" checked>',
        '<input type="radio" name="one" value="x"><input type="radio" name="one" value="y" checked>',
        '<input type="hidden" name="token" value="old">',
        '<input name="late" form="f" value="in time">',
        '<input type="password" name="password"><input type="file" name="file">\n<input name="code" autocomplete=',
        '<input name="name" value="not this one">',
        '<input type="hidden" name="unit" value="8"><input name="name"></form>',
    ):
        assert piece in made.html


def test_a_form_about_something_else_is_not_filled() -> None:
    assert filled(PAGE, "/x", "/x", [("unit", "9"), ("name", "Mai")]) is None
    assert filled(PAGE, "/x", "/nowhere", SENT) is None
    assert filled(PAGE, "/x?page=2", "/x?page=2", [("unit", "8"), ("name", "Mai")]) is not None, "an address of its own"
    eight = put([("unit", "8"), ("name", "Mai")])
    assert '<input type="hidden" name="unit" value="8"><input name="name" value="Mai">' in eight.html


def test_what_has_no_place_any_more_is_told() -> None:
    made = put([*SENT, ("name", "a second"), ("gone", "words"), ("empty", " "), ("role", "nobody")])
    assert made.left == (("name", "a second"), ("role", "nobody"), ("gone", "words"))


def test_what_the_page_says_by_itself_is_no_news() -> None:
    same = [
        ("token", "x"),
        ("unit", "7"),
        ("name", "Lan"),
        ("words", "old <b>"),
        ("role", "b"),
        ("yes", "1"),
        ("one", "x"),
    ]
    assert not put(same).changed
    for name, value in (("name", "Lài"), ("words", "new"), ("role", "a"), ("yes", "2"), ("one", "y")):
        assert put([(n, v) for n, v in same if n != name] + [(name, value)]).changed
    assert put([(n, v) for n, v in same if n != "yes"]).changed, "a mark was taken away"


@pytest.mark.parametrize(
    "html", ["", "<form", "<form method=post action=/x><textarea name=a>", "<select><option>", "</form>"]
)
def test_torn_pages_do_no_harm(html: str) -> None:
    found = filled(html, "/x", "/x", [("a", "b")])
    assert found is None or found.html.startswith(html[:10])


class Sends(HTMLParser):
    """What a browser would send of the one form on a page: read in another way than the code that is tested."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.sent: list[tuple[str, str]] = []
        self.area: str | None = None
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        name, value = held.get("name") or "", held.get("value") or ""
        if tag == "textarea":
            self.area, self.words = name, ""
        elif tag == "input" and (held.get("type") != "checkbox" or "checked" in held):
            self.sent.append((name, value))

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area is not None:
            self.sent.append((self.area, self.words.removeprefix("\n")))
            self.area = None


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=12)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["text", "area", "check"]), TEXT, TEXT), max_size=6))
def test_whatever_was_sent_would_be_sent_again(fields: list[tuple[str, str, str, str]]) -> None:
    html, sent = "<form method=post>", []
    for number, (name, kind, own, typed) in enumerate(fields):
        key = f"{name}-{kind}"
        if kind == "text":
            html += f'<input name="{key}" value="{escape(own)}">'
            sent.append((key, typed))
        elif kind == "area":
            html += f'<textarea name="{key}">\n{escape(own)}</textarea>'
            sent.append((key, typed))
        else:
            html += f'<input type="checkbox" name="{key}" value="{number}"{" checked" if own else ""}>'
            if typed:
                sent.append((key, str(number)))
    made = filled(html + "</form>", "/x", "/x", sent)
    assert made is not None
    assert made.left == ()
    assert Sends(made.html).sent == sent
