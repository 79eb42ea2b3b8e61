"""Files of a lesson that is being written: taken in, and how far they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct

from lms.api.learning import slug_of
from lms.api.media import ENDINGS, KINDS, REFUSED, Received, endings, file_entry, media, most_bytes, settled, take_in
from lms.api.work import Text, _

Files = Mapping[str, Mapping[str, Any]]
STEMS = {
    "picture": "anh", "drawing": "hinh", "sound": "tieng", "video": "video", "document": "tai-lieu",
    "captions": "phu-de", "speech": "cau",
}  # fmt: skip
_KINDS_BY_ENDING = {
    **{ending: kind for kind, ending in ENDINGS.items()},
    **dict.fromkeys(("png", "jpg", "jpeg"), "picture"),
}


def accepted(takes: tuple[str, ...]) -> str:
    """The endings of files that a field takes, as browsers want them."""
    return ",".join(f".{ending}" for ending in endings(takes))


def hint(takes: tuple[str, ...]) -> Text | None:
    """What is said above a field for a file."""
    if not takes:
        return None
    names = ", ".join(ending.upper() for ending in endings(takes))
    return _("{endings}; at most {limit} MB.", endings=names, limit=most_bytes(takes) >> 20)


def kind_of(entry: Mapping[str, Any]) -> str:
    """What a file is: picture, drawing, sound, video, document or captions."""
    said: str = entry.get("kind", "")
    return said or _KINDS_BY_ENDING.get(entry.get("ending", ""), "")


def kept(
    held: Files, content: Received | bytes, name: str, takes: Collection[str], org_id: int, by_id: int | None
) -> tuple[str, dict[str, Any]]:
    """Takes a file in for a lesson of a unit; the name that it has in the lesson, and its entry.

    A file that the lesson holds already keeps its name. Inside a unit of work. Raises Invalid saying what is wrong.
    """
    media_id = take_in(content, name, takes, org_id, by_id)
    row = media([media_id])[media_id]
    about = file_entry(row)
    for there, entry in held.items():
        if entry.get("media") == media_id or (about.get("key") and entry.get("key") == about["key"]):
            return there, about
    ending = ENDINGS[row.kind]
    stem = slug_of(re.sub(r"\.[^.]*$", "", name)) or STEMS[row.kind]
    free, number = f"{stem}.{ending}", 2
    while free in held:
        free, number = f"{stem}-{number}.{ending}", number + 1
    return free, about


def refreshed(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with its files as far as they are now. No statement where nothing waits."""
    if not any("media" in entry for entry in body["files"].values()):
        return dict(body)
    return {**body, "files": settled(body["files"])}


def how_far(entry: Mapping[str, Any]) -> tuple[int, Text | None]:
    """Of a file that is not ready: the part that is done in per cent, and what is wrong with it."""
    row = media([entry["media"]]).get(entry["media"]) if "media" in entry else None
    if row is None:
        return (0, None) if "key" in entry else (0, GONE)
    return row.percent, row.problem


class Preparing(Struct, frozen=True):
    """A sound that is not ready: waiting, working or refused; how far it is, and what is wrong with it."""

    state: str
    percent: int
    problem: Text | None
    media_id: int


def preparing(entry: Mapping[str, Any]) -> Preparing | None:
    """How far a file is that is not ready; None for one that is."""
    if "key" in entry:
        return None
    percent, problem = how_far(entry)
    state = entry.get("state", REFUSED) if entry.get("media") and problem is not GONE else REFUSED
    return Preparing(state, percent, problem, entry.get("media", 0))


GONE = _("This file is no longer on the server. Please choose it again.")
ALL_KINDS = tuple(KINDS)
