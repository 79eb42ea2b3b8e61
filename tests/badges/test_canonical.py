"""The canonical form by patterns: of every document that we make, exactly the bytes that PyLD gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from plugins.badges import canonical as forms
from plugins.badges import shapes
from plugins.badges.canonical import canonical
from plugins.badges.shapes import CONTEXTS

QUOTED = (
    '"',
    "\\",
    '\\"',
    "\n",
    "\r\n",
    "\t",
    "\b\f",
    "\x00\x01\x1f\x7f\x85\u2028",
    "@vi",
    "<a>",
    "_:c14n0",
    "^^",
    "…",
)
WORDS = st.one_of(
    st.text(max_size=40), st.sampled_from(QUOTED),
    st.sampled_from(["Nguyễn Thị H'Hen", "a\u0301", "𝒜 漢", "", " ", "1", "true"]),
    st.text(alphabet='"\\\n\r\tnrt ắ\x00\x0b\x7f', max_size=12),
    st.sampled_from(["https://example.org/a", "id", "type", "Achievement", "VerifiableCredential", "@id", "did:web:x"]),
)  # fmt: skip
TAILS = st.text(alphabet="abcxyz019-_.~/%#?&=:@!$'()*+,;", max_size=20)
ADDRESSES = st.builds(
    lambda scheme, host, tail: f"{scheme}://{host}/{tail}",
    st.sampled_from(["https", "http"]),
    st.sampled_from(["hocvuso.example.vn", "127.0.0.1:8000", "a", "[::1]:80"]), TAILS,
)  # fmt: skip
MOMENTS = st.sampled_from(["2026-11-20T12:00:00Z", "1999-01-01T00:00:00Z", "2026-02-30T25:61:61Z"])


def part(code: str, name: str, url: str, more: str) -> shapes.Alignment:
    return shapes.Alignment(("Alignment",), code, name, more, url, "CFItem", more or UNSET)


@st.composite
def badges(draw: Any) -> dict[str, Any]:
    """A badge with anything in it that a badge may say."""
    name, about = draw(WORDS), draw(WORDS)
    who = [shapes.Identity("IdentityObject", True, draw(WORDS), draw(WORDS), draw(st.just(UNSET) | WORDS))]
    if draw(st.booleans()):
        who.append(shapes.Identity("IdentityObject", False, draw(WORDS), "name"))
    parts = draw(
        st.lists(st.builds(part, WORDS, WORDS, ADDRESSES, WORDS), max_size=draw(st.sampled_from([0, 1, 2, 8])))
    )
    url = draw(ADDRESSES)
    there = draw(st.just(url) | ADDRESSES)
    return shapes.plain(
        shapes.Badge(
            context=CONTEXTS,
            id=draw(ADDRESSES),
            type=("VerifiableCredential", "OpenBadgeCredential"),
            name=name,
            description=about,
            issuer=shapes.Issuer(
                f"did:web:{draw(st.sampled_from(['a.vn', 'a.vn%3A80']))}", ("Profile",), draw(WORDS), url
            ),
            validFrom=draw(MOMENTS),
            validUntil=draw(st.just(UNSET) | MOMENTS),
            credentialSubject=shapes.Subject(
                ("AchievementSubject",),
                who,
                draw(WORDS),
                shapes.Achievement(
                    id=url,
                    type=("Achievement",),
                    achievementType=draw(WORDS),
                    name=draw(st.just(name) | WORDS),
                    description=draw(st.just(about) | WORDS),
                    criteria=shapes.Criteria(draw(st.just(url) | ADDRESSES), draw(WORDS)),
                    image=shapes.Image(draw(ADDRESSES), "Image", draw(WORDS)),
                    inLanguage="vi",
                    version=draw(WORDS),
                    alignment=parts or UNSET,
                ),
            ),
            credentialStatus=(
                shapes.Status(f"{url}#0", "BitstringStatusListEntry", "revocation", "0", there),
                shapes.Status(f"{url}#1", "BitstringStatusListEntry", "suspension", "1", there),
            ),
        )
    )


@st.composite
def lists(draw: Any) -> dict[str, Any]:
    """A list of what is not valid."""
    url = draw(ADDRESSES)
    return shapes.plain(
        shapes.StatusList(
            context=(CONTEXTS[0],),
            id=url,
            type=("VerifiableCredential", "BitstringStatusListCredential"),
            issuer="did:web:a.vn",
            validFrom=draw(MOMENTS),
            validUntil=draw(MOMENTS),
            credentialSubject=shapes.ListSubject(
                f"{url}#list", "BitstringStatusList", draw(st.sampled_from(["revocation", "suspension"])), draw(WORDS),
                draw(st.sampled_from([300_000, 0, -1, 10**21])),
            ),
        )
    )  # fmt: skip


@st.composite
def options(draw: Any) -> dict[str, Any]:
    """The options of a proof."""
    return {
        "@context": draw(st.sampled_from([list(CONTEXTS), [CONTEXTS[0]], CONTEXTS[0]])), "type": "DataIntegrityProof",
        "cryptosuite": draw(WORDS), "created": draw(MOMENTS), "proofPurpose": "assertionMethod",
        "verificationMethod": draw(st.sampled_from(["did:web:a.vn#12ab", "did:web:a%3A80#0"]) | ADDRESSES | WORDS),
    }  # fmt: skip


def outcome(made: Callable[[dict[str, Any]], bytes], document: dict[str, Any]) -> bytes | type[Exception]:
    """The canonical form, or how PyLD refuses what is no address ("@id" as a key's, for one)."""
    try:
        return made(document)
    except Exception as error:
        return type(error)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(badges(), badges(), lists(), options()))
def test_the_same_bytes_as_pyld(document: dict[str, Any]) -> None:
    exact = outcome(forms._by_pyld, document)
    assert outcome(canonical, document) == exact
    assert outcome(canonical, document) == exact, "with the pattern that the first may have left"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The documents for which PyLD is asked, with no pattern known."""
    found: list[object] = []
    by_pyld = forms._by_pyld

    def ask(document: Any) -> bytes:
        found.append(document)
        return by_pyld(document)

    monkeypatch.setattr(forms, "_by_pyld", ask)
    monkeypatch.setattr(forms, "_patterns", {})
    return found


def test_pyld_is_asked_once_for_all_badges_that_are_alike(said: dict[str, Any], asked: list[object]) -> None:
    unsigned = {key: value for key, value in said.items() if key != "proof"}
    proof = {key: value for key, value in said["proof"].items() if key != "proofValue"}
    for n in range(20):
        canonical({**unsigned, "id": f"https://example.org/{n}", "name": f'"{n}"\n'})
        canonical({"@context": said["@context"], **proof, "created": f"2026-11-{n + 1:02}T12:00:00Z"})
    assert len(asked) == 2


def test_what_a_pattern_does_not_hold_for_is_asked_of_pyld(said: dict[str, Any], asked: list[object]) -> None:
    whole = {key: value for key, value in said.items() if key != "proof"}
    subject = whole["credentialSubject"]
    twins = {**whole, "credentialSubject": {**subject, "identifier": subject["identifier"] * 2}}
    odd = [
        {**whole, "id": "urn:uuid:4fd7e4e9-1f4f-4e4a-8f4e-3a3d0a4f8f4e"},  # an address of another kind
        {**whole, "id": "not an address"},
        {**whole, "id": "https://example.org/\u00e9"},
        twins,  # blank nodes that only their names tell apart
    ]
    canonical(whole)
    canonical(
        {
            **whole,
            "credentialSubject": {
                **subject,
                "identifier": [*subject["identifier"], {**subject["identifier"][0], "salt": "x"}],
            },
        }
    )
    del asked[:]
    for document in odd:
        assert canonical(document) == forms._by_pyld(document)
    assert asked[::2] == odd
    assert asked[1::2] == odd


def test_no_pattern_where_words_may_change_how_others_are_read(said: dict[str, Any], asked: list[object]) -> None:
    whole = {key: value for key, value in said.items() if key != "proof"}
    for document in (
        {**whole, "@type": "https://example.org/Other"},
        {**whole, "name": {"@value": "a", "@language": "vi"}},
        {**whole, "unknown": "a term that no context knows: it is left out"},
        {**whole, "https://example.org/term": "a"},
    ):
        for _ in range(2):
            del asked[:]
            assert canonical(document) == forms._by_pyld(document)
            assert len(asked) == 2
    assert not any(forms._patterns.values())


def test_a_pattern_that_does_not_give_the_same_is_never_used(
    said: dict[str, Any], asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = {key: value for key, value in said.items() if key != "proof"}
    right = canonical(whole)
    forms._patterns.clear()
    monkeypatch.setattr(forms, "_ESCAPES", {ord("a"): "b"})
    assert canonical(whole) == canonical(whole) == right
    assert list(forms._patterns.values()) == [()]
