"""The shape of a refusal (RFC 9457) as the OpenAPI document describes it. `lms.web.errors` writes it."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType


class Problem(Struct):
    """A refusal: what happened, and what to do next in the reader's language."""

    type: Annotated[str, Meta(description="Names the kind of refusal, e.g. /problems/not-found.")]
    title: Annotated[str, Meta(description="What happened and what to do next, for people.")]
    status: Annotated[int, Meta(ge=400, le=599)]
    instance: Annotated[str, Meta(description="The address that was asked.")]
    errors: Annotated[dict[str, str], Meta(description="What is wrong with which field.")] | UnsetType = UNSET
