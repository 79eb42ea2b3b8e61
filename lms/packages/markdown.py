"""The Markdown subset: ## and ###, paragraphs, bold, italic, lists, links. Everything else is shown as it was typed."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_TARGET = re.compile(
    r"https://[^/\s?#@\\]+(?:[/?#]\S*)?|tel:\+?[0-9(). -]{2,20}|mailto:[^\s?@]+@[^\s?@]+", re.IGNORECASE
)
_BLOCKS = {"h2", "h3", "p", "ul", "ol", "li"}
_INLINE = {"strong", "em", "a"}


class _Subset(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return is_safe_link(url)


def _parser() -> MarkdownIt:
    parser = _Subset("zero", {"html": False, "linkify": False, "typographer": False, "maxNesting": 12})
    parser.enable(["heading", "list", "emphasis", "link", "escape"])
    return parser


def is_safe_link(target: str) -> bool:
    return _TARGET.fullmatch(target) is not None


@functools.lru_cache(maxsize=4000)
def render(text: str) -> str:
    """Safe HTML of a text with paragraphs, headings and lists."""
    tokens = tokens_of(text)
    for token in tokens:
        if token.type.startswith("heading_") and token.tag not in ("h2", "h3"):
            token.tag = "p"
    return _gate(_PARSER.renderer.render(tokens, _PARSER.options, {}), _BLOCKS | _INLINE)


@functools.lru_cache(maxsize=4000)
def render_inline(text: str) -> str:
    """Safe HTML of one line: bold, italic and links only."""
    return _gate(_PARSER.renderInline(text), _INLINE)


@functools.lru_cache(maxsize=4000)
def plain(text: str) -> str:
    """The words of a text, one line for each paragraph, heading or list entry."""
    lines = []
    for token in tokens_of(text):
        if token.type == "inline":
            lines.append("".join(child.content for child in token.children or () if child.type == "text"))
    return "\n".join(lines)


def tokens_of(text: str) -> Sequence[Token]:
    return _PARSER.parse(text)


def _gate(html: str, tags: set[str]) -> str:
    return nh3.clean(
        html,
        tags=tags,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"https", "tel", "mailto"},
        link_rel="noopener",
    )


_PARSER = _parser()
