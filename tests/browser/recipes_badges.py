"""Badges: the holder's page, what somebody gets who is sent one, what it attests, whose keys sign."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from certificates.api import credential
from certificates.models import Credential
from lms.api.work import connection
from plugins.badges.models import BadgeMade
from plugins.badges.queries import BadgeRow
from plugins.badges.services import making
from tests.browser.people import ANYONE, World

NO_PAGES = {
    "badges.achievement_json": "data for programs",
    "badges.badge_file": "a file",
    "badges.did_document": "data for programs",
    "badges.file": "a file",
    "badges.issuer_profile": "data for programs",
    "badges.jwk": "a key",
    "badges.plain_picture": "a picture",
    "badges.status_list": "data for programs",
}
B, C = BadgeMade.__table__, Credential.__table__


def _first(world: World) -> BadgeRow:
    """The badge of the first paper, made where there is none yet."""
    with world.app.app_context():
        row = credential(int(connection().execute(select(C.c.id).order_by(C.c.id).limit(1)).scalar_one()))
        assert row is not None
        return making.badge(row)


def _public(ending: str = "") -> Callable[[World], str]:
    return lambda world: f"/huy-hieu/{_first(world).uuid}{ending}"


def _achieved(ending: str = "") -> Callable[[World], str]:
    return lambda world: f"/thanh-tuu/{_first(world).achievement}{ending}"


def _issuer(world: World) -> str:
    _first(world)
    return "/issuers/1"


def _jwk(world: World) -> str:
    return f"/issuers/1/keys/{_first(world).jwt_kid}"


def _list(world: World) -> str:
    made = _first(world)
    with world.app.app_context():
        row = credential(made.credential_id)
        assert row is not None
        return f"/status/{row.status_list}/revocation"


def _file(world: World) -> str:
    made = _first(world)
    with world.app.app_context():
        row = credential(made.credential_id)
        assert row is not None
        return f"/giay/{row.uuid}/huy-hieu.png"


def _mine(world: World) -> str:
    """The holder's own badge."""
    return f"/giay/{world.at['holder-paper'].rpartition('/')[2]}/huy-hieu"


VISITS = (
    ("badge-mine", "badges.mine", "holder", _mine),
    ("badge", "badges.badge", ANYONE, _public()),
    ("badge-achievement", "badges.achievement", ANYONE, _achieved()),
    ("badge-keys", "badges.issuer", ANYONE, _issuer),
)
KNOWN = {
    "badges.file": _file,
    "badges.achievement": _achieved(),
    "badges.achievement_json": _achieved(".json"),
    "badges.badge": _public(),
    "badges.badge_file": _public(".json"),
    "badges.jwk": _jwk,
    "badges.plain_picture": lambda _world: "/huy-hieu/hinh/course.png",
    "badges.status_list": _list,
}
