"""A badge counts only as we signed it: every form, every letter; and nothing that somebody made up is an error."""

from __future__ import annotations

import base64
import copy
import json
import struct
import zlib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pyld.jsonld import JsonLdError

from certificates.api import CredentialRow, Presented
from plugins.badges import composing, proofs
from plugins.badges.baking import KINDS, bake_png, bake_svg, picture, unbake_png, unbake_svg
from plugins.badges.canonical import canonical
from plugins.badges.contexts import ContextRefused, load
from plugins.badges.encoding import base58, base64url, from_base58, from_base64url
from plugins.badges.queries import BadgeRow
from plugins.badges.reading import read, takes
from plugins.badges.services import making

Path_ = tuple[str | int, ...]


def leaves(found: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every value of a document that holds no others, with its way."""
    parts = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else None
    if parts is None:
        yield path, found
        return
    for name, inner in parts:
        yield from leaves(inner, (*path, name))


def changed(found: Any, path: Path_, value: Any) -> Any:
    """A copy with another value somewhere."""
    made = copy.deepcopy(found)
    at = made
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return made


def other(value: Any) -> Any:
    """Something else, by one letter where it is text."""
    if isinstance(value, bool):
        return not value
    letter = "b" if value[len(value) // 2] != "b" else "c"
    return value[: len(value) // 2] + letter + value[len(value) // 2 + 1 :]


def counts(found: Presented) -> bool:
    """Whether a badge would be believed as far as the badge itself goes."""
    return found.broken is None and not found.not_ours and found.number is not None


def dumped(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()


def test_every_form_is_read_and_is_the_papers(held: BadgeRow, paper: CredentialRow) -> None:
    kind = paper.paper["kind"]
    forms = {
        "json": held.document,
        "written out": json.dumps(json.loads(held.document), indent=2).encode(),
        "jwt": held.jwt,
        "png": bake_png(picture(kind, "png"), held.document),
        "png with jwt": bake_png(picture(kind, "png"), held.jwt),
        "svg": bake_svg(picture(kind, "svg"), held.document),
        "svg with jwt": bake_svg(picture(kind, "svg"), held.jwt),
    }
    for name, content in forms.items():
        assert takes(content), name
        found = read(content)
        assert counts(found), name
        assert found.number == paper.number
        assert found.shown == {}
        assert found.same_as is not None
        assert found.same_as(paper), name
        assert all(one.ok for one in found.looked)


def test_with_a_name_the_name_is_compared(held: BadgeRow, paper: CredentialRow) -> None:
    found = read(making.named(paper, held, "Lê Thị Tươi"))
    assert counts(found)
    assert found.shown == {"full_name": "Lê Thị Tươi"}
    assert found.same_as is not None
    assert found.same_as(paper)


def test_any_changed_value_breaks_it(said: dict[str, Any]) -> None:
    """All of them are signed: none stands in the badge that the signature does not cover."""
    ways = list(leaves(said))
    assert len(ways) > 60
    for path, value in ways:
        found = read(dumped(changed(said, path, other(value))))
        assert not counts(found), path


def test_nothing_can_be_added_or_left_out(said: dict[str, Any]) -> None:
    places = [(), *{path[:n] for path, _value in leaves(said) for n in range(1, len(path))}]
    for path in places:
        at: Any = said
        for step in path:
            at = at[step]
        more = {**at, "note": "Giỏi"} if isinstance(at, dict) else [*at, "Giỏi"]
        made = changed(said, path, more) if path else more
        assert not counts(read(dumped(made))), path
        less = dict(list(at.items())[1:]) if isinstance(at, dict) else at[1:]
        made = changed(said, path, less) if path else less
        assert not counts(read(dumped(made))), path


def test_a_name_that_stands_twice_is_refused(held: BadgeRow) -> None:
    """Which of the two counts, readers differ in; the signature fits the last one."""
    name = b'"credentialSubject":'
    assert held.document.count(name) == 1
    twice = held.document.replace(name, b'"credentialSubject":{"type":["AchievementSubject"]},' + name)
    assert json.loads(twice) == json.loads(held.document)
    assert read(twice).broken is not None
    assert read(bake_svg(picture("attainment", "svg"), twice)).broken is not None


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_flipped_bytes_never_count_as_something_else(held: BadgeRow, paper: CredentialRow, data: st.DataObject) -> None:
    forms = {
        "json": held.document,
        "jwt": held.jwt,
        "png": bake_png(picture("attainment", "png"), held.document),
        "svg": bake_svg(picture("attainment", "svg"), held.document),
    }
    content = bytearray(forms[data.draw(st.sampled_from(sorted(forms)))])
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(content))))
    found = read(bytes(content[:cut]))
    if counts(found):  # white space may change, in which case it says the very same
        assert found.same_as is not None
        assert found.same_as(paper)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
def test_what_is_no_badge_is_no_error(inside: Flask, content: bytes) -> None:
    for start in (b"", b"{", b"eyJ", b"\x89PNG\r\n\x1a\n", b"<svg openbadges:credential"):
        takes(start + content)
        assert not counts(read(start + content))


def claiming(said: dict[str, Any], key: Ed25519PrivateKey, method: str) -> bytes:
    plain = {name: value for name, value in said.items() if name != "proof"}
    return proofs.dumped(proofs.sign(plain, key, method, "2026-11-21T00:00:00Z"))


def test_a_look_alike_issuer(said: dict[str, Any]) -> None:
    """Somebody signs our words with a key of theirs."""
    key, did = Ed25519PrivateKey.generate(), said["issuer"]["id"]
    ours = said["proof"]["verificationMethod"]
    for method in (ours, f"{did}#{'0' * 32}", f"did:web:hocvus0.example.vn#{ours.rpartition('#')[2]}"):
        found = read(claiming(said, key, method))
        assert found.broken is not None, method
        assert not counts(found)
    theirs = changed(said, ("issuer", "id"), "did:web:hocvus0.example.vn")
    assert read(claiming(theirs, key, "did:web:hocvus0.example.vn#key-1")).not_ours


def test_jwt_of_somebody_else_and_without_signature(held: BadgeRow) -> None:
    header, payload = proofs.parts_of(held.jwt.decode())
    mine = generate_private_key(SECP256R1())
    assert read(proofs.sign_jwt(payload, mine, header["kid"]).encode()).broken is not None
    assert read(proofs.sign_jwt(payload, mine, "https://example.org/keys/1").encode()).broken is not None  # our issuer
    there = {**payload, "issuer": {**payload["issuer"], "id": "did:web:example.org"}}
    assert read(proofs.sign_jwt(there, mine, "https://example.org/keys/1").encode()).not_ours
    _head, body, signature = held.jwt.decode().split(".")
    for alg in ("none", "HS256", "ES384"):
        head = base64.urlsafe_b64encode(json.dumps({**header, "alg": alg}).encode()).rstrip(b"=").decode()
        for end in ("", signature):
            assert not counts(read(f"{head}.{body}.{end}".encode())), alg
    swapped = held.jwt.decode()[:-1] + ("A" if held.jwt[-1:] != b"A" else "B")  # its last letter holds spare bits
    assert not counts(read(swapped.encode()))


def test_no_other_context_is_loaded(said: dict[str, Any]) -> None:
    remote = changed(said, ("@context", 1), "https://example.org/context.json")
    assert read(dumped(remote)).broken is not None
    with pytest.raises(ContextRefused):
        load("https://example.org/context.json")
    with pytest.raises(JsonLdError):
        canonical(remote)


def test_what_is_heavy_is_refused_at_once(said: dict[str, Any], held: BadgeRow) -> None:
    deep = b'{"proof":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b',"type":"OpenBadgeCredential"}'
    assert not counts(read(deep))
    huge = dumped({**said, "image": "x" * (9 << 20)})
    assert read(huge).broken is not None
    assert read(b"\x89PNG\r\n\x1a\n" + b"openbadgecredential" + bytes(11 << 20)).broken is not None
    many = changed(said, ("credentialSubject", "achievement", "alignment"), [{"x": [{}] * 9}] * 9)
    assert read(dumped(many)).broken is not None
    same = said["credentialSubject"]["achievement"]["alignment"][0]
    twice = changed(said, ("credentialSubject", "achievement", "alignment"), [same] * 40)
    assert read(dumped(twice)).broken is not None


def test_pictures(held: BadgeRow) -> None:
    plain = picture("attainment", "png")
    baked = bake_png(plain, held.document)
    assert unbake_png(baked).content == held.document
    assert read(plain).not_ours
    assert read(baked[:-30]).broken is not None
    twice = bake_png(baked, held.document)
    assert read(twice).broken is not None
    body = b"openbadgecredential\0\1\0\0\0" + zlib.compress(held.document)
    packed = plain[:33] + struct.pack(">I", len(body)) + b"iTXt" + body
    packed += struct.pack(">I", zlib.crc32(b"iTXt" + body)) + plain[33:]
    assert read(packed).broken is not None
    drawn = bake_png(plain[:-12] + _chunk(b"tEXt", b"Title\0Giay khen") + plain[-12:], held.document)
    found = read(drawn)
    assert found.broken is not None
    assert [one.ok for one in found.looked] == [False]
    svg = bake_svg(picture("attainment", "svg"), held.document)
    assert unbake_svg(svg).content == held.document
    assert read(svg.replace(b"</svg>", b"<text>Huy chuong vang</text></svg>")).broken is not None
    assert read(svg.replace(b"purl.imsglobal.org", b"purl.ims")).broken is not None
    assert read(svg.replace(b"]]></openbadges:credential>", b"</openbadges:credential>")).broken is not None


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_what_ends_cdata_is_written_otherwise() -> None:
    content = proofs.dumped({"name": "a]]>b"})
    assert b"]]>" not in content
    for kind in KINDS:
        assert unbake_svg(bake_svg(picture(kind, "svg"), content)).content == content
    assert json.loads(content) == {"name": "a]]>b"}


def test_a_paper_that_says_something_else_is_not_the_same(said: dict[str, Any], paper: CredentialRow) -> None:
    same = read(dumped(said)).same_as
    assert same is not None
    assert same(paper)
    for row in (
        replace(paper, number="HVS-XN-2026-000002-11"),
        replace(paper, issued_at=paper.issued_at + 1),
        replace(paper, expires_on=date(2030, 1, 1)),
        replace(paper, status_index=paper.status_index + 1),
        replace(paper, status_list="HVS-XN-2026-1"),
        replace(paper, id=999),
    ):
        assert not same(row)


@given(at=st.integers(0, 4_000_000_000))
def test_moments_and_days(at: int) -> None:
    assert composing.seconds(composing.moment(at)) == at


@given(content=st.binary(max_size=80))
def test_letters_and_back(content: bytes) -> None:
    assert from_base58(base58(content)) == content
    assert from_base64url(base64url(content)) == content
