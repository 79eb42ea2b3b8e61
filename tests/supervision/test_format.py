"""The files that leave the house: whole or refused, sealed or nothing."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.supervision.format import bundles, lines, sealing
from plugins.supervision.format.bundles import Papers
from plugins.supervision.format.contents import (
    Answers,
    Facts,
    Handed,
    PaperTold,
    Questions,
    QuestionTold,
    Room,
    SeatTold,
    Someone,
    Step,
)
from plugins.supervision.format.contents import Fair as FairTold
from plugins.supervision.format.drift import BOUND, ONLINE, UNKNOWN, WATCH, drift, jumps
from plugins.supervision.format.keys import Signer
from plugins.supervision.format.lines import Refused

SERVER, OTHER = Signer(b"s" * 32), Signer(b"o" * 32)
KEY = bytes(range(32))
SESSION, BUNDLE, PAPER = (UUID(int=n) for n in (1, 2, 3))
SECRETS = ("Mật khẩu nào khó đoán", "đáp án đúng", "Nguyễn Thị Bí Mật", "argon2id-pin-hash")


def facts(**other: object) -> Facts:
    values: dict[str, object] = {
        "session": SESSION, "bundle": BUNDLE, "title": "Sát hạch", "unit": "xã Bắc Hà", "place": "Nhà văn hóa",
        "starts_at": 1_000, "ends_at": 2_000, "made_at": 500, "expires_at": 10_000, "server": "Học vụ số",
        "hand_over": "", "seats": 1, "spare": 0, "questions": 1,
    }  # fmt: skip
    return Facts(**{**values, **other})  # type: ignore[arg-type]


def papers(code: str, signer: Signer = SERVER, key: bytes = KEY, **other: object) -> bytes:
    someone = Someone(UUID(int=9), SECRETS[2], "bác", 1958, True, FairTold())
    room = Room("xã", "Bắc Hà", "123456", SECRETS[3], b"k" * 32, False, 1, [SeatTold(1, 0, b"t" * 32, False, someone)])
    questions = Questions(
        {"title": "Sát hạch", "pass": {"correct": 1}}, "exam", "khoa", "Khóa", [
            QuestionTold("q", "single_choice", {"stem": SECRETS[0], "data": {"right": SECRETS[1]}}),
        ], [PaperTold(PAPER, 1, [(0, [1, 0])], None)],
    )  # fmt: skip
    return bundles.make(facts(**other), room, questions, {"a" * 64: b"a picture"}, key=key, code=code, signer=signer)


@pytest.fixture(scope="module")
def cheap() -> Iterator[None]:
    """Opening codes are stretched for long on purpose; a test that opens a hundred has its own cost."""
    usual, sealing.COST = sealing.COST, {"n": 2**14, "r": 8, "p": 1}
    yield
    sealing.COST = usual


@pytest.fixture(scope="module")
def code(cheap: None) -> str:
    return sealing.new_code()


@pytest.fixture(scope="module")
def content(code: str) -> bytes:
    return papers(code)


def answers(**other: object) -> Answers:
    values: dict[str, object] = {
        "papers": [Handed(PAPER, 1, "", None, 1_100, 1_400, 300, {0: [([1], 1_200), ([0], 1_300)]}, [2520])],
        "open": 0, "notes": [], "steps": [], "watch": None, "proctors": ["Lan"], "opened_at": 1_000, "ended_at": 1_500,
        "made_at": 1_600,
    }  # fmt: skip
    return Answers(**{**values, **other})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def returned() -> bytes:
    return bundles.hand_over(SESSION, BUNDLE, SERVER.public, answers(), KEY)


def test_what_goes_in_comes_out(content: bytes, code: str) -> None:
    found = bundles.look(content)
    assert found.facts == facts()
    assert found.envelope.public == SERVER.public
    opened = bundles.opened(found, bundles.key_by(found, code, 9_000))
    assert opened.room.seats[0].person is not None
    assert opened.room.seats[0].person.name == SECRETS[2]
    assert opened.questions.questions[0].body["stem"] == SECRETS[0]
    assert opened.pictures == {"a" * 64: b"a picture"}


def test_nothing_can_be_read_before_it_is_opened(content: bytes) -> None:
    """Not as it is, not in base64, not packed: no question, no key, no name, no hash of a PIN."""
    raw = [content]
    for row in content.splitlines():
        part = json.loads(row)
        if "data" in part:
            raw.append(lines.from_base64(part["data"]))
    for blob in list(raw):
        for at in range(min(64, len(blob))):
            try:
                raw.append(zlib.decompress(blob[at:]))
            except zlib.error:
                continue
    for secret in SECRETS:
        for shape in (secret.encode(), json.dumps(secret).encode(), lines.in_base64(secret.encode())[:-4].encode()):
            assert not any(shape in blob for blob in raw)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_changed_byte_is_refused(content: bytes, returned: bytes, data: st.DataObject) -> None:
    whole, read = data.draw(st.sampled_from([(content, bundles.look), (returned, bundles.look_back)]))
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    with pytest.raises(Refused):
        read(whole[:at] + bytes([other]) + whole[at + 1 :])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_is_cut_off_doubled_or_put_in_is_refused(content: bytes, returned: bytes, data: st.DataObject) -> None:
    whole, read = data.draw(st.sampled_from([(content, bundles.look), (returned, bundles.look_back)]))
    at, to = sorted((data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, len(whole)))))
    for other in (whole[:at], whole[:at] + whole[to:] if at != to else b"", whole + whole[at:], whole[:at] + b" "):
        if other == whole:
            continue
        with pytest.raises(Refused):
            read(other)


@given(st.binary(max_size=300))
def test_noise_is_refused_in_words(noise: bytes) -> None:
    for read in (bundles.look, bundles.look_back):
        with pytest.raises(Refused) as refused:
            read(noise)
        assert refused.value.text is not None


def _rewritten(content: bytes, change: str, signer: Signer = SERVER) -> bytes:
    """The file with another set of parts, signed rightly: what only a faulty program of ours could make."""
    found = lines.read(content, lines.PAPERS)
    files = dict(found.files)
    if change == "missing":
        del files["questions"]
    elif change == "extra":
        files["more"] = b"x"
    elif change == "swapped":
        files["room"], files["questions"] = files["questions"], files["room"]
    head = {k: v for k, v in found.manifest.items() if k not in ("hvs", "version", "by", "files")}
    return lines.write(lines.PAPERS, head, files, signer)


@pytest.mark.parametrize("change", ["missing", "extra"])
def test_a_part_too_few_or_too_many_is_refused(content: bytes, change: str) -> None:
    with pytest.raises(Refused):
        bundles.look(_rewritten(content, change))


def test_sealed_parts_open_in_their_own_place_only(content: bytes, code: str) -> None:
    found = bundles.look(_rewritten(content, "swapped"))
    with pytest.raises(Refused):
        bundles.opened(found, bundles.key_by(found, code, 600))


def test_another_server_cannot_sign_our_papers(content: bytes, code: str) -> None:
    """Signed again by somebody else the file is whole, but the code on our sheet opens it no more."""
    found = bundles.look(_rewritten(content, "", OTHER))
    with pytest.raises(Refused):
        bundles.key_by(found, code, 600)


def test_wrong_codes_old_papers(content: bytes, code: str) -> None:
    found = bundles.look(content)
    with pytest.raises(Refused):
        bundles.key_by(found, sealing.new_code(), 600)
    with pytest.raises(Refused):
        bundles.key_by(found, code, facts().expires_at + 1)


def test_codes_find_slips(code: str) -> None:
    assert sealing.typed_code(sealing.grouped(code).lower()) == code == sealing.typed_code(f" {code[:6]} {code[6:]}")
    for at, letter in enumerate(code):
        for other in sealing.LETTERS:
            if other != letter:
                with pytest.raises(Refused):
                    sealing.typed_code(code[:at] + other + code[at + 1 :])
    for at in range(len(code) - 2):
        if code[at] != code[at + 1]:
            with pytest.raises(Refused):
                sealing.typed_code(code[:at] + code[at + 1] + code[at] + code[at + 2 :])
    for bad in ("", "ABC", code + "A", "I" * 12, "🙂" * 12):
        with pytest.raises(Refused):
            sealing.typed_code(bad)


def test_a_code_has_at_least_fifty_bits() -> None:
    assert len(sealing.LETTERS) ** (sealing.SYMBOLS - 1) > 2**50
    assert not set("01ILO") & set(sealing.LETTERS)


def test_work_that_nobody_of_ours_asks_for_is_refused(content: bytes) -> None:
    found = bundles.look(content)
    opening = dict(found.envelope.manifest["opening"])
    for cost in ({"n": 2**30, "r": 8, "p": 1}, {"n": 2**15 + 1, "r": 8, "p": 1}, {"n": 2**15, "r": 800, "p": 1}, {}, 1):
        with pytest.raises(Refused):
            sealing.unwrapped({**opening, "scrypt": cost}, "x", found.context)


def test_what_unpacks_to_more_than_any_session_needs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = sealing.sealed_bytes(KEY, "room", bytes(8 * 1024 * 1024), b"context")
    assert len(bomb) < 20_000
    monkeypatch.setattr(sealing, "MOST_UNPACKED", 1024 * 1024)
    with pytest.raises(Refused):
        sealing.opened_bytes(KEY, "room", bomb, b"context")


def test_nesting_and_numbers_without_end_are_refused() -> None:
    for bad in (b'{"a":' * 50_000, b"[" * 100_000, b'{"hvs":' + b"9" * 10_000 + b"}", b'{"hvs":1e999}', b'{"hvs":NaN}'):
        with pytest.raises(Refused):
            bundles.look(bad + b"\n{}\n{}\n")


def test_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(lines, "MOST_BYTES", len(content) - 1)
    with pytest.raises(Refused):
        bundles.look(content)


def test_the_wrong_kind_of_file_is_told(content: bytes, returned: bytes) -> None:
    with pytest.raises(Refused) as refused:
        bundles.look(returned)
    assert "answers" in refused.value.text.msgid
    with pytest.raises(Refused) as refused:
        bundles.look_back(content)
    assert "papers" in refused.value.text.msgid


def test_a_newer_version_asks_for_a_newer_program(content: bytes) -> None:
    newer = content.replace(b'"version":1', b'"version":2', 1)
    with pytest.raises(Refused) as refused:
        bundles.look(newer)
    assert "version" in refused.value.text.msgid


def test_answers_come_back_as_they_went(returned: bytes) -> None:
    assert returned == bundles.hand_over(SESSION, BUNDLE, SERVER.public, answers(), KEY)  # the same bytes each time
    assert bundles.answers_in(bundles.look_back(returned), SERVER.public, KEY) == answers()


def test_only_whoever_opened_the_papers_signs_answers() -> None:
    forged = bundles.hand_over(SESSION, BUNDLE, SERVER.public, answers(), b"z" * 32)
    with pytest.raises(Refused) as refused:
        bundles.answers_in(bundles.look_back(forged), SERVER.public, KEY)
    assert "not signed" in refused.value.text.msgid


def test_answers_are_of_one_session_and_server(returned: bytes) -> None:
    other = bundles.look_back(bundles.hand_over(uuid4(), BUNDLE, SERVER.public, answers(), KEY))
    found = bundles.look_back(returned)
    assert other.session != found.session
    with pytest.raises(Refused):
        bundles.answers_in(found, OTHER.public, KEY)


def test_a_file_with_answers_says_nothing_openly(returned: bytes) -> None:
    head = json.loads(returned.splitlines()[0])
    assert set(head) == {"hvs", "version", "by", "files", "session", "bundle", "made_at"}
    assert str(PAPER).encode() not in returned
    assert b"Lan" not in returned


def step(at: int, wall: int, counted: int, boot: str = "a", what: str = "minute") -> Step:
    return Step(what, at, wall, counted * 1000, boot)


def test_a_clock_that_was_set_is_told() -> None:
    steady = [step(100, 100, 0), step(160, 160, 60), step(220, 220, 120)]
    assert jumps(steady) == ((), 0)
    back = [*steady, step(280, 280 - 3600, 180), step(340, 340 - 3600, 240), step(400, 400, 300)]
    found, restarts = jumps(back)
    assert [(jump.at, jump.by) for jump in found] == [(280, -3600), (400, 3600)]
    assert restarts == 0
    assert jumps([*steady, step(900, 900, 10, "b")]) == ((), 1)


def test_how_far_a_clock_was_off_and_how_that_is_known() -> None:
    steps = [step(1_000, 1_000, 0)]
    assert drift(steps, made_at=500, said_at=5_240, got_at=5_000, online=True).ahead == 240
    assert drift(steps, made_at=500, said_at=5_000, got_at=9_000, watch=240).known == WATCH
    assert drift(steps, made_at=500, said_at=5_003, got_at=5_000, online=True) == drift(
        steps, made_at=500, said_at=5_000, got_at=5_000, online=True
    )
    late = drift(steps, made_at=500, said_at=5_240, got_at=5_000)  # it cannot have been made after it came
    assert (late.ahead, late.known) == (240, BOUND)
    early = drift(steps, made_at=1_600, said_at=5_000, got_at=9_000)  # nor opened before it was made
    assert (early.ahead, early.known) == (-600, BOUND)
    assert drift(steps, made_at=500, said_at=5_000, got_at=9_000).known == UNKNOWN
    assert drift([], made_at=0, said_at=1, got_at=1, online=True).known == ONLINE


def test_seats_without_number_are_refused(code: str) -> None:
    with pytest.raises(Refused):
        bundles.look(papers(code, seats=10**6))


def test_types(content: bytes) -> None:
    assert isinstance(bundles.look(content), Papers)
