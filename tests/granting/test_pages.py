"""The pages of people and roles, as an officer uses them; and as somebody who tampers with their forms."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from lms.db.unit_of_work import unit_of_work
from lms.identity import grants
from lms.identity.accounts import sign_up
from lms.identity.people import person_by_id
from lms.orgs.queries import org_by_code
from lms.orgs.units import join
from lms.testing.page_client import Pages


@pytest.fixture
def mai(app: Flask) -> Any:
    """Somebody of xã Bắc Hà."""
    with app.app_context():
        unit = org_by_code("02839")
        assert unit is not None
        with unit_of_work():
            account = sign_up("Vừ Thị Mai", "0912 345 678", None)
            join(account, unit.id, "citizens", 1_700_000_000)
        return person_by_id(account)


def test_a_role_is_given_seen_and_ended(app: Flask, pages: Pages, mai: Any) -> None:
    pages.sign_in("administrator")
    pages.open("/can-bo/nguoi")
    pages.press("Tìm", {"Họ tên, số điện thoại hoặc năm sinh": "vu mai"})
    pages.follow("Vừ Thị Mai")
    assert "xã Bắc Hà, tỉnh Lào Cai" in pages.page
    pages.follow("Trao vai trò")
    pages.press("Trao vai trò này", choose=["xã Bắc Hà, tỉnh Lào Cai", "Người hỗ trợ"])
    assert "Người hỗ trợ: xã Bắc Hà, tỉnh Lào Cai" in pages.page
    pages.follow("Người này được xem và làm những gì?")
    assert "Giúp người học đăng nhập, phát thẻ, mở lớp" in pages.page
    assert pages.page.facts()["Người trao"] == "Lý Văn Quản"
    question = {"Việc cần làm": "Giúp người học đăng nhập, phát thẻ, mở lớp", "Tại đơn vị nào": "tỉnh Lào Cai"}
    pages.press("Xem câu trả lời", question)
    assert "không được phép" in pages.page
    pages.open("/can-bo/quyen?q=mai")
    pages.follow("Kết thúc: Vừ Thị Mai")
    pages.press("Kết thúc vai trò này")
    pages.open("/can-bo/quyen?q=mai")
    assert "Không tìm thấy vai trò nào" in pages.page
    pages.follow("Đã kết thúc")
    assert "Lý Văn Quản kết thúc" in pages.page


def test_every_wrong_form_is_answered_in_words(app: Flask, sign_in: Any, mai: Any) -> None:
    client = sign_in("administrator")
    url = f"/can-bo/quyen/trao/{mai.uuid}"
    with app.app_context():
        unit = org_by_code("02839")
        assert unit is not None
        good = {"role": "mentor", "unit": str(unit.id)}
    for form, words in (
        ({}, "hãy chọn đơn vị"),
        ({**good, "role": "vua"}, "vai trò mà"),
        ({**good, "unit": "999999999"}, "không còn nữa"),
        ({**good, "unit": "9" * 40}, ""),
        ({**good, "unit": "một"}, ""),
        ({**good, "first": "32/13/2026"}, "ngày/tháng/năm"),
        ({**good, "first": "1/1/2020"}, "từ hôm nay"),
        ({**good, "last": "1/1/2020"}, "không được trước"),
    ):
        answer = client.post(url, data=form)
        assert answer.status_code == 422, form
        assert words in answer.get_data(as_text=True), form
    with app.app_context():
        assert grants.grants_of(mai.id) == {}
    assert client.post(url, data=good).status_code == 303
    assert client.post(url, data=good).status_code == 303, "sent twice"
    with app.app_context():
        assert list(grants.grants_of(mai.id)) == ["mentor"]
    for nowhere in ("/can-bo/quyen/trao/00000000-0000-4000-8000-000000000000", "/can-bo/quyen/999999999"):
        assert client.post(nowhere, data=good).status_code == 404
        assert client.get(nowhere).status_code == 404


def test_nobody_gives_or_ends_their_own(app: Flask, sign_in: Any) -> None:
    client = sign_in("administrator")
    with app.app_context():
        from lms.granting.queries import grants_of_person
        from lms.starting import open_demo_accounts

        me = person_by_id(open_demo_accounts()["quantri"])
        assert me is not None
        mine = grants_of_person(me.id)
    answer = client.post(f"/can-bo/quyen/trao/{me.uuid}", data={"role": "security", "unit": str(mine[0].org_id)})
    assert answer.status_code == 404
    for grant in mine:
        assert client.post(f"/can-bo/quyen/{grant.id}").status_code == 404


def test_everybody_reads_what_they_may(pages: Pages) -> None:
    pages.sign_in("learner")
    pages.open("/cai-dat")
    pages.follow("Tôi được xem và làm những gì?")
    assert "chưa giữ vai trò nào" in pages.page
