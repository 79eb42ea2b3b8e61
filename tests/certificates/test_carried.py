"""What a code carries: CBOR in one form only, COSE as others write it, and no changed figure that passes."""

from __future__ import annotations

import base64
import itertools
import random
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import segno
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from certificates.carried import cose
from certificates.carried.cbor import BadCbor, decode, encode
from certificates.carried.fields import Carried, carried_of, figures_of, fingerprint, message_of, payload_of
from certificates.codes import read, takes
from certificates.designs.paper import Paper
from certificates.models import Credential, Wording
from certificates.numbering import format_number
from certificates.queries import CredentialRow, credential_by_number
from certificates.services import carrying, logging, standing
from certificates.wording import without_person
from lms.api.transparency import replace_key
from lms.api.work import clock, connection, unit_of_work
from lms.db.unit_of_work import let_go
from lms.identity import accounts
from lms.testing import story
from lms.testing.pytest_plugin import missing

C = Credential.__table__
ADDRESS = "https://hocvuso.dienbien.gov.vn/v/#"
KEY = ec.generate_private_key(ec.SECP256R1())
KEYS = st.integers(-(2**64), 2**64 - 1) | st.text(max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | KEYS | st.binary(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert decode(encode(value)) == value


@given(st.binary(max_size=60) | VALUES.map(encode).flatmap(lambda good: st.binary(max_size=3).map(lambda b: b + good)))
def test_each_value_has_one_form_only(data: bytes) -> None:
    try:
        value = decode(data)
    except BadCbor:
        return
    assert encode(value) == data


# RFC 8949, appendix A: values and the bytes that stand for them.
WRITTEN = {
    "00": 0, "17": 23, "1818": 24, "1903e8": 1000, "1a000f4240": 1_000_000, "1bffffffffffffffff": 2**64 - 1,
    "3bffffffffffffffff": -(2**64), "20": -1, "3903e7": -1000, "f4": False, "f5": True, "f6": None,
    "4401020304": b"\1\2\3\4", "6161": "a", "62c3bc": "ü", "80": [], "8301820203820405": [1, [2, 3], [4, 5]],
    "a201020304": {1: 2, 3: 4}, "a26161016162820203": {"a": 1, "b": [2, 3]},
}  # fmt: skip
# What the same document calls not well-formed, not shortest, or what codes do without.
REFUSED = (
    "", "18", "1817", "190018", "1a0000ffff", "1b00000000ffffffff", "41", "6261", "62c328", "8201", "a101", "a1", "ff",
    "5f42010243030405ff", "9fff", "bfff", "f90000", "fa47c35000", "f7", "f8ff", "c074", "a20304010 2".replace(" ", ""),
    "a201020103", "a1f500", "a1820102f5", "0000", "1c", "81" * 9 + "00", "9bffffffffffffffff",
)  # fmt: skip


def test_others_write_the_same() -> None:
    for written, value in WRITTEN.items():
        assert encode(value).hex() == written
        assert decode(bytes.fromhex(written)) == value


@pytest.mark.parametrize("written", REFUSED)
def test_what_could_be_written_otherwise_is_refused(written: str) -> None:
    with pytest.raises(BadCbor):
        decode(bytes.fromhex(written))
    with pytest.raises(TypeError):
        encode(1.5)


def number_of(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=="))


# The key of RFC 9052, appendix C.7.1, called "11", and messages signed with it: appendix C.2.1, and the COSE working
# group's examples sign-pass-01 (nothing protected, so not of our kind), sign-pass-02 and sign-fail-02.
OTHERS = ec.EllipticCurvePublicNumbers(
    number_of("usWxHK2PmfnHKwXPS54m0kTcGJ90UiglWiGahtagnv8"),
    number_of("IBOL-C3BttVivg-lSreASjpkttcsz-1rb7btKLv8EX4"),
    ec.SECP256R1(),
).public_key()
CONTENT = "546869732069732074686520636F6E74656E742"
C_2_1 = (
    "8443A10126A10442313154546869732069732074686520636F6E74656E742E58408EB33E4CA31D1C465AB05AAC34CC6B23D58FEF5C083106C4"
    "D25A91AEF0B0117E2AF9A291AA32E14AB834DC56ED2A223444547E01F11D3B0916E5A4C345CACB36"
)
PASS_02 = (
    "8443A10126A10442313154546869732069732074686520636F6E74656E742E5840EAE868ECC176883766C5DC5BA5B8DCA25DAB3C2E56A551CE"
    "5705B793914348E155388B10C4F1B59A6733EAB416870A945111A4B2FBDBEF33A77234B1DEFF2F9B"
)
FAIL_02 = (
    "8443A10126A10442313154546869732069732074686520636F6E74656E742F5840EAE868ECC176883766C5DC5BA5B8DCA25DAB3C2E56A551CE"
    "5705B793914348E19F43D6C6BA654472DA301B645B293C9BA939295B97C4BDB847782BFF384C5794"
)
PASS_01 = (
    "8441A0A201260442313154546869732069732074686520636F6E74656E742E5840EAE868ECC176883766C5DC5BA5B8DCA25DAB3C2E56A551CE"
    "5705B793914348E11A02E5F0344BF2D4EE5C7FD75A68A9F5E0B3CC1F1FC1409C189566586FF9D610"
)


def test_messages_that_others_signed() -> None:
    ours = cose.read(bytes.fromhex(C_2_1))
    assert (ours.payload, ours.unprotected) == (b"This is the content.", {4: b"11"})
    assert cose.is_signed_by(ours, OTHERS)
    outside = cose.read(bytes.fromhex(PASS_02))
    assert cose.is_signed_by(outside, OTHERS, bytes.fromhex("11aa22bb33cc44dd55006699"))
    assert not cose.is_signed_by(outside, OTHERS)
    assert not cose.is_signed_by(cose.read(bytes.fromhex(FAIL_02)), OTHERS)
    assert not cose.is_signed_by(ours, KEY.public_key())
    with pytest.raises(BadCbor):
        cose.read(bytes.fromhex(PASS_01))
    with pytest.raises(BadCbor):
        cose.read(bytes.fromhex("D2" + C_2_1))


CARRIED = Carried(
    format_number("HVS", "XN", 2026, 123), "Nguyễn Thị Hồng Nhung", 1968, date(2026, 11, 20), date(2031, 11, 20), 0,
    131_071, fingerprint("what"), fingerprint("issuer"),
)  # fmt: skip


def code(carried: Carried, private: ec.EllipticCurvePrivateKey = KEY) -> str:
    return figures_of(cose.sign({cose.KID: b"\1\2\3\4"}, payload_of(carried), private))


@given(
    st.text(min_size=1, max_size=60), st.none() | st.integers(1900, 2030), st.dates(date(2026, 1, 1)),
    st.none() | st.dates(date(2026, 1, 1)), st.integers(0, 131_071), st.booleans(), st.text(max_size=30),
)  # fmt: skip
def test_fields_come_back(
    name: str, year: int | None, issued: date, last: date | None, place: int, masked: bool, own: str
) -> None:
    said = replace(
        CARRIED, full_name=name, birth_year=year, issued_on=issued, last_day=last, place=place, masked=masked, own=own
    )
    assert carried_of(payload_of(said)) == said
    assert carried_of(cose.read(message_of(code(said))).payload) == said


def test_maps_that_say_something_else_are_refused() -> None:
    good = decode(payload_of(CARRIED))
    for bad in (
        {**good, 12: 1}, {k: v for k, v in good.items() if k != 7}, {**good, 2: 5}, {**good, 4: True}, {**good, 10: 1},
        {**good, 1: "HVSXN202600012377"}, {**good, 4: 10**12}, [1], {"1": 2},
    ):  # fmt: skip
        with pytest.raises(BadCbor):
            carried_of(encode(bad))
    for figures in ("", "1" * 99, "0" + code(CARRIED), code(CARRIED) + "x", "9" * 401, "１" * 400):
        with pytest.raises(BadCbor):
            message_of(figures)


NAMES = (
    "Nguyễn Thị Hồng Nhung", "H'Hen Niê", "Y-Bhăm Êban", "K'Brếu", "Ro Đam Thương", "Tôn Nữ Hoàng Thị Phương Thảo",
    "Đặng Nguyễn Phượng Quỳnh Trâm",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_code_is_no_finer_than_version_10(name: str, tmp_path: Path) -> None:
    figures = code(replace(CARRIED, full_name=name, last_day=None))
    segments: Any = [ADDRESS, figures]
    drawn = segno.make_qr(segments, error="m", boost_error=False)
    assert int(drawn.version) <= 10
    drawn.save(str(tmp_path / "code.png"), scale=4, border=4)
    try:
        seen = subprocess.run(
            ["zbarimg", "-q", "--raw", tmp_path / "code.png"], capture_output=True, text=True, check=True, timeout=60
        )
    except FileNotFoundError:
        missing("zbarimg", "apt-get install zbar-tools")
    assert seen.stdout.strip() == ADDRESS + figures


PAPER = Paper(
    kind="attainment", title="GIẤY XÁC NHẬN", number=CARRIED.number, issuer_lines=("UBND xã Thiện Tín",),
    full_name="Lê Văn Bé", statement_lines=("Đã hoàn thành: Phổ cập", "Đã học 35 bài"), place_and_date="",
    signatory_lines=(), verify_url="", verify_domain="", check_code="", framework_line="Khung năng lực: A",
)  # fmt: skip


def test_no_name_of_a_minor_and_no_words_of_one_person_in_the_list() -> None:
    def carried(**changes: Any) -> Carried:
        return carrying.carried_by(replace(PAPER, **changes), date(2026, 11, 20), "HVS-XN-2026-7", 9)

    grown, child = carried(birth_date="19/11/2010"), carried(birth_date="21/11/2010")
    assert (grown.full_name, grown.masked, grown.birth_year) == ("Lê Văn Bé", False, 2010)
    assert (child.full_name, child.masked) == ("L***** Văn Bé", True)
    assert carried(birth_date="2010").masked  # of the year alone: rather protected
    assert (carried().birth_year, carried().masked) == (None, False)
    assert (carried().status_list, carried().place) == ("HVS-XN-2026-7", 9)
    what, issuer = carrying.words_of(PAPER)
    assert what == "GIẤY XÁC NHẬN\nĐã hoàn thành: Phổ cập\nKhung năng lực: A"
    assert issuer == "UBND xã Thiện Tín"
    listed = replace(PAPER, framework_line=None, subtitle="Hội thi tin học", statement_lines=("Đạt giải Nhất",))
    assert carrying.words_of(listed)[0] == "GIẤY XÁC NHẬN\nHội thi tin học"
    said = carrying.carried_by(listed, date(2026, 11, 20), "HVS-CN-2026-0", 9)
    assert said.own == "Đạt giải Nhất"


@pytest.fixture
def issued(any_app: Flask) -> tuple[Flask, CredentialRow]:
    """A paper that somebody earned."""
    with any_app.app_context():
        with unit_of_work():
            who = accounts.sign_up("Lê Thị Tươi", "tuoi", "no hash: nobody signs in", target_group="citizens")
            story.fulfil(who, "nguoi-dan")
        story.one_round(any_app)
        row = credential_by_number(str(connection().execute(sa.select(C.c.number)).scalar_one()))
        assert row is not None
        let_go()
    return any_app, row


def change(row: CredentialRow, state: str) -> None:
    with unit_of_work():
        connection().execute(sa.update(C).where(C.c.id == row.id).values(state=state))
        logging.enter_status(row.number, state, clock.seconds())


def list_now() -> dict[int, Any]:
    found = carrying.signed_list()
    assert found is not None
    message = cose.read(found[1])
    assert message.headers[cose.CONTENT_TYPE] == carrying.LIST_TYPE
    assert cose.is_signed_by(message, carrying.keys()[-1].public)  # type: ignore[arg-type]
    said: dict[int, Any] = decode(message.payload)
    assert said[1] == found[0]
    return said


def test_a_paper_that_is_issued_has_a_code(issued: tuple[Flask, CredentialRow]) -> None:
    app, row = issued
    address, figures = row.paper["qr"]
    assert address == "https://hocvuso.example.vn/v/#"
    with app.app_context():
        assert takes((address + figures).encode())
        assert not takes(b"HVS-XN-2026-000123-36")
        assert not takes(b"%PDF-1.7" + b"1" * 300)
        for shown in (address + figures, figures, f" {figures[:200]}\n{figures[200:]} "):
            found = read(shown.encode())
            assert (found.number, found.broken, found.not_ours) == (row.number, None, False)
            assert found.shown == {"full_name": "Lê Thị Tươi", "valid_until": None}
            assert found.same_as is not None
            assert found.same_as(row)
            assert not found.same_as(replace(row, paper={**row.paper, "qr": [address, code(CARRIED)]}))
        elsewhere = read(f"https://hocvuso.example.vn.example.com/v/#{figures}".encode())
        assert elsewhere.same_as is not None
        assert not elsewhere.same_as(row)
        for way, ours in (("v/", True), ("V", True), ("v/x/", False), ("v/://x/v/", False), ("", False)):
            there = read(f"HTTPS://hocvuso.example.vn/{way}#{figures}".encode())
            assert there.same_as is not None
            assert there.same_as(row) is ours, way
        said = carried_of(cose.read(message_of(figures)).payload)
        assert (said.status_list, said.place) == (row.status_list, row.status_index)
        kept = dict(connection().execute(sa.select(Wording.fingerprint, Wording.text)).all())
        assert {bytes(mark) for mark in kept} == {said.what, said.issuer}
        assert "Phổ cập kỹ năng số cho người dân" in kept[said.what]
        let_go()


def test_no_changed_figure_passes(issued: tuple[Flask, CredentialRow]) -> None:
    app, row = issued
    figures = row.paper["qr"][1]
    lot = random.Random(7)
    with app.app_context():
        for at, sign in enumerate(figures):
            other = lot.choice([d for d in "0123456789" if d != sign])
            found = read((figures[:at] + other + figures[at + 1 :]).encode())
            assert found.broken or found.not_ours, at
        for at, more in itertools.product(range(0, len(figures), 57), ("", "00")):
            found = read((figures[:at] + more + figures[at + 1 :]).encode())
            assert found.broken or found.not_ours
        let_go()


def test_a_key_of_others_and_keys_that_changed(issued: tuple[Flask, CredentialRow]) -> None:
    app, row = issued
    figures = row.paper["qr"][1]
    with app.app_context():
        assert read(code(CARRIED).encode()).not_ours
        key = carrying.keys()[-1]
        private = key.private()
        assert isinstance(private, ec.EllipticCurvePrivateKey)

        def signed(said: Carried) -> bytes:
            message = cose.sign({cose.KID: carrying.short(key)}, payload_of(said), private)
            return figures_of(message).encode()

        today = replace(CARRIED, issued_on=clock.today())
        made_up = read(signed(today))  # by our key, but of no paper
        assert made_up.broken is None
        assert made_up.same_as is not None
        assert not made_up.same_as(row)
        assert read(signed(replace(today, issued_on=date(2020, 1, 1)))).broken
        assert read(signed(replace(today, issued_on=date(2090, 1, 1)))).broken is None  # its key is still in use
        other = cose.sign({cose.KID: carrying.short(key), cose.CONTENT_TYPE: "x"}, payload_of(today), private)
        assert read(figures_of(other).encode()).broken  # a list can never be shown for a paper
        with unit_of_work():
            replace_key(carrying.PURPOSE, None)
        assert read(figures.encode()).broken is None  # what a retired key signed stays good
        assert list_now()[1] <= clock.seconds()
        with unit_of_work():
            connection().execute(sa.text("UPDATE lms_signing_key SET revoked_at = 1 WHERE kid = :k"), {"k": key.kid})
        found = read(figures.encode())
        assert found.broken
        assert found.number == row.number
        let_go()


def test_the_list_says_which_papers_are_not_valid(issued: tuple[Flask, CredentialRow]) -> None:
    app, row = issued
    with app.app_context():
        said = list_now()
        assert (said[2], said[3]) == (7 * 86_400, {})
        assert sorted(said[4]) == said[4]
        for state, marks in (
            ("suspended", [[], [row.status_index], []]),
            ("revoked", [[row.status_index], [], []]),
            ("replaced", [[], [], [row.status_index]]),
        ):
            change(row, state)
            assert list_now()[3] == {row.status_list: marks}
            purpose = standing.SUSPENSION if state == "suspended" else standing.REVOCATION
            assert standing.is_marked(standing.bits(row.status_list, purpose), row.status_index)
        let_go()
    client = app.test_client()
    answer = client.get("/v/status")
    assert answer.status_code == 200
    assert row.paper["full_name"].encode() not in answer.data
    first = client.get("/v/status").data
    assert first == answer.data  # signed once a minute, not for each who asks
    known = client.get("/v/keys.json").get_json()["keys"]
    assert [key["revoked"] for key in known] == [None]
    assert "private" not in str(known)


def test_who_asked_to_be_forgotten_is_in_no_code(issued: tuple[Flask, CredentialRow]) -> None:
    app, row = issued
    left = without_person(row.paper)
    assert not left["qr"]
    with app.app_context():
        found = read(row.paper["qr"][1].encode())
        assert found.same_as is not None
        assert not found.same_as(replace(row, paper=left))  # the name cannot be confirmed any more
        let_go()


def test_before_the_first_paper(client: Any) -> None:
    assert client.get("/v/status").status_code == 404
    assert client.get("/v/keys.json").json["keys"] == []
    page = client.get("/v/")
    assert page.headers["Permissions-Policy"].startswith("camera=(self)")
    assert client.get("/v").headers["Location"].endswith("/v/")
    worker = client.get("/v/sw.js").text
    for at in ("/v/keys.json", "/v/status", "/v/app.webmanifest", "v.camera.js", "v.js"):
        assert at in worker
    assert client.get("/v/app.webmanifest").json["scope"] == "/v/"
