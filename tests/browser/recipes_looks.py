"""How papers look: an issuer with versions and a draft."""

from __future__ import annotations

from sqlalchemy import select

from certificates.lawful import Wish
from certificates.services import looks
from lms.api.work import connection, unit_of_work
from lms.identity.models import Account
from lms.orgs.queries import org_by_code
from lms.starting import demo_sign_ins
from tests.browser.people import World
from tests.browser.recipes_places import COMMUNE

NO_PAGES = {
    "certificates.card": "a picture",
    "certificates.card_pdf": "a file",
    "certificates.look_preview": "a picture",
}
LINES = ("ỦY BAN NHÂN DÂN TỈNH LÀO CAI", "ỦY BAN NHÂN DÂN XÃ BẮC HÀ")


def editor(world: World) -> str:
    """The editor of an issuer with two versions and a draft."""
    with world.app.app_context():
        unit = org_by_code(COMMUNE)
        assert unit is not None
        if not looks.versions(unit.id, "attainment"):
            login = demo_sign_ins()["administrator"]["login"]
            who = connection().execute(select(Account.__table__.c.id).where(Account.__table__.c.username == login))
            person = who.scalar_one()
            for accent in ("lacquer", "plum", "bronze"):
                wish = Wish("state/2", LINES, ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), "Lù Thị Hoa", accent=accent)
                with unit_of_work():
                    looks.save(unit.id, "attainment", wish, person)
                    if accent != "bronze":
                        looks.publish(unit.id, "attainment", person)
        return f"/can-bo/mau-giay/{unit.id}/xac-nhan"


def preview(world: World) -> str:
    """The picture of its sample."""
    return f"{editor(world)}/xem.png"
