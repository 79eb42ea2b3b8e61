"""A worker that stops in the worst moment: the people of a list's second part are made, nothing is committed yet.

Run by test_kill.py as a program; its one argument is a file that it makes when it has come so far.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

from lms.cli import the_app
from lms.outbox.worker import Worker
from plugins.rosters.services import taking

write = taking._write
parts = 0


def write_and_hold(rows: list[dict[str, Any]]) -> None:
    """Writes the first part as ever; after the second it says so, and never returns."""
    global parts
    parts += 1
    write(rows)
    if parts == 2:
        Path(sys.argv[1]).touch()
        while True:
            signal.pause()


if __name__ == "__main__":
    taking._write = write_and_hold
    Worker(the_app()).run()
