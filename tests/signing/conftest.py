"""A root, certificates, services of others, and the application with a signer and a paper."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask

from certificates.api import CredentialRow, credential
from lms.api.work import clock, connection, unit_of_work
from lms.db.unit_of_work import let_go
from lms.identity import accounts
from lms.outbox.delivering import deliver_due
from lms.testing import story
from lms.testing.building import make_app
from lms.transparency import entering
from plugins.signing import queries, signers
from plugins.signing.services import working
from tests.signing import pki, services
from tests.signing.pki import Made
from tests.signing.services import Remote


@dataclass(frozen=True)
class Keys:
    """The certificates of these tests, and where they lie as files."""

    root: Made
    signer: Made  # RSA, as agencies have
    small: Made  # of an elliptic curve
    stamper: Made
    folder: Path

    def file(self, name: str, content: bytes) -> str:
        """The path of a file with this content."""
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


@pytest.fixture(scope="session")
def keys_(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("keys")
    root = pki.make("Gốc chứng thực (thử)")
    big = rsa.generate_private_key(65537, 2048)
    held = Keys(
        root,
        pki.make("Trung tâm Học vụ số (bản thử)", root, key=big),
        pki.make("Trung tâm Học vụ số (bản thử)", root, seal=True),
        pki.make("Dấu thời gian (thử)", root, stamps=True),
        folder,
    )
    held.file("root.pem", root.pem)
    held.file("signer.pem", held.signer.pem + root.pem)
    held.file("signer.key", held.signer.key_pem)
    held.file("small.pem", held.small.pem + root.pem)
    held.file("small.key", held.small.key_pem)
    held.file("none.crl", pki.revocations(root))
    return held


@pytest.fixture(scope="session")
def stamp_url(tmp_path_factory: pytest.TempPathFactory, keys_: Keys) -> Iterator[str]:
    with services.stamps(tmp_path_factory.mktemp("stamps") / "tsa", keys_.stamper, keys_.root) as address:
        yield address


@pytest.fixture
def service(keys_: Keys) -> Iterator[Remote]:
    with services.remote(keys_.small) as held:
        yield held


def setup_of(keys_: Keys, **more: Any) -> signers.SignerSetup:
    """A part of the operator's file: a key in a file that signs by itself, unless something else is said."""
    base: dict[str, Any] = {
        "key": "trung-tam", "kind": "file", "label": "Trung tâm (thử)", "approval": "none", "place": "Lâm Sơn",
        "certificate": str(keys_.folder / "signer.pem"), "file": str(keys_.folder / "signer.key"),
    }  # fmt: skip
    return msgspec.convert({**base, **more}, signers.SignerSetup)


def found(*setups: signers.SignerSetup) -> signers.Found:
    """What a file with these signers says."""
    own = {signers.certificates(s.certificate)[0] for s in setups}
    roots = tuple({der for s in setups for path in s.roots for der in signers.certificates(path)})
    return signers.Found(setups, tuple(map(signers.Published, own)), roots)


@dataclass
class World:
    """The application, its signer, and papers."""

    app: Flask
    use: Callable[..., None]

    def paper(self, name: str = "Y-Bhăm H'Hen Niê") -> int:
        """A paper that somebody earned; its id. It stands in the log, and its unsigned file in the store."""
        with unit_of_work():
            who = accounts.sign_up(
                name, f"hv{secrets.token_hex(4)}", "no hash: nobody signs in", target_group="citizens"
            )
            story.fulfil(who, "nguoi-dan")
        for _event in range(4):  # attained, issued, drawn
            deliver_due()
        entering.give_places()
        wanted = sa.text("SELECT max(id) FROM certificates_credential")
        return int(connection().execute(wanted).scalar_one())

    def rounds(self, many: int = 3, later: int = 0) -> None:
        """The worker's part of signing, a minute and a bit later each time."""
        for n in range(1, many + 1):
            with clock.frozen_at(clock.now() + timedelta(seconds=later + 70 * n)):
                working.work()

    def row(self, credential_id: int) -> CredentialRow:
        held = credential(credential_id)
        assert held is not None
        return held

    def state(self, credential_id: int) -> str:
        held = queries.of_credential(credential_id)
        return held.state if held is not None else ""

    def file(self, credential_id: int) -> bytes:
        """The signed file of a paper."""
        key = self.row(credential_id).signed_key
        assert key is not None, self.why(credential_id)
        content: bytes = self.app.extensions["lms.files"].get(key)
        return content

    def why(self, credential_id: int) -> str:
        held = queries.of_credential(credential_id)
        return f"{held.state}: {queries.reason(held.why)}" if held is not None else "never asked for"


@pytest.fixture(scope="module")
def one_app(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application for the tests of a module: each makes papers of its own."""
    folder = tmp_path_factory.mktemp("signing")
    shutil.copy(prepared_folder / "lms.sqlite", folder / "lms.sqlite")
    return make_app(folder, f"sqlite:///{folder}/lms.sqlite")


@pytest.fixture
def make_world(monkeypatch: pytest.MonkeyPatch, keys_: Keys) -> Callable[[Flask], World]:
    def made(app: Flask) -> World:
        def use(*setups: signers.SignerSetup) -> None:
            held = found(*(setups or (setup_of(keys_),)))
            monkeypatch.setattr(signers, "found", lambda: held)

        use()
        return World(app, use)

    return made


@pytest.fixture
def world(one_app: Flask, make_world: Callable[[Flask], World]) -> Iterator[World]:
    with one_app.app_context():
        with unit_of_work():
            connection().execute(sa.text("DELETE FROM signing_request"))
            connection().execute(sa.text("DELETE FROM signing_batch"))
        yield make_world(one_app)
        let_go()


@pytest.fixture
def any_world(any_app: Flask, make_world: Callable[[Flask], World]) -> Iterator[World]:
    with any_app.app_context():
        yield make_world(any_app)
        let_go()
