"""The code of a paper as it is shown to the server: figures, or the address that ends in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from certificates.carried import cose
from certificates.carried.cbor import BadCbor
from certificates.carried.fields import Carried, carried_of, message_of
from certificates.points import Looked, Presented, Reader
from certificates.queries import CredentialRow
from certificates.services.carrying import keys, short
from lms.api.people import mask_name
from lms.api.transparency import Key
from lms.api.work import Text, _, clock

_CODE: Final = re.compile(rb"(?P<address>https?://[^\s#]{1,300}#)?(?P<figures>[0-9\s]{100,4000})", re.I)
_TORN: Final = _(
    "This is not the whole code of a paper. Please take the picture again, or type the number of the paper."
)
_ALTERED: Final = _("The code was altered: its signature does not fit. Do not accept this paper.")
_FOREIGN: Final = _("The code is not signed by a key of this place. It may be of another place, or made up.")
_REVOKED: Final = _(
    "The key of this code became known to others, so the code proves nothing. Look the number up in the record."
)
_OUTSIDE: Final = _(
    "The code says that it was issued on a day on which its key was not in use. Do not accept this paper."
)


class Code(Struct, frozen=True):
    """A code whose signature fits, and the key that signed it."""

    carried: Carried
    payload: bytes
    key: Key


class Broken(Exception):  # noqa: N818
    """A code that proves nothing, and why in words. `foreign`: no key of this place."""

    def __init__(self, words: Text, *, foreign: bool = False, carried: Carried | None = None) -> None:
        super().__init__(words)
        self.words, self.foreign, self.carried = words, foreign, carried


def code_of(figures: str, known: Sequence[Key]) -> Code:
    """Takes a code apart and verifies it by the keys of this place. Raises Broken."""
    try:
        signed = cose.read(message_of(figures))
        if signed.headers.keys() != {cose.ALGORITHM, cose.KID} or signed.unprotected:
            raise BadCbor("other headers than a paper's")
        carried = carried_of(signed.payload)
    except BadCbor:
        raise Broken(_TORN) from None
    named = [key for key in known if short(key) == signed.headers[cose.KID]]
    if not named:
        raise Broken(_FOREIGN, foreign=True)
    for key in named:
        if cose.is_signed_by(signed, key.public):  # type: ignore[arg-type]  # all keys of this purpose are ES256
            if key.revoked_at is not None:
                raise Broken(_REVOKED, carried=carried)
            if not _in_use(key, carried.issued_on):
                raise Broken(_OUTSIDE, carried=carried)
            return Code(carried, signed.payload, key)
    raise Broken(_ALTERED)


def _in_use(key: Key, day: date) -> bool:
    return _day(key.valid_from) <= day and (key.retired_at is None or day <= _day(key.retired_at))


def _day(moment: int) -> date:
    return clock.local(clock.from_seconds(moment)).date()


def takes(content: bytes) -> bool:
    """Whether it is an address that ends in figures, or figures alone."""
    return len(content) <= 5_000 and _CODE.fullmatch(content.strip()) is not None


def read(content: bytes) -> Presented:
    """What a code says, and what was found when it was looked at."""
    found = _CODE.fullmatch(content.strip())
    if found is None:
        return Presented(None, broken=_TORN)
    figures = b"".join(found["figures"].split()).decode()
    try:
        code = code_of(figures, keys())
    except Broken as broken:
        looked = (Looked(_("Signature of the code"), False, broken.words),)
        number = broken.carried.number if broken.carried else None
        return Presented(number, looked, broken=None if broken.foreign else broken.words, not_ours=broken.foreign)
    said = code.carried
    address = found["address"].decode("ascii", "replace") if found["address"] else ""
    looked = (Looked(_("Signature of the code"), True),)
    shown: dict[str, object] = {"valid_until": said.last_day.isoformat() if said.last_day else None}
    if not said.masked:
        shown["full_name"] = said.full_name
    return Presented(said.number, looked, shown, same_as=lambda row: says_what_was_issued(code, address, row))


def says_what_was_issued(code: Code, address: str, row: CredentialRow) -> bool:
    """Whether a code is that of a paper: what it says is what the paper's own code says, byte for byte.

    `address`: what stands before the figures, "" where only they were shown. It must be the page for codes on the
    paper's own host: an altered one opens a page of somebody else, which may show whatever it likes.
    """
    held: Sequence[str] = row.paper.get("qr") or ()
    if address:
        leads_to, site = urlsplit(address.lower()), urlsplit(row.paper["verify_url"].lower().partition("/verify/")[0])
        if (leads_to.netloc, leads_to.path.rstrip("/")) != (site.netloc, f"{site.path}/v"):
            return False
    if len(held) != 2:
        return _fits(code.carried, row.paper, row)  # of somebody who asked to be forgotten: what is left of it
    try:
        return cose.read(message_of(held[1])).payload == code.payload
    except BadCbor:
        return False


def _fits(said: Carried, paper: Mapping[str, Any], row: CredentialRow) -> bool:
    name = paper["full_name"]
    return (
        said.number == row.number
        and (said.status_list, said.place) == (row.status_list, row.status_index)
        and said.issued_on == _day(row.issued_at)
        and said.full_name == (mask_name(name) if said.masked else name)
    )


reader = Reader("qr", takes, read)
