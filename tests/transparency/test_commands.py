"""The commands: an operator checks the log, a witness watches it, keys are changed."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from werkzeug.serving import make_server

from lms.cli import main
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.transparency import entering, queries


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line on the application of this test."""
    monkeypatch.setattr("lms.cli.the_app", lambda **_: app)
    with app.app_context():
        with unit_of_work():
            for n in range(3):
                entering.enter("report", f"bao-cao:{n}", n=n)
        entering.give_places()
        let_go()
    return CliRunner()


def told(run: CliRunner, *words: str) -> Result:
    return run.invoke(main, list(words))


def test_the_operator_checks_and_is_told_what_was_changed(run: CliRunner, app: Flask, tmp_path: Path) -> None:
    good = told(run, "transparency", "verify")
    assert good.exit_code == 0
    assert good.output.startswith("Nhật ký nguyên vẹn: ")
    with app.app_context():
        row = queries.newest()
        assert row is not None
        (tmp_path / "note").write_text(row.note)
        let_go()
    assert told(run, "transparency", "verify", "--noted", str(tmp_path / "note")).exit_code == 0
    (tmp_path / "nonsense").write_text("x")
    assert told(run, "transparency", "verify", "--noted", str(tmp_path / "nonsense")).exit_code == 1
    with app.app_context(), unit_of_work():
        connection().execute(sa.text("DELETE FROM lms_log_entry WHERE place = 0"))
    bad = told(run, "transparency", "verify", "--noted", str(tmp_path / "note"))
    assert bad.exit_code == 1
    assert "✗ Thiếu dòng số 0 trong nhật ký." in bad.output
    assert "Hãy so với bản sao lưu" in bad.output


def test_keys_are_listed_and_changed(run: CliRunner) -> None:
    (key,) = told(run, "transparency", "key").output.split()
    assert "log" in told(run, "keys", "list").output
    changed = told(run, "keys", "replace", "log", "--revoke")
    assert changed.exit_code == 0, changed.output
    listed = told(run, "keys", "list").output
    assert "revoked" in listed
    assert "in use" in listed
    assert told(run, "transparency", "key").output.split()[0] == key
    none = told(run, "keys", "replace", "nothing")
    assert none.exit_code == 1
    assert "Chưa có khóa này" in none.output


def test_a_witness_from_the_command_line(run: CliRunner, app: Flask, tmp_path: Path) -> None:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        key = told(run, "transparency", "key").output.strip()
        words = (
            "transparency", "witness", "--log", f"http://127.0.0.1:{server.server_port}/log", "--key", key,
            "--name", "bao.example.vn", "--memory", str(tmp_path / "m.json"),
        )  # fmt: skip
        first = told(run, *words)
        assert first.exit_code == 0, first.output
        own = first.output.rpartition(": ")[2].strip()
        assert told(run, "transparency", "add-witness", own).output == "Witness: bao.example.vn\n"
        assert told(run, "transparency", "add-witness", "nothing").exit_code == 1
        again = told(run, *words, "--send")
        assert again.exit_code == 0, again.output
        assert "(0 new)" in again.output
        assert "1 chữ ký của nhân chứng" in told(run, "transparency", "verify").output
        kept = json.loads((tmp_path / "m.json").read_text())
        with app.app_context(), unit_of_work():
            for table in ("lms_log_cosignature", "lms_log_tile", "lms_log_checkpoint"):
                connection().execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608
            connection().execute(sa.text("UPDATE lms_log_head SET size = 0"))
            connection().execute(sa.text("UPDATE lms_log_entry SET place = NULL, body = CAST(body || 'x' AS BLOB)"))
        with app.app_context():
            entering.give_places()
            let_go()
        found = told(run, *words)
        assert found.exit_code == 3
        assert "REWRITTEN" in found.output
        assert json.loads((tmp_path / "m.json").read_text()) == kept
        assert told(run, "transparency", "end-witness", "bao.example.vn").exit_code == 0
        assert told(run, *words, "--name", "a b").exit_code == 2
        (tmp_path / "m.json").write_text("{")
        torn = told(run, *words)
        assert torn.exit_code == 1
        assert "restore it from a copy" in torn.output
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert told(run, *words).exit_code == 1, "nobody answers there"
