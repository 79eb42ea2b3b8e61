"""What the frame itself serves: the description of the API."""

from __future__ import annotations

from typing import Any

from flask import Response

from lms.rest.openapi import encoded
from lms.rest.operations import OPERATIONS, Operations
from lms.web.routes import ANYONE

operations = Operations("lms")


@operations.get("/openapi.json", ANYONE)
def openapi() -> dict[str, Any] | Response:
    """This document.

    OpenAPI 3.1, made from the operations of the plugins in use.
    """
    answer = Response(encoded(OPERATIONS), mimetype="application/json")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer
