"""Many people who attained a programme and have no paper yet."""

from __future__ import annotations

from uuid import uuid4

from flask import Flask
from sqlalchemy import delete, select, update

from lms.api.people import NewPerson, find_units, make_people
from lms.competency.models import Attainment
from lms.db.many import insert_many
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts
from lms.orgs.models import Membership
from lms.outbox.models import Delivery
from lms.outbox.worker import Worker
from lms.testing import story

PROGRAMME = "nguoi-dan"
A, M, D = Attainment.__table__, Membership.__table__, Delivery.__table__


def commune() -> int:
    """Xã Bắc Hà."""
    return find_units("bac ha lao cai", 1, levels={"commune"})[0].id


def work(app: Flask) -> None:
    """All that the worker has to do."""
    worker = Worker(app)
    while worker.once():
        pass


def _word(n: int) -> str:
    """A number as a word of letters: names hold no figures."""
    return "".join(chr(ord("a") + int(figure)) for figure in str(n)).capitalize()


def attained(many: int, name: str = "Lò Thị Pẳn", org_id: int | None = None) -> list[int]:
    """Makes people of a unit who attained the citizens' programme; the ids of what they attained. In an app context.

    One of them learns it all; the others have what they have, and nothing that the worker would do by itself.
    """
    org_id = org_id or commune()
    with unit_of_work() as database:
        who = accounts.sign_up(f"{name} Một", f"first-{org_id}-{many}", "no hash", target_group="citizens")
        story.fulfil(who, PROGRAMME)
        one = dict(database.execute(select(A).where(A.c.account_id == who)).mappings().one())
        people = make_people([NewPerson(f"{name} {_word(n)}", "citizens") for n in range(2, many + 1)], None, org_id)
        belongs = {"org_id": org_id, "target_group": "citizens", "valid_from": 1}
        rows = [{"account_id": p, **belongs} for p in (who, *people)]
        member = dict(zip((who, *people), insert_many(M, rows), strict=True))
        database.execute(update(A).where(A.c.id == one["id"]).values(membership_id=member[who]))
        for key in ("id", "uuid"):
            del one[key]
        rows = [{**one, "uuid": uuid4(), "account_id": p, "membership_id": member[p]} for p in people]
        insert_many(A, rows)
    with unit_of_work() as database:
        database.execute(delete(D).where(D.c.event == "lms.ProgrammeAttained"))
        of_them = select(A.c.id).where(A.c.account_id.in_([who, *people])).order_by(A.c.id)
        return list(connection().execute(of_them).scalars())
