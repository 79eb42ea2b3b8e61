"""What guessing costs whoever tries: for one card, for a device, for an address, and for all cards together."""

from __future__ import annotations

import itertools
import random
import threading
from datetime import timedelta

import pytest
from flask import Flask

from lms.api.people import NewPerson, make_people
from lms.api.work import TooMany, clock, unit_of_work
from lms.orgs.queries import org_by_code
from plugins.cards import pictures
from plugins.cards.numbering import card_number
from plugins.cards.pictures import LEAST_DIFFERENT, LENGTH, PICTURES, is_easy, lines
from plugins.cards.services import proving
from tests.cards.conftest import RIGHT, WRONG, Commune

ALLOWED = 63_820  # the orders of four pictures that somebody can have: docs/cards.md


def test_the_arithmetic_of_the_document() -> None:
    every = list(itertools.product(range(len(PICTURES)), repeat=LENGTH))
    assert len(every) == pictures.SPACE == 65_536
    assert sum(len(set(s)) < LEAST_DIFFERENT for s in every) == 1_696
    assert len(lines()) == 20
    assert sum(not is_easy(s) for s in every) == ALLOWED


def _tries(
    commune: Commune, account_id: int, secret: tuple[int, ...], device: bytes | None, address: str
) -> int | None:
    with commune.app.app_context():
        return proving.try_pictures(account_id, secret, device, address)


def test_five_wrong_tries_then_a_wait_then_five_more_then_only_a_helper(commune: Commune) -> None:
    learner = commune.learners[0]
    [card] = commune.issue(learner)
    commune.choose(learner)
    client, now = commune.client(), clock.now()
    client.scan(card)
    for left in (4, 3, 2, 1):
        assert f"Còn thử được {left} lần nữa" in client.press("/the/hinh", WRONG, 422).text
    assert "chờ 15 phút" in client.press("/the/hinh", WRONG, 422).text
    assert "chờ 15 phút" in client.press("/the/hinh", RIGHT, 429).text, "even the right ones"
    assert "chờ 15 phút" in client.get("/the/hinh").text
    with clock.frozen_at(now + timedelta(minutes=16)):
        client.scan(card)
        for _try in range(5):
            client.press("/the/hinh", WRONG, 422)
        assert "tạm khóa" in client.press("/the/hinh", RIGHT, 429).text
    with clock.frozen_at(now + timedelta(days=300)):
        client.scan(card)
        assert "tạm khóa" in client.press("/the/hinh", RIGHT, 429).text, "time does not open it"
        helper = commune.client(commune.helper)
        address = f"/can-bo/the/{commune.uuid(learner)}"
        page = helper.get(address).text
        assert "Tạm khóa vì bấm sai nhiều lần" in page
        assert "Có thể người khác có bản sao thẻ này" in page
        helper.post(f"{address}/mo-khoa")
        client.scan(card)
        assert client.press("/the/hinh", RIGHT).location == "/cua-toi"


def test_a_right_try_forgives_those_in_a_row_but_not_those_altogether(lone: Commune) -> None:
    """Whoever has a photo of the card tries between the owner's own visits: thirty tries, then a helper looks at it."""
    learner = lone.learners[0]
    lone.issue(learner)
    lone.choose(learner)
    now, tried = clock.now(), 0
    for day in range(40):
        with clock.frozen_at(now + timedelta(days=day)):
            try:
                for _try in range(4):
                    assert _tries(lone, learner, WRONG, None, f"203.0.113.{day}") is not None
                    tried += 1
                assert _tries(lone, learner, RIGHT, b"owner's phone 16", "192.0.2.1") is None
            except TooMany:
                break
    assert tried == proving.MOST_SINCE


def test_trying_needs_the_card(commune: Commune) -> None:
    """So nobody can lock somebody else's card from afar."""
    learner = commune.learners[0]
    commune.issue(learner)
    commune.choose(learner)
    client = commune.client()
    assert client.post("/the/hinh", chosen="1-2-4", picture="8").location == "/the"
    assert client.post(f"/lop/{commune.uuid(learner)}", 404, chosen="1-2-4", picture="8")
    assert commune.holder(learner).wrong_since == 0


def test_many_at_once_gain_nothing(commune: Commune) -> None:
    """A try is paid for before it is looked at."""
    learner = commune.learners[0]
    commune.issue(learner)
    commune.choose(learner)
    looked_at: list[object] = []

    def attack() -> None:
        for _try in range(4):
            try:
                looked_at.append(_tries(commune, learner, WRONG, None, "203.0.113.7"))
            except TooMany:
                return

    threads = [threading.Thread(target=attack) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) == proving.IN_A_ROW
    assert commune.holder(learner).wrong_running == proving.IN_A_ROW


def test_a_device_and_an_address_have_their_limits(lone: Commune, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "ALARM_LEAST", 1000)
    people = _crowd(lone, 70)
    device = b"one stolen phone"
    with lone.app.app_context(), clock.frozen_at(clock.now()):
        for n in range(proving.MOST_OF_DEVICE):
            proving.try_pictures(people[n], WRONG, device, f"203.0.113.{n}")
        with pytest.raises(TooMany):
            proving.try_pictures(people[-1], WRONG, device, "203.0.113.250")
        for n in range(proving.MOST_OF_ADDRESS):
            proving.try_pictures(people[n % 70], WRONG, f"phone {n:10}".encode(), "198.51.100.1")
        with pytest.raises(TooMany):
            proving.try_pictures(people[-1], WRONG, b"one phone more  ", "198.51.100.1")


def _crowd(commune: Commune, how_many: int) -> list[int]:
    """People with cards and pictures; the pictures' hash is the same for all, so that the test is quick."""
    from sqlalchemy import update

    from lms.api.work import connection
    from plugins.cards.models import Holder

    with commune.app.app_context():
        place = org_by_code("02839")
        assert place is not None
        kept = proving.hashed(RIGHT)
        with unit_of_work():
            ids = make_people(
                [NewPerson(f"Người {'Bốn' if n % 2 else 'Năm'}") for n in range(how_many)], None, place.id
            )
    for start in range(0, len(ids), 300):
        commune.issue(*ids[start : start + 300])
    with commune.app.app_context(), unit_of_work():
        connection().execute(update(Holder).where(Holder.account_id.in_(ids)).values(secret_hash=kept))
    return ids


def test_ten_thousand_guesses_spread_over_devices_come_to_nothing(
    lone: Commune, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has a thousand cards, ten thousand devices and as many addresses, and a day."""
    people = _crowd(lone, 1000)
    looked_at = [0]

    def count(_kept: str | None, _secret: str) -> bool:
        looked_at[0] += 1
        return False

    monkeypatch.setattr(proving, "password_matches", count)
    luck, now, refused = random.Random(757), clock.now(), 0
    allowed = [s for s in itertools.product(range(16), repeat=4) if not is_easy(s)]
    with lone.app.app_context():
        for n in range(10_000):
            with clock.frozen_at(now + timedelta(seconds=n * 8)):  # 22 hours
                try:
                    address = f"2001:db8::{n:x}"
                    proving.try_pictures(people[n % 1000], luck.choice(allowed), f"device {n:9}".encode(), address)
                except TooMany:
                    refused += 1
    assert refused + looked_at[0] == 10_000
    by_card = 1000 * proving.MOST_IN_A_ROW
    an_hour = proving.ALARM_LEAST + 1000 // proving.ALARM_SHARE
    assert looked_at[0] <= min(by_card, an_hour * 24)
    with lone.app.app_context():
        assert 1 <= _acts("cards.alarm") <= 24, "and the security officer reads it in the first hour"
    # The chance that even one of a thousand stolen cards was opened: until the alarm, and in a day that nobody reacts.
    assert 1 - (1 - 1 / ALLOWED) ** an_hour < 0.0025
    assert 1 - (1 - 1 / ALLOWED) ** looked_at[0] < 0.06
    # And for each single card, whatever is done to the others.
    assert proving.MOST_IN_A_ROW / ALLOWED < 1 / 6000


def test_ten_thousand_guesses_at_one_card(lone: Commune, monkeypatch: pytest.MonkeyPatch) -> None:
    learner = lone.learners[0]
    lone.issue(learner)
    lone.choose(learner)
    looked_at, now = [0], clock.now()

    def count(_kept: str | None, _secret: str) -> bool:
        looked_at[0] += 1
        return False

    monkeypatch.setattr(proving, "password_matches", count)
    with lone.app.app_context():
        for n in range(10_000):
            with clock.frozen_at(now + timedelta(minutes=n * 52)):  # a year
                try:
                    proving.try_pictures(learner, WRONG, f"device {n:9}".encode(), f"2001:db8::{n:x}")
                except TooMany:
                    continue
    assert looked_at[0] == proving.MOST_IN_A_ROW


def test_the_alarm_stops_new_devices_and_spares_known_ones(lone: Commune, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "ALARM_LEAST", 6)
    people = _crowd(lone, 12)
    known = b"the phone at home"[:16]
    with lone.app.app_context():
        assert proving.try_pictures(people[0], RIGHT, known, "192.0.2.1") is None
        for n, person in enumerate(people[1:7]):
            proving.try_pictures(person, WRONG, f"new {n:12}".encode(), f"203.0.113.{n}")
        with pytest.raises(TooMany) as caught:
            proving.try_pictures(people[9], WRONG, b"new as well     ", "203.0.113.99")
        assert "new to them" in caught.value.text.msgid
        assert proving.try_pictures(people[0], RIGHT, known, "192.0.2.1") is None, "who uses their own phone comes in"
        assert proving.try_pictures(people[5], RIGHT, b"any", "192.0.2.9", trusted=True) is None, "and a class goes on"
        assert _acts("cards.alarm") == 1
    with clock.frozen_at(clock.now() + timedelta(hours=1)), lone.app.app_context():
        assert proving.try_pictures(people[4], RIGHT, b"new once more   ", "203.0.113.200") is None


def _acts(act: str) -> int:
    from sqlalchemy import func, select

    from lms.api.work import connection
    from lms.audit import AuditEntry

    return int(
        connection().execute(select(func.count()).select_from(AuditEntry).where(AuditEntry.act == act)).scalar_one()
    )


def test_numbers_of_cards_cannot_be_tried_out(lone: Commune) -> None:
    client, refused = lone.client(), 0
    for n in range(proving.MOST_NUMBERS + 5):
        answer = client.browser.post(
            "/the", data={"number": card_number(n)}, environ_overrides={"REMOTE_ADDR": client.address}
        )
        refused += answer.status_code == 429
    assert refused == 5
    [card] = lone.issue(lone.learners[0])
    client.post("/the", 429, number=card.number)
    assert client.get(f"/the/{card.secret}", 303), "the square still does"


def test_settings_say_that_limits_are_on(app: Flask) -> None:
    assert app.extensions["lms.settings"].rate_limits
