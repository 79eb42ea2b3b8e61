"""The station's own pages: taking papers in, opening them, giving the answers back. On a server they do not exist."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from lms.api.studio import Field
from lms.api.web import ANYONE, Routes, render, say
from lms.api.work import DomainError, Invalid, NotFound, _, clock, take, unit_of_work
from plugins.supervision import queries
from plugins.supervision.access import supervised_by
from plugins.supervision.format.keys import key_id
from plugins.supervision.format.lines import MOST_BYTES
from plugins.supervision.format.sealing import typed_code
from plugins.supervision.numbering import grouped
from plugins.supervision.queries import SessionRow
from plugins.supervision.services import station
from plugins.supervision.services.station import Brought
from plugins.supervision.services.ticking import is_station
from plugins.supervision.views.board import COOKIE, private

routes = Routes("supervision", "/tram")
handing = Routes("supervision", "/coi-thi/bai")
Answer = str | Response | tuple[str, int]
MOST_CODES = (10, 600)  # codes tried in ten minutes: each costs this machine half a second and 128 MB
SLOW = 60  # seconds that sending may take
HALF_DAY = 12 * 3600


def _here() -> None:
    if not is_station():
        raise NotFound


@routes.get("", ANYONE)
def station_front() -> str:
    """What was brought to this station, and what to do next."""
    _here()
    return _page({})


def _page(errors: dict[str, list[str]], wrong: str = "", code: str = "", time: str = "") -> str:
    rows = []
    for row in station.brought():
        session = queries.session_by_id(row.session_id) if row.session_id is not None else None
        mine = wrong == str(row.uuid)
        rows.append(
            {
                "uuid": row.uuid,
                "facts": row.facts,
                "key": _grouped(key_id(row.server_key)),
                "session": session,
                "room": grouped(session.code) if session else "",
                "code": Field(code if mine else "", errors.get("code", []) if mine else []),
                "time": Field(time if mine else "", errors.get("time", []) if mine else []),
            }
        )
    return render(
        "supervision/station/front.html",
        rows=rows,
        sealed=sum(row["session"] is None for row in rows),
        now=f"{clock.local(clock.now()):%H:%M}",
        file=Field("", errors.get("file", [])),
        errors=errors,
    )


def _grouped(key: str) -> str:
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


@routes.post("", ANYONE)
def bring() -> Answer:
    """Takes a file with papers in; it stays sealed."""
    _here()
    try:
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            raise Invalid(_("Please choose the file with the papers. Its name ends in .hvs-phien."))
        content = upload.stream.read(MOST_BYTES + 1)
        with unit_of_work():
            station.bring(content)
    except Invalid as error:
        return _page({"file": [say(error.text)]}), 422
    return redirect(url_for("supervision.station_front"), 303)


@routes.post("/mo", ANYONE)
def unseal() -> Answer:
    """Opens papers with the code of the sheet. Twice is once."""
    _here()
    bundle, code = request.form.get("bundle", ""), request.form.get("code", "")[:60]
    time = request.form.get("time", "").strip()[:10]
    try:
        uuid = UUID(bundle)
    except ValueError:
        raise NotFound from None
    try:
        offset = _offset(time)
        typed = typed_code(code)
        with unit_of_work():
            take("unseal", "station", *MOST_CODES)
        found, key, opened = station.unsealed(uuid, typed)
        station.keep_pictures(opened)
        with unit_of_work():
            station.open_papers(found, key, opened, offset)
    except NotFound:
        raise
    except DomainError as error:
        fields = error.fields if isinstance(error, Invalid) and error.fields else {"code": error.text}
        errors = {name: [say(text)] for name, text in fields.items()}
        return _page(errors, bundle, code, time), error.status
    return redirect(url_for("supervision.station_front"), 303)


def _offset(typed: str) -> int | None:
    """How many seconds this station's clock is ahead of the watch that says this; None where nothing was typed."""
    if not typed:
        return None
    hour, _colon, minute = typed.lower().replace("h", ":").replace(".", ":").replace(" ", "").partition(":")
    if not (hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit() and len(minute) == 2):
        text = _("Please write the hour like this: 8:00 or 14:30.")
        raise Invalid(text, time=text)
    if int(hour) > 23 or int(minute) > 59:
        text = _("Please write the hour like this: 8:00 or 14:30.")
        raise Invalid(text, time=text)
    local = clock.local(clock.now())
    here = local.hour * 3600 + local.minute * 60  # a watch is read to the minute
    ahead = here - (int(hour) * 3600 + int(minute) * 60)
    return (ahead + HALF_DAY) % (2 * HALF_DAY) - HALF_DAY


# --- giving the answers back, by whoever supervises -------------------------------------------------------------------


def _supervised() -> tuple[SessionRow, Brought]:
    """The session that this browser supervises, with the papers that it came from."""
    _here()
    found = supervised_by(request.cookies.get(COOKIE, ""))
    if found is None:
        raise NotFound(_("This browser supervises no session now. Please type the room's number and the PIN again."))
    for row in station.brought():
        if row.session_id == found[1].id:
            return found[1], row
    raise NotFound


@handing.get("", ANYONE)
def giving() -> Response:
    """What there is to give back, and how."""
    session, row = _supervised()
    return _giving(session, row)


def _giving(session: SessionRow, row: Brought, status: int = 200, error: str = "", sent: Any = None) -> Response:
    answers = station.answers_of(row)
    page = render(
        "supervision/station/giving.html",
        session=session,
        papers=len(answers.papers),
        still_open=answers.open,
        address=row.facts["hand_over"],
        error=error,
        sent=sent,
    )
    return private(page, status)


@handing.get("/tep", ANYONE)
def answers_file() -> Response:
    """The file with the answers: signed by this station, sealed for the server."""
    session, row = _supervised()
    answer = Response(station.hand_over(row), mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{session.code}.hvs-bai"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@handing.post("/gui", ANYONE)
def send_answers() -> Response:
    """Sends the answers to the server that made the papers, where a network is there."""
    session, row = _supervised()
    address = str(row.facts["hand_over"])
    if not address.startswith(("https://", "http://")):
        return _giving(session, row, 422, say(_("These papers do not say where to send answers. Please use the file.")))
    asked = urllib.request.Request(  # noqa: S310  http and https only, as signed by the server
        address, data=station.hand_over(row), headers={"Content-Type": "application/octet-stream"}, method="POST"
    )
    try:
        with urllib.request.urlopen(asked, timeout=SLOW) as answer:  # noqa: S310
            told = json.loads(answer.read(64 * 1024))
    except urllib.error.HTTPError as error:
        return _giving(session, row, 422, _problem(error))
    except (OSError, ValueError):
        text = _("The server did not answer. Nothing is lost: try again later, or carry the file.")
        return _giving(session, row, 422, say(text))
    return _giving(session, row, sent=told if isinstance(told, dict) else {})


def _problem(error: urllib.error.HTTPError) -> str:
    try:
        told = json.loads(error.read(64 * 1024))
        return str(told["problem"])[:500]
    except (ValueError, TypeError, KeyError, OSError):
        return say(_("The server did not take the answers ({n}). Please carry the file.", n=error.code))
