"""Papers for many: issued one by one and at once, drawn, and put into files; `python -m bench --only papers`.

CPU of this process, of what it started and, on PostgreSQL, of its backends. The floor of drawing is ReportLab alone: a
page with as many lines of text in the same faces, the same code (made before) and the same border, drawn by nothing but
its own canvas.
"""

from __future__ import annotations

import io
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select, text

from bench.assessing import Meter
from bench.counting import counter
from bench.crowd import PROGRAMME, attained, commune, work
from bench.inside import applications
from bench.machine import cpu
from certificates import batches
from certificates.models import Credential
from certificates.queries import CredentialRow, all_columns
from certificates.services import batches as acts
from certificates.services import bundling, issuing
from certificates.services.drawing import as_picture, drawn, paper_of
from certificates.views.card import WIDTH
from lms import starting
from lms.api.competency import programme
from lms.api.papers import FACE_FILES
from lms.api.qr import qr_runs, qr_runs_of
from lms.db.unit_of_work import connection, let_go, unit_of_work

MANY, QUICK = 10_000, 500
UNDRAWN = ("kind", "qr", "accent", "logo")  # of what a paper is frozen as, what is no line of text
SINGLE, PART, DRAWN = 20, 500, 60
C = Credential.__table__


@dataclass
class Figures:
    """What was measured on one database."""

    floor: float = 0  # CPU ms of ReportLab alone
    drawn: float = 0  # CPU ms of a paper
    code: float = 0  # of that, CPU ms of its code
    one: float = 0
    one_sent: int = 0
    each: float = 0  # CPU ms of a paper of many
    part_sent: int = 0
    seconds: float = 0  # of a batch from begin to its files
    cpu: float = 0  # ms, of all of it
    sent: int = 0
    zipped: float = 0  # of that, CPU ms of the signed packages
    memory: int = 0  # MB, the most that this process ever had
    pictures: dict[str, tuple[float, int]] = field(default_factory=dict)  # of one paper: CPU ms, bytes
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)  # kind of file → (papers, bytes)


def measure(which: str, many: int) -> dict[str, Figures]:
    """The figures of each database asked for ("sqlite", "postgresql", "both")."""
    return {kind: _figures(app, many) for kind, app in applications(which, "papers")}


def _figures(app: Flask, many: int) -> Figures:
    found = Figures()
    with app.app_context():
        starting.load_units()
        starting.load_content(starting.CONTENT / "starter")
        starting.make_demo_people()
        counter.install(connection().engine)
        meter = Meter(app)
        ids = attained(SINGLE + 3 * PART)
        spent = []
        for attainment_id in ids[:SINGLE]:
            sent = counter.sent
            with meter.around() as took, unit_of_work():
                issuing.issue(attainment_id)
            spent.append(took[0])
            found.one_sent = counter.sent - sent
        found.one = statistics.median(spent)
        spent = []
        for at in range(SINGLE, len(ids), PART):
            sent = counter.sent
            with meter.around() as took, unit_of_work():
                issuing.issue_many(ids[at : at + PART])
            spent.append(took[0] / PART)
            found.part_sent = counter.sent - sent
        found.each = statistics.median(spent)
        rows = [CredentialRow(*row) for row in connection().execute(all_columns().limit(DRAWN))]
        issuing.draw(rows[0])
        found.drawn = statistics.median(_timed(lambda row=row: issuing.draw(row)) for row in rows)
        found.code = statistics.median(_timed(lambda row=row: _code(row.paper)) for row in rows)
        runs = _code(rows[0].paper)
        _bare(rows[0].paper, runs)
        found.floor = statistics.median(_timed(lambda: _bare(rows[0].paper, runs)) for _ in range(DRAWN))
        found.pictures = _pictures(rows[0])
        work(app)
        attained(many, "Vàng Thị Sủi")
        let_go()
    _batch(app, many, found)
    found.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def _timed(do: Any) -> float:
    began = time.process_time()
    do()
    return 1000 * (time.process_time() - began)


def _pictures(row: CredentialRow) -> dict[str, tuple[float, int]]:
    """CPU milliseconds and bytes of each thing that one paper is handed out as."""
    from certificates.designs.share_image import ShareSummary, draw_share_image

    paper, said = paper_of(row.paper), row.paper
    summary = ShareSummary(
        kind=said["kind"], title=said["title"].capitalize(), statement=row.facts["programme"]["title"],
        number=row.number, verify_domain=said["verify_domain"], name=said["full_name"], verify_url=said["verify_url"],
    )  # fmt: skip
    made: dict[str, Callable[[], bytes]] = {
        "the paper (PDF)": lambda: issuing.draw(row),
        "the picture to send (PNG)": lambda: draw_share_image(summary),
        "the card for the phone (PDF)": lambda: drawn(paper, "card", 1),
        "the card for the phone (PNG)": lambda: as_picture(drawn(paper, "card", 1), WIDTH),
    }
    return {what: (statistics.median(_timed(make) for _ in range(9)), len(make())) for what, make in made.items()}


def _spent(app: Flask) -> float:
    """CPU milliseconds so far of this process, of those that it started, and of the database's that serve it."""
    with app.app_context():
        pids: list[int] = []
        if connection().dialect.name == "postgresql":
            ours = "datname = current_database() AND backend_type = 'client backend'"
            pids = list(connection().execute(text(f"SELECT pid FROM pg_stat_activity WHERE {ours}")).scalars())
        let_go()
    return 1000 * sum(cpu(pid) for pid in (os.getpid(), *pids))


def _batch(app: Flask, many: int, found: Figures) -> None:
    """From the officer's click to the last file."""
    began, spent, sent = time.monotonic(), _spent(app), counter.sent
    with app.app_context():
        row = programme(PROGRAMME)
        assert row is not None
        with unit_of_work():
            uuid = acts.begin(commune(), row.id, None, None, "Đợt đo", False, 1)
        let_go()
    work(app)
    found.seconds, found.cpu, found.sent = time.monotonic() - began, _spent(app) - spent, counter.sent - sent
    with app.app_context():
        batch = batches.batch_by_uuid(uuid)
        assert batch is not None
        assert (batch.state, batch.done) == (batches.DONE, many)
        names = {batches.ZIP: "signed packages (ZIP)", batches.PAGES: "A4 pages", batches.CARDS: "small cards"}
        for line in batches.files(batch.id):
            papers, size = found.sizes.get(names[line.kind], (0, 0))
            found.sizes[names[line.kind]] = (papers + line.papers, size + (line.size or 0))
            if line.kind == batches.ZIP:
                with tempfile.NamedTemporaryFile(suffix=".zip") as file:
                    found.zipped += _timed(partial(bundling.write_zip, file, batch, line, batches.papers_of(line)))
                    file.flush()
                    assert not bundling.check_zip(Path(file.name)).wrong
        assert connection().execute(select(C.c.id).where(C.c.pdf_key.is_(None))).first() is None
        let_go()


Runs = tuple[int, list[tuple[int, int, int]]]


def _code(paper: Mapping[str, Any]) -> Runs:
    """The code of a paper."""
    return qr_runs_of(tuple(paper["qr"])) if paper["qr"] else qr_runs(paper["verify_url"])


def _bare(paper: Mapping[str, Any], code: Runs) -> bytes:
    """ReportLab alone: the same texts, faces and code on a page of the same size."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    for face, path in FACE_FILES.items():
        if f"bare-{face}" not in pdfmetrics.getRegisteredFontNames():
            font = TTFont(f"bare-{face}", str(path))
            font.face.name = font.fontName.encode()  # by its own name ReportLab would take the font that we registered
            pdfmetrics.registerFont(font)
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(842, 595), invariant=1, pageCompression=1)
    words = [value for key, value in paper.items() if key not in UNDRAWN]
    lines = [value for value in words if isinstance(value, str)]
    lines += [line for value in words if isinstance(value, list) for line in value]
    for nth, line in enumerate(lines):
        canvas.setFont(("bare-regular", "bare-bold", "bare-italic")[nth % 3], 12)
        canvas.drawCentredString(421, 560 - 18 * nth, line)
    canvas.rect(20, 20, 802, 555)
    for x, y, width in code[1]:
        canvas.rect(60 + x, 120 - y, width, 1, stroke=0, fill=1)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def markdown(found: dict[str, Figures], many: int) -> str:
    """The table."""
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    lines = [
        f"| papers for many ({many:,} in a batch) | {' | '.join(names[kind] for kind in found)} |",
        "| --- |" + " ---: |" * len(found),
    ]

    def row(label: str, *values: str) -> None:
        lines.append(f"| {label} | {' | '.join(values)} |")

    all_of_them = list(found.values())
    row("ReportLab alone, CPU ms a page (the floor)", *(f"{f.floor:.2f}" for f in all_of_them))
    row("a paper drawn, CPU ms", *(f"{f.drawn:.2f} ({f.drawn / f.floor:.2f} ×)" for f in all_of_them))
    row("… of that its code", *(f"{f.code:.2f}" for f in all_of_them))
    row("papers drawn, a second and core", *(f"{1000 / f.drawn:,.0f}" for f in all_of_them))
    row("a paper issued alone, CPU ms; statements", *(f"{f.one:.2f}; {f.one_sent}" for f in all_of_them))
    row(f"a paper among {PART} issued, CPU ms", *(f"{f.each:.2f}" for f in all_of_them))
    row(f"statements for {PART} papers", *(str(f.part_sent) for f in all_of_them))
    for what in all_of_them[0].pictures:
        values = [f.pictures[what] for f in all_of_them]
        row(f"{what}, CPU ms; bytes", *(f"{spent:.1f}; {size:,}" for spent, size in values))
    row("a batch, begin to last file, seconds", *(f"{f.seconds:,.0f}" for f in all_of_them))
    row("… CPU ms a paper", *(f"{f.cpu / many:.1f} ({f.cpu / many / f.floor:.1f} ×)" for f in all_of_them))
    row("… of that the signed packages", *(f"{f.zipped / many:.2f}" for f in all_of_them))
    row("… statements a paper", *(f"{f.sent / many:.1f}" for f in all_of_them))
    row("the most memory that the process had, MB", *(f"{f.memory:,}" for f in all_of_them))
    for what in all_of_them[0].sizes:
        row(f"{what}, bytes a paper", *(f"{f.sizes[what][1] / f.sizes[what][0]:,.0f}" for f in all_of_them))
    return "\n".join(lines)
