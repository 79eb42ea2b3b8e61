"""A form that comes after the session has ended is kept for the same person and shown again; they alone send it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

import lms
from lms import clock
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.identity import kept_forms
from lms.identity.models import Account, KeptForm, Session
from lms.privacy.models import DataRequest
from lms.starting import demo_sign_ins
from lms.web.session import COOKIE, GRACE, LIFETIME, RENEW

K, A, S = KeptForm.__table__, Account.__table__, Session.__table__
PAGE, TARGET = "/cai-dat/du-lieu", "/cai-dat/du-lieu/yeu-cau"
WORDS = 'Tôi muốn biết vì sao <số điện thoại> của tôi "hiện ra"\r\nở trang đó.'
SHOWN = "Những gì bác đã nhập vẫn còn đây"


@pytest.fixture
def learner(sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in("learner")


def end_sessions(app: Flask) -> None:
    """As if all had been ended somewhere else."""
    with app.app_context(), unit_of_work() as database:
        database.execute(update(S).values(ended_at=clock.seconds()))


def kept_rows(app: Flask) -> int:
    with app.app_context():
        found: int = connection().execute(select(func.count()).select_from(K)).scalar_one()
        let_go()
        return found


def send(browser: FlaskClient, page: str = PAGE, target: str = TARGET, **fields: str) -> TestResponse:
    return browser.post(target, data=fields, headers={"Referer": f"http://localhost{page}"})


def ask(browser: FlaskClient, words: str = WORDS) -> TestResponse:
    return send(browser, kind="correct", words=words)


def come_in(browser: FlaskClient, role: str, answer: TestResponse) -> str:
    """Signs in on the page that `answer` leads to, and returns the page that follows."""
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    back = re.search(r'name="return_to" value="([^"]*)"', page)
    assert back is not None, page
    person = demo_sign_ins()[role]
    signed_in = browser.post(
        "/dang-nhap", data={"identifier": person["login"], "password": person["password"], "return_to": back[1]}
    )
    assert signed_in.status_code == 303, signed_in.text
    assert signed_in.location == back[1]
    return browser.get(back[1]).text


def test_a_learner_gets_it_back_and_sends_it(app: Flask, learner: FlaskClient) -> None:
    end_sessions(app)
    answer = ask(learner)
    assert answer.location == f"/dang-nhap?next={PAGE}"
    assert "vừa nhập vẫn được giữ" in learner.get(answer.location).text
    page = come_in(learner, "learner", answer)
    assert SHOWN in page
    assert '>\nTôi muốn biết vì sao &lt;số điện thoại&gt; của tôi "hiện ra"\nở trang đó.</textarea>' in page
    with app.app_context():
        asked = connection().execute(select(func.count()).select_from(DataRequest.__table__)).scalar_one()
        let_go()
    assert asked == 0, "it is never sent by itself"
    assert kept_rows(app) == 1, "it waits until it has been sent"
    assert SHOWN in learner.get(PAGE).text
    assert SHOWN not in learner.get("/cai-dat").text, "it stands on its own page only"
    assert ask(learner).status_code == 303
    assert kept_rows(app) == 0
    after = learner.get(PAGE).text
    assert SHOWN not in after


def test_an_official_gets_choices_back(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    official = sign_in("administrator")
    with app.app_context():
        uuid = connection().execute(select(A.c.uuid).where(A.c.username == "balanh")).scalar_one()
        let_go()
    with app.test_request_context():
        page = url_for("grants.giving_page", uuid=uuid)
    form = official.get(page)
    assert form.status_code == 200
    roles = re.findall(r'name="role" value="(\w+)"', form.text)
    units = re.findall(r'name="unit" value="(\d+)"', form.text)
    end_sessions(app)
    back = come_in(
        official, "administrator",
        send(official, page, page, role=roles[-1], unit=units[-1], first="1/12/2026", last=""),
    )  # fmt: skip
    assert "vẫn còn đây" in back
    assert re.search(rf'<input type="radio" name="role" value="{roles[-1]}"[^>]* checked', back)
    assert re.search(r'<input id="first" [^>]*value="1/12/2026"', back)


def test_another_person_never_sees_it(app: Flask, learner: FlaskClient) -> None:
    end_sessions(app)
    page = come_in(learner, "instructor", ask(learner))
    assert "vẫn còn đây" not in page
    assert "vì sao" not in page
    assert kept_rows(app) == 0, "once another has come in it is gone for good"
    assert "vì sao" not in learner.get("/dang-nhap/da-nhap").text


def test_the_same_person_elsewhere_does_not_see_it(
    app: Flask, learner: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    end_sessions(app)
    ask(learner)
    elsewhere = sign_in("learner")
    assert "vì sao" not in elsewhere.get(PAGE).text
    assert "vì sao" not in elsewhere.get("/dang-nhap/da-nhap").text
    assert kept_rows(app) == 1


def test_nothing_in_the_database_tells_what_was_typed(app: Flask, learner: FlaskClient) -> None:
    end_sessions(app)
    ask(learner)
    with app.app_context():
        sealed = bytes(connection().execute(select(K.c.sealed)).scalar_one())
        let_go()
    for piece in ("vì sao", "words", PAGE):
        assert piece.encode() not in sealed


def test_it_runs_out(app: Flask, learner: FlaskClient) -> None:
    end_sessions(app)
    answer = ask(learner)
    with app.app_context():
        with unit_of_work() as database:
            database.execute(update(K).values(at=clock.seconds() - kept_forms.HOURS * 3600))
        assert "vẫn còn đây" not in come_in(learner, "learner", answer)
        kept_forms.forget_old()
    assert kept_rows(app) == 0


def test_nobody_s_form_is_not_kept(app: Flask, client: FlaskClient, learner: FlaskClient) -> None:
    assert ask(client).location == f"/dang-nhap?next={PAGE}"
    learner.post("/dang-xuat")
    ask(learner)
    assert kept_rows(app) == 0, "who signs out is gone"


def test_passwords_and_buttons_alone_are_not_kept(app: Flask, learner: FlaskClient) -> None:
    end_sessions(app)
    send(learner, "/cai-dat", "/cai-dat/mat-khau", old_password="cũ mèm", password="mới tinh")
    send(learner, code="123456")
    send(learner, words="  ")
    send(learner, words="x" * (kept_forms.MOST_LETTERS + 1))
    assert kept_rows(app) == 0
    for n in range(kept_forms.MOST_OF_ONE + 3):
        ask(learner, f"lời {n}")
    assert kept_rows(app) == kept_forms.MOST_OF_ONE
    for _n in range(kept_forms.MOST_KEPT[0]):
        assert ask(learner).status_code == 303, "one too many still leads to signing in"


def test_a_page_that_is_different_now(app: Flask, learner: FlaskClient) -> None:
    """What has no form to go back to can be read and copied."""
    end_sessions(app)
    page = come_in(learner, "learner", send(learner, PAGE, "/dang-nhap/da-nhap/bo", note="Lời nhắn dài"))
    assert "Trang này nay đã khác" in page
    assert "Lời nhắn dài" in learner.get("/dang-nhap/da-nhap").text
    dropped = learner.post("/dang-nhap/da-nhap/bo", data={"return_to": PAGE})
    assert dropped.location == PAGE
    assert kept_rows(app) == 0
    assert "Lời nhắn dài" not in learner.get("/dang-nhap/da-nhap").text


def test_a_form_from_a_page_that_cannot_be_opened(app: Flask, learner: FlaskClient) -> None:
    end_sessions(app)
    answer = send(learner, "/cai-dat/mat-khau", "/dang-nhap/da-nhap/bo", note="Lời nhắn dài")
    assert answer.location == "/dang-nhap?next=/dang-nhap/da-nhap", (
        "neither address is a page: to what was typed itself"
    )


def test_a_session_that_ran_out_of_time(app: Flask, learner: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr("lms.web.session.time.time", lambda: now + LIFETIME + RENEW)
    answer = ask(learner)
    assert "vì sao" in come_in(learner, "learner", answer)
    cookie = learner.get_cookie(COOKIE)
    assert cookie is not None
    assert cookie.max_age == LIFETIME + GRACE


def test_a_device_of_many_keeps_nothing(app: Flask, learner: FlaskClient) -> None:
    with learner.session_transaction() as session:
        session.update(idle=600, back="/lop/khoa", used=clock.seconds())
    end_sessions(app)
    ask(learner)
    assert kept_rows(app) == 0


def test_who_is_in_already_is_not_led_in_circles(learner: FlaskClient) -> None:
    answer = learner.get("/dang-nhap/buoc-hai")
    assert answer.status_code == 303
    assert answer.location == learner.get("/dang-nhap").location


def secret_fields() -> Iterator[tuple[str, str]]:
    """(template, name) of every field that browsers are told to keep to themselves."""
    root = Path(lms.__path__[0]).parent
    for folder in ("lms", "courses", "quizzes", "certificates", "plugins"):
        for file in (root / folder).rglob("*.html"):
            for line in file.read_text(encoding="utf-8").splitlines():
                hidden = '"password"' in line or "one-time-code" in line or "-password" in line
                for name in re.findall(r'field\("(\w+)"|<input[^>]* name="(\w+)"', line) if hidden else ():
                    yield file.relative_to(root).as_posix(), name[0] or name[1]


def test_every_secret_field_has_a_name_that_is_never_kept() -> None:
    found = {pair for pair in secret_fields() if pair[1] not in ("identifier", "return_to")}
    assert len(found) >= 8
    assert {name for _file, name in found} <= kept_forms.SECRET | {kept_forms.CODE}
