"""`python -m bench`: prints the tables as Markdown; `make bench ARGS="…"` passes options on."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from bench import (
    assessing,
    badges,
    calibrating,
    carried,
    checking,
    data,
    databases,
    inside,
    lessons,
    measuring,
    papers,
    phone,
    photographs,
    places,
    placing,
    rosters,
    signing,
    syncing,
    table,
    transparency,
)
from bench.floors import Floors, bare_drawing
from lms.testing.browser import find_chromium

OF_THE_PAGE = ("W15", "places")  # what stands beside the journey in docs/performance.md; others in their own documents
FULL, QUICK = (data.Size(), 15), (data.Size(1_000, 800), 4)


def main(arguments: list[str] | None = None) -> None:
    """Measures what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 learners, 4 journeys, SQLite: under a minute")
    parser.add_argument("--only", metavar="W", default="", help="show one workload, e.g. W20 or W5")
    parser.add_argument("--profile", metavar="W", help="where the time of a workload goes (W20: of all of them)")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), help="both, unless --quick")
    parser.add_argument("--journeys", type=int, help="how many learners travel on each database")
    parser.add_argument(
        "--write", metavar="FILE", type=Path, help="measure what docs/performance.md holds, put it there"
    )
    chosen = parser.parse_args(arguments)
    names = [w.name for w in table.WORKLOADS] + ["W15", "W16", "W20", inside.WORKER]
    names += ["places", "photographs", "syncing", "lessons", "pages", "assessing", "transparency", "papers", "placing"]
    names += ["calibrating", "carried", "checking", "signing", "badges"]
    for name in (chosen.only, chosen.profile):
        if name and name not in names:
            parser.error(f"no workload is called {name}; there are {', '.join(names)}")
    if chosen.profile:
        print(inside.profile("" if chosen.profile == "W20" else chosen.profile))
        return
    which = chosen.database or ("sqlite" if chosen.quick else "both")
    others: dict[str, Callable[[str, bool], str]] = {
        "W15": lists,
        "places": units,
        "photographs": small_pictures,
        "syncing": phones,
        "lessons": many_lessons,
        "assessing": many_papers,
        "transparency": the_log,
        "papers": papers_for_many,
        "pages": slow_phone,
        "placing": placement,
        "calibrating": calibration,
        "carried": codes,
        "checking": checks,
        "badges": digital_badges,
        "signing": signatures,
    }

    if chosen.only in others:
        print(others[chosen.only](which, chosen.quick))
        return
    size, journeys = QUICK if chosen.quick else FULL
    found = measure(size, chosen.journeys or journeys, which)
    shown = [table.markdown(found, chosen.only)]
    if not chosen.only:
        wanted = OF_THE_PAGE if chosen.write else others
        shown += [others[name](which, chosen.quick) for name in wanted]
    print("\n\n".join(shown))
    if chosen.write:
        table.write(chosen.write, "\n\n".join(shown))


def lists(which: str, quick: bool) -> str:
    """W15: a list of people taken in."""
    people = 1_000 if quick else rosters.PEOPLE
    return rosters.markdown(rosters.measure(which, people), people)


def units(which: str, quick: bool) -> str:
    """Two communes merged, a list of people deep in the tree."""
    return places.markdown(places.measure(which, 10 if quick else 1))


def phones(which: str, quick: bool) -> str:
    """What phones send after a time without a network."""
    return syncing.markdown(syncing.measure(which, 200 if quick else syncing.EVENTS))


def many_lessons(which: str, quick: bool) -> str:
    """A lesson opened, and something looked for, among few lessons and among many."""
    many = 1_000 if quick else lessons.MANY
    return lessons.markdown(lessons.measure(which, many), many)


def many_papers(which: str, quick: bool) -> str:
    """Papers begun, answered and handed in, with a small bank and few papers and with many."""
    size = assessing.QUICK if quick else assessing.Size()
    return assessing.markdown(assessing.measure(which, size), size)


def placement(_which: str, quick: bool) -> str:
    """The placement test and the measure of change, simulated; no database has a part in it. Drawn into docs/images."""
    found = placing.simulate(quick)
    if not quick:
        placing.draw(found)
    return placing.markdown(found)


def checks(which: str, quick: bool) -> str:
    """Papers checked: by number, by file, ten thousand at once."""
    return checking.markdown(checking.measure(which, checking.QUICK if quick else checking.MANY))


def digital_badges(_which: str, _quick: bool) -> str:
    """Badges signed and checked."""
    return badges.markdown(badges.measure())


def codes(_which: str, quick: bool) -> str:
    """Codes of papers that are checked without a network; no database has a part in it."""
    return carried.markdown(carried.measure(quick))


def signatures(_which: str, quick: bool) -> str:
    """Papers signed and checked; no database has a part in it."""
    return signing.markdown(signing.measure(quick))


def calibration(which: str, quick: bool) -> str:
    """Difficulties found from simulated answers, and what many cost; papers counted. Drawn into docs/images."""
    found = calibrating.recover(20 if quick else calibrating.RUNS)
    if quick:
        return calibrating.markdown(found, calibrating.cost(100, 5_000, 25), calibrating.count(which, 1_000))
    calibrating.draw(found)
    large = calibrating.cost(calibrating.QUESTIONS_MANY, calibrating.TAKERS_MANY, calibrating.EACH_MANY)
    return calibrating.markdown(found, large, calibrating.count(which, calibrating.PAPERS))


def the_log(which: str, quick: bool) -> str:
    """The transparency log with few entries and with many."""
    many = transparency.QUICK if quick else transparency.MANY
    return transparency.markdown(transparency.measure(which, many), many)


def papers_for_many(which: str, quick: bool) -> str:
    """Papers issued one by one and in a batch, drawn, and put into files."""
    many = papers.QUICK if quick else papers.MANY
    return papers.markdown(papers.measure(which, many), many)


def slow_phone(_which: str, _quick: bool) -> str:
    """Each kind of page on a slow phone; left out, and said, where there is no Chromium."""
    if not find_chromium():
        return "Pages on a slow phone: left out, no Chromium here (apt-get install chromium, or LMS_TEST_CHROMIUM)."
    return phone.markdown(phone.measure())


def small_pictures(_which: str, quick: bool) -> str:
    """Photographs made small; no database has a part in it."""
    return photographs.markdown(photographs.measure(3 if quick else 11))


def measure(size: data.Size, journeys: int, which: str) -> table.Figures:
    """All figures on the databases asked for; progress goes to standard error."""
    began, runs = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="bench-") as name, Floors(Path(name)) as floors:
        for kind in ("sqlite", "postgresql"):
            if which not in (kind, "both"):
                continue
            if kind == "postgresql" and not databases.has_postgresql():
                say(f"{began_ago(began)} no PostgreSQL answers (LMS_TEST_POSTGRES_URL): left out")
                continue
            folder = Path(name) / kind
            folder.mkdir()
            say(f"{began_ago(began)} {kind}: {size.learners:,} learners, {journeys} journeys")
            place: AbstractContextManager[databases.Database] = (
                databases.sqlite(folder) if kind == "sqlite" else databases.postgresql()
            )
            with place as database:
                runs.append(measuring.run(database, folder, size, journeys, floors))
    if not runs:
        sys.exit("There is no database to measure.")
    drawing = bare_drawing(runs[0].frozen, 20)
    say(f"{began_ago(began)} done")
    return table.Figures(size, journeys, drawing, runs)


def began_ago(began: float) -> str:
    """How long it has been."""
    return f"{time.monotonic() - began:4.0f} s"


def say(line: str) -> None:
    """A line for whoever waits."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
