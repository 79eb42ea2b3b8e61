"""How long a Word paper of many questions takes: read, looked at, taken in, handed in, put in use, taken out again.

`python -m bench.importing [questions]`: prints a Markdown table of CPU and wall seconds and of statements.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
from sqlalchemy import event, insert, select

from lms.api.reviewing import SubmissionRow, submission
from lms.db.unit_of_work import connection, unit_of_work
from lms.reviewing import steps
from lms.testing.building import build, make_app
from quizzes import brought
from quizzes.formats.checking import Around
from quizzes.models import Bank
from quizzes.services import bringing, drafting

QUESTIONS = 2_000


def paper(count: int) -> bytes:
    """A paper of so many questions with an underlined letter each, as teachers write them."""
    made = docx.Document()
    for number in range(1, count + 1):
        made.add_paragraph(f"Câu {number}: Có tin nhắn số {number} xin mã OTP. Bác làm gì?")
        for place, text in enumerate(("Đọc mã cho họ", "Cúp máy", "Gửi mã qua tin nhắn", "Đưa con đọc")):
            line = made.add_paragraph()
            line.add_run("ABCD"[place]).underline = place == number % 4 or None
            line.add_run(f". {text} ({number})")
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def measured(what: str, do: Callable[[], Any], statements: list[str]) -> Any:
    """Does it and prints a row."""
    before, cpu, wall = len(statements), time.process_time(), time.perf_counter()
    result = do()
    spent, took = time.process_time() - cpu, time.perf_counter() - wall
    print(f"| {what} | {spent:.2f} | {took:.2f} | {len(statements) - before} |")
    return result


def main(count: int) -> None:
    """Runs all steps once, on SQLite."""
    content = paper(count)
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(Path(folder), f"sqlite:///{folder}/lms.sqlite")
        build(app)
        statements: list[str] = []
        print(f"{count} questions, {len(content) / 1e6:.2f} MB of Word\n")
        print("| step | CPU s | wall s | statements |\n|---|---|---|---|")
        with app.app_context():
            event.listen(connection().engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
            with unit_of_work() as database:
                bank = database.execute(
                    insert(Bank.__table__).values(slug="do", title="Đo", org_id=1).returning(Bank.__table__.c.id)
                ).scalar_one()
            _kind, found = measured("read the file", lambda: bringing.read("de.docx", content), statements)
            assert len(found.questions) == count

            def begin() -> Any:
                with unit_of_work():
                    around = Around({"ND.4.3": "ND.4.3"}, ())
                    return bringing.begin(bank, 1, "exam", "de.docx", "word", found, {}, around, 1)

            uuid = measured("check every question and keep the draft", begin, statements)

            def row() -> brought.ImportRow:
                held = brought.import_by_uuid(uuid)
                assert held is not None
                return held

            with unit_of_work():
                bringing.choose(row(), ["ND.4.3"], {})
            measured(
                "look: read the draft, find what is here already",
                lambda: bringing.ready(brought.staged(row().id), row(), brought.likenesses(bank)), statements,
            )  # fmt: skip

            def take() -> int:
                with unit_of_work():
                    return bringing.take(row(), 1, 1)

            assert measured("take in, one transaction", take, statements) == count
            measured("look for what is here already, in the full bank", lambda: brought.likenesses(bank), statements)

            def hand_in() -> int:
                with unit_of_work():
                    return drafting.hand_in(bank, 1, list(row().made), 1)

            def step(do: Callable[[SubmissionRow, int], None], by_id: int) -> None:
                with unit_of_work():
                    held = submission(number)
                    assert held is not None
                    do(held, by_id)

            number = measured("hand the file in for review", hand_in, statements)
            step(steps.approve, 2)
            measured("put it in use, one transaction", lambda: step(steps.publish, 2), statements)

            def take_out() -> tuple[int, int]:
                with unit_of_work():
                    return bringing.take_out(row(), 1, 1)

            assert measured("take out again", take_out, statements) == (count, 0)
            assert connection().execute(select(Bank.__table__.c.id).where(Bank.__table__.c.id == bank)).scalar()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else QUESTIONS)
