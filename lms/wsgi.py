"""The application for a WSGI server: `granian --interface wsgi lms.wsgi:app`."""

from __future__ import annotations

import gc

from lms.app import configure_logging, create_app

configure_logging()
app = create_app()

# What has been loaded stays for good: the collector need not look at it again, at every few hundred requests.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
