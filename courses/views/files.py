"""Files of lessons by the hash of their content, whole or in parts."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, current_app, request

from courses.media import TYPES
from lms.api.data import FileStore
from lms.api.web import ANYONE, Routes
from lms.api.work import NotFound, _

routes = Routes("courses")
AT_ONCE = 64 * 1024  # bytes sent at a time: a file is never whole in memory
FOR_EVER = "public, max-age=31536000, immutable"
# Opened by itself, a file runs nothing and fetches nothing, whatever it holds.
ALONE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@routes.get("/tep/<key>.<ending>", ANYONE)
def file(key: str, ending: str) -> Response:
    """A picture, sound, video or document of a lesson. It never changes, so it may be kept for ever."""
    if ending not in TYPES:
        raise NotFound(_("There is no such file."))
    store: FileStore = current_app.extensions["lms.files"]
    if TYPES[ending].startswith(("text/", "image/svg")):
        answer = Response(store.get(key), content_type=TYPES[ending])  # small, and sent compressed
    else:
        answer = _in_parts(store, key, TYPES[ending])
    answer.headers["Cache-Control"] = FOR_EVER
    answer.headers["Content-Security-Policy"] = ALONE
    if ending == "pdf":
        answer.headers["Content-Disposition"] = "attachment"
    return answer


def _in_parts(store: FileStore, key: str, content_type: str) -> Response:
    """The file piece by piece, or the part of it that a player asks for (RFC 9110, section 14)."""
    size = store.size(key)
    start, end = 0, size
    asked = request.range if _still_the_same(key) else None
    one_part = asked is not None and asked.units == "bytes" and len(asked.ranges) == 1  # several parts nobody needs
    if one_part and asked is not None:
        part = asked.range_for_length(size)
        if part is None:
            return Response(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
        start, end = part
    answer = Response(_pieces(store, key, start, end), content_type=content_type, direct_passthrough=True)
    answer.content_length = end - start
    answer.accept_ranges = "bytes"
    answer.set_etag(_tag(key))
    if one_part:
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        return answer
    answer.make_conditional(request.environ)
    return answer


def _tag(key: str) -> str:
    return key[:32]


def _still_the_same(key: str) -> bool:
    """Whether a part may be sent: the asker has no other part, or one of this very file."""
    condition = request.if_range
    return condition.date is None and condition.etag in (None, _tag(key))


def _pieces(store: FileStore, key: str, start: int, end: int) -> Iterator[bytes]:
    """Opens the file when the first piece is sent, and closes it behind the last."""
    with store.open(key) as file:
        file.seek(start)
        while start < end and (piece := file.read(min(AT_ONCE, end - start))):
            start += len(piece)
            yield piece
