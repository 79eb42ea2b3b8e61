"""Pure: documents in canonical form (RDFC-1.0), by PyLD; of documents that are alike by a pattern learned from PyLD.

The badges of an installation differ in a few strings. What PyLD makes of one with a marker for each string shows where
these strings go; another document of the same shape is then a matter of filling in, numbering the blank nodes by their
hashes, and sorting. That is 30 times as cheap. A pattern is used only where nothing but the strings can make a
difference, and it was found to give for its first document, byte for byte, what PyLD gives. Everything else is PyLD's.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from plugins.badges.contexts import load

_MARKER: Final = "https://marker.invalid/"
_FIXED: Final = {"@context", "type", "proofPurpose"}  # their words say how others are read, so they are of the shape
# Addresses that stand for themselves: absolute, and without anything that is escaped or resolved.
_ADDRESS: Final = re.compile(r"https?://[\w.:\[\]-]+(?:[/?#][\w/?#%&=+,;:@!$'()*~.-]*)?|did:web:[\w.:%#-]+", re.ASCII)
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"'})
_MOST_PATTERNS: Final = 200  # shapes; of ours there are a handful, whoever hands badges in may make up more
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"
_OPTIONS: Final[dict[str, Any]] = {"algorithm": "URDNA2015", "documentLoader": load}


def canonical(document: Mapping[str, Any]) -> bytes:
    """A document in canonical form, as N-Quads. Contexts come from this package; no other is loaded."""
    strings: list[str] = []
    shape: list[Hashable] = []
    try:
        marked = _marked(document, strings, shape)
    except _OfNoShapeError:
        return _by_pyld(document)
    key = tuple(shape)
    pattern = _patterns.get(key)
    if pattern is None:
        return _learned(key, marked, document, strings)
    made = _filled(pattern, strings) if pattern else None
    return made if made is not None else _by_pyld(document)


def _by_pyld(document: Mapping[str, Any]) -> bytes:
    from pyld import jsonld  # 8 MB that only what signs and checks has to carry

    found: str = jsonld.normalize(dict(document), {**_OPTIONS, "format": "application/n-quads"})
    return found.encode()


class _OfNoShapeError(Exception):
    """Something in a document may change how the rest is read."""


class _Term(NamedTuple):
    """Subject or object of a statement: as it is written, or where what is written comes from."""

    written: str = ""
    string: int | None = None  # which of the document's strings
    ending: str = ""  # of a string that is a literal, with its datatype; empty for an address
    blank: str = ""  # a blank node, by the name that PyLD gave it


_Pattern = Sequence[tuple[_Term, str, _Term]]
_patterns: dict[Hashable, _Pattern] = {}  # by shape; empty where PyLD is to be asked


def _marked(found: Any, strings: list[str], shape: list[Hashable]) -> Any:
    """The document with a marker for each string that is no part of its shape; these strings, and the shape."""
    if isinstance(found, str):
        strings.append(found)
        shape.append(None)
        return f"{_MARKER}{len(strings) - 1}"
    if isinstance(found, Mapping):
        shape.append(("{", len(found)))
        made = {}
        for key, inner in found.items():
            shape.append(key)
            if key not in _FIXED:
                if not isinstance(key, str) or "@" in key or ":" in key:
                    raise _OfNoShapeError
                made[key] = _marked(inner, strings, shape)
                continue
            words = inner if isinstance(inner, list) else [inner]
            if not all(isinstance(word, str) for word in words):
                raise _OfNoShapeError
            shape.append(json.dumps(inner))
            made[key] = inner
        return made
    if isinstance(found, list):
        shape.append(("[", len(found)))
        return [_marked(inner, strings, shape) for inner in found]
    if not isinstance(found, bool | int | float | None):
        raise _OfNoShapeError
    shape.append((type(found).__name__, found))
    return found


def _learned(key: Hashable, marked: Mapping[str, Any], document: Mapping[str, Any], strings: Sequence[str]) -> bytes:
    """PyLD's canonical form of a document; keeps the pattern of its shape, where that gives the same bytes."""
    exact, pattern = _by_pyld(document), _pattern_of(marked, len(strings))
    made = _filled(pattern, strings) if pattern else b""
    if made is not None:  # else these strings tell nothing of the pattern
        if len(_patterns) >= _MOST_PATTERNS:
            _patterns.clear()
        _patterns[key] = pattern if made == exact else ()
    return exact


def _pattern_of(marked: Mapping[str, Any], count: int) -> _Pattern:
    """What PyLD makes of the markers; nothing where not all of them are found again, each as a whole."""
    from pyld import jsonld

    dataset = jsonld.to_rdf(dict(marked), _OPTIONS)
    pattern = [
        (_term(quad["subject"]), f" <{quad['predicate']['value']}> ", _term(quad["object"]))
        for quads in dataset.values()
        for quad in quads
    ]
    terms = [term for subject, _predicate, thing in pattern for term in (subject, thing)]
    found = {term.string for term in terms} - {None}
    parts = "".join([*(term.written + term.ending for term in terms), *(quad[1] for quad in pattern)])
    whole = found == set(range(count)) and _MARKER not in parts and set(dataset) == {"@default"}
    return pattern if whole else ()


def _term(found: Mapping[str, Any]) -> _Term:
    kind, value = found["type"], found["value"]
    if kind == "blank node":
        return _Term(blank=value)
    if kind == "IRI":
        return _Term(string=_which(value)) if _which(value) is not None else _Term(f"<{value}>")
    language, datatype = found.get("language"), found["datatype"]
    ending = f'"@{language}' if language else '"' if datatype == _STRING else f'"^^<{datatype}>'
    if _which(value) is not None:
        return _Term(string=_which(value), ending=ending)
    return _Term(f'"{value.translate(_ESCAPES)}{ending}')


def _which(value: str) -> int | None:
    number = value.removeprefix(_MARKER)
    return int(number) if number != value and number.isdecimal() else None


def _filled(pattern: _Pattern, strings: Sequence[str]) -> bytes | None:
    """The canonical form with these strings; None where the pattern does not hold for them."""
    quads = [(_written(s, strings), p, _written(o, strings), s.blank, o.blank) for s, p, o in pattern]
    about: dict[str, list[str]] = {}  # by blank node: the statements in which it is, as it sees them
    for subject, predicate, thing, *blanks in quads:
        if subject is None or thing is None:
            return None
        for blank in {one for one in blanks if one}:
            seen = (("_:a" if one == blank else "_:z") if one else "" for one in blanks)
            at_subject, at_thing = seen
            about.setdefault(blank, []).append(f"{at_subject or subject}{predicate}{at_thing or thing} .\n")
    hashes = {_hash(sorted(lines)): blank for blank, lines in about.items()}
    if len(hashes) < len(about):
        return None  # blank nodes that are told apart only by what lies around them
    names = {blank: f"_:c14n{n}" for n, (_hash_, blank) in enumerate(sorted(hashes.items()))}
    lines = {f"{names.get(sb) or s}{p}{names.get(ob) or o} .\n" for s, p, o, sb, ob in quads}
    return "".join(sorted(lines)).encode()


def _written(term: _Term, strings: Sequence[str]) -> str | None:
    if term.string is None:
        return term.written
    string = strings[term.string]
    if term.ending:
        return f'"{string.translate(_ESCAPES)}{term.ending}'
    return f"<{string}>" if _ADDRESS.fullmatch(string) else None


def _hash(lines: Sequence[str]) -> str:
    return hashlib.sha256("".join(lines).encode()).hexdigest()
