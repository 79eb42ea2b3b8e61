"""The Markdown subset gives safe HTML; everything else is shown as it was typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.packages.markdown import plain, render, render_inline
from tests.counted import counted

ALLOWED = re.compile(
    r'</?(?:h2|h3|p|strong|em|ul|ol|li)>|<ol start="[0-9]+">|</a>'
    r'|<a href="(?:https://|tel:|mailto:)[^"<>]*" rel="noopener">'
)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("## Một\n\n### Hai", "<h2>Một</h2>\n<h3>Hai</h3>\n"),
        ("# Một\n\n#### Hai", "<p>Một</p>\n<p>Hai</p>\n"),
        ("a **b** *c*", "<p>a <strong>b</strong> <em>c</em></p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
        (
            "[cổng](https://dichvucong.gov.vn/a?b=1)",
            '<p><a href="https://dichvucong.gov.vn/a?b=1" rel="noopener">cổng</a></p>\n',
        ),
        ("[156](tel:156)", '<p><a href="tel:156" rel="noopener">156</a></p>\n'),
        ("[thư](mailto:a@b.vn)", '<p><a href="mailto:a@b.vn" rel="noopener">thư</a></p>\n'),
        ("<b>a</b> <script>x</script>", "<p>&lt;b&gt;a&lt;/b&gt; &lt;script&gt;x&lt;/script&gt;</p>\n"),
        ("a \\*b\\*", "<p>a *b*</p>\n"),
        ("`x` ~~y~~ | z", "<p>`x` ~~y~~ | z</p>\n"),
        ("&amp; &lt;", "<p>&amp;amp; &amp;lt;</p>\n"),
        ("a\nb", "<p>a\nb</p>\n"),
    ],
)
def test_the_subset(text: str, html: str) -> None:
    assert render(text) == html


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "http://a.vn",
        "//a.vn",
        "/a",
        "a.html",
        "https:a.vn",
        "https:/a.vn",
        "https://",
        "https://a@b.vn",
        "vbscript:x",
        "file:///etc/passwd",
        "tel:<script>",
        "mailto:a@b.vn?subject=x",
        "https:\\\\a.vn",
    ],
)
def test_other_links_are_no_links(target: str) -> None:
    assert "<a" not in render(f"[x]({target})")
    assert "<a" not in render_inline(f"[x](<{target}>)")


def test_inline_has_no_blocks() -> None:
    assert render_inline("## a **b**\n\n- c") == "## a <strong>b</strong>\n\n- c"


def test_plain_words() -> None:
    assert plain("## Một **hai**\n\n- [ba](https://a.vn)\n- bốn") == "Một hai\nba\nbốn"


@given(st.text(alphabet=st.sampled_from("<>\"'&=()[]*_#-:/\\ \nabjsx13.!`tel:https"), max_size=200))
def test_nothing_else_comes_out(text: str) -> None:
    for html in (render(text), render_inline(text)):
        assert "<" not in ALLOWED.sub("", html)


@pytest.mark.parametrize("piece", ["[", "*", "![", "[a](", "- ", "> ", "**a ", "*a_ ", "\\", "1. ", "  - a\n", "[]("])
def test_a_long_text_is_soon_done(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    calls, _html = counted(lambda: render(text))
    assert calls < 100 * len(text), "more than what grows with the text"
