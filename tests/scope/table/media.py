"""lms/media: how far an upload is: for the authors of its unit and of those above it."""

from __future__ import annotations

from lms.identity.roles import May
from tests.scope.law import at

ENTRIES = {"media.progress": at(May.AUTHOR, "upload", "/studio/tep/{key}")}
