"""A worker that stops in the worst moment: the number is taken, the paper is written, nothing is committed yet.

Run by test_kill.py as a program; its one argument is a file that it makes when it has come so far.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from certificates.services import issuing
from lms.cli import the_app
from lms.outbox.worker import Worker

issue = issuing.issue


def issue_and_hold(attainment_id: int) -> int | None:
    """Issues as ever, says so, and never returns."""
    issue(attainment_id)
    Path(sys.argv[1]).touch()
    while True:
        signal.pause()


if __name__ == "__main__":
    issuing.issue = issue_and_hold
    Worker(the_app()).run()
