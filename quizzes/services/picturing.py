"""Pictures of questions that authors bring in a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from werkzeug.datastructures import FileStorage, MultiDict

from lms.api.learning import slug_of
from lms.api.media import Received, keep_made, made_facts, made_now
from lms.api.packages import pictures_named
from lms.api.work import Invalid, Text

KINDS = ("picture", "drawing")
MOST_AT_ONCE = 12  # pictures of one form
_KEY = re.compile(r"[0-9a-f]{64}")


class Brought(Struct, frozen=True):
    """A picture that came with a form: the field, the name that it has in the question, and what was made of it."""

    field: str
    name: str
    came: Received
    facts: Mapping[str, Any]


def brought(files: MultiDict[str, FileStorage]) -> tuple[list[Brought], dict[str, list[Text]]]:
    """The pictures of a form, made small, and what is wrong with others by their field. Before the unit of work."""
    found, errors = [], {}
    for field, file in list(files.items())[:MOST_AT_ONCE]:
        if not field.endswith("-file") or not file.filename:
            continue
        field = field.removesuffix("-file")
        try:
            came, facts = made_now(file.stream.read(), file.filename, KINDS)
        except Invalid as error:
            errors[field] = [error.text]
            continue
        stem = slug_of(file.filename.rpartition(".")[0])[:40].strip("-") or "hinh"
        found.append(Brought(field, f"{stem}-{facts['key'][:8]}.{facts['ending']}", came, facts))
    return found, errors


def keep(pictures: list[Brought], org_id: int, by_id: int) -> None:
    """Notes the pictures as the unit's. Inside a unit of work."""
    for picture in pictures:
        keep_made(picture.came, picture.facts, org_id, by_id)


def with_pictures(form: MultiDict[str, str], pictures: list[Brought]) -> MultiDict[str, str]:
    """The form as if the names of the pictures that came with it had been in it."""
    form = MultiDict(form)
    for picture in pictures:
        form[f"{picture.field}-name"] = picture.name
        form[f"{picture.field}-key"] = picture.facts["key"]
        form.poplist(f"{picture.field}-off")
    return form


def files_of(
    body: Mapping[str, Any], form: MultiDict[str, str], held: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The facts of the files that a body names: those it had, and those whose keys stand in the form."""
    keys = {form.get(f"{name[:-5]}-name"): form.get(f"{name[:-5]}-key", "") for name in form if name.endswith("-name")}
    files = {}
    for name in pictures_named(body):
        key = keys.get(name, "") or ""
        facts = held.get(name) or (made_facts(key, KINDS) if _KEY.fullmatch(key) else None)
        if facts:
            files[name] = dict(facts)
    return dict(sorted(files.items()))
