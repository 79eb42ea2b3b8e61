"""Pure: what our badges and lists are made of, exactly. What is read must have this shape and nothing besides.

So no unknown term can stand beside what is signed, nothing is nested deeper than here, and whoever makes up a document
cannot make its canonical form costly: blank nodes are a handful, and all of them are leaves but the subject.
"""

# ruff: noqa: N815  the names are those of the specifications

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from plugins.badges.contexts import CREDENTIALS, OPEN_BADGES

_V2 = Literal["https://www.w3.org/ns/credentials/v2"]
_OB3 = Literal["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
Words = Annotated[str, Meta(max_length=4_000)]
Address = Annotated[str, Meta(max_length=500, pattern=r"^https?://[^\s\"<>\\{}|^`]+$")]
Did = Annotated[str, Meta(max_length=300, pattern=r"^did:web:[A-Za-z0-9.%_-]+$")]
Moment = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
Index = Annotated[str, Meta(pattern=r"^\d{1,9}$")]


class _Shape(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True):
    pass


class Proof(_Shape, frozen=True):
    """A signature by eddsa-rdfc-2022."""

    type: Literal["DataIntegrityProof"]
    cryptosuite: Literal["eddsa-rdfc-2022"]
    created: Moment
    verificationMethod: Words
    proofPurpose: Literal["assertionMethod"]
    proofValue: Annotated[str, Meta(max_length=120)]


class Issuer(_Shape, frozen=True):
    """Who issued it."""

    id: Did
    type: tuple[Literal["Profile"]]
    name: Words
    url: Address


class Identity(_Shape, frozen=True):
    """Who received it: hashed, or the name where the holder asked for it."""

    type: Literal["IdentityObject"]
    hashed: bool
    identityHash: Words
    identityType: Words
    salt: Words | UnsetType = UNSET


class Image(_Shape, frozen=True):
    """A picture."""

    id: Address
    type: Literal["Image"]
    caption: Words


class Criteria(_Shape, frozen=True):
    """What had to be done."""

    id: Address
    narrative: Words


class Alignment(_Shape, frozen=True):
    """A part of a framework that was taught."""

    type: tuple[Literal["Alignment"]]
    targetCode: Words
    targetName: Words
    targetFramework: Words
    targetUrl: Address
    targetType: Literal["CFItem"]
    targetDescription: Words | UnsetType = UNSET


class Achievement(_Shape, frozen=True):
    """What was attained; the same for all who attained it."""

    id: Address
    type: tuple[Literal["Achievement"]]
    achievementType: Words
    name: Words
    description: Words
    criteria: Criteria
    image: Image
    inLanguage: Words
    version: Words
    alignment: Annotated[list[Alignment], Meta(max_length=60)] | UnsetType = UNSET


class Subject(_Shape, frozen=True):
    """What is said of its holder."""

    type: tuple[Literal["AchievementSubject"]]
    identifier: Annotated[list[Identity], Meta(min_length=1, max_length=2)]
    licenseNumber: Words
    achievement: Achievement


class Status(_Shape, frozen=True):
    """Where a list says whether it still is valid."""

    id: Address
    type: Literal["BitstringStatusListEntry"]
    statusPurpose: Literal["revocation", "suspension"]
    statusListIndex: Index
    statusListCredential: Address


class Badge(_Shape, frozen=True):
    """An OpenBadgeCredential; with a proof when it is signed."""

    context: tuple[_V2, _OB3] = field(name="@context")
    id: Address
    type: tuple[Literal["VerifiableCredential"], Literal["OpenBadgeCredential"]]
    name: Words
    description: Words
    issuer: Issuer
    validFrom: Moment
    credentialSubject: Subject
    credentialStatus: tuple[Status, Status]
    validUntil: Moment | UnsetType = UNSET
    proof: Proof | UnsetType = UNSET


class ListSubject(_Shape, frozen=True):
    """A list of bits: gzip, multibase base64url."""

    id: Address
    type: Literal["BitstringStatusList"]
    statusPurpose: Literal["revocation", "suspension"]
    encodedList: str
    ttl: int


class StatusList(_Shape, frozen=True):
    """A BitstringStatusListCredential."""

    context: tuple[_V2] = field(name="@context")
    id: Address
    type: tuple[Literal["VerifiableCredential"], Literal["BitstringStatusListCredential"]]
    issuer: Did
    validFrom: Moment
    validUntil: Moment
    credentialSubject: ListSubject
    proof: Proof | UnsetType = UNSET


CONTEXTS: Final[tuple[_V2, _OB3]] = (CREDENTIALS, OPEN_BADGES)


class OutOfShape(ValueError):  # noqa: N818
    """It is not made as we make badges. The message says where, in English, for whoever looks into it."""


def badge(found: object) -> Badge:
    """A badge from JSON that was read; OutOfShape where it is not exactly one of ours."""
    try:
        made = msgspec.convert(found, Badge)
    except msgspec.ValidationError as error:
        raise OutOfShape(str(error)) from None
    leaves = [*made.credentialSubject.identifier, *(made.credentialSubject.achievement.alignment or ())]
    if len(set(leaves)) != len(leaves) or made.credentialStatus[0].id == made.credentialStatus[1].id:
        raise OutOfShape("something stands there twice")
    return made


def plain(shape: Struct) -> dict[str, Any]:
    """As JSON has it: lists and dictionaries, in the order above."""
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(shape))
    return made
