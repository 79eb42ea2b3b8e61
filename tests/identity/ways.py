"""People who come in by every way, for these tests: what they type, and what is on their phones."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, insert, select, update
from werkzeug.test import TestResponse

from lms import clock
from lms.db.unit_of_work import connection, unit_of_work
from lms.identity import accounts, entering, grants, passwords, second_factor
from lms.identity.models import Account, Arriving, Code, Consent, SecondFactor, Session
from lms.messages.models import Outgoing
from lms.orgs.queries import nation_id, org_by_code
from lms.orgs.units import join

PASSWORD = "khói bếp lam chiều"
HASH = passwords.hash_password(PASSWORD)
PHONE = "0912 345 678"
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
A, S, C, O = Account.__table__, Session.__table__, Code.__table__, Outgoing.__table__  # noqa: E741


def make(app: Flask, login: str = PHONE, name: str = "Vừ Mí Sính", **more: Any) -> int:
    """An account with a password."""
    with app.app_context(), unit_of_work():
        return accounts.sign_up(name, login, HASH, **more)


def give(app: Flask, account_id: int, role: str, unit: str = "VN") -> None:
    """A role at a unit."""
    with app.app_context(), unit_of_work():
        place = org_by_code(unit)
        assert place is not None
        grants.give(account_id, role, place.id, None)


def belongs(app: Flask, account_id: int, unit: str) -> None:
    """A membership of a unit."""
    with app.app_context(), unit_of_work():
        place = org_by_code(unit)
        assert place is not None
        join(account_id, place.id, "citizens", 0)


def sign_in(app: Flask, login: str = PHONE, password: str = PASSWORD, agent: str = "", **more: Any) -> FlaskClient:
    """A browser in which somebody has signed in."""
    browser = app.test_client()
    answer = knock(browser, login, password, agent, **more)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return browser


def knock(
    browser: FlaskClient, login: str = PHONE, password: str = PASSWORD, agent: str = "", **more: Any
) -> TestResponse:
    """Somebody types a name and a password."""
    data = {"identifier": login, "password": password, **more}
    return browser.post("/dang-nhap", data=data, headers={"User-Agent": agent} if agent else {})


def inside(browser: FlaskClient) -> bool:
    """Whether the browser is signed in: by a page that looks the person up."""
    answer = browser.get("/cai-dat")
    assert answer.status_code in (200, 303), answer.status_code
    return answer.status_code == 200


def open_sessions(app: Flask, account_id: int) -> int:
    with app.app_context():
        count = select(func.count()).select_from(S).where(S.c.account_id == account_id, S.c.ended_at.is_(None))
        return int(connection().execute(count).scalar_one())


def code_sent(app: Flask) -> str | None:
    """The digits of the newest message; None where nothing was sent."""
    with app.app_context():
        body = connection().execute(select(O.c.body).order_by(O.c.id.desc()).limit(1)).scalar()
    found = re.search(r"\b\d{6}\b", body or "")
    return found[0] if found else None


def account(app: Flask, account_id: int) -> Any:
    """The row of an account."""
    with app.app_context():
        return connection().execute(select(A).where(A.c.id == account_id)).one()


def the_nation(app: Flask) -> int:
    with app.app_context():
        found = nation_id()
    assert found is not None
    return found


STEPS = ("code", "password", "enrol", "consent")


def on_the_way(app: Flask, step: str, browser: FlaskClient | None = None) -> FlaskClient:
    """A browser in the middle of it: one step is left (`STEPS`), a code is waited for, an identity is nobody's yet."""
    browser = browser or app.test_client()
    arriving, asked, phone = uuid4(), uuid4(), "+84912345678"
    with app.app_context():
        with unit_of_work() as database:
            who = accounts.sign_up("Vàng Thị Bước", f"buoc.{arriving.hex[:12]}", HASH)
            database.execute(
                insert(Arriving).values(
                    uuid=arriving, provider="vneid", subject=arriving.hex, level=3, full_name="Lò Văn Én",
                    made_at=clock.seconds() + 86_400,
                )
            )  # fmt: skip
            if step == "code":
                second_factor.begin(who)
                database.execute(update(SecondFactor).values(confirmed_at=1).where(SecondFactor.account_id == who))
            if step == "enrol":
                nation = nation_id()
                assert nation is not None
                grants.give(who, "administrator", nation, None)
                database.execute(A.update().where(A.c.id == who).values(second_factor_asked_at=1))
            if step == "consent":
                database.execute(delete(Consent).where(Consent.account_id == who))
                database.execute(A.update().where(A.c.id == who).values(made_by=who))
        mark = entering._mark(who)
    wanted = ["password"] if step == "password" else []
    with browser.session_transaction() as kept:
        kept["asked"] = [asked.hex, "sign-in", phone]
        kept["proving"] = [asked.hex, phone]
        kept["step"] = [who, "password", 1, None, "", clock.seconds() + 86_400, [], wanted, mark]
        kept["arriving"] = arriving.hex
    return browser


def signed_out_while_typing(app: Flask, browser: FlaskClient, account_id: int) -> None:
    """Ends somebody's sessions while they ask about their data, and sends what they had typed."""
    with app.app_context(), unit_of_work() as database:
        database.execute(update(S).where(S.c.account_id == account_id).values(ended_at=clock.seconds()))
    words = "Số điện thoại ghi trong tài khoản là số cũ của tôi, xin sửa giúp."
    sent = browser.post(
        "/cai-dat/du-lieu/yeu-cau",
        data={"kind": "correct", "words": words},
        headers={"Referer": "http://localhost/cai-dat/du-lieu"},
    )
    assert sent.location == "/dang-nhap?next=/cai-dat/du-lieu"
