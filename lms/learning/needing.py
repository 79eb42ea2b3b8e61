"""What comes first within a course. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def masks_of(order: Sequence[str], after: Mapping[str, Sequence[str]]) -> list[int]:
    """For each activity in order, the masks (1 << position) of those named in its `after`, or-ed.

    A name that is not in the course asks for nothing: `strays` tells them.
    """
    place = {slug: position for position, slug in enumerate(order)}
    found = []
    for slug in order:
        mask = 0
        for first in after.get(slug, ()):
            if first in place and first != slug:
                mask |= 1 << place[first]
        found.append(mask)
    return found


def strays(order: Sequence[str], after: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """(activity, name) for each name in an `after` that is no other activity of the course."""
    known = set(order)
    return [(slug, first) for slug in order for first in after.get(slug, ()) if first not in known or first == slug]


def circle(masks: Sequence[int]) -> list[int]:
    """The positions of activities that wait for one another, so that none could ever begin; empty: all can be done."""
    done = 0
    moved = True
    while moved:
        moved = False
        for position, mask in enumerate(masks):
            bit = 1 << position
            if not done & bit and not mask & ~done:
                done, moved = done | bit, True
    return [position for position in range(len(masks)) if not done >> position & 1]
