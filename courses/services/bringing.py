"""Makes a draft lesson of what somebody brings: Word, PowerPoint, Markdown. Nothing is published by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import select

from courses.blocks.ids import with_ids
from courses.formats import opening, plain, slides, word
from courses.formats.building import Brought, Loss, clean
from courses.models import Document
from courses.services import uploading
from courses.services.authoring import begin, save
from lms.api.learning import Activity
from lms.api.media import endings
from lms.api.packages import Parts
from lms.api.work import Invalid, _, audit, connection

A, D = Activity.__table__, Document.__table__
_PICTURES = tuple(f".{ending}" for ending in endings(("picture", "drawing")))
READERS = {"docx": word.read, "pptx": slides.read}


class Sent(Struct, frozen=True):
    """A file as a browser sends it."""

    name: str
    content: bytes


def read(files: Sequence[Sent], parts: Parts) -> Brought:
    """What the files give: one text, and for Markdown the pictures beside it. Raises Invalid saying what to do."""
    texts = [file for file in files if not file.name.lower().endswith(_PICTURES)]
    if not texts:
        raise Invalid(_("Please choose a Word (.docx), PowerPoint (.pptx) or Markdown (.md) file."))
    if len(texts) > 1:
        raise Invalid(_("Please choose one text at a time; each becomes a lesson of its own."))
    [text] = texts
    kind = opening.kind_of(text.name, text.content)
    if kind != "md":
        return READERS[kind](text.name, text.content)
    companions: dict[str, bytes] = {}
    bad: list[Loss] = []
    for file in files:
        if file is text:
            continue
        kept = plain.companion(file.name.replace("\\", "/").rpartition("/")[2], file.content)
        if kept is None:
            bad.append(Loss(_("The picture {name} is damaged or not allowed, and is left out.", name=file.name)))
        else:
            companions[kept[0]] = kept[1]
    brought = plain.read(text.name, text.content, companions, parts)
    return Brought(
        brought.title, brought.promise, brought.blocks, brought.guide, brought.files, (*brought.losses, *bad),
        brought.facts,
    )  # fmt: skip


def keep(brought: Brought, source: str, org_id: int, by_id: int) -> str:
    """Keeps a draft with its pictures and the report of what was lost; returns the slug of the lesson."""
    slug = begin("lesson", brought.title, org_id, by_id)
    row = connection().execute(
        select(D.c.activity_id, D.c.base, D.c.draft)
        .join(A, A.c.id == D.c.activity_id)
        .where(A.c.kind == "lesson", A.c.slug == slug)
    ).one()  # fmt: skip
    files: dict[str, Any] = {}
    named: dict[str, str] = {}
    losses = list(brought.losses)
    for name, content in brought.files.items():
        try:
            kept, about = uploading.kept(files, content, name, ("picture", "drawing"), org_id, by_id)
        except Invalid as error:
            losses.append(Loss(error.text, name))
            named[name] = ""
            continue
        files[kept] = about
        named[name] = kept
    body = {
        **row.draft,
        **brought.facts,
        "promise": brought.promise,
        "guide": brought.guide,
        "blocks": with_ids([_renamed(block, named) for block in brought.blocks]),
        "files": files,
        "brought": {
            "from": clean(source)[:200],
            "losses": [{"msgid": x.text.msgid, "values": _plain(x.text.values), "where": x.where} for x in losses],
        },
    }
    save(row.activity_id, row.base, body, by_id)
    audit.record(by_id, "lesson.brought", f"lesson:{slug}", org=org_id, losses=len(losses))
    return slug


def _renamed(block: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    data = dict(block["data"])
    if data.get("file") in named:
        data["file"] = named[data["file"]]
    return {"kind": block["kind"], "data": data}


def _plain(values: Mapping[str, Any]) -> dict[str, str | int]:
    return {key: value if isinstance(value, int) else str(value) for key, value in values.items()}
