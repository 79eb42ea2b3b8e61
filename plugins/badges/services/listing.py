"""The public lists of what is not valid any more, signed: cheap while nothing changes."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

from certificates.api import bits, is_list
from lms.api.transparency import Key
from lms.api.work import NotFound, clock
from plugins.badges import composing, proofs, shapes
from plugins.badges.composing import REVOCATION, SUSPENSION, Site
from plugins.badges.services import keeping

EVERY: Final = 3_600  # seconds: as long a list that did not change stays the same bytes
GOOD_FOR: Final = 86_400  # seconds that a list may be believed without asking again
ASK_AGAIN: Final = 300  # seconds after which whoever can should ask again: a withdrawal is seen that late at most
SKEW: Final = 600  # seconds that clocks of others may be slow


def signed_list(name: str, purpose: str) -> bytes:
    """A list as a signed credential. NotFound where there is none. Two statements, and a signature when it changed.

    Every process of the installation gives the same bytes in the same hour.
    """
    key = keeping.held_key()
    if purpose not in (REVOCATION, SUSPENSION) or key is None or not is_list(name):
        raise NotFound
    since = (clock.seconds() - SKEW) // EVERY * EVERY
    return _signed(keeping.site(), name, purpose, bits(name, purpose), since, key)


@lru_cache(maxsize=64)
def _signed(site: Site, name: str, purpose: str, marked: bytes, since: int, key: Key) -> bytes:
    made = composing.status_list(
        site=site, name=name, purpose=purpose, marked=marked, since=since, until=since + GOOD_FOR, ttl=ASK_AGAIN
    )
    method, created = site.method(key.kid), composing.moment(since)
    return proofs.dumped(proofs.sign(shapes.plain(made), keeping.private(key), method, created))


def tag_of(content: bytes) -> str:
    """What an answer is recognised by when it is asked for again."""
    return hashlib.sha256(content).hexdigest()[:32]
