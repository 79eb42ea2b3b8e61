"""Papers for many at once: one statement for all, no gap in the numbers, never two for one cause."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from bench.counting import Counter
from bench.crowd import attained
from certificates.models import Book, Credential
from certificates.numbering import parse_number
from certificates.services import issuing
from lms.api.competency import ProgrammeAttained, attainments
from lms.api.people import people_by_id
from lms.api.work import tell
from lms.competency.models import Attainment
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.inbox.models import Note, NoteChoice
from lms.messages.models import Outgoing
from lms.outbox.delivering import deliver_due
from lms.transparency import checking, entering

A, C, B = Attainment.__table__, Credential.__table__, Book.__table__


def serials() -> list[int]:
    return sorted(parse_number(number).serial for number in connection().execute(select(C.c.number)).scalars())


def test_many_are_as_many_statements_as_few(any_app: Flask) -> None:
    with any_app.app_context():
        ids = attained(70)
        counter, sent = Counter(), []
        counter.install(connection().engine)
        with unit_of_work():
            issuing.issue_many(ids[:1])  # what is made once: keys, looks
        for part in (ids[1:5], ids[5:65], ids[65:]):
            before = counter.sent
            with unit_of_work():
                assert issuing.issue_many(part) == len(part)
            sent.append(counter.sent - before)
        assert sent[0] == sent[1] == sent[2], "a statement for each paper somewhere"
        assert sent[1] <= 20
        with unit_of_work():
            assert issuing.issue_many(ids) == 0, "whoever has one gets no second"
        assert serials() == list(range(1, 71))
        notes = select(Note.__table__.c.link).where(Note.__table__.c.kind == "paper")
        assert len(set(connection().execute(notes).scalars())) == 70
        while deliver_due():
            pass
        entering.give_places()
        assert checking.check().whole, "each stands in the log as it was issued"
        undrawn = connection().execute(select(C.c.id).where(C.c.pdf_key.is_(None))).all()
        assert undrawn == []
        let_go()


def test_one_paper_from_attained_to_drawn(any_app: Flask) -> None:
    """Issued, logged, told, drawn, with its badge and what is handed over: as many statements as it takes, no more."""
    with any_app.app_context():
        ids = attained(3)
        counter, sent = Counter(), []
        counter.install(connection().engine)
        for one in ids:
            with unit_of_work():
                tell(ProgrammeAttained(one, 1, 1, 1))
            before = counter.sent
            deliver_due()
            sent.append(counter.sent - before)
        assert connection().execute(text("SELECT count(pdf_key) FROM certificates_credential")).scalar_one() == 3
        for table in ("badges_badge", "handover_record"):
            assert connection().execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 3  # noqa: S608
        assert sent[1] == sent[2] <= 18
        let_go()


def test_whoever_asked_for_mail_is_told_of_a_paper_by_mail_too(any_app: Flask) -> None:
    with any_app.app_context():
        ids = attained(2)
        who = connection().execute(select(A.c.account_id).where(A.c.id == ids[0])).scalar_one()
        with unit_of_work() as database:
            wish = {"remind": False, "hour_from": 7, "hour_to": 20, "code_tries": 0, "changed_at": 1}
            mail = {"email": "a@example.vn", "by_mail": True, "by_phone": False}
            database.execute(insert(NoteChoice).values(account_id=who, **wish, **mail))
        with unit_of_work():
            for one in ids:
                issuing.issue(one)
        assert connection().execute(select(Outgoing.address)).scalars().all() == ["a@example.vn"]
        assert len(connection().execute(select(Note.__table__.c.id)).all()) == 2
        let_go()


def test_many_say_what_one_says(any_app: Flask) -> None:
    """A paper issued among others differs from one issued alone in nothing but its number and what is drawn by lot."""
    with any_app.app_context():
        first, *others = attained(3)
        with unit_of_work():
            issuing.issue(first)
        with unit_of_work():
            issuing.issue_many(others)
        one, *rest = connection().execute(select(C).order_by(C.c.id)).mappings().all()
        for row in rest:
            by_lot = {"number", "check_code", "verify_url", "book_line", "full_name", "qr"}
            assert {k: v for k, v in row["paper"].items() if k not in by_lot} == {
                k: v for k, v in one["paper"].items() if k not in by_lot
            }
            assert row["facts"] == one["facts"]
        let_go()


def fail_after(ids: list[int]) -> None:
    with unit_of_work():
        issuing.issue_many(ids)
        raise RuntimeError("on purpose")


def issue_again(attainment_ids: list[int]) -> None:
    """What comes of it where another worker issued one of them between the look and the write."""
    with unit_of_work():
        rows = attainments(attainment_ids)
        people = people_by_id({row.account_id for row in rows.values()})
        issuing.issue_drafts([issuing.compose_for(row, people[row.account_id], "") for row in rows.values()])


def test_what_fails_takes_no_number(any_app: Flask) -> None:
    with any_app.app_context():
        ids = attained(6)
        with pytest.raises(RuntimeError, match="on purpose"):
            fail_after(ids)
        assert connection().execute(select(B)).all() == []
        with unit_of_work():
            issuing.issue(ids[0])
        with pytest.raises(IntegrityError):
            issue_again(ids[:2])
        with unit_of_work():
            issuing.issue_many(ids)
        assert serials() == [1, 2, 3, 4, 5, 6]
        let_go()


def test_nothing_to_issue_is_no_statement_too_many(any_app: Flask) -> None:
    with any_app.app_context(), unit_of_work():
        assert issuing.issue_many([]) == 0
        assert issuing.issue_drafts([]) == []
