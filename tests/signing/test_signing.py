"""From a paper to its signed file, on both databases, with the key in a file, on a token, with a service."""

from __future__ import annotations

import os

import pytest

from lms.api.work import connection, unit_of_work
from lms.privacy.events import AccountErased
from plugins.signing import keys, queries, reading, signers
from plugins.signing.models import ASKED, DONE, OPEN, READY, REFUSED, SIGNED, STOPPED, WAITING
from plugins.signing.protocol import Approval, Broken, Waiting
from plugins.signing.services import queueing, working
from tests.signing import services
from tests.signing.conftest import Keys, World, setup_of
from tests.signing.services import Remote


def test_a_paper_is_signed_by_itself(any_world: World) -> None:
    one = any_world.paper()
    assert any_world.state(one) in (WAITING, READY)
    assert any_world.row(one).signed_key is None
    any_world.rounds()
    row = any_world.row(one)
    content = any_world.file(one)
    assert any_world.state(one) == SIGNED
    assert row.signed_at is not None
    assert content.startswith(b"%PDF-")
    said = reading.read(content)
    assert (said.number, said.broken, said.not_ours) == (row.number, None, False)
    assert all(one.ok for one in said.looked), said.looked
    assert said.same_as is not None
    assert said.same_as(row)
    held = queries.of_credential(one)
    assert held is not None
    assert (held.parked_key, held.signature, held.attributes) == (None, None, None)


def test_a_paper_is_signed_once_and_only_while_it_is_valid(world: World) -> None:
    one, other = world.paper(), world.paper("K'Brếu")
    world.rounds()
    first = world.row(one).signed_key
    with unit_of_work():
        connection().exec_driver_sql("UPDATE signing_request SET state = 'waiting', next_at = 0, tries = 0")
        connection().exec_driver_sql("UPDATE certificates_credential SET signed_key = NULL WHERE id = ?", (other,))
        connection().exec_driver_sql("UPDATE certificates_credential SET state = 'revoked' WHERE id = ?", (other,))
    world.rounds()
    assert (world.row(one).signed_key, world.state(one)) == (first, SIGNED)  # never signed anew
    assert (world.row(other).signed_key, world.state(other)) == (None, STOPPED)


def test_whoever_is_killed_in_between_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    one = world.paper()

    class Killed(BaseException):
        """Nothing of ours catches it."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    # Before what was prepared is written, before the batch is signed, after it was, and before the file is noted.
    steps = ((queueing, "ready"), (queueing, "give"), (working, "note_signed"), (queueing, "signed"))
    for nth, (owner, name) in enumerate(steps):
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, die)
            with pytest.raises(Killed):
                world.rounds(6, later=nth * 2_000)
        assert world.state(one) != SIGNED
    world.rounds(4, later=9_000)
    assert world.state(one) == SIGNED, world.why(one)
    assert all(found.ok for found in reading.read(world.file(one)).looked)


def test_an_approved_batch(world: World, keys_: Keys) -> None:
    world.use(setup_of(keys_, approval="officer", most=2))
    papers = [world.paper(name) for name in ("Lò Thị Én", "Vừ A Sính", "Đỗ Lý")]
    world.rounds(2)
    assert [world.state(one) for one in papers] == [READY] * 3
    full, rest = queries.open_batches()
    assert (full.size, rest.size, full.state) == (2, 1, OPEN)
    officer = world.row(papers[0]).account_id
    with unit_of_work():
        queueing.approve(full, officer)
    with unit_of_work():
        queueing.close(rest, STOPPED, reading._("An official stopped it."), officer)
    world.rounds(2)
    assert [world.state(one) for one in papers] == [SIGNED, SIGNED, STOPPED]
    with unit_of_work():
        assert queueing.retry("trung-tam", officer) == 1
    world.rounds(2)
    assert world.state(papers[2]) == READY
    batch = queries.open_batches()[0]
    world.rounds(2, later=working.FRESH + 100)  # nobody approved it for a day: it names a new time
    assert world.state(papers[2]) == READY
    assert queries.batch(batch.uuid).state == STOPPED  # type: ignore[union-attr]


def test_older_papers_can_be_sent(world: World, keys_: Keys) -> None:
    world.use(setup_of(keys_, papers=("CN",)))
    one = world.paper()
    world.rounds()
    assert world.state(one) == ""
    world.use()
    with unit_of_work():
        assert queueing.add_unsigned(signers.found().setups[0], world.row(one).account_id) >= 1
        assert queueing.add_unsigned(signers.found().setups[0], world.row(one).account_id) == 0
    world.rounds()
    assert world.state(one) == SIGNED


def test_files_of_the_forgotten_are_not_kept(world: World, keys_: Keys) -> None:
    world.use(setup_of(keys_, approval="officer"))
    one = world.paper()
    world.rounds(1)
    held = queries.of_credential(one)
    assert held is not None
    assert held.parked_key is not None
    with unit_of_work():
        connection().exec_driver_sql("UPDATE certificates_credential SET pdf_key = NULL WHERE id = ?", (one,))
        queueing.when_account_erased(AccountErased(world.row(one).account_id, 0))
    assert world.state(one) == STOPPED
    assert not world.app.extensions["lms.files"].has(held.parked_key)


def test_a_key_in_a_file_is_opened_again_only_when_the_file_has_changed(
    keys_: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, opened, really = keys_.folder / "copy.key", [], signers.held_in
    path.write_bytes((keys_.folder / "signer.key").read_bytes())
    os.utime(path, ns=(1, 1))
    signer = keys.KeyFile(setup_of(keys_, file=str(path)))
    monkeypatch.setattr(signers, "held_in", lambda s: (opened.append(s), really(s))[1])
    assert signer.certificate_chain()[0] == keys_.signer.der
    assert signer.certificate_chain()[0] == keys_.signer.der
    assert len(opened) == 1
    os.utime(path, ns=(2, 2))
    signer.certificate_chain()
    assert len(opened) == 2
    path.unlink()
    with pytest.raises(Broken, match="cannot be read"):
        signer.certificate_chain()


def test_a_token_signs(world: World, keys_: Keys, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("token")
    for held, label, pem in ((keys_.signer, "rsa", "signer.pem"), (keys_.small, "ec", "small.pem")):
        name = services.token(folder, held, label)
        more = {"kind": "pkcs11", "module": services.SOFTHSM, "token": name, "key_label": label, "file": ""}
        setup = setup_of(keys_, **more, certificate=str(keys_.folder / pem), secrets={"pin": services.PIN})
        world.use(setup)
        bare = keys.Token(setup_of(keys_, **more, certificate=""))
        assert bare.certificate_chain() == (held.der,)
        assert bare.needs_pin
        one = world.paper()
        world.rounds()
        assert world.state(one) == SIGNED, world.why(one)
        assert all(found.ok for found in reading.read(world.file(one)).looked)
    with pytest.raises(Broken, match="PIN is not right"):
        bare.sign_digests([bytes(32)], "sha256", Approval("000000"), "")
    with pytest.raises(Broken, match="type the PIN"):
        bare.sign_digests([bytes(32)], "sha256", Approval(), "")


def remote_setup(keys_: Keys, service: Remote, version: int = 1, **more: object) -> signers.SignerSetup:
    return setup_of(
        keys_, kind="csc", url=f"{service.address}/csc/v{version}", credential="cred-1", file="",
        certificate=str(keys_.folder / "small.pem"), client_id="hocvuso",
        **{"approval": "officer", "asks_code": True, "secrets": {"client_secret": "abc"}, **more},
    )  # fmt: skip


@pytest.mark.parametrize("version", [1, 2])
def test_a_service_signs_a_batch_with_one_authorisation(
    world: World, keys_: Keys, service: Remote, version: int
) -> None:
    setup = remote_setup(keys_, service, version)
    world.use(setup)
    papers = [world.paper(name) for name in ("Lò Thị Én", "Vừ A Sính", "Đỗ Lý")]
    world.rounds(2)
    row = queries.open_batches()[0]
    officer = world.row(papers[0]).account_id
    for typed, wrong in ((Approval("1", "123456"), True), (Approval(services.PIN, "123456"), False)):
        with unit_of_work():
            assert queueing.take(row, 600)
        assert (working.ask(row, setup, typed, officer) is not None) is wrong
        row = queries.batch(row.uuid)  # type: ignore[assignment]
        assert row.state == (OPEN if wrong else DONE)
    world.rounds(1)
    assert [world.state(one) for one in papers] == [SIGNED] * 3
    assert service.times("credentials/authorize") == 2
    assert service.times("signatures/signHash") == 1
    said = str(service.asked)
    assert world.row(papers[0]).number not in said  # digests, and nothing else of a paper
    assert "Vừ A Sính" not in said


@pytest.mark.parametrize("version", [1, 2])
def test_the_phone_is_waited_for(world: World, keys_: Keys, service: Remote, version: int) -> None:
    service.mode = "phone"
    world.use(remote_setup(keys_, service, version, approval="phone", asks_code=False))
    one = world.paper()
    world.rounds(2)
    assert [row.state for row in queries.open_batches()] == [ASKED]
    world.rounds(2)
    assert service.times("credentials/authorize") == 1  # the phone rings once
    service.pressed = True
    world.rounds(2, later=200)
    assert world.state(one) == SIGNED, world.why(one)


def test_a_refusal_is_said_and_the_paper_stays_unsigned(world: World, keys_: Keys, service: Remote) -> None:
    service.mode = "phone"
    world.use(remote_setup(keys_, service, approval="phone", asks_code=False))
    one = world.paper()
    world.rounds(2)
    service.mode = "no"
    world.rounds(2, later=200)
    assert world.state(one) == REFUSED
    assert "said no" in world.why(one)
    assert world.row(one).signed_key is None
    asked = len(service.asked)
    world.rounds(2, later=4_000)
    assert len(service.asked) == asked  # nobody is asked again


def test_a_service_that_is_away_is_asked_again(world: World, keys_: Keys, service: Remote) -> None:
    service.mode, service.pressed, service.down = "phone", True, True
    world.use(remote_setup(keys_, service, approval="phone", asks_code=False))
    one = world.paper()
    world.rounds(3)
    assert world.state(one) == READY
    service.down = False
    world.rounds(4, later=2_000)
    assert world.state(one) == SIGNED, world.why(one)


def test_a_signature_by_another_key_is_never_taken(world: World, keys_: Keys, service: Remote) -> None:
    service.mode, service.pressed, service.other_key = "phone", True, keys_.stamper
    world.use(remote_setup(keys_, service, approval="phone", asks_code=False))
    one = world.paper()
    whys = set()
    for n in range(6):
        world.rounds(1, later=4_000 * n)
        whys.add(world.why(one))
    assert world.row(one).signed_key is None
    assert any("not by the certificate" in why for why in whys)


def test_what_a_service_answers_wrongly(keys_: Keys, service: Remote, world: World) -> None:
    signer = keys.Service(remote_setup(keys_, service))
    with pytest.raises(Broken, match="PIN is not right"):
        signer.sign_digests([bytes(32)], "sha256", Approval("1", "2"), "")
    other = keys.Service(remote_setup(keys_, service, secrets={"client_secret": "wrong"}))
    with pytest.raises(Broken, match="invalid_client"):
        other.sign_digests([bytes(32)], "sha256", Approval("1", "2"), "")
    service.mode = "phone"
    assert isinstance(signer.sign_digests([bytes(32)], "sha256", Approval(), ""), Waiting)
