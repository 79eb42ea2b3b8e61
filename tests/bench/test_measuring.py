"""The instruments: what they count is right. How fast anything is, no test says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from bench import __main__ as command
from bench import data, databases, inside, measuring, table
from bench.browsing import Jar, answer_of
from bench.counting import HEADER, Counter
from bench.floors import Floors
from bench.inside import ProfileRecorder, journeys
from bench.loading import named_in
from bench.machine import cpu, family, memory


def test_statements_are_counted_as_they_are_sent() -> None:
    engine, counter = create_engine("sqlite://"), Counter()
    counter.install(engine)
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE a (n INTEGER)"))
        connection.execute(text("INSERT INTO a VALUES (:n)"), [{"n": 1}, {"n": 2}, {"n": 3}])
        connection.exec_driver_sql("PRAGMA user_version")
        connection.execute(text("SELECT n FROM a")).all()
        connection.rollback()
    engine.dispose()
    assert counter.sent == 1 + 3 + 1


def test_a_process_costs_more_after_it_has_worked() -> None:
    before = cpu(os.getpid())
    sum(range(200_000))
    assert 0 < before < cpu(os.getpid())
    assert memory([os.getpid()]) > 1


def test_a_family_holds_the_children_of_children() -> None:
    child = (
        "import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'input()']);"
        " print(p.pid, flush=True); p.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        grandchild = int(parent.stdout.readline())
        assert family(parent.pid) == [parent.pid, grandchild]
        parent.communicate(b"\n")


def test_a_jar_keeps_what_is_set_and_forgets_what_is_taken_back() -> None:
    jar = Jar()
    jar.keep([("Set-Cookie", "a=1; Path=/"), ("set-cookie", "b=2"), ("Content-Type", "text/html")])
    assert jar.header() == "a=1; b=2"
    jar.keep([("Set-Cookie", "a=; Max-Age=0; Path=/")])
    assert jar.header() == "b=2"


def test_the_size_of_an_answer_leaves_out_the_counter_s_own_header() -> None:
    headers = [("Content-Type", "text/plain")]
    assert answer_of(200, [*headers, (HEADER, "7")], b"ok").size == answer_of(200, headers, b"ok").size
    assert answer_of(200, [(HEADER, "7")], b"ok").statements == 7


def test_files_that_a_page_names_are_found_once_each() -> None:
    page = (
        '<link rel="stylesheet" href="/static/a.css?v=1"><link href="/x" rel="canonical"><script src="/b.js" defer>'
        '</script><img alt="" src="/b.js"><img src="data:image/png;base64,AA"><a href="/away">x</a>'
        "<style>@font-face{src:url(/f.woff2)}</style>"
    )
    assert named_in(page) == ["/static/a.css?v=1", "/b.js", "/f.woff2"]


def test_a_journey_makes_every_workload_once(any_app: Flask) -> None:
    with any_app.app_context():
        data.fill(data.Size(4, 2))
    recorder = ProfileRecorder(profiling=True)
    journeys(recorder, any_app, first=2, count=1)
    steps = {name: len(spent) for name, spent in recorder.spent.items()}
    assert steps.pop(inside.WORKER) == 1
    assert steps == {w.name: table.EACH.get(w.name, 1) for w in table.WORKLOADS}
    assert "complete" in inside.report(recorder, recorder, only="W6", rows=30)


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> table.Figures:
    """A run that is as small as it can be, over HTTP, on real servers."""
    folder, size = tmp_path_factory.mktemp("bench"), data.Size(8, 2)
    with pytest.MonkeyPatch.context() as patch, databases.sqlite(folder) as database, Floors(folder) as floors:
        patch.setattr(measuring, "WARMING", 1)
        run = measuring.run(database, folder, size, 1, floors)
    return table.Figures(size, 1, 5.0, [run])


def test_a_small_run_says_what_each_workload_took(figures: table.Figures) -> None:
    (run,) = figures.runs
    assert set(run.counted.steps) == {w.name for w in table.WORKLOADS}
    assert all(run.median(w.name) > 0 for w in table.WORKLOADS)
    assert all(s.statements > 0 for s in run.counted.steps["W6"])
    assert run.counted.worker.statements > 0
    assert run.journey() > run.median("W2") > 0
    assert all(p.cold_requests >= p.warm_requests >= 1 for p in run.pages.values())
    assert all(p.cold_bytes >= p.warm_bytes > 0 for p in run.pages.values())


def test_the_tables_hold_every_workload(figures: table.Figures) -> None:
    tables = table.markdown(figures)
    assert all(f"| {w.name} " in tables for w in table.WORKLOADS)
    assert all(word in tables for word in ("W20", "W16 lesson", "Argon2id", "outbox worker"))
    assert "| W5 " in table.markdown(figures, "W5")
    assert "| W6 " not in table.markdown(figures, "W5")


def test_writing_replaces_the_tables_and_keeps_the_prose(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Before.\n{table.BEGIN}\nold\n{table.END}\nAfter.\n")
    table.write(page, "| new |")
    assert page.read_text() == f"Before.\n{table.BEGIN}\n\n| new |\n\n{table.END}\nAfter.\n"
    page.write_text("Nothing.")
    with pytest.raises(ValueError, match="no place for figures"):
        table.write(page, "| new |")


def test_a_workload_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["--only", "W99"])
    assert "W99" in capsys.readouterr().err
