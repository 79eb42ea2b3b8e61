"""A practice as a phone takes it along: the page before it, and each way to play it but the test."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from lms.api.web import address, render, say
from plugins.practice.format.stepping import ALONE, GUIDED, WATCH, read
from plugins.practice.queries import Published, newest
from plugins.practice.views.play import ModeRow, Trip, page_of, play_url, practice_row, ways_of
from plugins.practice.views.shown import ABOUT, NAMES, SLUGS

TRAVEL = (WATCH, GUIDED, ALONE)  # the test is passed online
NOWHERE = Trip()  # the phone's own script knows from where a page was opened


def copies(slug: str) -> dict[str, Callable[[], str]]:
    """The pages of the newest revision by their addresses."""
    found = newest(slug)
    if found is None:
        return {}
    pages: dict[str, Callable[[], str]] = {address("practice.front", slug=slug): partial(_front, found)}
    for mode in TRAVEL:
        pages[address("practice.play", slug=slug, mode=SLUGS[mode])] = partial(_play, found, mode)
    return pages


def _front(found: Published) -> str:
    rows = [
        ModeRow(m, say(NAMES[m]), say(ABOUT[m]), play_url(found.slug, m, NOWHERE), False, m == WATCH) for m in TRAVEL
    ]
    return render(
        "practice/play/front.html",
        practice=practice_row(found.slug, found.body),
        modes=rows,
        now=say(NAMES[WATCH]),
        now_url=rows[0].url,
        back_url="/",
        signed_in=True,  # whether somebody is, the phone's own script says
    )


def _play(found: Published, mode: str) -> str:
    says = json.dumps({"practice": found.slug, "mode": mode, "revision": found.revision_id})
    ways = replace(ways_of(found.slug, mode, NOWHERE), says=says)
    return page_of(found, read(found.body, mode, ""), NOWHERE, "", ways=ways)
