"""How issuers want papers to look: nothing unlawful gets through, papers keep what they were issued with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image
from sqlalchemy import select, update

from certificates.designs.paper import Paper
from certificates.lawful import Wish, problems
from certificates.models import Credential, PaperLook
from certificates.points import DESIGNS, Design
from certificates.queries import credential
from certificates.services import issuing, logging, looks
from certificates.services.looks import Wardrobe
from lms.api.papers import logo
from lms.api.people import join, nation_id
from lms.api.work import Conflict, Invalid, clock, connection, unit_of_work
from lms.identity import accounts
from lms.identity.models import Account
from lms.orgs.queries import ancestors, org_by_code
from lms.starting import demo_sign_ins
from lms.testing import story
from lms.testing.page_client import Pages

C, L = Credential.__table__, PaperLook.__table__
PARTY = Design("party", 1, ("attainment", "course", "contest"), "Đảng", "x:y", party=True)  # type: ignore[arg-type]
STATE = Design("state", 2, ("attainment",), "Nhà nước", "x:y")  # type: ignore[arg-type]
WISH = Wish(
    "state/2", ("ỦY BAN NHÂN DÂN TỈNH LÀO CAI", "ỦY BAN NHÂN DÂN XÃ BẮC HÀ"), ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
    "Lù Thị Hoa", "Cấp tại lớp học cộng đồng", "plum",
)  # fmt: skip
COMMUNE = "02839"


@pytest.fixture
def inside(app: Flask) -> Iterator[int]:
    """In the application; the row of an administrator."""
    with app.app_context():
        login = demo_sign_ins()["administrator"]["login"]
        yield (
            connection()
            .execute(select(Account.__table__.c.id).where(Account.__table__.c.username == login))
            .scalar_one()
        )


def commune() -> int:
    found = org_by_code(COMMUNE)
    assert found is not None
    return found.id


def published(org_id: int, wish: Wish, by_id: int) -> None:
    with unit_of_work():
        looks.save(org_id, "attainment", wish, by_id)
        looks.publish(org_id, "attainment", by_id)


# --- what may stand on papers -----------------------------------------------------------------------------------------


def fields(wish: Wish, design: Design | None = STATE, state: bool = True) -> set[str]:
    return set(problems(wish, "attainment", design, state))


def test_an_ordinary_look_is_lawful() -> None:
    assert fields(WISH) == set()
    assert fields(replace(WISH, extra_line="Giấy này không thay cho văn bằng, chứng chỉ")) == set()
    assert fields(replace(WISH, signer="", post_lines=()), PARTY, state=False) == set()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"issuer_lines": ()}, "issuer"),
        ({"issuer_lines": ("A",) * 7}, "issuer"),
        ({"issuer_lines": ("Đ" * 121,)}, "issuer"),
        ({"post_lines": ("A",) * 4}, "post"),
        ({"post_lines": ()}, "post"),  # a name without a post
        ({"signer": "N" * 61}, "signer"),
        ({"extra_line": "x" * 161}, "extra"),
        ({"accent": "rice"}, "accent"),  # a course's colour
        ({"accent": "#ffffff"}, "accent"),
        ({"extra_line": "Tặng Giấy khen của Chủ tịch"}, "extra"),
        ({"extra_line": "BẰNG  KHEN"}, "extra"),
        ({"issuer_lines": ("GIẤY KHEN", "UBND")}, "issuer"),
        ({"extra_line": "danh hiệu thi đua năm 2026"}, "extra"),
        ({"issuer_lines": ("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM", "UBND")}, "issuer"),
        ({"extra_line": "Độc lập \N{EN DASH} Tự do \N{EN DASH} Hạnh phúc"}, "extra"),
        ({"issuer_lines": ("Đảng Cộng sản Việt Nam", "BAN TUYÊN GIÁO")}, "issuer"),
        ({"extra_line": "(đã ký)"}, "extra"),
        ({"post_lines": ("CHỦ TỊCH", "Đã đóng dấu")}, "post"),
        ({"signer": "Đã ký: Lù Thị Hoa"}, "signer"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("state", [True, False])
def test_what_is_not_lawful_is_refused_by_field(changes: dict[str, Any], field: str, state: bool) -> None:
    assert field in fields(replace(WISH, **changes), state=state)
    assert field in fields(replace(WISH, **changes), PARTY, state=state)


def test_words_are_taken_whole_and_decomposed_letters_are_seen_through() -> None:
    import unicodedata

    assert fields(replace(WISH, extra_line="Lớp học ở thôn Giấy Khenh")) == set()
    apart = unicodedata.normalize("NFD", "giấy khen")
    assert "extra" in fields(replace(WISH, extra_line=apart))


def test_a_design_must_suit_the_kind() -> None:
    assert "design" in problems(WISH, "course", STATE, True)
    assert "design" in fields(WISH, None)
    assert "design" in fields(WISH, replace(STATE, offered=False))


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300), st.lists(st.text(max_size=200), max_size=9))
def test_any_words_have_an_answer(line: str, lines: list[str]) -> None:
    wish = replace(WISH, issuer_lines=tuple(lines), post_lines=tuple(lines[:4]), signer=line, extra_line=line)
    assert isinstance(problems(wish, "attainment", STATE, False), dict)


def test_letters_and_length_are_looked_at_by_drawing(inside: int) -> None:
    looks.check(WISH, "attainment")
    for changes, field in (
        ({"extra_line": "ꪀꪱ"}, "extra"),
        ({"signer": "张"}, "signer"),
        ({"issuer_lines": tuple(f"BAN {'CHỈ ĐẠO ' * 13}{n}" for n in range(6))}, "issuer"),
    ):
        with pytest.raises(Invalid) as caught:
            looks.check(replace(WISH, **changes), "attainment")  # type: ignore[arg-type]
        assert set(caught.value.fields) == {field}


# --- logos ------------------------------------------------------------------------------------------------------------


def picture(kind: str = "PNG", size: tuple[int, int] = (500, 200), **more: Any) -> bytes:
    made, out = Image.new("RGB", size, "white"), BytesIO()
    made.paste((20, 90, 60), (10, 10, 90, 90))
    made.save(out, kind, **more)
    return out.getvalue()


SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><script>alert(1)</script>'
    b'<rect width="9" height="9"/></svg>'
)


@pytest.mark.parametrize(
    "content",
    [picture(), picture("JPEG"), picture("WEBP"), SVG, b"\xef\xbb\xbf" + SVG, picture(comment="x", size=(2000, 40))],
)
def test_a_logo_becomes_plain_pixels(content: bytes) -> None:
    made = logo(content)
    assert made is not None
    assert made == logo(content)
    image = Image.open(BytesIO(made))
    assert (image.format, image.mode, image.info) == ("PNG", "P", {})
    assert max(image.size) <= 360
    kinds = [made[at + 4 : at + 8] for at in _chunks(made)]
    assert set(kinds) <= {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
    assert b"script" not in made


def _chunks(png: bytes) -> Iterator[int]:
    at = 8
    while at < len(png):
        yield at
        at += 12 + int.from_bytes(png[at : at + 4])


@pytest.mark.parametrize(
    "content",
    [
        b"", b"GIF89a", b"%PDF-1.7", picture()[:60], b"<svg", b"<?xml version='1.0'?><html/>",
        picture("PNG", (9000, 9000)),  # more than it may be unpacked to
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"></svg>',  # nothing to be seen
    ],
)  # fmt: skip
def test_what_is_no_logo_is_refused(content: bytes) -> None:
    assert logo(content) is None


def test_a_drawing_brings_in_no_file_of_the_server(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(picture())
    for address in (f"file://{tmp_path}/secret.png", f"{tmp_path}/secret.png", "http://127.0.0.1:9/secret.png"):
        svg = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'
        svg += f'<image href="{address}" xlink:href="{address}" width="9" height="9"/></svg>'
        assert logo(svg.encode()) is None


# --- versions, and papers that keep theirs ----------------------------------------------------------------------------


def test_versions_follow_each_other_and_never_change(inside: int) -> None:
    unit = commune()
    with unit_of_work():
        looks.save(unit, "attainment", WISH, inside)
        looks.save(unit, "attainment", replace(WISH, accent="bronze"), inside)  # the draft, once more
    assert [row.published_at for row in looks.versions(unit, "attainment")] == [None]
    assert looks.in_force() == []
    with unit_of_work():
        assert looks.publish(unit, "attainment", inside) == 1
    with pytest.raises(Conflict), unit_of_work():
        looks.publish(unit, "attainment", inside)
    published(unit, WISH, inside)
    with unit_of_work():
        looks.save(unit, "attainment", replace(WISH, signer="Người khác"), inside)
        assert looks.back_to(unit, "attainment", 1, inside) == 3  # the draft on top of version 2 is gone
    found = looks.versions(unit, "attainment")
    assert [(row.version, row.wish.accent) for row in found] == [(3, "bronze"), (2, "plum"), (1, "bronze")]
    assert [row.id for row in looks.in_force()] == [found[0].id]
    with unit_of_work():
        looks.end(unit, "attainment", inside)
    assert looks.in_force() == []
    for act in (lambda: looks.end(unit, "attainment", inside), lambda: looks.back_to(unit, "attainment", 9, inside)):
        with pytest.raises(Conflict), unit_of_work():
            act()


def test_the_nearest_unit_decides(inside: int) -> None:
    unit = commune()
    province, nation = ancestors(unit)[-2], nation_id()
    assert nation is not None
    published(nation, replace(WISH, issuer_lines=("BỘ",)), inside)
    published(province, replace(WISH, issuer_lines=("TỈNH",)), inside)
    neighbor = org_by_code("02824")
    assert neighbor is not None

    def issuers() -> list[str]:
        with unit_of_work():
            wardrobe = Wardrobe([unit, neighbor.id, None])
            found = [wardrobe.chosen("attainment", one) for one in (unit, neighbor.id, None)]
        return [row.wish.issuer_lines[0] if row else "" for row in found]

    assert issuers() == ["TỈNH", "TỈNH", ""]
    published(unit, replace(WISH, issuer_lines=("XÃ",)), inside)
    assert issuers() == ["XÃ", "TỈNH", ""]
    with unit_of_work():
        looks.end(unit, "attainment", inside)
    assert issuers() == ["TỈNH", "TỈNH", ""]


def paper_of(row_id: int) -> Any:
    row = credential(row_id)
    assert row is not None
    return row


def issued(app: Flask, login: str, unit: int) -> Any:
    """The paper of somebody of a unit, issued now."""
    with app.app_context():
        with unit_of_work():
            who = accounts.sign_up("H'Hen Niê", login, "no hash: nobody signs in", target_group="citizens")
            join(who, unit, "citizens", clock.seconds())
            story.fulfil(who, "nguoi-dan")
        story.one_round(app)
        found = connection().execute(select(C.c.id).where(C.c.account_id == who)).scalar_one()
        return paper_of(found)


def test_a_paper_keeps_the_look_that_it_was_issued_with(any_app: Flask) -> None:
    with any_app.app_context():
        login = demo_sign_ins()["administrator"]["login"]
        a = Account.__table__
        officer = connection().execute(select(a.c.id).where(a.c.username == login)).scalar_one()
        unit = commune()
        plain = issued(any_app, "nguoi-mot", unit)
        assert (plain.design, plain.design_version, plain.paper["look"]) == ("state", 2, None)
        key = looks.keep_logo(picture())
        published(unit, replace(WISH, logo=key), officer)
        row = issued(any_app, "nguoi-hai", unit)
        said = row.paper
        assert said["issuer_lines"] == list(WISH.issuer_lines)
        assert said["signatory_lines"] == ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Lù Thị Hoa"]
        assert (said["accent"], said["logo"], said["extra_line"]) == ("plum", key, WISH.extra_line)
        assert row.facts["issuer"] == WISH.issuer_lines[-1]  # what is shown to whoever checks
        drawn = issuing.draw(row)
        assert b"/Subtype /Image" in drawn
        assert b"/Subtype /Image" not in issuing.draw(plain)
        # whatever becomes of the look, the paper stays
        published(unit, replace(WISH, issuer_lines=("NƠI KHÁC",), accent="bronze"), officer)
        with unit_of_work():
            connection().execute(update(L).values(body={}))
        assert issuing.draw(paper_of(row.id)) == drawn
        assert logging.digest_of(paper_of(row.id).paper) == row.digest


def test_a_party_body_has_no_national_heading(inside: int) -> None:
    party = Wish("party/1", ("TỈNH ỦY LÀO CAI", "BAN TUYÊN GIÁO VÀ DÂN VẬN"))
    looks.check(party, "attainment")
    sample = replace(looks.sample("attainment"), national_heading=True)
    made, name, version = looks.dressed(sample, party, 7)
    assert (made.national_heading, made.look, name, version) == (False, 7, "party", 1)
    kept, _name, _version = looks.dressed(sample, WISH, 7)
    assert kept.national_heading


def test_every_kind_has_a_default_and_something_to_choose(inside: int) -> None:
    for kind in looks.KINDS:
        name, version = looks.DEFAULT[kind]
        assert kind in DESIGNS.get(f"{name}/{version}").kinds
        offered = {design.key for design in looks.offered(kind)}
        assert {f"{name}/{version}", "party/1"} <= offered
        assert "card/1" not in offered
        assert "state/1" not in offered
        sample = looks.sample(kind)
        assert isinstance(sample, Paper)
        assert "MẪU" in sample.number


# --- the editor -------------------------------------------------------------------------------------------------------

FORM = {
    "design": "state/2", "accent": "plum", "issuer": "\n".join(WISH.issuer_lines), "post": "CHỦ TỊCH",
    "signer": "Lù Thị Hoa", "extra": "",
}  # fmt: skip


@pytest.fixture
def officer(any_app: Flask, sign_in: Any) -> FlaskClient:
    client: FlaskClient = sign_in("administrator", any_app)
    return client


def place(app: Flask) -> str:
    with app.app_context():
        return f"/can-bo/mau-giay/{commune()}/xac-nhan"


def test_an_issuer_draws_up_looks_at_and_puts_in_force(any_app: Flask, officer: FlaskClient) -> None:
    at = place(any_app)
    assert "Khung hồi văn" in officer.get(at).text
    # looked at by the button: nothing is kept
    page = officer.get(at, query_string={**FORM, "xem": "1"})
    assert page.status_code == 200
    assert "Đây mới là xem thử" in page.text
    picture_now = officer.get(at + "/xem.png", query_string={**FORM, "xem": "1"})
    assert picture_now.mimetype == "image/png"
    assert Image.open(BytesIO(picture_now.data)).width == 900
    assert len(picture_now.data) < 150_000
    assert picture_now.data != officer.get(at + "/xem.png", query_string={**FORM, "xem": "1", "signer": "X"}).data
    # kept, then in force
    kept = officer.post(at, data={**FORM, "logo": (BytesIO(picture()), "a.png"), "own_logo": "1"})
    assert kept.status_code == 303
    assert "Có một bản nháp" in officer.get(at).text
    assert officer.post(at, data={**FORM, "publish": "1"}).status_code == 303
    page = officer.get(at)
    assert "đang áp dụng" in page.text
    assert "Có một bản nháp" not in page.text
    with any_app.app_context():
        [row] = looks.versions(commune(), "attainment")
        assert row.body["logo"]
        assert row.published_at is not None
    assert "xã Bắc Hà" in officer.get("/can-bo/mau-giay").text
    assert officer.post(at, data={**FORM, "no_logo": "1", "publish": "1"}).status_code == 303
    back = officer.post(at + "/phien-ban", data={"version": "1"})
    assert back.status_code == 303
    assert officer.post(at + "/phien-ban", data={"version": "none"}).status_code == 303
    for wrong in ("", "9", "-1", "x"):
        assert officer.post(at + "/phien-ban", data={"version": wrong}).status_code == 409
    with any_app.app_context():
        assert [bool(row.body.get("logo")) for row in looks.versions(commune(), "attainment")][1:] == [
            True,
            False,
            True,
        ]


def test_what_is_refused_says_why_and_keeps_what_was_typed(any_app: Flask, officer: FlaskClient) -> None:
    at = place(any_app)
    bad = {**FORM, "extra": "Tặng bằng khen", "issuer": ""}
    for answer in (officer.post(at, data=bad), officer.get(at, query_string={**bad, "xem": "1"})):
        assert answer.status_code == 422
        assert "thi đua, khen thưởng" in answer.text
        assert "Giấy phải có nơi cấp" in answer.text
        assert "Tặng bằng khen" in answer.text
    refused = officer.get(at + "/xem.png", query_string={**bad, "xem": "1"}, headers={"Accept": "application/json"})
    assert refused.status_code == 422
    assert "nơi cấp" in json.loads(refused.data)["title"]
    for data in (
        {**FORM, "logo": (BytesIO(picture()), "a.png")},  # not said to be their own
        {**FORM, "logo": (BytesIO(b"GIF89a"), "a.png"), "own_logo": "1"},
        {**FORM, "logo": (BytesIO(picture() + bytes(looks.MOST_LOGO_BYTES)), "a.png"), "own_logo": "1"},
    ):
        answer = officer.post(at, data=data)
        answer.request.environ["wsgi.input"].close()  # where it is large the test client leaves a file open
        assert answer.status_code == 422
    with any_app.app_context():
        assert looks.versions(commune(), "attainment") == []


def test_no_form_names_a_file(any_app: Flask, officer: FlaskClient) -> None:
    """Whatever is sent as logo's key, the one that was there is meant."""
    at = place(any_app)
    with any_app.app_context():
        key = looks.keep_logo(picture())
    assert officer.post(at, data={**FORM, "logo": key}).status_code == 303
    with any_app.app_context():
        assert looks.versions(commune(), "attainment")[0].body["logo"] == ""


def test_only_those_who_run_the_unit(any_app: Flask, sign_in: Any) -> None:
    at = place(any_app)
    for role in ("learner", "instructor", "verifier"):
        client = sign_in(role, any_app)
        for path in ("/can-bo/mau-giay", at, at + "/xem.png"):
            assert client.get(path).status_code == 404
        assert client.post(at, data=FORM).status_code == 404
        assert client.post(at + "/phien-ban", data={"version": "1"}).status_code == 404
    client = sign_in("administrator", any_app)
    assert client.get(at.replace("xac-nhan", "khen")).status_code == 404
    assert client.get("/can-bo/mau-giay/99999999/xac-nhan").status_code == 404


def test_the_holder_has_a_card(any_app: Flask) -> None:
    with any_app.app_context():
        with unit_of_work():
            who = accounts.sign_up("Y-Bhăm Êban", "y-bham", accounts_hash(), target_group="citizens")
            story.fulfil(who, "nguoi-dan")
        story.one_round(any_app)
        uuid = connection().execute(select(C.c.uuid).where(C.c.account_id == who)).scalar_one()
    pages = Pages(any_app)
    pages.open("/dang-nhap")
    story.sign_in(pages, "y-bham")
    page = pages.open(f"/giay/{uuid}")
    assert page.has_link("Thẻ lưu trên điện thoại")
    card = pages.send("GET", f"/giay/{uuid}/the.png")
    assert card.status == 200
    image = Image.open(BytesIO(card.body))
    assert image.size == (1080, 1920)
    assert pages.send("GET", f"/giay/{uuid}/the.pdf").body.startswith(b"%PDF-1.4")
    stranger = Pages(any_app)
    stranger.sign_in("learner")
    assert stranger.send("GET", f"/giay/{uuid}/the.png").status == 404


def accounts_hash() -> str:
    from lms.api.people import hash_password

    return hash_password(story.PASSWORD)
