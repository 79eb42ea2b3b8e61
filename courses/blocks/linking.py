"""Blocks that lead somewhere: a page of another site, an activity of ours, something to do in real life."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from courses.blocks.fields import BlockField
from courses.blocks.standard import Around
from lms.api.learning import ACTIVITY_KINDS, activity, findable
from lms.api.web import address, say
from lms.api.work import Text, _

OWN_BLOCKS = ("check", "practice", "task", "lesson")  # they have blocks of their own, or stand in no lesson
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)
Data = Mapping[str, Any]
Files = Mapping[str, Mapping[str, Any]]


def host_of(target: str) -> str:
    """The host that an https address leads to; empty where it is no address that a lesson may lead to.

    A name in other letters than a–z is refused: what looks like a bank's name must be that name.
    """
    try:
        parts = urlsplit(target)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    plain = parts.scheme == "https" and port is None and "@" not in parts.netloc and not re.search(r"[\s\\]", target)
    return host if plain and len(host) <= 253 and _HOST.fullmatch(host) else ""


class Link(Struct, frozen=True):
    """A page of another site. Its host stands beside the words, so that nobody is led where they did not mean to go."""

    name: str = "link"
    title: Text = _("Live link")
    icon: str = "external-link"
    template: str = "courses/learn/blocks/link.html"
    fields: tuple[BlockField, ...] = (
        BlockField("address", "address", _("Address of the page"), _("It begins with https://")),
        BlockField("label", "line", _("What the page is, in words"), most=200),
    )

    def row(self, data: Data, around: Around) -> Data | None:
        host = host_of(data["address"])
        return {"url": data["address"], "label": data["label"] or host, "host": host} if host else None

    def lacks(self, data: Data, files: Files) -> list[tuple[str, Text]]:
        found = []
        if not host_of(data["address"]):
            found.append(("address", _("Write a whole address that begins with https://, without a password in it.")))
        words = data["label"].strip()
        if not words or words.startswith(("http://", "https://", "www.")):
            found.append(("label", _("Say in words what the page is; an address alone is not read aloud well.")))
        return found


class ActivityCard(Struct, frozen=True):
    """An activity shown as a card with a link, for a kind that cannot be done inside a lesson."""

    kind: str
    title: str
    icon: str
    url: str
    words: str


def card_of(kind_name: str, slug: str, around: Around) -> ActivityCard | None:
    """The card of a published activity; None where there is none. Without a course it leads nowhere."""
    kind = ACTIVITY_KINDS.find(kind_name)
    held = activity(kind_name, slug)
    if kind is None or held is None or kind.content_of(slug) is None:
        return None
    where = address("courses.open_activity", course=around.course, kind=kind_name, slug=slug) if around.course else ""
    return ActivityCard(kind_name, held.title, kind.icon, where, say(kind.title))


class EmbeddedActivity(Struct, frozen=True):
    """Any activity: done inside the lesson where its kind can be, else a card that leads to it."""

    name: str = "embed"
    title: Text = _("Activity of another kind")
    icon: str = "puzzle"
    template: str = "courses/learn/blocks/card.html"

    @property
    def fields(self) -> tuple[BlockField, ...]:
        kinds = tuple((k.name, k.title) for k in ACTIVITY_KINDS if findable(k) and k.name not in OWN_BLOCKS)
        return (
            BlockField("kind", "choice", _("Kind of activity"), choices=kinds),
            BlockField("slug", "activity", _("Its name"), most=64),
        )

    def row(self, data: Data, around: Around) -> Data | None:
        kind = ACTIVITY_KINDS.find(data["kind"])
        html = kind.embed(data["slug"], around.return_to) if kind else None
        card = None if html else card_of(data["kind"], data["slug"], around)
        return {"html": html, "card": card} if html or card else None

    def lacks(self, data: Data, files: Files) -> list[tuple[str, Text]]:
        kind = ACTIVITY_KINDS.find(data["kind"])
        if kind is None:
            return [("kind", _("There are no activities of this kind here. Choose another kind."))]
        return missing_activity(data["kind"], data["slug"], "slug")


class RealTask(Struct, frozen=True):
    """Something to do in real life, which the learner then declares."""

    name: str = "task"
    title: Text = _("Real-life task")
    icon: str = "hand-heart"
    template: str = "courses/learn/blocks/card.html"
    fields: tuple[BlockField, ...] = (BlockField("slug", "activity", _("The task's name"), most=64, activity="task"),)

    def row(self, data: Data, around: Around) -> Data | None:
        card = card_of("task", data["slug"], around)
        return {"html": None, "card": card} if card else None

    def lacks(self, data: Data, files: Files) -> list[tuple[str, Text]]:
        return missing_activity("task", data["slug"], "slug")


def missing_activity(kind_name: str, slug: str, field: str) -> list[tuple[str, Text]]:
    """What is wrong with a reference to an activity: it is not named, not there, or not published yet."""
    if not slug:
        return [(field, _("Please choose an activity here: press Find."))]
    kind = ACTIVITY_KINDS.find(kind_name)
    if kind is None or activity(kind_name, slug) is None:
        return [(field, _("There is no activity called {name}. Press Find and choose one.", name=slug))]
    if kind.content_of(slug) is None:
        return [(field, _("“{name}” is not published yet. Publish it first, then this lesson.", name=slug))]
    return []


LINKING = (Link(), EmbeddedActivity(), RealTask())
