"""A process that issues papers for attainments: `issuer.py FOLDER URL MARK ID…`.

With a MARK it makes that file when it has its number, and then holds still in the open transaction until it is killed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from certificates.services import issuing, logging
from lms.db.unit_of_work import unit_of_work
from lms.testing.building import make_app


def main(folder: str, url: str, mark: str, *ids: str) -> None:
    if mark:

        def hold(*_papers: object) -> None:
            Path(mark).touch()
            while True:
                time.sleep(1)  # until it is killed

        logging.enter_all_issued = hold
    app = make_app(Path(folder), url)
    for one in ids:
        with app.app_context(), unit_of_work():
            issuing.issue(int(one))


if __name__ == "__main__":
    main(*sys.argv[1:])
