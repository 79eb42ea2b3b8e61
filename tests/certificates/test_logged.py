"""A paper is valid only while everything that is kept of it is what was issued."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import select, update

from certificates.models import Credential
from lms.api.work import connection, unit_of_work
from lms.db.unit_of_work import let_go
from lms.identity import accounts
from lms.testing import story
from lms.testing.page_client import Pages
from lms.transparency import checking, entering
from lms.transparency.proofs import Proof, proves
from lms.transparency.queries import log_key

C = Credential.__table__


@pytest.fixture
def number(any_app: Flask) -> str:
    """Of a paper that somebody earned."""
    with any_app.app_context():
        with unit_of_work():
            who = accounts.sign_up("Lê Thị Tươi", "tuoi", "no hash: nobody signs in", target_group="citizens")
            story.fulfil(who, "nguoi-dan")
        story.one_round(any_app)
        entering.give_places()
        found = connection().execute(sa.text("SELECT number FROM certificates_credential")).scalar_one()
        let_go()
    return str(found)


def change(app: Flask, statement: str, **values: Any) -> None:
    with app.app_context(), unit_of_work():
        assert connection().execute(sa.text(statement), values).rowcount


def test_its_proof_leads_to_the_log(any_app: Flask, number: str) -> None:
    page = Pages(any_app).open(f"/verify/{number}")
    assert page.heading == "Giấy có giá trị"
    assert "Có trong nhật ký minh bạch" in page.text
    answer = any_app.test_client().get(f"/verify/{number}/bang-chung")
    assert f"{number}.tlog-proof" in answer.headers["Content-Disposition"]
    proof = Proof.read(answer.text)
    assert json.loads(proof.extra)["number"] == number
    with any_app.app_context():
        key = log_key()
        assert key is not None
        assert proves(proof, proof.extra, key)
        assert checking.check().whole
    assert "Lê" not in proof.extra.decode()
    assert any_app.test_client().get("/verify/HVS-XN-2026-999999-00/bang-chung").status_code in (404, 422)


ALTERATIONS = {
    "the name": ("full_name", "Người Khác"),
    "the programme": ("statement_lines", ["Đã hoàn thành: Chương trình khác"]),
    "the day": ("place_and_date", "Lào Cai, ngày 01 tháng 01 năm 2020"),
    "the issuer": ("issuer_lines", ["Cơ quan khác"]),
}


@pytest.mark.parametrize("what", ALTERATIONS)
def test_a_changed_fact_is_never_valid(any_app: Flask, number: str, what: str) -> None:
    key, value = ALTERATIONS[what]
    with any_app.app_context(), unit_of_work():
        held = connection().execute(select(C.c.paper).where(C.c.number == number)).scalar_one()
        connection().execute(update(C).where(C.c.number == number).values(paper={**held, key: value}))
    page = Pages(any_app).open(f"/verify/{number}")
    assert page.heading == "Giấy không khớp với sổ"
    assert "Người Khác" not in page.text
    answer = any_app.test_client().get(f"/api/v1/verify/{number}")
    assert (answer.status_code, json.loads(answer.data)["state"]) == (409, "altered")


STATEMENTS = {
    "withdrawn past the acts": "UPDATE certificates_credential SET state = 'revoked' WHERE number = :n",
    "another digest": "UPDATE certificates_credential SET digest = replace(digest, substr(digest, 1, 4), 'ffff')"
    " WHERE number = :n",
    "another salt": "UPDATE certificates_credential SET salt = :salt WHERE number = :n",
    "no entry": "DELETE FROM lms_log_entry WHERE subject = :n",
    "an entry of a withdrawal taken away": "UPDATE lms_log_entry SET kind = 'report' WHERE subject = :n",
}


@pytest.mark.parametrize("what", STATEMENTS)
def test_whoever_writes_past_the_product_is_found_out(any_app: Flask, number: str, what: str) -> None:
    values = {"n": number} | ({"salt": b"x" * 16} if "salt" in what else {})
    change(any_app, STATEMENTS[what], **values)
    assert Pages(any_app).open(f"/verify/{number}").heading == "Giấy không khớp với sổ"
    with any_app.app_context():
        assert not checking.check().whole


def test_a_paper_made_up_in_the_database_is_found_out(any_app: Flask, number: str) -> None:
    """A copy of a row under another number: its own entry is missing."""
    change(
        any_app,
        "UPDATE certificates_credential SET number = 'HVS-XN-2026-000777-11' WHERE number = :n",
        n=number,
    )
    with any_app.app_context():
        assert len(checking.check().problems) == 2  # one that is missing, and one that was left behind
