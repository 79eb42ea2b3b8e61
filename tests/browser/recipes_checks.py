"""Checks of papers by officials: a record with some, one that is opened."""

from __future__ import annotations

from sqlalchemy import or_, select

from certificates.models import Check, Credential
from certificates.services.verifying import asker_of, verify
from lms.api.people import people_by_id
from lms.api.work import connection, unit_of_work
from lms.identity.models import Account
from lms.starting import demo_sign_ins
from tests.browser.people import ANYONE, World

LIST = "/can-bo/kiem-tra-giay"
NO_PAGES = {
    "certificates.checks_csv": "a file",
    "certificates.checks_xlsx": "a file",
    "certificates.check_slip": "a file",
}
A, C, K = Account.__table__, Credential.__table__, Check.__table__


def check(world: World) -> str:
    """A check by the verifier: made once."""
    with world.app.app_context():
        uuid = connection().execute(select(K.c.uuid).where(K.c.by_id.is_not(None)).order_by(K.c.id).limit(1)).scalar()
        if uuid is None:
            login = demo_sign_ins()["verifier"]["login"]
            found = select(A.c.id).where(or_(A.c.username == login, A.c.phone == login))
            who = int(connection().execute(found).scalar_one())
            number = str(connection().execute(select(C.c.number).order_by(C.c.id).limit(1)).scalar_one())
            with unit_of_work():
                uuid = verify(number, asker_of(people_by_id({who})[who], ""), "page").record
        return f"{LIST}/{uuid}"


def _list(world: World) -> str:
    check(world)
    return LIST


def _slip(world: World) -> str:
    return check(world) + ".pdf"


def _day(world: World) -> str:
    return f"/verify/{world.at['holder-number']}?ngay=20/11/2020"


def _official(world: World) -> str:
    return f"/verify/{world.at['holder-number']}"


VISITS = (
    ("staff-checks", "certificates.checks", "verifier", _list),
    ("staff-checks-none", "certificates.checks", "verifier", f"{LIST}?kq=revoked"),
    ("staff-checks-units", "certificates.checks", "administrator", f"{LIST}?xem=don-vi"),
    ("staff-check", "certificates.one_check", "verifier", check),
    ("staff-check-many", "certificates.check_many", "verifier", f"{LIST}/nhieu"),
    ("verify-official", "certificates.verify_number", "verifier", _official),
    ("verify-on-a-day", "certificates.verify_number", ANYONE, _day),
)
KNOWN = {"certificates.one_check": check, "certificates.check_slip": _slip}
