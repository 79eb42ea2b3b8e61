"""Practices in content packages: practices/<slug>.yaml, its files beside it in practices/<slug>/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app
from msgspec import Struct
from sqlalchemy import select

from lms.api.data import FileStore
from lms.api.learning import Activity, anchor
from lms.api.media import Received, keep_made, made_now
from lms.api.packages import Document, Exporting, Fields, Importing
from lms.api.reviewing import refuse_unreviewed
from lms.api.web import icon_names
from lms.api.work import Conflict, Invalid, Text, _, connection
from plugins.practice import queries
from plugins.practice.format.checking import Path, advice
from plugins.practice.format.reading import read
from plugins.practice.format.writing import written
from plugins.practice.models import PracticeRevision
from plugins.practice.pictures import ENDINGS, SOUND, SOUNDS, described
from plugins.practice.services import authoring

A, R = Activity.__table__, PracticeRevision.__table__
FOLDER = "practices"


class PracticeFolder(Struct, frozen=True):
    """How practices are written in a package."""

    folder: str = FOLDER
    kind: str = "practice"
    endings: tuple[str, ...] = ENDINGS

    def read(self, slug: str, fields: Fields, files: Mapping[str, bytes]) -> dict[str, Any]:
        return read(fields, slug, icon_names(), {name: _described(name, data) for name, data in files.items()})

    def write(self, data: Mapping[str, Any]) -> str:
        return written(data)

    def advise(self, data: Mapping[str, Any]) -> Sequence[tuple[str, Text]]:
        return [(place(fault.path), fault.text) for fault in advice(data)]


def place(path: Path) -> str:
    """A place in a practice, as somebody who looks into its file finds it: `steps 3 say`, counted from 1."""
    return " ".join(str(part + 1) if isinstance(part, int) else part for part in path)


def _described(name: str, data: bytes) -> dict[str, Any]:
    try:
        return described(name, data)
    except (OSError, ValueError, SyntaxError):
        return {}  # torn: whoever reads the package says so, and nothing of it is taken in


def prepare_sounds(importing: Importing) -> None:
    """Makes the sounds of practices small and level before anything is taken in; a published practice never waits."""
    for document in importing.package.documents:
        if document.folder != FOLDER:
            continue
        for name, content in sorted(document.files.items()):
            if name.rpartition(".")[2] in SOUNDS:
                try:
                    importing.prepared[_place_of(document), name] = made_now(content, name, [SOUND])
                except Invalid as error:
                    raise Invalid(
                        _("{file} in the practice {slug}: {problem}", file=name, slug=document.slug, problem=error.text)
                    ) from error


def _place_of(document: Document) -> str:
    return f"{FOLDER}/{document.slug}"  # a lesson may have the same slug


def _with_sounds(importing: Importing, document: Document) -> dict[str, Any]:
    files = dict(document.data["files"])
    for name in document.files:
        if (_place_of(document), name) in importing.prepared:
            came, facts = importing.prepared[_place_of(document), name]
            assert isinstance(came, Received)
            keep_made(came, facts, importing.org_id, importing.by_id)
            files[name] = facts
    return {**document.data, "files": files}


def take_practices(importing: Importing) -> None:
    """Publishes every practice that is new or changed."""
    for document in importing.package.documents:
        if document.folder != FOLDER:
            continue
        body = _with_sounds(importing, document)
        activity_id = anchor("practice", document.slug, body["title"], body["minutes"])
        owner = authoring.org_of(activity_id)
        _revision, new = authoring.publish_body(activity_id, body, importing.by_id)
        if not new:
            continue
        if owner is not None and not importing.may_change(owner):
            raise Conflict(
                _(
                    "“{title}” ({slug}) belongs to another unit, and this package would change it. Give yours another"
                    " name, then import again.",
                    title=body["title"],
                    slug=document.slug,
                )
            )
        refuse_unreviewed(importing.org_id, importing.by_id)
        authoring.keep_draft(activity_id, importing.org_id, body, importing.by_id)
        importing.count("practices")


def give_practices(exporting: Exporting) -> None:
    """Gives the practices that are asked for, in their newest revision."""
    if exporting.whole:
        published = select(A.c.slug).where(A.c.kind == "practice", A.c.id.in_(select(R.c.activity_id)))
        exporting.want("practice", *connection().execute(published).scalars())
    store: FileStore = current_app.extensions["lms.files"]
    for slug in exporting.open("practice"):
        found = queries.newest(slug)
        if found is None:
            continue
        files = {name: store.get(entry["key"]) for name, entry in sorted(found.body["files"].items())}
        exporting.want("code", *found.body["skills"])
        exporting.give("document", f"{FOLDER}/{slug}", Document(FOLDER, slug, found.body, files))
