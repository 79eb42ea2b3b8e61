"""Looking at a badge that somebody shows: JSON-LD, JWT, PNG, SVG. Never the network; never an error of ours.

What is "valid" of a badge is only what we signed, with a key of ours that nobody else knows, word for word as we made
it. The papers themselves are asked by whoever called: `same_as` compares.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import msgspec

from certificates.api import CredentialRow, Looked, Presented, Reader
from lms.api.transparency import Key
from lms.api.web import short_date
from lms.api.work import Text, _
from plugins.badges import composing, proofs, queries, shapes
from plugins.badges.baking import NotBaked, Unbaked, unbake_png, unbake_svg
from plugins.badges.services import keeping

MOST_FILE: Final = 10 * 1024 * 1024  # bytes of a picture that are looked through
MOST: Final = 100_000  # bytes of a badge itself; ours have under 8,000
_PNG, _SVG = b"\x89PNG\r\n\x1a\n", b"openbadges:credential"

_TORN = _("This badge is damaged or was changed after it was made. Please ask its holder for the file they downloaded.")
_CHANGED = _("Something in this badge was changed after it was signed. Do not rely on it.")
_DRAWN_OVER = _(
    "The picture around this badge is not the one that it was handed out with. Do not believe what the picture shows;"
    " look the number up instead."
)
_TOO_LARGE = _("This file is too large for a badge of ours. Please send the file as it was downloaded.")
_UNSIGNED = _("This badge is not signed, so anybody can have made it.")
_NOT_OUR_KEY = _("This badge says that it comes from here, but it was not signed with a key of ours. It is forged.")
_KNOWN_KEY = _(
    "The key that signed this badge became known to others, so it proves nothing any more. Its holder can download it"
    " anew."
)
_SIGNATURE, _ISSUER, _PICTURE = _("Signature"), _("Signed with the key of"), _("Picture")


class _Broken(Exception):  # noqa: N818
    def __init__(self, why: Text) -> None:
        super().__init__(why)
        self.why = why


class _NotOurs(Exception):  # noqa: N818
    pass


def takes(content: bytes) -> bool:
    """Whether this is a badge, ours or another's: told from its beginning and a few words."""
    start = content[:200].lstrip()
    if content.startswith(_PNG):
        return b"openbadge" in content
    if start.startswith(b"{"):
        return b"OpenBadgeCredential" in content or b"AchievementCredential" in content
    if start.startswith(b"eyJ"):
        return content.count(b".") == 2 and len(content.strip().split()) == 1
    return _SVG in content


def read(content: bytes) -> Presented:
    """What a badge says, and whether it is as we made it."""
    looked: list[Looked] = []
    try:
        if len(content) > MOST_FILE:
            raise _Broken(_TOO_LARGE)
        badge, key = _checked(_carried(content, looked).strip())
    except _Broken as error:
        return Presented(None, tuple(looked), broken=error.why)
    except _NotOurs:
        return Presented(None, tuple(looked), not_ours=True)
    since = short_date(key.valid_from, "vi")
    looked += [
        Looked(_SIGNATURE, True),
        Looked(_ISSUER, True, _("{name}, in use since {date}", name=badge["issuer"]["name"], date=since)),
    ]
    subject = badge["credentialSubject"]
    name = next((i["identityHash"] for i in subject["identifier"] if not i["hashed"]), None)
    shown = {"full_name": name} if name is not None else {}
    return Presented(subject["licenseNumber"], tuple(looked), shown, same_as=_comparing(badge))


def _carried(content: bytes, looked: list[Looked]) -> bytes:
    """The badge itself, taken out of its picture where it lies in one."""
    taken: Callable[[bytes], Unbaked] | None = None
    if content.startswith(_PNG):
        taken = unbake_png
    elif not content[:200].lstrip().startswith((b"{", b"eyJ")):
        taken = unbake_svg
    if taken is None:
        return content
    try:
        found = taken(content)
    except NotBaked as error:
        if error.torn:
            raise _Broken(_TORN) from None
        raise _NotOurs from None
    if not found.picture_is_ours:
        _claim(found.content)  # another issuer's picture is another issuer's matter
        looked.append(Looked(_PICTURE, False, _DRAWN_OVER))
        raise _Broken(_DRAWN_OVER)
    looked.append(Looked(_PICTURE, True))
    return found.content


def _parsed(content: bytes) -> tuple[dict[str, Any], bytes]:
    """The badge as JSON, and the JWT that carried it, if one did."""
    try:
        if content.startswith(b"eyJ"):
            _header, found = proofs.parts_of(content.decode("ascii"))
            return found, content
        found = msgspec.json.decode(content)
        json.loads(content, object_pairs_hook=_each_once)  # looked at once more: the line above takes the last of two
    except (ValueError, RecursionError):
        raise _Broken(_TORN) from None
    if not isinstance(found, dict):
        raise _Broken(_TORN)
    return found, b""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no name stands twice: readers differ in which of the two they take (RFC 7493, 2.3)."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name stands twice")
    return made


def _claim(content: bytes) -> tuple[dict[str, Any], bytes, Key]:
    """The badge, the JWT, and the key of ours that it claims to be signed with. _NotOurs where it claims none."""
    found, jwt = _parsed(content)
    if jwt:
        kid = str(proofs.parts_of(jwt.decode("ascii"))[0].get("kid", "")).rpartition("/")[2]
    else:
        proof = found.get("proof")
        if not isinstance(proof, dict):
            raise _Broken(_UNSIGNED)
        kid = str(proof.get("verificationMethod", "")).rpartition("#")[2]
    key = keeping.key_by_kid(kid)
    if key is None:
        issuer = found.get("issuer")
        said = issuer.get("id") if isinstance(issuer, dict) else issuer
        if said == keeping.site().did:
            raise _Broken(_NOT_OUR_KEY)
        raise _NotOurs
    return found, jwt, key


def _checked(content: bytes) -> tuple[dict[str, Any], Key]:
    found, jwt, key = _claim(content)
    if len(content) > MOST:
        raise _Broken(_TOO_LARGE)
    if key.purpose != (keeping.JWT_PURPOSE if jwt else keeping.PURPOSE):
        raise _Broken(_CHANGED)
    if key.revoked_at is not None:
        raise _Broken(_KNOWN_KEY)
    if jwt:
        if not proofs.is_signed_jwt(jwt.decode("ascii"), keeping.public_jwt(key)):
            raise _Broken(_CHANGED)
        found = {name: value for name, value in found.items() if name not in ("iss", "jti", "nbf", "exp")}
    _in_shape(found, signed=not jwt)
    if not jwt:
        issuer, _mark, _kid = found["proof"]["verificationMethod"].rpartition("#")
        if issuer != found["issuer"]["id"] or not proofs.is_signed(found, keeping.public(key)):
            raise _Broken(_CHANGED)
    return found, key


def _in_shape(found: dict[str, Any], signed: bool) -> None:
    try:
        made = shapes.badge(found)
    except shapes.OutOfShape:
        raise _Broken(_CHANGED) from None
    if signed is (made.proof is msgspec.UNSET):
        raise _Broken(_CHANGED)


def _comparing(badge: dict[str, Any]) -> Callable[[CredentialRow], bool]:
    said = _without_name(badge)

    def same(row: CredentialRow) -> bool:
        held = queries.badge_of(row.id)
        if held is None or said["id"].rpartition("/")[2] != f"{held.uuid}.json":
            return False
        kept = _without_name(msgspec.json.decode(held.document))
        end = composing.moment(composing.end_of(row.expires_on)) if row.expires_on else None
        places = {(s["statusListCredential"].rsplit("/", 2)[1], s["statusListIndex"]) for s in said["credentialStatus"]}
        return (
            said == kept
            and said["credentialSubject"]["licenseNumber"] == row.number
            and said["validFrom"] == composing.moment(row.issued_at)
            and said.get("validUntil") == end
            and places == {(row.status_list, str(row.status_index))}
        )

    return same


def _without_name(badge: dict[str, Any]) -> dict[str, Any]:
    """What a badge says besides its proof and its holder's name: those are the same for the badge that we keep."""
    subject = badge["credentialSubject"]
    hashed = [one for one in subject["identifier"] if one["hashed"]]
    rest = {name: value for name, value in badge.items() if name != "proof"}
    return {**rest, "credentialSubject": {**subject, "identifier": hashed}}


reader = Reader("badge", takes, read)
