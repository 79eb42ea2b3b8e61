"""Badges from the worker to whoever gets one: what is handed out, to whom, and what becomes of it later."""

from __future__ import annotations

import hashlib
import json
import zlib
from datetime import date
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from msgspec.structs import replace
from PIL import Image
from sqlalchemy import text

from certificates.api import ATTACHED, LENGTH, CredentialRow, credential
from lms.api.people import enter, person_by_id
from lms.api.transparency import logged, replace_key
from lms.api.work import connection, unit_of_work
from lms.db.unit_of_work import let_go
from lms.web.session import COOKIE
from plugins.badges import composing, encoding, proofs, queries
from plugins.badges.queries import BadgeRow
from plugins.badges.reading import read
from plugins.badges.services import keeping, listing, making
from tests.badges.conftest import BASE, issue


def signed_in(app: Flask, account_id: int) -> FlaskClient:
    """A browser of somebody."""
    with app.test_request_context("/"):
        person = person_by_id(account_id)
        assert person is not None
        enter(person, "test")
        answer = app.response_class()
        app.session_interface.save_session(app, session, answer)  # type: ignore[arg-type]
        cookie = answer.headers["Set-Cookie"].partition(f"{COOKIE}=")[2].partition(";")[0]
    client = app.test_client()
    client.set_cookie(COOKIE, cookie)
    return client


def run(statement: str, **values: Any) -> None:
    with unit_of_work():
        connection().execute(text(statement), values)


def test_what_it_says(said: dict[str, Any], paper: CredentialRow) -> None:
    subject = said["credentialSubject"]
    assert said["name"] == "Giấy xác nhận: Phổ cập kỹ năng số cho người dân"
    assert "mặc định của hệ thống, chưa phải quy định" in said["description"]
    assert "Họ tên do người học tự khai, chưa đối chiếu giấy tờ" in said["description"]
    assert subject["licenseNumber"] == paper.number
    assert subject["achievement"]["inLanguage"] == "vi"
    assert "bản nháp làm việc, không phải văn bản của Bộ" in subject["achievement"]["alignment"][0]["targetFramework"]
    assert {s["statusPurpose"] for s in said["credentialStatus"]} == {"revocation", "suspension"}
    assert "validUntil" not in said


def test_nothing_of_its_holder_is_in_it(held: BadgeRow, paper: CredentialRow, inside: Flask) -> None:
    client = inside.test_client()
    told = [held.document, held.jwt, zlib.decompress(held.forms)]
    told += [client.get(f"/huy-hieu/{held.uuid}{e}").data for e in ("", ".json", ".jwt", ".png", ".svg")]
    payload = json.dumps(proofs.parts_of(held.jwt.decode())[1], ensure_ascii=False).encode()
    for content in (*told, payload):
        for words in ("Lê Thị Tươi", "Tươi", "03/05/1968", str(paper.uuid), paper.check_code):
            assert words.encode() not in content
            assert words.encode("ascii", "backslashreplace") not in content
    who = composing.holder(paper.paper, paper.salt)
    identity = json.loads(held.document)["credentialSubject"]["identifier"][0]
    assert who.said.startswith("Lê Thị Tươi; 03/05/1968; ")
    assert len(who.said.rpartition("; ")[2]) * 5 >= 128  # bits that nobody guesses
    assert identity["identityHash"] == "sha256$" + hashlib.sha256((who.said + identity["salt"]).encode()).hexdigest()


def test_the_same_bytes_each_time_and_nothing_around_them_changed(held: BadgeRow, inside: Flask) -> None:
    client = inside.test_client()
    answers = {e: client.get(f"/huy-hieu/{held.uuid}.{e}") for e in ("json", "jwt", "png", "svg")}
    assert answers["json"].data == held.document
    assert answers["jwt"].data == held.jwt
    for ending, answer in answers.items():
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        again = client.get(f"/huy-hieu/{held.uuid}.{ending}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
        assert client.get(f"/huy-hieu/{held.uuid}.{ending}").data == answer.data
    picture = Image.open(BytesIO(answers["png"].data))
    picture.load()
    assert picture.size == (400, 400)
    assert picture.text["openbadgecredential"].encode() == held.document  # type: ignore[attr-defined]
    assert answers["svg"].text.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert client.get(f"/huy-hieu/{held.uuid}.pdf").status_code == 404
    assert client.get(f"/huy-hieu/{uuid4()}.json").status_code == 404
    assert client.get("/huy-hieu/hinh/gold.png").status_code == 404


def test_what_it_points_to_is_there(said: dict[str, Any], inside: Flask) -> None:
    client, achievement = inside.test_client(), said["credentialSubject"]["achievement"]
    page = client.get(achievement["id"].removeprefix(BASE))
    assert page.status_code == 200
    assert "chưa phải quy định" in page.text
    for part in achievement["alignment"]:
        assert f'id="{part["targetUrl"].rpartition("#")[2]}"' in page.text
    assert client.get(achievement["image"]["id"].removeprefix(BASE)).mimetype == "image/png"
    assert client.get(said["issuer"]["url"].removeprefix(BASE)).status_code == 200
    found = client.get(f"{achievement['id'].removeprefix(BASE)}.json").get_json(force=True)
    assert {k: v for k, v in found.items() if k != "@context"} == achievement
    assert client.get("/thanh-tuu/khong-co").status_code == 404


def test_a_renamed_programme_changes_no_badge(held: BadgeRow, inside: Flask) -> None:
    run("UPDATE lms_programme SET title = 'Tên khác', slug = 'ten-khac' WHERE slug = 'nguoi-dan'")
    try:
        page = inside.test_client().get(f"/thanh-tuu/{held.achievement}")
        assert "Phổ cập kỹ năng số cho người dân" in page.text
        assert "Tên khác" not in page.text
        assert inside.test_client().get(f"/huy-hieu/{held.uuid}.json").data == held.document
    finally:
        run("UPDATE lms_programme SET title = 'Phổ cập kỹ năng số cho người dân', slug = 'nguoi-dan'"
            " WHERE slug = 'ten-khac'")  # fmt: skip


def test_the_list_says_who_is_withdrawn_and_is_cheap(
    said: dict[str, Any], paper: CredentialRow, inside: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = inside.test_client()
    urls = {s["statusPurpose"]: s["statusListCredential"].removeprefix(BASE) for s in said["credentialStatus"]}
    first = {purpose: client.get(url) for purpose, url in urls.items()}
    with monkeypatch.context() as nothing:
        nothing.setattr(proofs, "sign", lambda *_: pytest.fail("signed again though nothing changed"))
        for purpose, url in urls.items():
            assert client.get(url).data == first[purpose].data
    for answer in first.values():
        assert answer.headers["Cache-Control"] == f"public, max-age={listing.ASK_AGAIN}"
        listed = json.loads(answer.data)
        raw = zlib.decompress(encoding.from_base64url(listed["credentialSubject"]["encodedList"][1:]), wbits=31)
        assert len(raw) == LENGTH // 8 >= 131_072 // 8
        assert not any(raw)
        key = keeping.key_by_kid(listed["proof"]["verificationMethod"].rpartition("#")[2])
        assert key is not None
        assert proofs.is_signed(listed, keeping.public(key))
        assert composing.seconds(listed["validUntil"]) - composing.seconds(listed["validFrom"]) == listing.GOOD_FOR
    run("UPDATE certificates_credential SET state = 'suspended' WHERE id = 1")
    try:
        marked = {purpose: json.loads(client.get(url).data) for purpose, url in urls.items()}
    finally:
        run("UPDATE certificates_credential SET state = 'valid' WHERE id = 1")
    for purpose, listed in marked.items():
        raw = zlib.decompress(encoding.from_base64url(listed["credentialSubject"]["encodedList"][1:]), wbits=31)
        number = int.from_bytes(raw)
        assert number.bit_count() == (purpose == "suspension")
        if number:
            assert LENGTH - number.bit_length() == paper.status_index
    for url in ("/status/HVS-XN-1999-0/revocation", f"/status/{paper.status_list}/message", "/status/x/revocation"):
        assert client.get(url).status_code == 404


def test_keys_are_told_and_replaced_ones_stay_good(held: BadgeRow, paper: CredentialRow, inside: Flask) -> None:
    client = inside.test_client()
    with unit_of_work():
        replace_key(keeping.PURPOSE, None)
    assert making.is_good(held)
    assert read(held.document).broken is None
    document = client.get("/.well-known/did.json").get_json(force=True)
    assert document["id"] == "did:web:hocvuso.example.vn"
    methods = {method["id"].rpartition("#")[2]: method for method in document["verificationMethod"]}
    assert methods[held.kid]["publicKeyMultibase"].startswith("z6Mk")
    assert f"{document['id']}#{held.kid}" in document["assertionMethod"]
    assert len(document["assertionMethod"]) == 3
    jwk = client.get(f"/issuers/1/keys/{held.jwt_kid}").get_json(force=True)
    assert jwk == {**methods[held.jwt_kid]["publicKeyJwk"]}
    assert client.get(f"/issuers/1/keys/{held.kid}").status_code == 404
    profile = client.get("/issuers/1.json").get_json(force=True)
    assert profile["id"] == document["id"]
    page = client.get("/issuers/1").text
    assert held.kid in page
    assert "Đã thay" in page
    assert json.loads(making.named(paper, held, "Lê Thị Tươi"))["proof"]["verificationMethod"] != held.kid
    assert logged(f"key:{held.kid}")


def test_a_key_that_became_known(app: Flask) -> None:
    """What it signed proves nothing any more; the holder has the badge made anew, under the same address."""
    number = issue(app)
    with app.app_context():
        row = credential(number)
        assert row is not None
        before = queries.badge_of(number)
        assert before is not None
        with unit_of_work():
            replace_key(keeping.PURPOSE, None, revoke=True)
        assert not making.is_good(before)
        found = read(before.document)
        assert found.broken is not None
        assert found.number is None
        document = app.test_client().get("/.well-known/did.json").get_json(force=True)
        bad = next(m for m in document["verificationMethod"] if m["id"].endswith(before.kid))
        assert "revoked" in bad
        assert bad["id"] not in document["assertionMethod"]
        after = making.badge(row)
        assert (after.uuid, after.kid == before.kid) == (before.uuid, False)
        assert read(after.document).broken is None
        assert making.badge(row) == after
        same = read(after.document).same_as
        assert same is not None
        assert same(row)
        with unit_of_work():
            replace_key(keeping.JWT_PURPOSE, None, revoke=True)
        assert read(after.jwt).broken is not None
        assert app.test_client().get(f"/issuers/1/keys/{after.jwt_kid}").status_code == 404
        let_go()


def test_made_twice_at_once_one_stays(any_app: Flask) -> None:
    number = issue(any_app)
    with any_app.app_context():
        row = credential(number)
        assert row is not None
        kept = queries.badge_of(number)
        assert kept is not None
        run("DELETE FROM badges_badge")
        one, two = making.sign(row), making.sign(row)
        assert one is not None
        assert two is not None
        with unit_of_work():
            making.keep(one)
        with unit_of_work():
            making.keep(two)
        found = queries.badge_of(number)
        assert found is not None
        assert (found.uuid, found.document, found.jwt) == (one.uuid, one.document, one.jwt)
        assert making.sign(row) is None
        run("DELETE FROM badges_badge")
        assert making.badge(row).achievement == kept.achievement
        let_go()


def test_a_term_ends_with_its_day(paper: CredentialRow) -> None:
    made = making.sign(replace(paper, id=77, expires_on=date(2027, 1, 1)))
    assert made is not None
    said = json.loads(made.document)
    assert said["validUntil"] == "2027-01-01T16:59:59Z"  # the last second of that day in Việt Nam
    claims = proofs.parts_of(made.jwt.decode())[1]
    assert claims["exp"] == composing.seconds("2027-01-01T16:59:59Z")
    assert (claims["iss"], claims["jti"], claims["nbf"]) == (said["issuer"]["id"], said["id"], paper.issued_at)


def test_what_goes_with_a_paper(held: BadgeRow, paper: CredentialRow, inside: Flask) -> None:
    assert ATTACHED.get("credential.json").make(paper) == held.document
    content = ATTACHED.get("issuer-key.json").make(paper)
    assert content is not None
    key = json.loads(content)
    (alone,) = key["alsoKnownAs"]
    assert alone.startswith("did:key:z6Mk")
    assert key["verificationMethod"][0]["publicKeyMultibase"] == alone.removeprefix("did:key:")


def test_my_badge(issued: Flask) -> None:
    with issued.app_context():
        paper, held = credential(1), queries.badge_of(1)
        let_go()
    assert paper is not None
    assert held is not None
    mine, other = signed_in(issued, paper.account_id), issued.test_client()
    where = f"/giay/{paper.uuid}/huy-hieu"
    page = mine.get(where)
    assert page.status_code == 200
    assert composing.holder(paper.paper, paper.salt).said in page.text
    assert f"/huy-hieu/{held.uuid}" in page.text
    assert "Huy hiệu số" in mine.get(f"/giay/{paper.uuid}").text
    files = {ending: mine.get(f"{where}.{ending}") for ending in ("png", "svg", "json", "jwt")}
    named = {ending: mine.get(f"{where}.{ending}?ten=1") for ending in ("png", "svg", "json")}
    assert mine.get(f"{where}.jwt?ten=1").status_code == 404
    for address in (where, f"{where}.png", f"{where}.json?ten=1"):
        answer = other.get(address)
        assert paper.number not in answer.text
        assert not answer.headers.get("Content-Disposition")
    with issued.app_context():
        for answer in files.values():
            assert read(answer.data).number == paper.number
            assert "attachment" in answer.headers["Content-Disposition"]
        for answer in named.values():
            assert read(answer.data).shown == {"full_name": "Lê Thị Tươi"}
            assert answer.headers["Cache-Control"] == "private, no-store"
        let_go()


def test_somebody_elses_badge_and_one_that_is_not_made_yet(app: Flask) -> None:
    first = issue(app)
    child = issue(app, "Giàng A Pó", "po2014", date(2014, 1, 1))
    with app.app_context():
        one, two = credential(first), credential(child)
        assert one is not None
        assert two is not None
        run("DELETE FROM badges_badge")
        let_go()
    mine = signed_in(app, two.account_id)
    where = f"/giay/{two.uuid}/huy-hieu"
    assert mine.get(f"/giay/{one.uuid}/huy-hieu").status_code == 404
    assert mine.post(f"/giay/{one.uuid}/huy-hieu").status_code == 404
    assert mine.get(f"/giay/{one.uuid}/huy-hieu.png").status_code == 404
    assert mine.get(f"{where}.png").status_code == 404
    assert "Làm huy hiệu ngay" in mine.get(where).text
    assert mine.post(where).status_code == 303
    page = mine.get(where).text
    assert "Có ghi họ tên" not in page  # no names of children in files that travel
    assert mine.get(f"{where}.json?ten=1").status_code == 404
    content = mine.get(f"{where}.png").data
    with app.app_context():
        assert read(content).number == two.number
        let_go()
