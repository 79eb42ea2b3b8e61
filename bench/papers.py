"""Papers for many: issued one by one and at once, drawn, and put into files; `python -m bench --only papers`.

CPU of this process and, on PostgreSQL, of its backend. The floor of drawing is ReportLab alone: a page with as many
lines of text in the same faces, the same code and the same border, drawn by nothing but its own canvas.
"""

from __future__ import annotations

import io
import resource
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from bench.assessing import Meter
from bench.counting import counter
from bench.crowd import PROGRAMME, attained, commune
from bench.inside import applications
from certificates import batches
from certificates.models import Credential
from certificates.queries import CredentialRow, all_columns
from certificates.services import batches as acts
from certificates.services import bundling, issuing
from lms import starting
from lms.api.competency import programme
from lms.api.papers import FACE_FILES
from lms.api.qr import qr_runs
from lms.db.unit_of_work import connection, let_go, unit_of_work
from lms.outbox.worker import Worker

MANY, QUICK = 10_000, 500
SINGLE, PART, DRAWN = 20, 500, 60
C = Credential.__table__


@dataclass
class Figures:
    """What was measured on one database."""

    floor: float = 0  # CPU ms of ReportLab alone
    drawn: float = 0  # CPU ms of a paper
    one: float = 0
    one_sent: int = 0
    each: float = 0  # CPU ms of a paper of many
    part_sent: int = 0
    seconds: float = 0  # of a batch from begin to its files
    cpu: float = 0
    memory: int = 0  # MB, the most that this process ever had
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)  # kind → (papers, bytes)


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
        _bare(rows[0].paper)
        found.floor = statistics.median(_timed(lambda: _bare(rows[0].paper)) for _ in range(DRAWN))
        found.sizes["paper (PDF)"] = (1, len(issuing.draw(rows[0])))
        _work(app)
        attained(many, "Vàng Thị Sủi")
        let_go()
    _batch(app, many, found)
    found.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def _timed(do: Any) -> float:
    began = time.process_time()
    do()
    return 1000 * (time.process_time() - began)


def _work(app: Flask) -> None:
    worker = Worker(app)
    while worker.once():
        pass


def _batch(app: Flask, many: int, found: Figures) -> None:
    """From the officer's click to the last file."""
    began, cpu = time.monotonic(), time.process_time()
    with app.app_context():
        row = programme(PROGRAMME)
        assert row is not None
        with unit_of_work():
            uuid = acts.begin(commune(), row.id, None, None, "Đợt đo", False, 1)
        let_go()
    _work(app)
    found.seconds, found.cpu = time.monotonic() - began, time.process_time() - cpu
    with app.app_context():
        batch = batches.batch_by_uuid(uuid)
        assert batch is not None
        assert (batch.state, batch.done) == (batches.DONE, many)
        names = {batches.ZIP: "signed package (ZIP)", batches.PAGES: "A4 pages", batches.CARDS: "small cards"}
        for line in batches.files(batch.id):
            found.sizes.setdefault(names[line.kind], (line.papers, line.size or 0))
            if line.kind == batches.ZIP and line.part == 1:
                with tempfile.NamedTemporaryFile(suffix=".zip") as file:
                    file.write(bundling.store().get(line.key or ""))
                    file.flush()
                    assert not bundling.check_zip(Path(file.name)).wrong
        assert connection().execute(select(C.c.id).where(C.c.pdf_key.is_(None))).first() is None
        let_go()


def _bare(paper: Any) -> bytes:
    """ReportLab alone: the same texts, faces and code on a page of the same size."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    for face, path in FACE_FILES.items():
        if f"bare-{face}" not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(f"bare-{face}", str(path)))
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(842, 595), invariant=1, pageCompression=1)
    lines = [value for value in paper.values() if isinstance(value, str)]
    lines += [text for value in paper.values() if isinstance(value, (list, tuple)) for text in value]
    for nth, text in enumerate(lines):
        canvas.setFont(("bare-regular", "bare-bold", "bare-italic")[nth % 3], 12)
        canvas.drawCentredString(421, 560 - 18 * nth, text)
    canvas.rect(20, 20, 802, 555)
    for x, y, width in qr_runs(paper["verify_url"])[1]:
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
    row("ReportLab alone, CPU ms a page", *(f"{f.floor:.2f}" for f in all_of_them))
    row("a paper drawn, CPU ms", *(f"{f.drawn:.2f} ({f.drawn / f.floor:.2f}×)" for f in all_of_them))
    row("papers drawn, a second and core", *(f"{1000 / f.drawn:,.0f}" for f in all_of_them))
    row("a paper issued alone, CPU ms; statements", *(f"{f.one:.2f}; {f.one_sent}" for f in all_of_them))
    row(f"a paper among {PART} issued, CPU ms", *(f"{f.each:.2f}" for f in all_of_them))
    row(f"statements for {PART} papers", *(str(f.part_sent) for f in all_of_them))
    row("a batch, begin to last file, seconds", *(f"{f.seconds:,.0f}" for f in all_of_them))
    row("of that CPU of the worker, seconds", *(f"{f.cpu:,.0f}" for f in all_of_them))
    row("the most memory that the process had, MB", *(f"{f.memory:,}" for f in all_of_them))
    for what in all_of_them[0].sizes:
        values = [f.sizes[what] for f in all_of_them]
        row(f"{what} of {values[0][0]:,}, KB", *(f"{size / 1024:,.0f}" for _papers, size in values))
    return "\n".join(lines)
