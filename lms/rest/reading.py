"""Reads what a request brings into Structs. What does not fit is refused by name, never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from lms.errors import Invalid, NotFound
from lms.text import Text, _

S = TypeVar("S", bound=msgspec.Struct)
MOST_BODY = 64 * 1024  # bytes of one JSON body
_AT = re.compile(r"(.*) - at `(?:key in )?\$\.?(\w+).*`\Z", re.S)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`\Z", re.S)
_MISSING = re.compile(r"Object missing required field `(.*?)`.*\Z", re.S)


def path(places: Mapping[str, str], wanted: type[S]) -> S:
    """The places of the address. What cannot be one names nothing: NotFound."""
    try:
        return msgspec.convert(places, wanted, strict=False)
    except msgspec.ValidationError:
        raise NotFound from None


def query(wanted: type[S] | None) -> S | None:
    """What stands behind the question mark. Each name once, and no other than the operation knows: else Invalid."""
    known = wanted.__struct_encode_fields__ if wanted is not None else ()
    for name, values in request.args.lists():
        if name not in known:
            raise _wrong(name, _("This address knows no parameter of this name."))
        if len(values) > 1:
            raise _wrong(name, _("This parameter is given more than once."))
    if wanted is None:
        return None
    try:
        return msgspec.convert(request.args.to_dict(), wanted, strict=False)
    except msgspec.ValidationError as error:
        raise _refusal(error) from None


def body(wanted: type[S], most: int = MOST_BODY) -> S:
    """The JSON body. Raises Invalid, or what HTTP calls an unsupported type (415) or too large (413)."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    request.max_content_length = most
    try:
        return msgspec.json.decode(request.get_data(cache=False), type=wanted)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _refusal(error) from None


def _refusal(error: Exception) -> Invalid:
    """Names the field, in the words of the schema."""
    if not isinstance(error, msgspec.ValidationError):
        return Invalid(_("The body of the request is not JSON that can be read."))
    words = str(error)
    if found := _UNKNOWN.match(words):
        return _wrong(found[1], _("No field has this name here."))
    if found := _MISSING.match(words):
        return _wrong(found[1], _("This field is missing."))
    if found := _AT.match(words):
        return _wrong(found[2], _described(found[1]))
    return Invalid(_described(words))


def _described(words: str) -> Text:
    return _("This does not fit the API's description: {what}", what=words)


def _wrong(name: str, what: Text) -> Invalid:
    refused = Invalid()
    refused.fields = {name[:80]: what}  # not a keyword: a name from outside might be one of Invalid's own
    return refused
