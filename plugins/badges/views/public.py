"""Everybody: a badge that somebody passed on, what it attests, and whose keys sign."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from flask import Response, url_for
from msgspec import Struct

from lms.api.transparency import Key
from lms.api.web import ANYONE, Routes, render, say, short_date
from lms.api.work import NotFound, Text, _, settings
from plugins.badges import composing, encoding
from plugins.badges.access import public_achievement, public_badge
from plugins.badges.baking import KINDS, bake_png, bake_svg, picture
from plugins.badges.composing import Achieved
from plugins.badges.queries import BadgeRow
from plugins.badges.services import keeping
from plugins.badges.views.machines import LINKED, handed

routes = Routes("badges")
DAY = 86_400
STATES: dict[str, Text] = {
    "in_use": _("In use"),
    "retired": _("Replaced; what it signed stays good"),
    "revoked": _("Became known to others; nothing that it signed counts any more"),
}


class KeyRow(Struct, frozen=True):
    """A key as its page shows it."""

    kid: str
    algorithm: str
    public: str
    since: str
    until: str
    state: str
    state_label: str


def form_of(row: BadgeRow, ending: str) -> tuple[bytes, str]:
    """A form of a badge and its type: json, jwt, png or svg; NotFound for another."""
    if ending == "jwt":
        return row.jwt, "text/plain"
    return in_form(row.document, ending, public_achievement(row.achievement).kind)


def in_form(document: bytes, ending: str, kind: str) -> tuple[bytes, str]:
    """The same of JSON-LD: as it is, or in the picture of its kind."""
    match ending:
        case "json":
            return document, LINKED
        case "png":
            return bake_png(picture(kind, "png"), document), "image/png"
        case "svg":
            return bake_svg(picture(kind, "svg"), document), "image/svg+xml"
    raise NotFound


@routes.get("/huy-hieu/<uuid:uuid>.<ending>", ANYONE)
def badge_file(uuid: UUID, ending: str) -> Response:
    """A badge without a name, as JSON-LD, JWT, PNG or SVG: the same bytes each time."""
    content, mime = form_of(public_badge(uuid), ending)
    return handed(content, mime, 300, f"huy-hieu.{ending}" if ending in ("jwt", "svg") else "")


@routes.get("/huy-hieu/<uuid:uuid>", ANYONE)
def badge(uuid: UUID) -> str:
    """A badge that somebody passed on: what it attests and how to check it. Nothing of its holder."""
    row = public_badge(uuid)
    what, said = public_achievement(row.achievement), msgspec.json.decode(row.document)
    number = said["credentialSubject"]["licenseNumber"]
    return render(
        "badges/public/badge.html",
        badge=_badge(row, what, said),
        verify_url=f"{keeping.site().base}/verify/{number}",
        achievement_url=url_for("badges.achievement", key=row.achievement),
    )


def _badge(row: BadgeRow, what: Achieved, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "uuid": str(row.uuid),
        "kind": what.kind,
        "name": said["name"],
        "about": said["description"],
        "issuer": said["issuer"]["name"],
        "number": said["credentialSubject"]["licenseNumber"],
        "since": short_date(composing.seconds(said["validFrom"])),
        "until": short_date(composing.seconds(said["validUntil"])) if "validUntil" in said else "",
    }


@routes.get("/huy-hieu/hinh/<kind>.png", ANYONE)
def plain_picture(kind: str) -> Response:
    """The picture of a kind of badge, with nothing in it."""
    if kind not in KINDS:
        raise NotFound
    return handed(picture(kind, "png"), "image/png", DAY)


@routes.get("/thanh-tuu/<key>", ANYONE)
def achievement(key: str) -> str:
    """What badges attest: what had to be done, by which rules, with which parts of the framework."""
    what = public_achievement(key)
    parts = [{"code": p.code, "name": p.name, "skills": [name for _code, name in p.skills]} for p in what.parts]
    return render(
        "badges/public/achievement.html",
        what={
            "kind": what.kind, "name": what.name, "about": what.description, "framework": what.framework,
            "warning": what.framework_warning, "lines": what.narrative.split("\n\n"),
            "parts": parts,
        },
        json_url=url_for("badges.achievement_json", key=key),
    )  # fmt: skip


@routes.get("/issuers/1", ANYONE)
def issuer() -> str:
    """Who issues badges, and every key that ever signed them."""
    return render(
        "badges/public/issuer.html",
        name=settings().issuer_name or composing.NO_ISSUER,
        did=keeping.site().did,
        keys=[_key(key) for key in keeping.every_key()],
        did_url=url_for("badges.did_document"),
        profile_url=url_for("badges.issuer_profile"),
    )


def _key(key: Key) -> KeyRow:
    state = "revoked" if key.revoked_at is not None else "retired" if key.retired_at is not None else "in_use"
    return KeyRow(
        key.kid,
        "JSON-LD, Ed25519" if key.purpose == keeping.PURPOSE else "JWT, ES256",
        encoding.multikey(key.public),
        short_date(key.valid_from),
        short_date(key.retired_at) if key.retired_at is not None else "",
        state,
        say(STATES[state]),
    )
