"""A session that was opened for one thing opens the addresses of that thing and no other."""

from __future__ import annotations

from flask import Flask, session

from lms.api.people import claim_or_none, enter_within, here_or_none, person_by_id
from lms.db.unit_of_work import unit_of_work
from lms.identity import accounts
from lms.web.routes import ANYONE, Routes, guarded


def reading(app: Flask) -> int:
    """Somebody, and two addresses that say who is there."""
    with app.app_context(), unit_of_work():
        account_id = accounts.sign_up("Hoàng Thị Mận", "man.thu", "not a hash", target_group="citizens")
    routes = Routes("within", "/thu-pham-vi")

    @routes.post("/vao", ANYONE)
    def come_in() -> str:
        person = person_by_id(account_id)
        assert person is not None
        with unit_of_work():
            enter_within(person, "ticket", "thing-1", ["/thu-pham-vi/trong/"], 60)
        return "in"

    def who() -> str:
        claim, person = claim_or_none(), here_or_none()
        return f"{claim.id if claim else 0} {claim.within if claim else ''} {person.id if person else 0}"

    def anywhere() -> str:
        claim = claim_or_none(anywhere=True)
        return f"{claim.id if claim else 0} {session.get('within', ['none'])[0]}"

    app.add_url_rule("/thu-pham-vi/vao", view_func=guarded(come_in, ANYONE), methods=["POST"], endpoint="within.in")
    for path, view in (("trong/a", who), ("ngoai", who), ("trong", who), ("dau-do", anywhere)):
        app.add_url_rule(f"/thu-pham-vi/{path}", view_func=view, endpoint=f"within.{path}")
    return account_id


def test_it_is_one_there_and_none_elsewhere(app: Flask) -> None:
    account_id = reading(app)
    client = app.test_client()
    assert client.post("/thu-pham-vi/vao").text == "in"
    assert client.get("/thu-pham-vi/trong/a").text == f"{account_id} thing-1 {account_id}"
    for path in ("ngoai", "trong"):
        assert client.get(f"/thu-pham-vi/{path}").text == "0  0", path
    assert client.get("/thu-pham-vi/dau-do").text == f"{account_id} thing-1", "asked for by name, to end it"
    assert "/dang-nhap" in client.get("/cua-toi").location


def test_signing_in_rightly_ends_it_and_opens_everything(app: Flask) -> None:
    account_id = reading(app)
    client = app.test_client()
    client.post("/thu-pham-vi/vao")
    kept = client.get_cookie("hv")
    assert kept is not None
    answer = client.post("/dang-nhap", data={"identifier": "balanh", "password": "den-dau-1945"})
    assert answer.status_code == 303
    assert client.get("/cua-toi").status_code == 200
    assert client.get("/thu-pham-vi/dau-do").text.endswith(" none")
    thief = app.test_client()
    thief.set_cookie("hv", kept.value)
    assert thief.get("/thu-pham-vi/trong/a").text == f"{account_id} thing-1 0", "its row has ended: nobody is found"


def test_it_ends_by_itself_when_nobody_touches_it(app: Flask) -> None:
    from datetime import timedelta

    from lms import clock

    reading(app)
    client = app.test_client()
    client.post("/thu-pham-vi/vao")
    with clock.frozen_at(clock.now() + timedelta(seconds=120)):
        assert client.get("/thu-pham-vi/trong/a").text == "0  0"
