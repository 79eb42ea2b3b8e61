"""The application for a WSGI server: `granian --interface wsgi lms.wsgi:app`."""

from __future__ import annotations

from lms.app import configure_logging, create_app, settle

configure_logging()
app = create_app()
settle()
