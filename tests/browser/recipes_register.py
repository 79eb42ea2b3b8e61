"""Papers in an officer's hands: the forms of acts, the register, hand-overs, results that wait for a confirmer."""

from __future__ import annotations

from sqlalchemy import insert, select

from certificates.models import Confirmation, Credential, Handover
from certificates.services import registering
from certificates.services.waiting import RETURNED, WAITING
from lms.api.people import nation_id
from lms.api.work import clock, connection, unit_of_work
from lms.competency.models import Attainment
from lms.identity.models import Account
from tests.browser.people import Address, World

LIST = "/can-bo/giay"
NO_PAGES = {
    "certificates.handover_pdf": "a file",
    "certificates.register_pdf": "a file",
    "certificates.to_hand_pdf": "a file",
}
A, C, K, T, V = (t.__table__ for t in (Account, Credential, Confirmation, Attainment, Handover))


def act(name: str) -> Address:
    """The form of an act on the newest paper that is valid and is somebody else's."""

    def address(world: World) -> str:
        with world.app.app_context():
            wanted = select(C.c.number).where(C.c.state == "valid").order_by(C.c.id).limit(1)
            return f"{LIST}/{connection().execute(wanted).scalar_one()}/{name}"

    return address


def handover(world: World) -> str:
    """A hand-over of one paper to somebody of the family: made once."""
    with world.app.app_context():
        uuid = connection().execute(select(V.c.uuid).order_by(V.c.id).limit(1)).scalar()
        if uuid is None:
            nation = nation_id()
            assert nation is not None
            rows = [r for r in registering.not_handed([nation]) if r.state == "valid"][:1]
            by_id = connection().execute(select(A.c.id).order_by(A.c.id).limit(1)).scalar_one()
            with unit_of_work():
                uuid = registering.hand_over(rows, clock.today(), "family", "Hoàng Văn Nhận", "Giao tại nhà", by_id)
        return f"{LIST}/giao-nhan/{uuid}"


def book(world: World) -> str:
    """The newest book of numbers, as a file."""
    with world.app.app_context():
        return f"{LIST}/so.pdf?book={registering.books()[0].name}"


def queue(state: str) -> Address:
    """The list of results that wait, or were returned: with one of each."""

    def address(world: World) -> str:
        with world.app.app_context():
            if connection().execute(select(K.c.id).where(K.c.state == state)).first() is None:
                taken = select(K.c.attainment_id)
                row = connection().execute(select(T.c.id, T.c.account_id).where(T.c.id.not_in(taken)).limit(1)).one()
                with unit_of_work() as database:
                    database.execute(
                        insert(K).values(
                            attainment_id=row.id, account_id=row.account_id, state=state, asked_at=clock.seconds(),
                            reason="Mời bác mang căn cước đến đối chiếu." if state == RETURNED else "",
                        )
                    )  # fmt: skip
        return f"{LIST}/cho-xac-nhan{'?returned=1' if state == RETURNED else ''}"

    return address


VISITS = (
    *(
        (f"paper-{name}", "certificates.admin_act", "administrator", act(name))
        for name in ("suspend", "revoke", "correct", "reissue", "supersede")
    ),
    ("papers-found", "certificates.admin_search", "administrator", f"{LIST}?name=th%E1%BB%8B&state=valid"),
    ("papers-mistyped", "certificates.admin_search", "administrator", f"{LIST}?since=32/13/2026"),
    ("register", "certificates.register", "administrator", f"{LIST}/so"),
    ("to-hand", "certificates.to_hand", "administrator", f"{LIST}/chua-giao"),
    ("handover", "certificates.handover", "administrator", handover),
    ("results-waiting", "certificates.confirm_queue", "administrator", queue(WAITING)),
    ("results-returned", "certificates.confirm_queue", "administrator", queue(RETURNED)),
)
