"""Cards: given, used, lost, replaced."""

from __future__ import annotations

import pytest

from lms.api.work import Invalid, clock
from plugins.cards.numbering import card_number
from plugins.cards.services import issuing
from tests.cards.conftest import RIGHT, WRONG, Client, Commune


def test_a_card_says_who_and_four_pictures_prove_it(commune: Commune) -> None:
    learner = commune.learners[0]
    [card] = commune.issue(learner)
    commune.choose(learner)
    client = commune.client()
    answer = client.enter(card)
    assert answer.location == "/cua-toi"
    assert "Mận" in client.get("/cua-toi").text


def test_wrong_pictures_do_not_prove_it(commune: Commune) -> None:
    learner = commune.learners[0]
    [card] = commune.issue(learner)
    commune.choose(learner)
    client = commune.client()
    page = client.enter(card, WRONG, 422).text
    assert "Còn thử được 4 lần nữa" in page
    assert not client.is_in()
    assert client.press("/the/hinh", RIGHT).location == "/cua-toi"


def test_the_order_counts(commune: Commune) -> None:
    learner = commune.learners[0]
    [card] = commune.issue(learner)
    commune.choose(learner)
    commune.client().enter(card, RIGHT[::-1], 422)


def test_the_number_does_for_devices_without_a_camera(commune: Commune) -> None:
    learner = commune.learners[0]
    [card] = commune.issue(learner)
    commune.choose(learner)
    client = commune.client()
    typed = f" {card.number[:4]}.{card.number[4:8]} {card.number[8:]} "
    assert client.post("/the", number=typed, return_to="/giay").location == "/the/hinh"
    assert client.press("/the/hinh", RIGHT).location == "/giay", "and on to where they wanted to go"


def test_what_is_no_number_and_what_no_card_has_are_told_apart(commune: Commune) -> None:
    client = commune.client()
    number = card_number(1234567890)
    mistyped = number[:3] + str((int(number[3]) + 1) % 10) + number[4:]
    assert "Đây không phải số thẻ" in client.post("/the", 422, number=mistyped).text
    assert "Đây không phải số thẻ" in client.post("/the", 422, number="").text
    assert "Không có thẻ nào như vậy" in client.post("/the", 422, number=number).text


def test_the_secret_stands_in_no_address_from_then_on(commune: Commune) -> None:
    [card] = commune.issue(commune.learners[0])
    answer = commune.client().get(f"/the/{card.secret}", 303)
    assert answer.location == "/the/dat-hinh" or answer.location == "/the/hinh"
    assert card.secret not in answer.headers.get("Set-Cookie", "")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_new_card_ends_the_old_one_and_keeps_the_pictures(commune: Commune) -> None:
    learner = commune.learners[0]
    [old] = commune.issue(learner)
    commune.choose(learner)
    [new] = commune.issue(learner)
    assert commune.valid_cards(learner) == 1
    page = commune.client().get(f"/the/{old.secret}", 410).text
    assert "Thẻ này không còn dùng được" in page
    assert "người hỗ trợ in thẻ mới" in page
    assert commune.client().enter(new).location == "/cua-toi"


def test_a_revoked_card_says_so_by_its_number_too(commune: Commune) -> None:
    learner = commune.learners[0]
    [card] = commune.issue(learner)
    helper = commune.client(commune.helper)
    helper.post(f"/can-bo/the/{commune.uuid(learner)}/thu-hoi", reason="lost")
    assert commune.valid_cards(learner) == 0
    assert "không còn dùng được" in commune.client().post("/the", 410, number=card.number).text
    helper.post(f"/can-bo/the/{commune.uuid(learner)}/thu-hoi", reason="lost")  # again is harmless


def test_a_card_revoked_between_scanning_and_pressing_opens_nothing(commune: Commune) -> None:
    learner = commune.learners[0]
    [card] = commune.issue(learner)
    commune.choose(learner)
    client = commune.client()
    client.scan(card)
    commune.issue(learner)
    assert client.post("/the/hinh", chosen="0-5-9", picture="3").location == "/the"
    assert not client.is_in()


def test_an_unknown_card_says_so_in_words(commune: Commune) -> None:
    client = commune.client()
    assert "Không có thẻ nào như vậy" in client.get("/the/00000000000000000000000000", 404).text
    client.get("/the/khong-phai-the", 404)


def test_a_shown_card_is_forgotten_after_ten_minutes(lone: Commune) -> None:
    from datetime import timedelta

    learner = lone.learners[0]
    [card] = lone.issue(learner)
    lone.choose(learner)
    client, now = lone.client(), clock.now()
    client.scan(card)
    with clock.frozen_at(now + timedelta(minutes=11)):
        assert client.get("/the/hinh", 303).location == "/the"


def test_this_is_not_my_card(lone: Commune) -> None:
    [card] = lone.issue(lone.learners[0])
    client = lone.client()
    client.scan(card)
    client.post("/the/khong-phai-toi")
    assert client.get("/the/hinh", 303).location == "/the"


# --- choosing pictures ------------------------------------------------------------------------------------------------


def test_the_first_pictures_are_chosen_with_a_fresh_card(commune: Commune) -> None:
    [card] = commune.issue(commune.learners[0])
    client = commune.client()
    client.scan(card)
    assert client.get("/the/hinh", 303).location == "/the/dat-hinh"
    page = client.get("/the/dat-hinh").text
    assert "Hoặc lấy bốn hình này" in page
    page = client.press("/the/dat-hinh", RIGHT, 200).text
    assert "Bấm lại đúng bốn hình đó" in page
    assert client.press("/the/dat-hinh", RIGHT, first=RIGHT).location == "/cua-toi"
    assert client.is_in()
    assert commune.client().enter(card).location == "/cua-toi"


def test_two_that_differ_begin_anew(commune: Commune) -> None:
    [card] = commune.issue(commune.learners[0])
    client = commune.client()
    client.scan(card)
    assert "không giống nhau" in client.press("/the/dat-hinh", WRONG, 422, first=RIGHT).text
    assert not commune.holder(commune.learners[0]).has_secret


@pytest.mark.parametrize("easy", [(0, 0, 0, 0), (3, 3, 7, 7), (0, 1, 2, 3), (15, 10, 5, 0), (12, 8, 4, 0)])
def test_easy_pictures_are_refused_even_where_the_form_is_made_up(lone: Commune, easy: tuple[int, ...]) -> None:
    [card] = lone.issue(lone.learners[0])
    client = lone.client()
    client.scan(card)
    assert "người khác dễ đoán" in client.press("/the/dat-hinh", easy, 422).text
    assert "người khác dễ đoán" in client.press("/the/dat-hinh", easy, 422, first=easy).text
    assert not lone.holder(lone.learners[0]).has_secret


def test_a_found_card_sets_no_pictures_after_the_first_month(lone: Commune) -> None:
    from datetime import timedelta

    [card] = lone.issue(lone.learners[0])
    with clock.frozen_at(clock.now() + timedelta(days=31)):
        client = lone.client()
        client.scan(card)
        assert client.get("/the/hinh", 303).location == "/the/dat-hinh"
        assert "Nhờ người hỗ trợ" in client.get("/the/dat-hinh").text
        assert (
            "Nhờ người hỗ trợ" in client.post("/the/dat-hinh", 200, chosen="0-5-9", picture="3", first="0-5-9-3").text
        )
    assert not lone.holder(lone.learners[0]).has_secret


def test_who_has_a_way_in_of_their_own_needs_a_helper_for_the_first_pictures(lone: Commune) -> None:
    """Otherwise whoever prints a card for them could take their account over."""
    from lms.identity import accounts

    with lone.app.app_context():
        from lms.api.work import unit_of_work
        from lms.orgs.queries import org_by_code
        from lms.progress import join_unit

        hashed = accounts.prepared_password("Ai Đó", "aido", "nước chảy đá mòn")
        place = org_by_code("02839")
        assert place is not None
        with unit_of_work():
            account_id = accounts.sign_up("Bùi Thị Có", "cothi", hashed)
            join_unit(account_id, place.id, "citizens")
    [card] = lone.issue(account_id)
    client = lone.client()
    client.scan(card)
    assert "Nhờ người hỗ trợ" in client.get("/the/dat-hinh").text


def test_pictures_that_are_there_are_not_chosen_anew_by_who_holds_the_card(lone: Commune) -> None:
    [card] = lone.issue(lone.learners[0])
    lone.choose(lone.learners[0])
    client = lone.client()
    client.scan(card)
    client.post("/the/dat-hinh", 200, chosen="1-2-4", picture="8", first="1-2-4-8")
    assert client.press("/the/hinh", RIGHT).location == "/cua-toi"
    client.post("/the/dat-hinh", 200, chosen="1-2-4", picture="8", first="1-2-4-8")
    assert lone.client().enter(card).location == "/cua-toi", "signed in or not"


def test_forgotten_pictures_are_chosen_anew_beside_the_helper(commune: Commune) -> None:
    learner = commune.learners[0]
    [card] = commune.issue(learner)
    commune.choose(learner)
    commune.client(commune.helper).post(f"/can-bo/the/{commune.uuid(learner)}/quen-hinh")
    client = commune.client()
    client.scan(card)
    client.press("/the/dat-hinh", WRONG, 200)
    assert client.press("/the/dat-hinh", WRONG, first=WRONG).location == "/cua-toi"
    commune.client().enter(card, RIGHT, 422)


# --- who may give cards -----------------------------------------------------------------------------------------------


def test_a_helper_prints_for_the_people_of_their_units_only(commune: Commune) -> None:
    helper = commune.client(commune.helper)
    page = helper.get("/can-bo/the").text
    assert "Vàng A Pao" in page
    assert "Lò Thị Xa" not in page
    answer = helper.post("/can-bo/the/in", 200, person=[commune.uuid(i) for i in commune.learners[:2]])
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert [commune.valid_cards(i) for i in commune.learners] == [1, 1, 0, 0]
    mixed = [commune.uuid(commune.learners[2]), commune.uuid(commune.other)]
    helper.post("/can-bo/the/in", 404, person=mixed)
    assert commune.valid_cards(commune.learners[2]) == 0, "all or none"
    assert commune.valid_cards(commune.other) == 0


def test_one_press_prints_for_all_who_have_none(commune: Commune) -> None:
    helper = commune.client(commune.helper)
    commune.issue(commune.learners[0])
    helper.post("/can-bo/the/in", 200, all="1")
    assert [commune.valid_cards(i) for i in commune.learners] == [1, 1, 1, 1]
    assert commune.valid_cards(commune.other) == 0
    assert commune.valid_cards(commune.helper) == 0
    helper.post("/can-bo/the/in", 422, all="1")


def test_nobody_else_comes_near(commune: Commune) -> None:
    address = f"/can-bo/the/{commune.uuid(commune.learners[0])}"
    for who in (commune.stranger,):
        client = commune.client(who)
        client.get(address, 404)
        for act in ("thu-hoi", "mo-khoa", "quen-hinh", "vao"):
            client.post(f"{address}/{act}", 404, reason="lost", agreed="yes")
    learner = Client(commune)
    [card] = commune.issue(commune.learners[1])
    commune.choose(commune.learners[1])
    learner.enter(card)
    for path in ("/can-bo/the", "/can-bo/lop", address):
        learner.get(path, 404)


def test_whoever_has_a_role_gets_no_card(commune: Commune) -> None:
    with commune.app.app_context(), pytest.raises(Invalid):
        commune.issue(commune.helper)
    page = commune.client(commune.helper).post("/can-bo/the/in", 422, person=commune.uuid(commune.helper)).text
    assert "đăng nhập bằng mật khẩu, không dùng thẻ" in page


def test_a_card_opens_nothing_once_its_holder_has_a_role(commune: Commune) -> None:
    from lms.api.work import unit_of_work
    from lms.identity import grants
    from lms.orgs.queries import org_by_code

    learner = commune.learners[0]
    [card] = commune.issue(learner)
    commune.choose(learner)
    client = commune.client()
    client.scan(card)
    with commune.app.app_context():
        place = org_by_code("02839")
        assert place is not None
        with unit_of_work():
            grants.give(learner, "manager", place.id, None)
    assert client.post("/the/hinh", chosen="0-5-9", picture="3").location == "/the"
    assert "đăng nhập bằng mật khẩu" in commune.client().get(f"/the/{card.secret}", 410).text


def test_too_many_at_once_are_refused(lone: Commune) -> None:
    person = lone.person(lone.learners[0])
    with lone.app.app_context(), pytest.raises(Invalid):
        issuing.issue([person] * (issuing.MOST_AT_ONCE + 1), lone.helper)
    with lone.app.app_context(), pytest.raises(Invalid):
        issuing.issue([], lone.helper)


def test_the_holder_ends_a_lost_card(commune: Commune) -> None:
    learner = commune.learners[0]
    [card] = commune.issue(learner)
    commune.choose(learner)
    client = commune.client()
    client.enter(card)
    assert "Thẻ của tôi" in client.get("/cai-dat").text
    client.post("/the-cua-toi/mat")
    assert commune.valid_cards(learner) == 0
    commune.client().get(f"/the/{card.secret}", 410)


def test_only_hashes_are_kept(commune: Commune) -> None:
    from sqlalchemy import text

    [card] = commune.issue(commune.learners[0])
    commune.choose(commune.learners[0])
    with commune.app.app_context():
        from lms.api.work import connection

        rows = [
            *connection().execute(text("SELECT * FROM cards_card")),
            *connection().execute(text("SELECT * FROM cards_holder")),
        ]
    held = repr(rows)
    assert card.secret not in held
    assert card.number not in held
    assert "0-5-9-3" not in held
    assert "$argon2id$" in held
