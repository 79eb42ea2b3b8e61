"""Two accounts become one person's, and two again: nothing is lost, nothing counted twice, every refusal says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update

from lms import progress, rebuilding
from lms.competency import queries as competency
from lms.competency.models import Programme, RuleSet
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Conflict, Invalid, NotAllowed
from lms.identity import accounts, grants, passwords
from lms.identity.making import NewPerson, make_people
from lms.identity.models import Account, Identity
from lms.identity.people import Person, joined_to, person_by_id
from lms.learning import queries as learning
from lms.learning.models import Enrollment, Evidence, Kind
from lms.learning.record import Result
from lms.merging import joining
from lms.merging.models import Duplicate, Merge
from lms.orgs.queries import org_by_code
from lms.testing import story

COMMUNE, OTHER = "02839", "02842"
PROGRAMME = "nguoi-dan"
PASSED = Result(Kind.SCORED, 38, 40, passed=True)


@pytest.fixture
def in_app(any_app: Flask) -> Iterator[Flask]:
    with any_app.app_context():
        yield any_app


@pytest.fixture
def officer(in_app: Flask) -> Person:
    """Somebody who may do everything everywhere."""
    return demo("quantri")


def demo(login: str) -> Person:
    found = connection().execute(select(Account.id).where(Account.username == login)).scalar_one()
    person = person_by_id(found)
    assert person is not None
    return person


def unit(code: str) -> int:
    row = org_by_code(code)
    assert row is not None
    return row.id


def somebody(name: str = "Lò Thị Mẩy", **more: object) -> int:
    """An account as a list makes it, a member of a commune."""
    (made,) = make_people([NewPerson(name, "citizens", birth_year=1960, **more)], None, None)  # type: ignore[arg-type]
    progress.join_unit(made, unit(COMMUNE), "citizens")
    return made


def course() -> int:
    row = competency.programme(PROGRAMME)
    assert row is not None
    return competency.courses_of(row.id)[0][0]


def activities(kind: str) -> list[int]:
    return [p.activity_id for p in learning.places(learning.newest_syllabus(course()) or 0) if p.kind == kind]


def learn(account_id: int, activity_ids: list[int]) -> None:
    progress.enroll(account_id, course())
    for activity_id in activity_ids:
        progress.record_result(account_id, activity_id, Result(Kind.COMPLETED))


def account(account_id: int) -> Account:
    return connection().execute(select(Account.__table__).where(Account.id == account_id)).one()  # type: ignore[return-value]


def evidence(account_id: int) -> int:
    return connection().execute(select(func.count()).where(Evidence.account_id == account_id)).scalar_one()


def progress_of(account_id: int) -> int:
    row = learning.enrollment(account_id, course())
    return row.done if row else 0


def test_what_both_learnt_is_one_persons(officer: Person) -> None:
    lessons = activities("lesson")
    with unit_of_work():
        kept, gone = somebody(), somebody("Lo Thi May")
        learn(kept, lessons[:3])
        learn(gone, lessons[2:5])
        facts = evidence(kept) + evidence(gone)
        before = progress_of(kept), progress_of(gone)
        merge_id = joining.merge(kept, gone, officer, "Bà Mẩy đến xã xác nhận.")
        assert (evidence(kept), evidence(gone)) == (facts, 0)
        assert progress_of(kept).bit_count() == 5
        assert joined_to(gone) == kept
    assert rebuilding.differences() == []
    with unit_of_work():
        joining.undo(merge_id, officer, "Hai chị em sinh đôi.")
        assert (progress_of(kept), progress_of(gone)) == before
        assert joined_to(gone) is None
    assert rebuilding.differences() == []


def test_one_person_is_counted_once(officer: Person) -> None:
    from lms.indicators import counting

    def counted(indicator: str) -> int:
        return counting.stored().get((indicator, unit(COMMUNE), "citizens"), 0)

    before = counted(counting.ENROLLED), counted(counting.ATTAINED)
    with unit_of_work():
        kept, gone = somebody(), somebody()
        story.fulfil(kept, PROGRAMME)
        story.fulfil(gone, PROGRAMME)
    assert (counted(counting.ENROLLED), counted(counting.ATTAINED)) == (before[0] + 2, before[1] + 2)
    with unit_of_work():
        merge_id = joining.merge(kept, gone, officer, "Một người, hai tài khoản.")
    assert (counted(counting.ENROLLED), counted(counting.ATTAINED)) == (before[0] + 1, before[1] + 1)
    assert len(competency.attained_by(kept)) == 1
    assert rebuilding.differences() == []
    with unit_of_work():
        joining.undo(merge_id, officer, "Nhầm.")
    assert (counted(counting.ENROLLED), counted(counting.ATTAINED)) == (before[0] + 2, before[1] + 2)
    assert rebuilding.differences() == []


def test_two_halves_attain_once_the_two_are_one(in_app: Flask, officer: Person) -> None:
    lessons, quizzes, tasks = activities("lesson"), activities("quiz"), activities("task")
    with unit_of_work():
        kept, gone = somebody(), somebody()
        learn(kept, lessons)
        progress.enroll(gone, course())
        for activity_id in quizzes:
            progress.record_result(gone, activity_id, PASSED)
        for activity_id in tasks:
            progress.record_result(gone, activity_id, Result(Kind.DECLARED))
        assert competency.attained_by(kept) == competency.attained_by(gone) == []
        merge_id = joining.merge(kept, gone, officer, "Một người.")
        assert competency.attained_by(kept) == [], "joining itself gives nothing to anybody"
    story.one_round(in_app)
    assert len(competency.attained_by(kept)) == 1
    assert rebuilding.differences() == []
    with unit_of_work():
        joining.undo(merge_id, officer, "Nhầm.")
    assert len(competency.attained_by(kept)) == 1, "what was attained is withdrawn by an act only"
    assert rebuilding.differences() == []


def test_papers_are_listed_with_the_account_that_stays_and_keep_every_word(in_app: Flask, officer: Person) -> None:
    from certificates.queries import credentials_of

    with unit_of_work():
        kept, gone = somebody("Lò Thị Mẩy"), somebody("Lò Văn Mẩy")
        story.fulfil(gone, PROGRAMME)
    story.one_round(in_app)
    (paper,) = credentials_of(gone)
    with unit_of_work():
        merge_id = joining.merge(kept, gone, officer, "Một người.")
    (now,) = credentials_of(kept)
    assert (now.number, now.paper, now.digest, now.state) == (paper.number, paper.paper, paper.digest, "valid")
    assert credentials_of(gone) == []
    with unit_of_work():
        joining.undo(merge_id, officer, "Nhầm.")
    assert credentials_of(gone) == [paper]


def test_a_paper_on_its_way_is_not_given_twice_and_not_lost(in_app: Flask, officer: Person) -> None:
    from certificates.queries import credentials_of

    with unit_of_work():
        kept, gone = somebody(), somebody()
        story.fulfil(kept, PROGRAMME)
        story.fulfil(gone, PROGRAMME)
        merge_id = joining.merge(kept, gone, officer, "Một người.")
    story.one_round(in_app)
    assert len(credentials_of(kept)) == 1
    assert credentials_of(gone) == []
    with unit_of_work():
        joining.undo(merge_id, officer, "Nhầm.")
    story.one_round(in_app)
    assert len(credentials_of(kept)) == len(credentials_of(gone)) == 1


def test_ways_in_lead_to_the_account_that_stays(officer: Person) -> None:
    secret = "phan trang bang den 1975"
    hashed = passwords.hash_password(secret)
    with unit_of_work():
        kept = somebody(username="lomay", password_hash=hashed)
        gone = somebody(username="lomay60", phone="+84912345678", password_hash=passwords.hash_password("khác hẳn 123"))
        connection().execute(
            Identity.__table__.insert().values(
                account_id=gone, provider="truong", subject="17", linked_at=account(gone).made_at
            )
        )
        merge_id = joining.merge(kept, gone, officer, "Một người.")
    for login in ("lomay", "lomay60", "0912345678"):
        assert accounts.check_credentials(login, secret).id == kept
        with pytest.raises(Invalid):
            accounts.check_credentials(login, "khác hẳn 123")
    assert connection().execute(select(Identity.account_id).where(Identity.subject == "17")).scalar_one() == kept
    assert (account(kept).phone, account(gone).username) == ("+84912345678", "lomay60")
    with unit_of_work():
        joining.undo(merge_id, officer, "Nhầm.")
    assert accounts.check_credentials("0912345678", "khác hẳn 123").id == gone
    assert accounts.check_credentials("lomay", secret).id == kept
    assert account(kept).phone is None


def test_what_was_changed_in_between_stays_changed(officer: Person) -> None:
    with unit_of_work():
        kept, gone = somebody(), somebody(phone="+84912345678")
        merge_id = joining.merge(kept, gone, officer, "Một người.")
        connection().execute(update(Account).where(Account.id == kept).values(phone="+84987654321"))
        joining.undo(merge_id, officer, "Nhầm.")
    assert (account(kept).phone, account(gone).phone) == ("+84987654321", "+84912345678")


def test_a_telephone_that_somebody_else_has_by_then_is_theirs(officer: Person) -> None:
    with unit_of_work():
        kept, gone = somebody(), somebody(phone="+84912345678")
        merge_id = joining.merge(kept, gone, officer, "Một người.")
        connection().execute(update(Account).where(Account.id == kept).values(phone=None))
        other = somebody(phone="+84912345678")
        joining.undo(merge_id, officer, "Nhầm.")
    assert (account(other).phone, account(gone).phone) == ("+84912345678", None)


def test_what_is_learnt_in_between_stays_with_whom_it_was_recorded_for(officer: Person) -> None:
    lessons = activities("lesson")
    with unit_of_work():
        kept, gone = somebody(), somebody()
        learn(gone, lessons[:2])
        merge_id = joining.merge(kept, gone, officer, "Một người.")
        progress.record_result(kept, lessons[2], Result(Kind.COMPLETED))
        assert progress_of(kept).bit_count() == 3
        joining.undo(merge_id, officer, "Nhầm.")
        assert (progress_of(kept).bit_count(), progress_of(gone).bit_count()) == (1, 2)
    assert rebuilding.differences() == []


def test_what_was_taken_back_takes_nothing_else_back(officer: Person) -> None:
    lessons = activities("lesson")
    with unit_of_work():
        kept, gone = somebody(), somebody()
        learn(kept, lessons[:1])
        learn(gone, lessons[:2])
        progress.record_result(gone, lessons[0], Result(Kind.WITHDRAWN, by_id=officer.id))
        joining.merge(kept, gone, officer, "Một người.")
        assert progress_of(kept).bit_count() == 2
    assert rebuilding.differences() == []


def refused(act: Callable[[], object]) -> str:
    with pytest.raises((Conflict, NotAllowed)) as caught, unit_of_work():
        act()
    return caught.value.text.msgid


def test_who_cannot_be_joined(officer: Person) -> None:
    with unit_of_work():
        a, b, c, d = (somebody() for _ in range(4))
        numbered = somebody(identity_number="001060012345")
        other = somebody(identity_number="001060054321")
        joining.merge(a, b, officer, "Một người.")
        accounts.close(d)
    assert refused(lambda: joining.merge(a, a, officer, "x")) == joining.ITSELF.msgid
    assert refused(lambda: joining.merge(c, b, officer, "x")) == joining.GONE.msgid
    assert refused(lambda: joining.merge(b, c, officer, "x")) == joining.GONE.msgid
    assert refused(lambda: joining.merge(b, a, officer, "x")) == joining.GONE.msgid
    assert refused(lambda: joining.merge(d, c, officer, "x")) == joining.CLOSED.msgid
    assert refused(lambda: joining.merge(numbered, other, officer, "x")) == joining.NUMBERS.msgid
    assert refused(lambda: joining.merge(officer.id, c, officer, "x")) == joining.SELF.msgid
    with pytest.raises(Invalid), unit_of_work():
        joining.merge(a, c, officer, "  ")


def test_roles_go_along_only_by_an_administrators_hand(officer: Person) -> None:
    with unit_of_work():
        manager, kept, gone = somebody("Vàng A Lù"), somebody(), somebody()
        grants.give(manager, "manager", unit(COMMUNE), None)
        grants.give(gone, "confirmer", unit(COMMUNE), None)
    by = person_by_id(manager)
    assert by is not None
    assert refused(lambda: joining.merge(kept, gone, by, "Một người.")) == joining.STAFF.msgid
    with unit_of_work():
        merge_id = joining.merge(kept, gone, officer, "Một người.")
    assert grants.grants_of(kept) == {"confirmer": [unit(COMMUNE)]}
    assert refused(lambda: joining.undo(merge_id, by, "Nhầm.")) == joining.STAFF.msgid
    with unit_of_work():
        joining.undo(merge_id, officer, "Nhầm.")
    assert grants.grants_of(kept) == {}
    assert grants.grants_of(gone) == {"confirmer": [unit(COMMUNE)]}


def test_the_last_one_joined_is_parted_first(officer: Person) -> None:
    lessons = activities("lesson")
    with unit_of_work():
        a, b, c = somebody(), somebody(), somebody()
        for i, who in enumerate((a, b, c)):
            learn(who, lessons[i : i + 1])
        first = joining.merge(b, a, officer, "Một người.")
        second = joining.merge(c, b, officer, "Một người.")
        assert joined_to(a) == joined_to(b) == c
        assert progress_of(c).bit_count() == 3
    assert refused(lambda: joining.undo(first, officer, "Nhầm.")) == joining.LATER.msgid
    with unit_of_work():
        joining.undo(second, officer, "Nhầm.")
        assert (joined_to(a), joined_to(b)) == (b, None)
        joining.undo(first, officer, "Nhầm.")
        assert [progress_of(who).bit_count() for who in (a, b, c)] == [1, 1, 1]
    assert refused(lambda: joining.undo(first, officer, "Nhầm.")) == joining.UNDONE.msgid
    assert rebuilding.differences() == []


def test_what_was_decided_is_remembered(officer: Person) -> None:
    def state() -> str:
        return connection().execute(select(Duplicate.state)).scalar_one()

    with unit_of_work():
        kept, gone = somebody(), somebody()
        merge_id = joining.merge(kept, gone, officer, "Một người.")
        assert state() == "merged"
        joining.undo(merge_id, officer, "Hai người khác nhau.")
        assert state() == "different"
    assert connection().execute(select(Merge.undone_reason)).scalar_one() == "Hai người khác nhau."


def test_sessions_of_the_account_that_goes_end(in_app: Flask, officer: Person) -> None:
    from lms.identity.models import Session

    with unit_of_work():
        kept, gone = somebody(), somebody()
        for number, who in ((2**40, kept), (2**40 + 1, gone)):
            connection().execute(
                Session.__table__.insert().values(
                    id=number, account_id=who, way="card", strength=1, device="", made_at=1, seen_at=1
                )
            )
        joining.merge(kept, gone, officer, "Một người.")
    open_now = connection().execute(select(Session.account_id).where(Session.ended_at.is_(None))).scalars().all()
    assert gone not in open_now
    assert kept in open_now


def test_an_enrollment_that_only_the_other_one_completed_counts(officer: Person) -> None:
    """They began the course in different revisions; by one of them all is done."""
    from lms.learning.enrolling import Entry, publish_syllabus

    lessons = activities("lesson")
    with unit_of_work():
        kept, gone = somebody(), somebody()
        learn(gone, [])
        new = publish_syllabus(course(), [Entry(lessons[0], 0, "", 1), Entry(lessons[1], 0, "", 1)])
        learn(kept, lessons[:2])
        assert learning.enrollment(kept, course()).syllabus_id == new  # type: ignore[union-attr]
        merge_id = joining.merge(gone, kept, officer, "Một người.")
        held = learning.enrollment(gone, course())
        assert held is not None
        assert held.completed_at is not None
        joining.undo(merge_id, officer, "Nhầm.")
        held = learning.enrollment(gone, course())
        assert held is not None
        assert (held.syllabus_id != new, held.done, held.completed_at) == (True, 0, None)
    assert connection().execute(select(func.count()).select_from(Enrollment)).scalar_one() >= 2
    assert rebuilding.differences() == []


def test_being_forgotten_means_all_of_ones_accounts(in_app: Flask, officer: Person) -> None:
    from certificates.queries import credentials_of
    from lms.privacy import erasing

    with unit_of_work():
        kept, gone = (
            somebody("Lò Thị Mẩy"),
            somebody("Lò Thị Mẩy", phone="+84912345678", identity_number="001060012345"),
        )
        story.fulfil(gone, PROGRAMME)
    story.one_round(in_app)
    with unit_of_work():
        merge_id = joining.merge(kept, gone, officer, "Bà Mẩy, nhà ở Na Lo.")
        connection().execute(update(Account).where(Account.id == kept).values(phone=None))
        erasing.erase(kept, officer.id, "request")
    assert {account(kept).full_name, account(gone).full_name} == {"(đã xóa)"}
    (paper,) = credentials_of(kept)
    assert (paper.state, paper.paper["full_name"]) == ("valid", "(đã xóa)")
    row = connection().execute(select(Merge.reason, Merge.detail)).one()
    assert tuple(row) == ("", {})
    assert refused(lambda: joining.undo(merge_id, officer, "Nhầm.")) == joining.ERASED.msgid
    assert rebuilding.differences() == []


def test_what_was_under_way_when_they_were_joined_arrives(in_app: Flask, officer: Person) -> None:
    lessons = activities("lesson")
    with unit_of_work():
        kept, gone = somebody(), somebody()
        learn(kept, lessons[:1])
        merge_id = joining.merge(kept, gone, officer, "Một người.")
    with unit_of_work():
        learn(gone, lessons[1:2])
    story.one_round(in_app)
    assert (evidence(gone), progress_of(kept).bit_count()) == (0, 2)
    assert rebuilding.differences() == []
    with unit_of_work():
        joining.undo(merge_id, officer, "Nhầm.")
    assert (progress_of(kept).bit_count(), progress_of(gone).bit_count()) == (1, 1)
    assert rebuilding.differences() == []


def test_a_programme_attained_under_two_rule_sets_is_attained_once(officer: Person) -> None:
    r, p = RuleSet.__table__, Programme.__table__
    with unit_of_work() as database:
        kept, gone = somebody(), somebody()
        story.fulfil(kept, PROGRAMME)
        held = database.execute(select(r).join(p, p.c.rule_set_id == r.c.id).where(p.c.slug == PROGRAMME)).mappings()
        next_one = {k: v for k, v in held.one().items() if k != "id"} | {"version": 99}
        new = database.execute(insert(r).values(next_one).returning(r.c.id)).scalar_one()
        database.execute(update(p).where(p.c.slug == PROGRAMME).values(rule_set_id=new))
        story.fulfil(gone, PROGRAMME)
        merge_id = joining.merge(kept, gone, officer, "Một người.")
        assert [len(competency.attained_by(who)) for who in (kept, gone)] == [1, 1]
        joining.undo(merge_id, officer, "Nhầm.")
    assert rebuilding.differences() == []
