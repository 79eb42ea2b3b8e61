"""From the server to a laptop without a network and back: each paper once, graded here, whatever happens between."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from lms import clock
from lms.db.unit_of_work import connection, unit_of_work
from lms.errors import Conflict, Invalid
from plugins.supervision import queries
from plugins.supervision.format import bundles, sealing
from plugins.supervision.format.bundles import Refused
from plugins.supervision.format.contents import Answers, Handed, plain, told
from plugins.supervision.models import Bundle, HandedIn, Paper
from plugins.supervision.services import clearing, packing, prepared, receiving, station, ticking
from quizzes import queries as quizzes
from quizzes.api import begin, hand_in, papers
from quizzes.models import Attempt, Response, ResponseHistory, Seen
from quizzes.services import attempts
from tests.supervision.stations import (
    CHEAP,
    Planned,
    a_station,
    an_answer,
    an_empty_station,
    file_from,
    open_at,
    pack,
    plan,
    sit_all,
)

A, B, H, P = Attempt.__table__, Bundle.__table__, HandedIn.__table__, Paper.__table__


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The codes of tests are stretched for a tenth of the time; tests/supervision/test_format.py looks at them."""
    monkeypatch.setattr(sealing, "COST", CHEAP)


@pytest.fixture
def planned(any_app: Flask) -> Planned:
    return plan(any_app)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return an_empty_station(tmp_path_factory.mktemp("empty-station"))


@pytest.fixture
def laptop(empty: Path, tmp_path: Path) -> Iterator[Flask]:
    (tmp_path / "tram").mkdir()
    with a_station(tmp_path / "tram", empty) as app:
        yield app


def changed(app: Flask, file: bytes, planned: Planned, **other: Any) -> bytes:
    """The same answers with something else in them, signed rightly: what a faulty or false station could send."""
    with app.app_context():
        found = receiving.read(file)
        row = connection().execute(select(B).where(B.c.id == found.bundle_id)).one()
        from plugins.supervision.services import keeping

        key = keeping.opened(row.key_sealed, row.uuid.bytes)
        assert key is not None
        body = {**plain(found.answers), **other}
        return bundles.hand_over(planned.uuid, row.uuid, row.server_key, told(body, Answers), key)


def rows(app: Flask, planned: Planned) -> list[receiving.HandedRow]:
    with app.app_context():
        return receiving.handed_in(planned.id)


def take(app: Flask, file: bytes, planned: Planned, way: str = receiving.FILE) -> UUID:
    with app.app_context():
        return receiving.take(receiving.read(file), way, planned.officer)


def count(app: Flask, table: Any, *where: Any) -> int:
    with app.app_context():
        return int(connection().execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def test_the_whole_way(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code)
    sit_all(laptop, bundle)
    file = file_from(laptop, bundle)
    take(any_app, file, planned)
    found = rows(any_app, planned)
    assert [(row.seat, row.state, row.account_id) for row in found] == [
        (n + 1, "taken", account) for n, account in enumerate(planned.people)
    ]
    assert all(row.got == row.station_got for row in found)
    with any_app.app_context():
        graded = papers(session=str(planned.uuid))
        assert [one.uuid for one in graded] == [row.paper_uuid for row in found]
        assert all(one.passed is not None for one in graded)
        held = {one.uuid: one for one in connection().execute(select(P).where(P.c.session_id == planned.id))}
        for one in graded:  # the paper is the one that was drawn here, question for question
            assert [list(entry) for entry in held[one.uuid].questions] == [
                [version, list(order), area]
                for version, order, area in quizzes.attempt_by_uuid(one.uuid).paper  # type: ignore[union-attr]
            ]
        seats = queries.seats(planned.id)
        assert [seat.state for seat in seats[:3]] == ["done"] * 3
        seen = connection().execute(
            select(func.count()).select_from(Seen.__table__).where(Seen.__table__.c.account_id == planned.people[0])
        )
        assert seen.scalar_one() == len(graded[0].versions)  # so that the next try gets fresh questions


def test_the_same_answers_come_to_the_same_here_and_there(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    """One paper format: a paper that was prepared begins here with `begin(paper=…)` just as it does at the station."""
    content, code = pack(any_app, planned, spare=0)
    bundle = open_at(laptop, content, code)
    sit_all(laptop, bundle)
    take(any_app, file_from(laptop, bundle), planned)
    there = {row.seat: row.got for row in rows(any_app, planned)}
    with any_app.app_context():
        other = plan(any_app, people=3)
        session, first = queries.session_by_id(other.id), queries.session_by_id(planned.id)
        assert session is not None
        assert first is not None
        assert first.revision_id is not None
        for seat, account in zip(queries.seats(planned.id), other.people, strict=False):
            if seat.account_id is None:
                continue
            row = connection().execute(select(*prepared.COLUMNS).where(P.c.seat_id == seat.id)).one()
            from msgspec import structs

            same = structs.replace(prepared.drawn(row), uuid=uuid4())
            with unit_of_work():
                uuid = begin(
                    account, first.course_id, first.activity_id, first.revision_id, None, session=session.name,
                    paper=same,
                )  # fmt: skip
            found = quizzes.attempt_by_uuid(uuid)
            assert found is not None
            for position, version in enumerate(quizzes.versions([entry[0] for entry in found.paper])):
                answer = an_answer(version, seat.number + position)
                if answer is not None:
                    with unit_of_work():
                        attempts.save_answer(found.id, position, answer)
            with unit_of_work():
                hand_in(uuid)
            done = quizzes.attempt_by_uuid(uuid)
            assert done is not None
            assert done.got == there[seat.number]


def test_a_file_that_comes_twice_counts_once(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code)
    sit_all(laptop, bundle)
    file = file_from(laptop, bundle)
    first = take(any_app, file, planned)
    before = count(any_app, A), count(any_app, Response.__table__)
    assert take(any_app, file, planned) == first
    later = changed(any_app, file, planned, made_at=clock.seconds() + 60)  # made later: another file, the same papers
    assert take(any_app, later, planned, receiving.ONLINE) != first
    assert (count(any_app, A), count(any_app, Response.__table__)) == before
    assert len(rows(any_app, planned)) == 3


def test_in_parts_from_a_stick_and_over_the_line(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code)
    sit_all(laptop, bundle)
    file = file_from(laptop, bundle)
    with any_app.app_context():
        whole = plain(receiving.read(file).answers)
    take(any_app, changed(any_app, file, planned, papers=whole["papers"][:1], open=2), planned)
    assert len(rows(any_app, planned)) == 1
    take(any_app, changed(any_app, file, planned, papers=whole["papers"][1:]), planned, receiving.ONLINE)
    take(any_app, file, planned)
    assert [row.state for row in rows(any_app, planned)] == ["taken"] * 3
    with any_app.app_context():
        assert [one.still_open for one in receiving.receipts(planned.id)] == [0, 0, 2]


def test_a_crash_in_the_middle_loses_nothing(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code)
    sit_all(laptop, bundle)
    file = file_from(laptop, bundle)

    class Gone(Exception):
        pass

    def crash() -> None:
        raise Gone

    with any_app.app_context(), pytest.raises(Gone):
        receiving.take(receiving.read(file), receiving.FILE, planned.officer, after_each=crash)
    assert len(rows(any_app, planned)) == 1
    take(any_app, file, planned)
    assert [row.state for row in rows(any_app, planned)] == ["taken"] * 3


def test_two_who_send_at_once(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code)
    sit_all(laptop, bundle)
    file = file_from(laptop, bundle)
    failed: list[Exception] = []

    def send() -> None:
        try:
            take(any_app, file, planned)
        except Exception as error:  # noqa: BLE001  told below
            failed.append(error)

    threads = [threading.Thread(target=send) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [row.state for row in rows(any_app, planned)] == ["taken"] * 3
    assert count(any_app, A, A.c.session == str(planned.uuid)) == 3


def test_what_a_paper_does_not_ask_is_not_taken(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code)
    sit_all(laptop, bundle)
    file = file_from(laptop, bundle)
    with any_app.app_context():
        whole = plain(receiving.read(file).answers)["papers"]
    bad = [
        {**whole[0], "saves": {"99": [[[1], whole[0]["began"]]]}},  # a question that is not in it
        {**whole[1], "saves": {"0": [[["x" * 100_000], whole[1]["began"]]]}},  # longer than anybody types
        {**whole[2], "paper": str(uuid4())},  # a paper that nobody drew
    ]
    take(any_app, changed(any_app, file, planned, papers=bad), planned)
    assert [(row.state, row.why) for row in rows(any_app, planned)] == [
        ("refused", "wrong"), ("refused", "wrong"), ("refused", "unknown"),
    ]  # fmt: skip
    assert count(any_app, A, A.c.session == str(planned.uuid)) == 0


def test_wrong_types_never_reach_grading(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code)
    sit_all(laptop, bundle)
    file = file_from(laptop, bundle)
    with any_app.app_context():
        whole = plain(receiving.read(file).answers)["papers"][0]
    for number, answer in enumerate(([{"a": 1}], [99], [-1], [None], [[[1]]], ["b"], [2**70], [1, 1, 1, 1])):
        other = {**whole, "saves": {"0": [[answer, whole["began"]]]}, "ended": whole["ended"] + number}
        take(any_app, changed(any_app, file, planned, papers=[other]), planned)
    found = rows(any_app, planned)
    assert len(found) == 8
    assert all(row.state in ("refused", "taken", "waiting") for row in found)
    assert sum(row.state == "taken" for row in found) <= 1


def test_other_answers_to_a_paper_that_came_wait_and_never_overwrite(
    any_app: Flask, laptop: Flask, planned: Planned
) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code)
    sit_all(laptop, bundle)
    file = file_from(laptop, bundle)
    take(any_app, file, planned)
    with any_app.app_context():
        before = [one.marks for one in papers(session=str(planned.uuid))]
        whole = plain(receiving.read(file).answers)["papers"]
    other = {**whole[0], "saves": {}}
    take(any_app, changed(any_app, file, planned, papers=[other]), planned)
    (waits,) = [row for row in rows(any_app, planned) if row.state == "waiting"]
    assert waits.why == "changed"
    with any_app.app_context():
        session = queries.session_by_id(planned.id)
        assert session is not None
        with pytest.raises(Conflict), unit_of_work():
            receiving.decide(session, waits.uuid, True, None, planned.officer)
        with unit_of_work():
            receiving.decide(session, waits.uuid, False, None, planned.officer)
        assert [one.marks for one in papers(session=str(planned.uuid))] == before
    assert receiving.DROPPED in {row.state for row in rows(any_app, planned)}


def test_whoever_sat_here_too_is_for_a_person_to_decide(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code)
    sit_all(laptop, bundle)
    file = file_from(laptop, bundle)
    with any_app.app_context():
        session = queries.session_by_id(planned.id)
        assert session is not None
        assert session.revision_id is not None
        with unit_of_work():
            here = begin(
                planned.people[0], session.course_id, session.activity_id, session.revision_id, None,
                session=session.name,
            )  # fmt: skip
    take(any_app, file, planned)
    first = rows(any_app, planned)[0]
    assert (first.state, first.why) == ("waiting", "twice")
    with any_app.app_context():
        assert quizzes.attempt_by_uuid(here).submitted_at is None  # type: ignore[union-attr]
        with unit_of_work():
            hand_in(here)
            receiving.decide(session, first.uuid, True, None, planned.officer)
        with unit_of_work():  # twice is once
            receiving.decide(session, first.uuid, False, None, planned.officer)
        assert len(papers(account_id=planned.people[0], session=session.name)) == 2
    assert rows(any_app, planned)[0].state == "taken"


def test_a_spare_paper_waits_until_somebody_says_whose_it_is(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    from lms.api.people import CONSENT_TEXT, LEARNING_RECORD, give_consent
    from plugins.supervision.services import planning

    content, code = pack(any_app, planned, spare=1)
    bundle = open_at(laptop, content, code)
    with laptop.app_context():
        row = station.brought_one(bundle)
        assert row.session_id is not None
        session = queries.session_by_id(row.session_id)
        assert session is not None
        assert session.revision_id is not None
        with unit_of_work():
            (walked,) = planning.enter_named(session, [planning.Line("", "Lê Văn Mới", 1961)], session.made_by)
            planning.expect(session, [walked], session.made_by)
            give_consent(walked, LEARNING_RECORD, CONSENT_TEXT, "self", None)
        seat = next(seat for seat in queries.seats(session.id) if seat.account_id == walked)
        with unit_of_work():
            paper = prepared.for_seat(session.id, seat.id, walked)
            uuid = begin(
                walked, session.course_id, session.activity_id, session.revision_id, None, session=session.name,
                paper=paper,
            )  # fmt: skip
        with unit_of_work():
            hand_in(uuid)
        with unit_of_work(), pytest.raises(Conflict):  # there was one spare paper only
            prepared.for_seat(session.id, seat.id + 1, 999_999)
    take(any_app, file_from(laptop, bundle), planned)
    (waits,) = rows(any_app, planned)
    assert (waits.why, waits.name, waits.birth_year, waits.seat) == ("nobody", "Lê Văn Mới", 1961, 4)
    with any_app.app_context():
        session = queries.session_by_id(planned.id)
        assert session is not None
        with pytest.raises(Invalid), unit_of_work():
            receiving.decide(session, waits.uuid, True, None, planned.officer)
        with unit_of_work():
            (new,) = planning.enter_named(session, [planning.Line("", "Lê Văn Mới", 1961)], planned.officer)
            receiving.decide(session, waits.uuid, True, new, planned.officer)
        assert [one.account_id for one in papers(session=session.name)] == [new]


def test_files_of_others_and_of_other_sessions(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code)
    sit_all(laptop, bundle)
    file = file_from(laptop, bundle)
    with any_app.app_context():
        with pytest.raises(Refused):
            receiving.read(file, uuid4())
        with pytest.raises(Refused):
            receiving.read(content)
        with pytest.raises(Refused):
            receiving.read(file[:-40])
        forged = bundles.hand_over(planned.uuid, bundle, b"s" * 32, receiving.read(file).answers, b"z" * 32)
        with pytest.raises(Refused):
            receiving.read(forged)
        strange = bundles.hand_over(uuid4(), uuid4(), b"s" * 32, receiving.read(file).answers, b"z" * 32)
        with pytest.raises(Refused):
            receiving.read(strange)
    assert rows(any_app, planned) == []


def test_a_server_that_has_another_secret_now_asks_for_the_code(
    any_app: Flask, laptop: Flask, planned: Planned
) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code)
    sit_all(laptop, bundle)
    file = file_from(laptop, bundle)
    with any_app.app_context():
        with unit_of_work():
            connection().execute(update(B).values(key_sealed=b"\0" * 60))
        with pytest.raises(Refused) as refused:
            receiving.read(file)
        assert "code" in refused.value.fields
        receiving.take(receiving.read(file, planned.uuid, code), receiving.FILE, planned.officer)
    assert [row.state for row in rows(any_app, planned)] == ["taken"] * 3


def test_wrong_codes_do_not_open_and_nothing_is_set_up(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    from plugins.supervision.format.sealing import new_code

    content, _code = pack(any_app, planned)
    with laptop.app_context():
        with unit_of_work():
            uuid = station.bring(content)
            assert station.bring(content) == uuid  # twice is once
        with pytest.raises(Refused):
            station.unsealed(uuid, new_code())
        with unit_of_work(), pytest.raises(Refused):
            station.bring(content, trusted="0" * 16)
        assert station.brought()[0].session_id is None
        assert connection().execute(text("SELECT count(*) FROM supervision_session")).scalar() == 0
        with pytest.raises(Conflict):
            station.hand_over(station.brought()[0])


def test_nothing_of_it_can_be_read_on_the_laptop_before(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    content, _code = pack(any_app, planned)
    with any_app.app_context():
        stems = [
            version.body["stem"][:40].encode()
            for one in connection().execute(select(P.c.questions))
            for version in quizzes.versions([entry[0] for entry in one.questions])
        ]
        names = [b"Tr\xe1\xba\xa7n Th\xe1\xbb\x8b H\xe1\xbb\x8dc", b"Tran Thi Hoc"]
    with laptop.app_context(), unit_of_work():
        station.bring(content)
    folder = Path(laptop.extensions["lms.settings"].data_dir)
    bytes_there = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    for secret in [*stems, *names]:
        assert secret not in content
        assert not any(secret in blob for blob in bytes_there)


def test_opening_twice_is_once_and_a_stop_in_between_leaves_it_sealed(
    any_app: Flask, laptop: Flask, planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, code = pack(any_app, planned)

    def stop(_session_id: int, _what: str) -> None:
        raise OSError("the machine went off")

    with monkeypatch.context() as broken:
        broken.setattr(ticking, "note", stop)
        with pytest.raises(OSError, match="went off"):
            open_at(laptop, content, code)
    with laptop.app_context():
        assert station.brought()[0].session_id is None
    bundle = open_at(laptop, content, code)
    assert open_at(laptop, content, code) == bundle
    with laptop.app_context():
        assert connection().execute(text("SELECT count(*) FROM supervision_seat")).scalar() == 5


def test_a_clock_that_is_set_back_changes_nothing_but_is_told(
    any_app: Flask, laptop: Flask, planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code, watch=240)
    real = clock.reading
    with laptop.app_context():
        ticking.tick()
    monkeypatch.setattr(clock, "reading", lambda: clock.Reading(real().wall - 3600, real().counted, real().boot))
    with laptop.app_context():
        ticking.tick()
    sit_all(laptop, bundle)
    file = file_from(laptop, bundle)
    monkeypatch.undo()
    receipt = take(any_app, file, planned)
    found = rows(any_app, planned)
    assert all(0 <= row.lasted < 120 for row in found)
    with any_app.app_context():
        told_of = receiving.receipt_of(planned.id, receipt).clock
        assert (told_of["ahead"], told_of["known"]) == (240, "watch")
        assert [by for _at, by in told_of["jumps"]] == [-3600]
        kinds = [(note.kind, note.words) for note in queries.incidents(planned.id)]
        assert ("clock", "-3600") in kinds
        graded = papers(session=str(planned.uuid))
        now = clock.seconds()
        assert all(now - 240 - 120 <= one.started_at <= now - 240 + 5 for one in graded)  # by the server's clock
        assert all(one.submitted_at - one.started_at < 120 for one in graded)


def test_time_goes_on_over_a_restart_and_never_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, now = tmp_path / "clock.json", clock.Reading(1_000_000, 5_000, "a")
    monkeypatch.setattr(clock, "reading", lambda: now)
    try:
        clock.keep_steady(file)
        assert clock.seconds() == 1_000_000
        now = clock.Reading(1, 65_000, "a")  # set back by days; a minute has passed
        assert clock.seconds() == 1_000_060
        clock.keep_steady(file)  # another process, or the program started anew
        assert clock.seconds() == 1_000_060
        clock.note_steady(file)
        now = clock.Reading(500, 100, "b")  # the machine was started anew, with an empty battery
        clock.keep_steady(file)
        assert clock.seconds() == 1_000_060
        now = clock.Reading(2_000_000, 100, "c")  # and once more, with the right time
        clock.keep_steady(file)
        assert clock.seconds() == 2_000_000
    finally:
        clock.let_go()


def test_papers_are_made_before_it_begins_and_stay(any_app: Flask, planned: Planned) -> None:
    pack(any_app, planned)
    with any_app.app_context():
        first = {row.uuid for row in connection().execute(select(P.c.uuid).where(P.c.session_id == planned.id))}
    pack(any_app, planned)
    with any_app.app_context():
        assert {row.uuid for row in connection().execute(select(P.c.uuid))} == first
        session = queries.session_by_id(planned.id)
        assert session is not None
        with unit_of_work():
            packing.hold_on_server(session, planned.officer)
        with unit_of_work():
            connection().execute(text("UPDATE supervision_session SET state = 'open'"))
        with pytest.raises(Conflict), unit_of_work():
            packing.make(planned.id, 1, planned.officer)


@pytest.mark.parametrize("spare", [-1, packing.MOST_SPARE + 1])
def test_how_many_spare_papers(app: Flask, spare: int) -> None:
    planned = plan(app)
    with app.app_context(), pytest.raises(Invalid), unit_of_work():
        packing.make(planned.id, spare, planned.officer)


def test_what_is_not_needed_any_more_is_forgotten(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code)
    sit_all(laptop, bundle)
    take(any_app, file_from(laptop, bundle), planned)
    with any_app.app_context():
        later = clock.seconds() + 30 * 86_400
        assert clearing.stations_before(clock.seconds()) == 0
        assert clearing.stations_before(later) == 1
        clearing.forget_stations(later)
        assert clearing.stations_before(later) == 0
        assert count(any_app, P) == 0
        assert len(papers(session=str(planned.uuid))) == 3  # results stay
    assert all(row.account_id is None for row in rows(any_app, planned))


def test_every_answer_keeps_what_came_before_it(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    content, code = pack(any_app, planned)
    bundle = open_at(laptop, content, code)
    with laptop.app_context():
        row = station.brought_one(bundle)
        assert row.session_id is not None
        session = queries.session_by_id(row.session_id)
        assert session is not None
        assert session.revision_id is not None
        seat = queries.seats(session.id)[0]
        assert seat.account_id is not None
        with unit_of_work():
            uuid = begin(
                seat.account_id, session.course_id, session.activity_id, session.revision_id, None,
                session=session.name, paper=prepared.for_seat(session.id, seat.id, seat.account_id),
            )  # fmt: skip
        found = quizzes.attempt_by_uuid(uuid)
        assert found is not None
        asked = quizzes.versions([entry[0] for entry in found.paper])
        place = next(n for n, version in enumerate(asked) if version.type == "single_choice")
        for answer in ([0], [1], [2]):
            with unit_of_work():
                attempts.save_answer(found.id, place, answer)
        with unit_of_work():
            hand_in(uuid)
    take(any_app, file_from(laptop, bundle), planned)
    with any_app.app_context():
        history = connection().execute(
            select(ResponseHistory.__table__.c.answer).order_by(ResponseHistory.__table__.c.id)
        )
        assert [row.answer for row in history] == [[0], [1]]
        assert connection().execute(select(Response.__table__.c.answer)).scalars().all() == [[2]]


def test_accommodations_travel(any_app: Flask, laptop: Flask, planned: Planned) -> None:
    from quizzes.policies import Fairness
    from quizzes.services import accommodating

    with any_app.app_context(), unit_of_work():
        accommodating.give(planned.people[1], Fairness(50, False, True, 10), "Mắt kém", None, planned.officer)
    content, code = pack(any_app, planned)
    open_at(laptop, content, code)
    with laptop.app_context():
        fair = connection().execute(text("SELECT extra, read_aloud, break_minutes FROM quizzes_accommodation")).one()
        assert tuple(fair) == (50, 1, 10)


def test_the_file_is_small(app: Flask) -> None:
    planned = plan(app, people=8, seats=40)
    content, _code = pack(app, planned, spare=32)
    assert len(content) < 200_000  # 40 papers
    head = json.loads(content.splitlines()[0])
    assert head["facts"]["seats"] == 40
    assert timedelta(seconds=head["facts"]["expires_at"] - head["facts"]["ends_at"]) == timedelta(days=14)


def test_handed_is_strict() -> None:
    with pytest.raises(Refused):
        told({"paper": "x"}, Handed)
