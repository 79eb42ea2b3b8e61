"""The officials' pages, who may see them, the operator's file, what the doctor says."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from lms.api.plugins import PluginError
from lms.starting import demo_sign_ins
from lms.testing.page_client import Pages
from plugins.signing import examining, queries, signers
from plugins.signing.models import OPEN
from plugins.signing.protocol import Approval
from tests.signing.conftest import Keys, World, setup_of
from tests.signing.services import PIN, Remote

LIST = "/can-bo/ky-so"


def client_of(app: Flask, role: str) -> object:
    person = demo_sign_ins()[role]
    browser = app.test_client()
    answer = browser.post("/dang-nhap", data={"identifier": person["login"], "password": person["password"]})
    assert answer.status_code == 303
    return browser


@pytest.fixture
def officer(world: World) -> object:
    return client_of(world.app, "administrator")


def test_an_official_approves_with_a_pin(world: World, keys_: Keys, service: Remote, officer: object) -> None:
    world.use(
        setup_of(
            keys_, kind="csc", url=f"{service.address}/csc/v1", credential="cred-1", file="", approval="officer",
            asks_code=True, certificate=str(keys_.folder / "small.pem"), client_id="hocvuso",
            secrets={"client_secret": "abc"},
        )
    )  # fmt: skip
    one = world.paper()
    world.rounds(2)
    batch = next(row for row in queries.open_batches() if row.state == OPEN)
    address = f"{LIST}/{batch.uuid}"
    listed = officer.get(LIST).get_data(as_text=True)  # type: ignore[attr-defined]
    assert address in listed
    assert "Chờ cán bộ duyệt" in listed
    page = officer.get(address).get_data(as_text=True)  # type: ignore[attr-defined]
    assert world.row(one).number in page
    assert "Mã PIN của khóa ký" in page
    asked = len(service.asked)
    empty = officer.post(address, data={"step": "duyet"})  # type: ignore[attr-defined]
    assert empty.status_code == 422
    assert len(service.asked) == asked
    wrong = officer.post(address, data={"step": "duyet", "pin": "9", "code": "123456"})  # type: ignore[attr-defined]
    assert wrong.status_code == 422
    assert "The PIN is not right" in wrong.get_data(as_text=True)  # as the service said it
    done = officer.post(address, data={"step": "duyet", "pin": PIN, "code": "123456"})  # type: ignore[attr-defined]
    assert done.status_code == 303
    twice = officer.post(address, data={"step": "duyet", "pin": PIN, "code": "123456"})  # type: ignore[attr-defined]
    assert twice.status_code == 409
    world.rounds(1)
    assert world.file(one).startswith(b"%PDF-")
    held = queries.batch(batch.uuid)
    assert held is not None
    assert held.approved_by is not None
    assert PIN not in repr(held)
    assert PIN not in repr(Approval(PIN))
    for role in ("learner", "instructor"):
        assert client_of(world.app, role).get(address).status_code == 404  # type: ignore[attr-defined]
        assert client_of(world.app, role).post(address, data={"step": "dung"}).status_code == 404  # type: ignore[attr-defined]


def test_nobody_signs(world: World, officer: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signers, "found", signers.Found)
    page = officer.get(LIST).get_data(as_text=True)  # type: ignore[attr-defined]
    assert "Nơi này chưa có người ký số giấy" in page
    [told] = examining.examine()
    assert told.ok
    assert "chưa khai báo người ký" in told.text
    assert Pages(world.app) is not None


def test_the_doctor_looks_at_each_signer(world: World, keys_: Keys, service: Remote) -> None:
    assert [one.ok for one in examining.examine()] == [True, True]
    setup = setup_of(
        keys_, kind="csc", url=f"{service.address}/csc/v1", credential="cred-1", file="", client_id="hocvuso",
        certificate=str(keys_.folder / "small.pem"), secrets={"client_secret": "abc"}, most=50,
    )  # fmt: skip
    world.use(setup)
    [told] = examining.examine()
    assert "most = 5" in told.advice
    service.down = True
    [told] = examining.examine()
    assert not told.ok


WRONG = {
    "cannot be read": None,
    "is not TOML": "signer = [",
    "unknown field": '[[signer]]\nkey = "ab"\nkind = "file"\nlabel = "A"\nfoto = "x"\n',
    "file is needed": '[[signer]]\nkey = "ab"\nkind = "file"\nlabel = "A"\n',
    "needs stamp_url": '[[signer]]\nkey = "ab"\nkind = "file"\nlabel = "A"\nfile = "x"\nlevel = "B-T"\n',
    "must be an https address": '[[signer]]\nkey = "ab"\nkind = "csc"\nlabel = "A"\nurl = "http://x.vn"\n'
    'credential = "c"\ncertificate = "c"\n',
    "does not stand in this file": '[[signer]]\nkey = "ab"\nkind = "file"\nlabel = "A"\nfile = "x"\n'
    'secrets = {pin="1"}\n',
    "have two signers": '[[signer]]\nkey = "ab"\nkind = "file"\nlabel = "A"\nfile = "{key}"\ncertificate = "{pem}"\n'
    '[[signer]]\nkey = "cd"\nkind = "file"\nlabel = "B"\nfile = "{key}"\ncertificate = "{pem}"\n',
    "is of another key": '[[signer]]\nkey = "ab"\nkind = "file"\nlabel = "A"\nfile = "{key}"\n'
    'certificate = "{small}"\n',
    "environment variable NO_SUCH": '[[signer]]\nkey = "ab"\nkind = "file"\nlabel = "A"\nfile = "{key}"\n'
    'passphrase = {{ env = "NO_SUCH" }}\n',
}


@pytest.mark.parametrize("words", WRONG)
def test_a_wrong_file_is_named(words: str, tmp_path: Path, keys_: Keys) -> None:
    path = tmp_path / "signers.toml"
    text = WRONG[words]
    if text is not None:
        for name, file in (("{key}", "signer.key"), ("{pem}", "signer.pem"), ("{small}", "small.pem")):
            text = text.replace(name, str(keys_.folder / file))
        path.write_text(text.replace("{{", "{").replace("}}", "}"))
    with pytest.raises(PluginError, match=words) as told:
        signers.read(str(path), {})
    assert str(path) in str(told.value)


def test_a_right_file(tmp_path: Path, keys_: Keys) -> None:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    held = pkcs12.serialize_key_and_certificates(
        b"x", keys_.signer.key, keys_.signer.certificate, [keys_.root.certificate], BestAvailableEncryption(b"bi mat")
    )
    path = tmp_path / "signers.toml"
    path.write_text(
        f'earlier = ["{keys_.folder}/small.pem"]\n'
        f'[[signer]]\nkey = "ab"\nkind = "file"\nlabel = "A"\nfile = "{keys_.file("held.p12", held)}"\n'
        f'passphrase = {{ env = "PASS" }}\n'
        f'[[revoked]]\ncertificate = "{keys_.folder}/small.pem"\nsince = 2027-01-15T08:00:00+07:00\n'
    )
    found = signers.read(str(path), {"PASS": "bi mat"})
    assert [one.der for one in found.published] == [keys_.signer.der, keys_.small.der]
    assert found.published[1].revoked is not None
    assert "bi mat" not in repr(found)
    assert signers.who(keys_.signer.der) == "Trung tâm Học vụ số (bản thử)"
