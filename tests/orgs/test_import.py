"""`lms units import`: villages and side branches from a table, all or nothing, every problem with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from lms import cli
from lms.orgs import units
from lms.orgs.queries import children, managed, org_by_code, path_name

HEAD = "code,kind,name,parent,source,managed_by\n"
GOOD = HEAD + "SGD,sở,Giáo dục và Đào tạo,15,QĐ,\nBH-01,thôn,Na Lo,02839,QĐ,\n,trường tiểu học,Bắc Hà,02839,QĐ,SGD\n"


@pytest.fixture
def run(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(cli, "the_app", lambda **_overrides: app)

    def imported(table: str | bytes, *options: str) -> tuple[int, str]:
        path = tmp_path / "units.csv"
        path.write_bytes(table if isinstance(table, bytes) else table.encode())
        result = CliRunner().invoke(cli.main, ["units", "import", str(path), *options])
        return result.exit_code, result.output

    return imported


def test_villages_and_schools_come_in_once(app: Flask, run) -> None:  # type: ignore[no-untyped-def]
    assert run(GOOD, "--check")[0] == 0
    for new in (3, 0):
        assert run("\ufeff" + GOOD, "--from", "2026-07-01") == (0, f"Imported: {new} units\n")
    with app.app_context():
        at, office = org_by_code("02839"), org_by_code("SGD")
        assert at is not None
        assert office is not None
        assert [row.full_name for row in children(at.id)] == ["trường tiểu học Bắc Hà", "thôn Na Lo"]
        (school,) = managed(office.id)
        assert path_name(school.id) == "trường tiểu học Bắc Hà, xã Bắc Hà, tỉnh Lào Cai"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (",lâu đài,A,02839,QĐ,\n,thôn,A,nirgends,QĐ,\n,thôn,,02839,QĐ,\n", ["2", "3", "4"]),
        (",thôn,A,15,QĐ,\n,xã,B,15,QĐ,\nX1,xã,C,02839,QĐ,\n", ["2", "3", "4"]),
        (",thôn,A,02839,QĐ,nobody\n,thôn,B,02839,QĐ,\n,thôn,B,02839,QĐ,\n", ["2", "4"]),
        (f",thôn,{'A' * 161},02839,QĐ,\n,thôn,B,02839,{'Q' * 201},\n", ["2", "3"]),
        ('X1,thôn,"A\nB",02839,QĐ,\nX1,thôn,C,02839,QĐ,\n', ["4"]),
    ],
)
def test_every_problem_is_named_and_nothing_is_taken_in(app: Flask, run, rows: str, lines: list[str]) -> None:  # type: ignore[no-untyped-def]
    status, said = run(HEAD + rows)
    assert status == 1
    assert [line.split()[1].rstrip(":") for line in said.splitlines() if line.startswith("Dòng")] == lines
    with app.app_context():
        at = org_by_code("02839")
        assert at is not None
        assert children(at.id) == []


@pytest.mark.parametrize(
    "table", ["", "a,b\n1,2\n", "code,kind,name,parent,source,color\n", b"\xff\xfe\x00", "PK\x03\x04"]
)
def test_what_is_no_table_is_refused(run, table: str | bytes) -> None:  # type: ignore[no-untyped-def]
    assert run(table)[0] == 1


def test_spreadsheets_do_not_run_what_is_in_names() -> None:
    """Names are kept as they are; whoever writes them out again guards the sheet."""
    (row,) = units.read(HEAD + ",thôn,=1+1,02839,QĐ,\n", {"02839": "commune"})
    assert row.name == "=1+1"
