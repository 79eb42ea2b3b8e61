"""The log in a database: places without gaps, states that only grow, and every way of rewriting it found out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import make_server

from lms.api.work import connection, unit_of_work
from lms.db.unit_of_work import let_go
from lms.errors import Conflict, Invalid, NotFound, TooEarly
from lms.keyring import keeping
from lms.testing.pytest_plugin import missing
from lms.transparency import checking, cosigning, entering, queries, witnessing
from lms.transparency.keys import replace_key, signing_key
from lms.transparency.merkle import Tree, leaf_hash
from lms.transparency.notes import Checkpoint, Note, checked, cosign
from lms.transparency.proofs import Proof, proves

GO_PATH = "/usr/share/gocode"  # where Debian lays libraries of Go


def put(count: int, first: int = 0) -> None:
    with unit_of_work():
        for n in range(first, first + count):
            entering.enter("report", f"bao-cao:{n}", n=n)


def said(found: checking.Found) -> list[str]:
    return [str(problem) for problem in found.problems]


@pytest.fixture
def log(any_app: Flask) -> Iterator[Flask]:
    """A log with 600 entries in three states; what the starter content put there is among them."""
    with any_app.app_context():
        for n in range(3):
            put(200, n * 200)
            entering.give_places()
        yield any_app


def size() -> int:
    row = queries.newest()
    assert row is not None
    return row.size


def test_entries_get_places_and_proofs(log: Flask) -> None:
    (entry,) = queries.logged("bao-cao:437")
    assert json.loads(entry.body) == {"kind": "report", "n": 437}
    key = queries.log_key()
    assert key is not None
    assert proves(Proof.read(str(queries.proof_of(entry))), entry.body, key).size == size()
    found = checking.check()
    assert found.whole
    assert (found.entries, found.checkpoints, found.waiting) == (size(), 3, 0)


def test_what_waits_has_no_proof_yet_and_is_not_lost(log: Flask) -> None:
    put(1, 1000)
    (entry,) = queries.logged("bao-cao:1000")
    with pytest.raises(TooEarly):
        queries.proof_of(entry)
    assert checking.check().waiting == 1
    entering.give_places()
    (entry,) = queries.logged("bao-cao:1000")
    assert entry.place == size() - 1


def test_what_is_rolled_back_was_never_logged(log: Flask) -> None:

    def fails() -> None:
        with unit_of_work():
            entering.enter("report", "bao-cao:never", n=1)
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    assert queries.logged("bao-cao:never") == []
    with pytest.raises(RuntimeError):
        entering.enter("report", "bao-cao:never", n=1)
    let_go()
    with unit_of_work(), pytest.raises(ValueError, match="bytes"):
        entering.enter("report", "bao-cao:long", text="a" * 5000)


def test_a_kill_between_places_and_state_leaves_neither(log: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = size()
    put(300, 2000)

    def dies(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(entering.notes, "sign", dies)
    with pytest.raises(KeyboardInterrupt):
        entering.give_places()
    let_go()
    assert size() == before
    assert checking.check().waiting == 300
    monkeypatch.undo()
    entering.give_places()
    assert size() == before + 300
    assert checking.check().whole


def test_many_at_once_cost_as_many_statements_as_few(log: Flask) -> None:
    def sent_for(count: int, first: int) -> int:
        put(count, first)
        seen: list[str] = []
        engine = connection().engine
        listener: Callable[..., None] = lambda _c, _cur, sql, *_rest: seen.append(sql)  # noqa: E731
        sa.event.listen(engine, "before_cursor_execute", listener)
        try:
            entering.give_places()
        finally:
            sa.event.remove(engine, "before_cursor_execute", listener)
        return len(seen)

    assert sent_for(1, 3000) >= sent_for(1500, 4000) - 1


def _tamper(statement: str, **values: Any) -> None:
    with unit_of_work():
        connection().execute(sa.text(statement), values)


TAMPERING = {
    "an entry changed": "UPDATE lms_log_entry SET body = :other WHERE place = 300",
    "an entry removed": "DELETE FROM lms_log_entry WHERE place = 300",
    "the last entry removed": "DELETE FROM lms_log_entry WHERE place = (SELECT max(place) FROM lms_log_entry)",
    "two entries changed round": "UPDATE lms_log_entry SET body = (SELECT body FROM lms_log_entry e WHERE e.place ="
    " 601 - lms_log_entry.place) WHERE place IN (300, 301)",
    "a tile changed": "UPDATE lms_log_tile SET hashes = (SELECT hashes FROM lms_log_tile t WHERE t.level = 0 AND"
    " t.number = 1) WHERE level = 0 AND number = 0",
    "a root changed": "UPDATE lms_log_checkpoint SET root = :other WHERE size = (SELECT min(size) FROM"
    " lms_log_checkpoint)",
    "a note changed": "UPDATE lms_log_checkpoint SET note = (SELECT note FROM lms_log_checkpoint ORDER BY size DESC"
    " LIMIT 1) WHERE size = (SELECT min(size) FROM lms_log_checkpoint)",
    "the key changed": "UPDATE lms_signing_key SET public = :key WHERE purpose = 'log'",
}


@pytest.mark.parametrize("what", TAMPERING)
def test_whoever_changes_the_past_is_found_out(log: Flask, what: str) -> None:
    assert checking.check().whole
    with unit_of_work():
        other = keeping.in_use("another", keeping.ED25519)
    statement = TAMPERING[what]
    values = {
        name: value for name, value in (("other", b"x" * 32), ("key", other.public_der)) if f":{name}" in statement
    }
    _tamper(statement, **values)
    found = checking.check()
    assert said(found), what


def test_a_whole_new_history_is_found_out_by_what_others_noted(log: Flask) -> None:
    """Whoever holds database and key can sign another past; but not what a witness noted of this one."""
    row = queries.newest()
    assert row is not None
    kept = checking.noted(row.note)
    (entry,) = queries.logged("bao-cao:3")
    proof = str(queries.proof_of(entry))
    with unit_of_work():
        for table in ("lms_log_tile", "lms_log_checkpoint", "lms_log_head"):
            connection().execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608
        connection().execute(sa.text("UPDATE lms_log_entry SET place = NULL"))
        connection().execute(sa.text("DELETE FROM lms_log_entry WHERE subject = 'bao-cao:7'"))
    put(1, 9_000)
    entering.give_places()
    assert checking.check().whole
    for outside in (kept, checking.noted(proof)):
        assert not checking.check([outside]).whole


def test_keys_change_in_the_open(log: Flask) -> None:
    before = queries.log_key()
    assert before is not None
    with unit_of_work():
        signing_key("paper", keeping.ES256)
        replace_key("log", None)
        with pytest.raises(Conflict):
            replace_key("nothing-of-the-kind", None)
    put(1, 5000)
    entering.give_places()
    keys = queries.log_keys()
    assert keys[0] == before
    row = queries.newest()
    assert row is not None
    assert checked(row.note, keys[1])[0].size == size()
    assert checking.check().whole
    (paper,) = keeping.history("paper")
    assert json.loads(queries.logged(f"key:{paper.kid}")[0].body)["what"] == "begun"
    old = keeping.history("log")[0]
    assert [json.loads(e.body)["what"] for e in queries.logged(f"key:{old.kid}")] == ["retired"]
    with pytest.raises(Conflict, match="destroyed"):
        old.private()


def test_another_secret_opens_no_key(log: Flask) -> None:
    held = keeping.in_use_or_none("log")
    assert held is not None
    assert held.private().public_key() == held.public
    settings = log.extensions["lms.settings"]
    import dataclasses

    log.extensions["lms.settings"] = dataclasses.replace(settings, secret_key="quite another secret")
    with pytest.raises(Conflict, match="LMS_SECRET_KEY"):
        held.private()


def test_two_who_give_places_at_once_give_each_once(log: Flask) -> None:
    put(500, 7000)
    before = size()

    def work() -> None:
        with log.app_context():
            entering.give_places()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    let_go()
    assert size() == before + 500
    assert checking.check().whole


# --- over HTTP --------------------------------------------------------------------------------------------------------


@pytest.fixture
def served(log: Flask) -> Iterator[str]:
    """The log's address on a real server of this test's own."""
    server = make_server("127.0.0.1", 0, log, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/log"
    server.shutdown()
    thread.join()
    server.server_close()


def test_tiles_as_the_specification_says(log: Flask) -> None:
    client = log.test_client()
    checkpoint = client.get("/log/checkpoint")
    assert checkpoint.content_type == "text/plain; charset=utf-8"
    key = queries.log_key()
    assert key is not None
    point, _note = checked(checkpoint.data, key)
    assert client.get("/log/key").text == f"{key}\n"

    def fetched(level: int, number: int, width: int) -> bytes:
        part = "" if width == 256 else f".p/{width}"
        answer = client.get(f"/log/tile/{level}/{number:03d}{part}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.content_type == "application/octet-stream"
        return answer.data

    assert Tree(point.size, fetched).root() == point.root
    bundle, leaves = client.get("/log/tile/entries/001").data, []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        leaves.append(leaf_hash(bundle[2 : 2 + length]))
        bundle = bundle[2 + length :]
    assert b"".join(leaves) == fetched(0, 1, 256)
    for wrong in (
        "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/3", "0/x000/001", "0/999", "9/000", "64/000", "-1/000", "00/000",
        "entries/999", "entries/000.p/999", "0/000.p/", "0", "", "0/002.p/255", "../../etc/passwd", "0/٠٠٠",
    ):  # fmt: skip
        assert client.get(f"/log/tile/{wrong}").status_code == 404, wrong


def test_an_empty_log_has_no_checkpoint(app: Flask) -> None:
    with app.app_context():
        _tamper("DELETE FROM lms_log_entry")
    client = app.test_client()
    assert client.get("/log/checkpoint").status_code == 404
    assert client.get("/log/key").status_code == 404
    assert client.get("/log/tile/0/000").status_code == 404
    assert client.get("/nhat-ky-minh-bach").status_code == 200
    with app.app_context():
        assert checking.check().entries == 0
        with pytest.raises(NotFound):
            queries.tile(0, 0, 1)


def test_a_witness_watches_signs_and_finds_out(log: Flask, served: str, tmp_path: Path) -> None:
    memory, key = tmp_path / "memory.json", queries.log_key()
    assert key is not None
    own = witnessing.key_of(tmp_path / "own.secret")
    assert (tmp_path / "own.secret").stat().st_mode & 0o777 == 0o600
    fetch = witnessing.fetch_from(served)
    first = witnessing.watch(fetch, key, memory, "bao.example.vn", own)
    assert first.checkpoint.size == first.grown == size()
    with pytest.raises(witnessing.Unreachable):
        witnessing.hand_in(served, first)  # nobody named this witness here
    with unit_of_work():
        cosigning.add_witness(str(witnessing.verifier_of("bao.example.vn", own)), None)
    witnessing.hand_in(served, first)
    let_go()
    put(100, 8000)
    entering.give_places()
    let_go()
    again = witnessing.watch(fetch, key, memory, "bao.example.vn", own)
    assert again.grown == 100
    witnessing.hand_in(served, again)
    witnessing.hand_in(served, again)  # twice is once
    let_go()
    (seen,) = queries.witnesses()
    assert (seen.name, seen.size) == ("bao.example.vn", size())
    (entry,) = queries.logged("bao-cao:8001")
    note = Note.read(Proof.read(str(queries.proof_of(entry))).checkpoint)
    assert set(note.signed_by([key, witnessing.verifier_of("bao.example.vn", own)])) == {key.name, "bao.example.vn"}
    assert checking.check().cosignatures == 2
    assert "bao.example.vn" in log.test_client().get("/nhat-ky-minh-bach").text
    # somebody rewrites everything, and signs it with the log's own key
    with unit_of_work():
        for table in ("lms_log_cosignature", "lms_log_tile", "lms_log_checkpoint"):
            connection().execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608
        connection().execute(sa.text("UPDATE lms_log_head SET size = 0"))
        connection().execute(sa.text("UPDATE lms_log_entry SET place = NULL"))
        connection().execute(sa.text("DELETE FROM lms_log_entry WHERE subject = 'bao-cao:7'"))
    put(5, 9500)
    entering.give_places()
    let_go()
    kept = memory.read_text()
    with pytest.raises(witnessing.Rewritten):
        witnessing.watch(fetch, key, memory, "bao.example.vn", own)
    assert memory.read_text() == kept, "the proof of what was seen stays"
    assert not checking.check([checking.noted(kept)]).whole


def test_what_is_no_cosignature_of_ours_is_refused(log: Flask, tmp_path: Path) -> None:
    own = witnessing.key_of(tmp_path / "a")
    row, name = queries.newest(), "a.example.vn"
    assert row is not None
    text = Note.read(row.note).text
    client = log.test_client()
    line = cosign(text, name, own, 1_700_000_000)
    for body in (b"", b"x", row.note.encode(), (row.note + line).encode(), b"\xff" * 100, b"a" * 200_000):
        assert client.post("/log/cosign", data=body).status_code == 422, body[:40]
    with unit_of_work():
        cosigning.add_witness(str(witnessing.verifier_of(name, own)), None)
        with pytest.raises(Conflict):
            cosigning.add_witness(str(witnessing.verifier_of(name, witnessing.key_of(tmp_path / "b"))), None)
        with pytest.raises(Invalid):
            cosigning.add_witness("nothing", None)
    let_go()
    other = Checkpoint("another.vn/log", 3, bytes(32)).text
    mixed = other + "\n" + cosign(other, name, own, 1)
    assert client.post("/log/cosign", data=mixed.encode()).status_code == 422
    assert client.post("/log/cosign", data=(row.note + line).encode()).text == "1\n"
    with unit_of_work():
        cosigning.end_witness(name, None)
    let_go()
    assert client.post("/log/cosign", data=(row.note + line).encode()).status_code == 422
    assert checking.check().whole


@pytest.fixture(scope="module")
def gos_own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program over Go's own library for transparency logs."""
    if shutil.which("go") is None or not Path(GO_PATH, "src/golang.org/x/mod/sumdb/tlog").is_dir():
        missing("Go with its library for logs", "apt-get install golang-go golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    made = folder / "check"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": GO_PATH, "GOCACHE": str(folder / "cache")}
    source = Path(__file__).with_name("check.go")
    subprocess.run(["go", "build", "-o", made, source], check=True, env=environment)
    return made


def test_go_agrees(log: Flask, served: str, gos_own: Path, tmp_path: Path) -> None:
    """Go's own library checks signature, inclusion, growth, entries and the proof, and refuses what was changed."""
    key = queries.log_key()
    (entry,) = queries.logged("bao-cao:437")
    body, proof = tmp_path / "entry", tmp_path / "proof"
    body.write_bytes(entry.body)
    proof.write_text(str(queries.proof_of(entry)))
    let_go()

    def asked(name: str = str(key), old: int = 200, index: int = entry.place or 0) -> tuple[int, str]:
        done = subprocess.run(
            [gos_own, served, name, str(old), str(index), body, proof], capture_output=True, text=True, timeout=60
        )
        return done.returncode, done.stdout

    assert asked() == (0, f"agreed: {size()} entries\n")
    assert asked(old=257)[0] == 0
    assert asked(index=(entry.place or 0) + 1)[0] == 1
    body.write_bytes(entry.body.replace(b"437", b"438"))
    assert asked()[0] == 1
    body.write_bytes(entry.body)
    proof.write_text(proof.read_text().replace("index ", "index 1"))
    assert asked()[0] == 1
