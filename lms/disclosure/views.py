"""Anybody: the log's newest checkpoint, its tiles and entries, its key; what witnesses hand in."""

from __future__ import annotations

from flask import Response, request, url_for

from lms.config import current
from lms.db.unit_of_work import unit_of_work
from lms.errors import NotFound
from lms.limits import take
from lms.transparency import cosigning, queries
from lms.transparency.merkle import WIDTH, read_number
from lms.transparency.notes import LONGEST
from lms.web.locale import current_locale, time_and_date
from lms.web.rendering import render
from lms.web.routes import ANYONE, MACHINE, Routes

routes = Routes("lms")
FOR_EVER = "public, max-age=31536000, immutable"
TEXT = "text/plain; charset=utf-8"


@routes.get("/nhat-ky-minh-bach", ANYONE, endpoint="log")
def page() -> str:
    """What the log is, how it stands, and how anybody can watch it."""
    row, key = queries.newest(), queries.log_key()
    return render(
        "disclosure/log.html",
        size=row.size if row else 0,
        changed_at=time_and_date(row.made_at, current_locale()) if row else "",
        key=str(key) if key else "",
        address=f"{current().public_url()}/log",
        witnesses=[
            (w.name, w.size, time_and_date(w.seen_at, current_locale()) if w.seen_at else "", w.ended_at is not None)
            for w in queries.witnesses()
        ],
        checkpoint_url=url_for("lms.log_checkpoint"),
    )


@routes.get("/log/checkpoint", MACHINE, endpoint="log_checkpoint")
def checkpoint() -> Response:
    """What the log signed last. NotFound before its first entry."""
    row = queries.newest()
    if row is None:
        raise NotFound
    answer = Response(queries.with_cosignatures(row), content_type=TEXT)
    answer.headers["Cache-Control"] = "public, max-age=2"
    return answer


@routes.get("/log/key", MACHINE, endpoint="log_key")
def key() -> Response:
    """The keys by which the log's signatures are checked, the newest last: name+id+key, a line each."""
    found = queries.log_keys()
    if not found:
        raise NotFound
    return Response("".join(f"{one}\n" for one in found), content_type=TEXT)


@routes.get("/log/tile/<path:path>", MACHINE, endpoint="log_tile")
def tile(path: str) -> Response:
    """Hashes of a level, or entries: tile/<level or "entries">/<number>[.p/<width>]. What it gives never changes."""
    level, _, rest = path.partition("/")
    name, part, width = rest.partition(".p/")
    try:
        number, wide = read_number(name), _small(width) if part else WIDTH
        if not 0 < wide <= WIDTH or (part and wide == WIDTH):
            raise ValueError(width)
        found = queries.entries(number, wide) if level == "entries" else queries.tile(_small(level), number, wide)
    except ValueError:
        raise NotFound from None
    answer = Response(found, content_type="application/octet-stream")
    answer.headers["Cache-Control"] = FOR_EVER
    return answer


def _small(text: str) -> int:
    """A number below 1000 without zeros before it. ValueError."""
    if not text.isascii() or not text.isdigit() or len(text) > 3 or (len(text) > 1 and text[0] == "0"):
        raise ValueError(text)
    return int(text)


@routes.post("/log/cosign", MACHINE, endpoint="log_cosign")
def cosign() -> Response:
    """Takes in a checkpoint with the line of a witness whom this installation names."""
    take("log-cosign", request.remote_addr or "nowhere", most=60, seconds=600)
    raw = request.get_data(cache=False)[: LONGEST + 1]
    with unit_of_work():
        new = cosigning.take(raw)
    return Response(f"{new}\n", content_type=TEXT)
