"""What is true of every page, whoever made it. Each check returns its findings in words; none means a good page."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urldefrag, urlsplit

from lms.testing.markup import Node

POLICY = ("default-src 'none'", "script-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'self'")
LANGUAGES = ("vi", "en")
Exists = Callable[[str, str], bool]  # (method, path) → whether an address of this application takes it


def findings(root: Node, headers: Mapping[str, str], exists: Exists) -> list[str]:
    """Everything that is wrong with a page."""
    return [
        *_frame(root),
        *_ids(root),
        *_names(root),
        *_policy(root, headers.get("Content-Security-Policy", "")),
        *_headers(headers),
        *_addresses(root, exists),
    ]


def _frame(root: Node) -> Iterator[str]:
    html = root.first("html")
    if html is None or html.attrs.get("lang") not in LANGUAGES:
        yield f"<html lang> is not one of {', '.join(LANGUAGES)}"
    headings = [h for h in root.all("h1") if h.up("template") is None]  # what is in one stands nowhere yet
    if len(headings) != 1:
        yield f"there are {len(headings)} <h1>: {[h.text for h in headings]}"
    elif not headings[0].text:
        yield "the <h1> says nothing"
    title = root.first("title")
    if title is None or not title.source.partition("·")[0].strip():
        yield "the <title> does not say which page this is"
    if len(root.all("main")) != 1:
        yield f"there are {len(root.all('main'))} <main>"


def _ids(root: Node) -> Iterator[str]:
    names = Counter(n.attrs["id"] for n in root.walk() if "id" in n.attrs)
    yield from (f"the id {name!r} stands {count} times" for name, count in names.items() if count > 1)
    for node in root.walk():
        for attribute in ("for", "aria-labelledby", "aria-describedby", "form"):
            for name in node.attrs.get(attribute, "").split():
                if name not in names:
                    yield f"{attribute}={name!r} of {node!r} leads nowhere"
        address = node.attrs.get("href", "")
        if address == "#" or (address.startswith("#") and address[1:] not in names):
            yield f"the link {address!r} ({node.text}) leads nowhere"


def name_of(node: Node, root: Node) -> str:
    """What a screen reader calls an element: its label, its aria-label or its own words."""
    if label := node.attrs.get("aria-label"):
        return label
    if ids := node.attrs.get("aria-labelledby"):
        return " ".join(found.text for i in ids.split() if (found := root.by_id(i)))
    if node.tag in ("input", "select", "textarea"):
        own = node.attrs.get("id")
        for label_node in root.all("label"):
            if own and label_node.attrs.get("for") == own:
                return label_node.text
        around = node.up("label")
        return around.text if around else ""
    inner = " ".join(image.attrs.get("alt", "") for image in node.all("img"))
    return f"{node.text} {inner}".strip()


def _names(root: Node) -> Iterator[str]:
    for node in root.walk():
        typed = node.tag in ("input", "select", "textarea") and node.attrs.get("type") != "hidden"
        if "hidden" in node.attrs or node.up("template") is not None:
            continue  # nobody comes there
        if (typed or node.tag in ("button", "a")) and not name_of(node, root):
            yield f"{node!r} has no name that could be read aloud"
        if node.tag == "img" and "alt" not in node.attrs:
            yield f"{node!r} has no alt"
        if node.tag == "fieldset" and node.first("legend") is None:
            yield f"{node!r} has no legend"


def _not_json(source: str) -> Iterator[str]:
    """Data for search engines stands in a script element that no browser runs; it must be JSON that nothing ends."""
    try:
        json.loads(source)
    except ValueError:
        yield "there is data for search engines that is not JSON"
    if "<" in source:
        yield "there is data for search engines that could end its element"


def _policy(root: Node, policy: str) -> Iterator[str]:
    parts = [p.strip() for p in policy.split(";")]
    yield from (f"the content security policy lacks {needed!r}" for needed in POLICY if needed not in parts)
    if "unsafe-" in policy:
        yield "the content security policy allows something unsafe"
    for node in root.walk():
        if node.tag == "script" and node.attrs.get("type") == "application/ld+json":
            yield from _not_json(node.source)
        elif node.tag == "script" and (node.source.strip() or not node.attrs.get("src", "").startswith("/")):
            yield "there is a script that is not a file of ours"
        if node.tag == "style":
            digest = base64.b64encode(hashlib.sha256(node.source.encode()).digest()).decode()
            if f"'sha256-{digest}'" not in policy:
                yield "there is a <style> whose hash the policy does not name"
        if node.tag in ("iframe", "object", "embed", "base"):
            yield f"there is an <{node.tag}>"
        for name, value in node.attrs.items():
            if name == "style" or name.startswith("on"):
                yield f"{node!r} has {name}={value!r}"
            if name in ("href", "src", "action") and urlsplit(value.strip()).scheme in ("javascript", "vbscript"):
                yield f"{node!r} runs {value!r}"


def _headers(headers: Mapping[str, str]) -> Iterator[str]:
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "the answer may be sniffed (X-Content-Type-Options)"
    if "Cache-Control" not in headers:
        yield "the answer does not say whether it may be kept (Cache-Control)"


def _addresses(root: Node, exists: Exists) -> Iterator[str]:
    for node in root.walk():
        for attribute in ("href", "src", "action"):
            address = urldefrag(node.attrs.get(attribute, ""))[0]
            if not address.startswith("/"):
                continue
            if address.startswith("//"):
                yield f"{node!r} leaves the site by {address!r}"
            method = node.attrs.get("method", "get").upper() if node.tag == "form" else "GET"
            if not exists(method, address.partition("?")[0]):
                yield f"{method} {address} of {node!r} is no address of ours"
        if node.tag == "form" and not node.attrs.get("action", "").startswith("/"):
            yield f"{node!r} does not say where it goes"
