"""The life of a paper: every act with who, why and when, in the log, told to its holder; states on any day."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from certificates import queries
from certificates.models import EXPIRED, REVOKED, SUPERSEDED, SUSPENDED, VALID, Credential
from certificates.queries import ChangeRow, CredentialRow
from certificates.services import changing, confirming, ending, issuing
from certificates.services.changing import Corrected, Why
from certificates.services.lives import LABELS, NOT_YET, state_now, state_on
from certificates.services.logging import is_as_logged
from certificates.services.reasons import REASONS, reasons_for
from certificates.services.terms import last_day, months_after
from certificates.services.waiting import CONFIRMED, RETURNED, WAITING
from lms import clock
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.errors import Conflict, Invalid
from lms.privacy import erasing
from lms.testing import story
from lms.testing.page_client import Pages
from lms.transparency import checking, entering
from lms.transparency.queries import logged
from tests.certificates.lives import again, holder, officer, paper_of, why, with_rules

C = Credential.__table__
DAY = date(2026, 11, 20)


def row_of(state: str = VALID, issued: date = DAY, until: date | None = None) -> CredentialRow:
    """A paper of which only the life matters."""
    at = int(datetime(issued.year, issued.month, issued.day, 9, tzinfo=clock.VIETNAM).timestamp())
    known: dict[str, Any] = dict.fromkeys(CredentialRow.__struct_fields__)
    return CredentialRow(**known | {"state": state, "issued_at": at, "expires_on": until})


def act(state: str, day: date, hour: int = 12) -> ChangeRow:
    return ChangeRow(
        state, "vì một lý do", int(datetime(day.year, day.month, day.day, hour, tzinfo=clock.VIETNAM).timestamp())
    )


# --- states, pure -----------------------------------------------------------------------------------------------------


def test_the_state_of_a_day_is_that_of_its_end() -> None:
    later = DAY + timedelta(days=3)
    changes = [act(SUSPENDED, later, 8), act(VALID, later, 17), act(REVOKED, later + timedelta(days=5))]
    row = row_of(REVOKED)
    assert state_on(row, changes, DAY - timedelta(days=1)) == NOT_YET
    assert state_on(row, changes, DAY) == VALID
    assert state_on(row, changes[:1], later) == SUSPENDED
    assert state_on(row, changes, later) == VALID
    assert state_on(row, changes, later + timedelta(days=5)) == REVOKED
    assert state_on(row, changes, date(2099, 1, 1)) == REVOKED


def test_a_term_ends_after_its_last_day_and_what_was_done_is_said_before() -> None:
    until = DAY + timedelta(days=30)
    row = row_of(until=until)
    assert state_now(row, until) == VALID
    assert state_now(row, until + timedelta(days=1)) == EXPIRED
    assert state_now(replace(row, state=REVOKED), until + timedelta(days=1)) == REVOKED
    assert state_on(row, [], until + timedelta(days=1)) == EXPIRED
    assert state_on(row, [act(SUSPENDED, DAY)], until + timedelta(days=1)) == SUSPENDED


@given(
    st.lists(st.tuples(st.sampled_from([VALID, SUSPENDED, REVOKED, SUPERSEDED]), st.integers(0, 60)), max_size=6),
    st.integers(-5, 80),
    st.none() | st.integers(0, 70),
)
def test_the_newest_act_up_to_a_day_decides(acts: list[tuple[str, int]], on: int, until: int | None) -> None:
    acts.sort(key=lambda one: one[1])
    end = DAY + timedelta(days=until) if until is not None else None
    row = row_of(acts[-1][0] if acts else VALID, until=end)
    changes = [act(state, DAY + timedelta(days=n)) for state, n in acts]
    day = DAY + timedelta(days=on)
    found = state_on(row, changes, day)
    so_far = [state for state, n in acts if n <= on]
    expected = NOT_YET if on < 0 else so_far[-1] if so_far else VALID
    if expected == VALID and end is not None and day > end:
        expected = EXPIRED
    assert found == expected
    assert found in LABELS
    assert state_on(row, list(reversed(changes)) if len({n for _s, n in acts}) == len(acts) else changes, day) == found


def test_months_of_a_term() -> None:
    assert months_after(date(2026, 11, 20), 24) == date(2028, 11, 20)
    assert months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_after(date(2026, 12, 31), 1) == date(2027, 1, 31)
    assert last_day({"rules": {}}, DAY) is None
    assert last_day({"rules": {"paper": {"valid_months": 12}}}, DAY) == date(2027, 11, 20)


def test_every_reason_fits_an_act_and_every_act_has_reasons() -> None:
    assert all(len(code) <= 24 and reason.acts <= set(changing.STEPS) for code, reason in REASONS.items())
    assert all(len(reasons_for(one)) >= 2 for one in changing.STEPS)


# --- acts -------------------------------------------------------------------------------------------------------------


def entries_of(number: str) -> list[dict[str, Any]]:
    return [json.loads(entry.body) for entry in logged(number)]


def notes_of(account_id: int) -> list[tuple[str, str]]:
    rows = connection().execute(
        sa.text("SELECT title, body FROM lms_note WHERE account_id = :who ORDER BY id"), {"who": account_id}
    )
    return [(row.title, row.body) for row in rows]


def acts_of(number: str) -> list[str]:
    return list(
        connection()
        .execute(sa.text("SELECT act FROM lms_audit WHERE subject = :n ORDER BY id"), {"n": number})
        .scalars()
    )


def test_suspended_restored_and_withdrawn(any_app: Flask) -> None:
    who = holder(any_app)
    with any_app.app_context():
        row = paper_of(who)
        for do, code, state in (
            (changing.suspend, "under_review", SUSPENDED),
            (changing.restore, "cleared", VALID),
            (changing.revoke, "fraud", REVOKED),
        ):
            with unit_of_work():
                do(again(row), why(code))
            row = again(row)
            assert row.state == state
            assert is_as_logged(row, logged(row.number))
        changes = queries.changes_of(row.id)
        assert [(c.state, c.code, c.by_id) for c in changes] == [
            (SUSPENDED, "under_review", officer()), (VALID, "cleared", officer()), (REVOKED, "fraud", officer()),
        ]  # fmt: skip
        assert [e["state"] for e in entries_of(row.number)[1:]] == [SUSPENDED, VALID, REVOKED]
        assert acts_of(row.number) == ["credential.suspended", "credential.restored", "credential.revoked"]
        titles = [title for title, _body in notes_of(who)]
        assert titles[-3:] == [
            "Giấy của bạn tạm thời bị đình chỉ", "Giấy của bạn có giá trị trở lại", "Giấy của bạn đã bị thu hồi",
        ]  # fmt: skip
        entering.give_places()
        assert checking.check().whole
        let_go()
    assert Pages(any_app).open(f"/verify/{row.number}").heading == "Giấy đã bị thu hồi"


def test_what_cannot_be_done_is_refused_with_words(app: Flask) -> None:
    who = holder(app)
    with app.app_context():
        row = paper_of(who)
        with pytest.raises(Conflict), unit_of_work():
            changing.restore(row, why("cleared"))
        with pytest.raises(Invalid), unit_of_work():
            changing.suspend(row, why("lost"))  # a reason of another act
        with pytest.raises(Invalid), unit_of_work():
            changing.suspend(row, why("under_review", "vì"))
        with pytest.raises(Conflict, match="own paper"), unit_of_work():
            changing.suspend(row, why("under_review", by=who))
        with unit_of_work():
            changing.revoke(row, why("fraud"))
        for do, code in ((changing.suspend, "under_review"), (changing.restore, "cleared")):
            with pytest.raises(Conflict), unit_of_work():
                do(again(row), why(code))
        with pytest.raises(Invalid, match="complaint"), unit_of_work():
            changing.reissue(again(row), why("lost"))
        assert len(queries.changes_of(row.id)) == 1
        assert changing.offered(again(row), clock.today()) == ["reissue"]


def test_the_same_act_sent_twice_is_done_once(any_app: Flask) -> None:
    who = holder(any_app)
    with any_app.app_context():
        row = paper_of(who)
        for _ in range(2):
            with unit_of_work():
                changing.suspend(row, why("under_review"))
        with unit_of_work():
            changing.restore(again(row), why("cleared"))
        made = []
        for _ in range(2):
            with unit_of_work():
                made.append(changing.reissue(row, why("lost")))  # the row as it was read before
        assert made[0] == made[1]
        assert len(queries.credentials_of(who)) == 2
        assert [c.state for c in queries.changes_of(row.id)] == [SUSPENDED, VALID, SUPERSEDED]


def test_a_corrected_paper_stands_in_the_place_of_the_old_one(any_app: Flask) -> None:
    who = holder(any_app)
    with any_app.app_context():
        old = paper_of(who)
        wrong = Corrected("Lê Thị Tuổi", date(1969, 11, 20))
        with pytest.raises(Invalid, match="compare"), unit_of_work():
            changing.correct(old, wrong, why("name_wrong"))
        with pytest.raises(Invalid, match="Nothing was changed"), unit_of_work():
            changing.correct(old, Corrected(old.paper["full_name"]), why("name_wrong"))
        with unit_of_work():
            changing.correct(old, replace(wrong, papers_seen=True), why("name_wrong"))
        story.one_round(any_app)
        new, old = paper_of(who), again(old)
        assert (new.paper["full_name"], new.paper["birth_date"]) == ("Lê Thị Tuổi", "20/11/1969")
        assert new.paper["identity_line"] == "Họ tên đã được cán bộ đối chiếu giấy tờ"
        assert new.facts["assurance_level"] == 2
        assert f"Cấp thay giấy số {old.number}" in new.paper["notes"]
        assert (old.state, old.successor_id) == (SUPERSEDED, new.id)
        assert new.cause == f"instead:{old.id}"
        assert new.attainment_id == old.attainment_id
        same = ("statement_lines", "framework_line", "rules_line", "title", "issuer_lines")
        assert [new.paper[k] for k in same] == [old.paper[k] for k in same]
        assert all(is_as_logged(row, logged(row.number)) for row in (old, new))
        assert entries_of(old.number)[-1]["successor"] == new.number
        assert new.pdf_key is not None  # it is drawn as any other
        serials = sorted(int(row.number.split("-")[3]) for row in (old, new))
        assert serials == [1, 2]
        entering.give_places()
        assert checking.check().whole
        let_go()
    page = Pages(any_app).open(f"/verify/{old.number}")
    assert page.heading == "Đã có giấy mới thay giấy này"
    assert new.number in page


def test_reissued_after_a_complaint(app: Flask) -> None:
    who = holder(app)
    with app.app_context():
        old = paper_of(who)
        with unit_of_work():
            changing.revoke(old, why("issued_in_error"))
        with unit_of_work():
            changing.reissue(again(old), why("appeal_upheld"))
        new = paper_of(who)
        assert new.paper["full_name"] == old.paper["full_name"]
        assert new.number != old.number
        assert [c.state for c in queries.changes_of(old.id)] == [REVOKED, SUPERSEDED]
        with unit_of_work():
            changing.reissue(new, why("lost"))  # and once more: the note names only the last
        newest = paper_of(who)
        assert [n for n in newest.paper["notes"] if n.startswith("Cấp thay")] == [f"Cấp thay giấy số {new.number}"]


def test_another_paper_of_the_same_holder_stands_for_it(app: Flask) -> None:
    who, other = holder(app), holder(app, "Vàng Thị Mẩy", "may")
    with app.app_context():
        one = paper_of(who)
        with unit_of_work():
            second = issuing.issue_drafts([changing_draft(one)])[0]
        stays = queries.credential(second.id)
        for wrong in (None, one, paper_of(other)):
            with pytest.raises(Invalid), unit_of_work():
                changing.supersede(one, wrong, why("twice"))
        with unit_of_work():
            changing.supersede(one, stays, why("twice"))
        assert again(one).successor_id == second.id
        assert is_as_logged(again(one), logged(one.number))


def changing_draft(row: CredentialRow) -> issuing.Draft:
    from certificates.designs.paper import Paper

    said = {k: tuple(v) if isinstance(v, list) else v for k, v in row.paper.items()}
    return issuing.Draft(
        cause="list:1:1", kind="CN", account_id=row.account_id, attainment_id=None, org_id=row.org_id,
        paper=Paper(**said), facts=row.facts,
    )  # fmt: skip


ALTERED = {
    "another successor": "UPDATE certificates_credential SET successor_id = :other WHERE id = :id",
    "no successor": "UPDATE certificates_credential SET successor_id = NULL WHERE id = :id",
    "valid again": "UPDATE certificates_credential SET state = 'valid' WHERE id = :id",
    "a longer term": "UPDATE certificates_credential SET expires_on = '2099-01-01' WHERE id = :id",
}


@pytest.mark.parametrize("what", ALTERED)
def test_what_is_changed_past_the_acts_is_found_out(app: Flask, what: str) -> None:
    who, other = holder(app), holder(app, "Vàng Thị Mẩy", "may")
    with app.app_context():
        old = paper_of(who)
        with unit_of_work():
            changing.reissue(old, why("lost"))
        with unit_of_work():
            values = {"id": old.id, "other": paper_of(other).id}
            used = {k: v for k, v in values.items() if f":{k}" in ALTERED[what]}
            assert connection().execute(sa.text(ALTERED[what]), used).rowcount == 1
        assert not is_as_logged(again(old), logged(old.number))
        let_go()
    assert Pages(app).open(f"/verify/{old.number}").heading == "Giấy không khớp với sổ"


def test_a_term_stands_on_the_paper_and_ends(any_app: Flask) -> None:
    with any_app.app_context(), unit_of_work():
        with_rules(valid_months=12)
    who = holder(any_app)
    with any_app.app_context():
        row = paper_of(who)
        until = months_after(clock.today(), 12)
        assert (row.expires_on, row.paper["valid_until"]) == (until, until.isoformat())
        assert is_as_logged(row, logged(row.number))
        assert state_now(row, until) == VALID
        later = datetime(until.year, until.month, until.day, 3, tzinfo=UTC) + timedelta(days=1)
        with clock.frozen_at(later):
            assert changing.offered(row, clock.today()) == ["revoke"]
            with pytest.raises(Conflict), unit_of_work():
                changing.reissue(row, why("lost"))
            assert [r.id for r in queries.found_in([1], state=EXPIRED)] == [row.id]
            assert queries.found_in([1], state=VALID) == []
        let_go()


def test_the_holder_is_told_once_before_the_term_ends(any_app: Flask) -> None:
    with any_app.app_context(), unit_of_work():
        with_rules(valid_months=12)
    who = holder(any_app)
    notes = sa.text("SELECT body FROM lms_note WHERE account_id = :who AND title LIKE '%sắp hết hạn%'")
    with any_app.app_context():
        row = paper_of(who)
        assert row.expires_on is not None
        noon = datetime(row.expires_on.year, row.expires_on.month, row.expires_on.day, 5, tzinfo=UTC)
        for before, told in ((ending.DAYS + 1, 0), (ending.DAYS, 1), (ending.DAYS - 1, 1), (0, 1)):
            with clock.frozen_at(noon - timedelta(days=before)):
                ending.tell_ending()
            words = connection().execute(notes, {"who": who}).scalars().all()
            assert len(words) == told, f"{before} days before"
        assert row.number in words[0]
        assert f"{row.expires_on:%d/%m/%Y}" in words[0]
        let_go()


def test_of_what_was_withdrawn_or_is_over_nobody_is_told(any_app: Flask) -> None:
    with any_app.app_context(), unit_of_work():
        with_rules(valid_months=12)
    withdrawn, over = holder(any_app), holder(any_app, "Lò Thị Ơn", "on1968")
    with any_app.app_context():
        with unit_of_work():
            changing.revoke(paper_of(withdrawn), why("issued_in_error"))
        until = paper_of(over).expires_on
        assert until is not None
        told = sa.text("SELECT account_id FROM certificates_credential WHERE told_ending_at IS NOT NULL")
        noon = datetime(until.year, until.month, until.day, 5, tzinfo=UTC)
        for later, expected in ((1, []), (-1, [over])):  # too late; and of what was withdrawn there is no end
            with clock.frozen_at(noon + timedelta(days=later)):
                ending.tell_ending()
            assert connection().execute(told).scalars().all() == expected
        let_go()


# --- a confirmer ------------------------------------------------------------------------------------------------------


def test_a_result_waits_for_an_officer_where_the_rules_say_so(any_app: Flask) -> None:
    with any_app.app_context(), unit_of_work():
        with_rules(confirmer=True)
    who = holder(any_app)
    with any_app.app_context():
        assert queries.credentials_of(who) == []
        [row] = confirming.of_person(who)
        assert row.state == WAITING
        by = officer("administrator")
        with unit_of_work():
            issuing.issue(row.attainment_id)  # told again: it waits once
        assert len(confirming.of_person(who)) == 1
        with pytest.raises(Invalid), unit_of_work():
            confirming.send_back(row, "vì", by)
        for _ in range(2):
            with unit_of_work():
                confirming.send_back(confirming.of_person(who)[0], "Mời bác mang căn cước đến xã.", by)
        assert [one.state for one in confirming.of_person(who)] == [RETURNED]
        assert sum(body == "Mời bác mang căn cước đến xã." for _title, body in notes_of(who)) == 1
        with unit_of_work():
            confirming.ask_again(row, "Tôi đã mang giấy đến.")
        [row] = confirming.of_person(who)
        assert (row.state, row.note) == (WAITING, "Tôi đã mang giấy đến.")
        done = []
        for _ in range(2):
            with unit_of_work():
                done.append(confirming.confirm([row], by))
        assert done == [1, 0]
        assert len(queries.credentials_of(who)) == 1
        assert confirming.of_person(who) == []
        state = connection().execute(sa.text("SELECT state FROM certificates_confirmation")).scalar_one()
        assert state == CONFIRMED
        let_go()


def test_nobody_confirms_a_result_of_their_own(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        with_rules(confirmer=True)
    who = holder(app)
    with app.app_context():
        [row] = confirming.of_person(who)
        with unit_of_work():
            assert confirming.confirm([row], who) == 0
        assert queries.credentials_of(who) == []
        assert confirming.waiting_in([1], who) == []


def test_a_person_is_forgotten_number_and_state_stay(any_app: Flask) -> None:
    who = holder(any_app)
    with any_app.app_context():
        row = paper_of(who)
        with unit_of_work():
            changing.suspend(row, why("under_review"))
        with unit_of_work():
            erasing.erase(who, officer("administrator"), "Người học yêu cầu xóa.")
        row = again(row)
        assert (row.paper["full_name"], row.state) == ("(đã xóa)", SUSPENDED)
        assert is_as_logged(row, logged(row.number))
        assert "correct" not in changing.offered(row, clock.today())
        with unit_of_work():
            changing.restore(row, why("cleared"))
        with pytest.raises(Conflict, match="erased"), unit_of_work():
            changing.reissue(again(row), Why("lost", "Mất giấy khi chuyển nhà.", officer()))
        let_go()
