"""Pure: what the terms of our badges mean, so that nothing is ever asked of another machine.

Written for our own documents: the few terms that they use, with the addresses that W3C (Verifiable Credentials 2.0) and
1EdTech (Open Badges 3.0.3) gave them. A term that is missing here would be left out of what is signed; that none is,
the tests find out with the whole contexts, by programs that others wrote.
"""

from __future__ import annotations

from typing import Any, Final

CREDENTIALS: Final = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_VC, _SEC, _STATUS = "https://www.w3.org/2018/credentials#", "https://w3id.org/security#", CREDENTIALS[:-2] + "status#"
_OB, _SCHEMA, _XSD = (
    "https://purl.imsglobal.org/spec/vc/ob/vocab.html#", "https://schema.org/", "http://www.w3.org/2001/XMLSchema#",
)  # fmt: skip


_ODD_XSD = "https" + _XSD[4:]  # Open Badges writes https here, which is another datatype: signed is what is written


def _link(address: str) -> dict[str, str]:
    return {"@id": address, "@type": "@id"}


def _typed(address: str, kind: str) -> dict[str, str]:
    return {"@id": address, "@type": kind}


def _set(address: str) -> dict[str, str]:
    return {"@id": address, "@container": "@set"}


def _inside(address: str, **terms: Any) -> dict[str, Any]:
    return {"@id": address, "@context": {"@protected": True, "id": "@id", "type": "@type", **terms}}


_DATE = _XSD + "dateTime"
_CREDENTIALS: dict[str, Any] = {
    "@protected": True,
    "id": "@id",
    "type": "@type",
    "name": _SCHEMA + "name",
    "description": _SCHEMA + "description",
    "VerifiableCredential": _inside(
        _VC + "VerifiableCredential",
        credentialStatus=_link(_VC + "credentialStatus"),
        credentialSubject=_link(_VC + "credentialSubject"),
        description=_SCHEMA + "description",
        issuer=_link(_VC + "issuer"),
        name=_SCHEMA + "name",
        validFrom=_typed(_VC + "validFrom", _DATE),
        validUntil=_typed(_VC + "validUntil", _DATE),
    ),
    "BitstringStatusListCredential": _STATUS + "BitstringStatusListCredential",
    "BitstringStatusList": _inside(
        _STATUS + "BitstringStatusList",
        encodedList=_typed(_STATUS + "encodedList", _SEC + "multibase"),
        statusPurpose=_STATUS + "statusPurpose",
        ttl=_STATUS + "ttl",
    ),
    "BitstringStatusListEntry": _inside(
        _STATUS + "BitstringStatusListEntry",
        statusListCredential=_link(_STATUS + "statusListCredential"),
        statusListIndex=_STATUS + "statusListIndex",
        statusPurpose=_STATUS + "statusPurpose",
    ),
    "DataIntegrityProof": _inside(
        _SEC + "DataIntegrityProof",
        created=_typed("http://purl.org/dc/terms/created", _DATE),
        cryptosuite=_typed(_SEC + "cryptosuite", _SEC + "cryptosuiteString"),
        proofPurpose={
            "@id": _SEC + "proofPurpose",
            "@type": "@vocab",
            "@context": {
                "@protected": True,
                "id": "@id",
                "type": "@type",
                "assertionMethod": {"@id": _SEC + "assertionMethod", "@type": "@id", "@container": "@set"},
            },
        },
        verificationMethod=_link(_SEC + "verificationMethod"),
    ),
}
_OPEN_BADGES: dict[str, Any] = {
    "@protected": True,
    "id": "@id",
    "type": "@type",
    "OpenBadgeCredential": {"@id": _OB + "OpenBadgeCredential"},
    "Achievement": _inside(
        _OB + "Achievement",
        achievementType={"@id": _OB + "achievementType"},
        alignment=_set(_OB + "alignment"),
        criteria=_link(_OB + "Criteria"),
        image=_link(_OB + "image"),
        inLanguage={"@id": _SCHEMA + "inLanguage"},
        version={"@id": _OB + "version"},
    ),
    "AchievementSubject": _inside(
        _OB + "AchievementSubject",
        achievement={"@id": _OB + "achievement"},
        identifier=_set(_OB + "identifier"),
        licenseNumber={"@id": _OB + "licenseNumber"},
    ),
    "Alignment": _inside(
        _SCHEMA + "AlignmentObject",
        targetCode={"@id": _OB + "targetCode"},
        targetDescription={"@id": _SCHEMA + "targetDescription"},
        targetFramework={"@id": _SCHEMA + "targetFramework"},
        targetName={"@id": _SCHEMA + "targetName"},
        targetType={"@id": _OB + "targetType"},
        targetUrl=_typed(_SCHEMA + "targetUrl", _ODD_XSD + "anyURI"),
    ),
    "Criteria": {"@id": _OB + "Criteria"},
    "IdentityObject": _inside(
        _OB + "IdentityObject",
        hashed=_typed(_OB + "hashed", _ODD_XSD + "boolean"),
        identityHash={"@id": _OB + "identityHash"},
        identityType={"@id": _OB + "identityType"},
        salt={"@id": _OB + "salt"},
    ),
    "Image": _inside(_OB + "Image", caption={"@id": _SCHEMA + "caption"}),
    "Profile": _inside(_OB + "Profile"),
    "description": {"@id": _SCHEMA + "description"},
    "image": _link(_OB + "image"),
    "inLanguage": {"@id": _SCHEMA + "inLanguage"},
    "name": {"@id": _SCHEMA + "name"},
    "narrative": {"@id": _OB + "narrative"},
    "url": _typed(_SCHEMA + "url", _ODD_XSD + "anyURI"),
}
_KNOWN: Final = {CREDENTIALS: {"@context": _CREDENTIALS}, OPEN_BADGES: {"@context": _OPEN_BADGES}}


class ContextRefused(ValueError):  # noqa: N818
    """A document names a context that is not ours: it would have to be fetched, and nothing is."""


def load(address: str, _options: Any = None) -> dict[str, Any]:
    """A context by its address, from this module and nowhere else; ContextRefused for any other."""
    found = _KNOWN.get(address)
    if found is None:
        raise ContextRefused(address)
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": address, "document": found}
