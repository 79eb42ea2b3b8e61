"""The two files: papers on their way out, answers on their way back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from lms.api.work import _
from plugins.supervision.format import contents
from plugins.supervision.format.contents import Answers, Facts, Questions, Room
from plugins.supervision.format.keys import Signer, derived
from plugins.supervision.format.lines import (
    ANSWERS,
    DAMAGED,
    PAPERS,
    Envelope,
    Refused,
    canonical,
    from_base64,
    in_base64,
    read,
    write,
)
from plugins.supervision.format.sealing import opened_bytes, sealed, sealed_bytes, unwrapped, wrapped

__all__ = ["DAMAGED", "Opened", "Papers", "Refused", "Returned"]
ROOM, QUESTIONS, PICTURES, HANDED = "room", "questions", "pictures", "answers"


class Papers(Struct, frozen=True):
    """A file with papers, as far as anybody may read it."""

    facts: Facts
    envelope: Envelope
    station: bytes  # the public key of whoever opens it

    @property
    def context(self) -> bytes:
        return _context(self.facts.session, self.facts.bundle, self.envelope.public)


class Opened(Struct, frozen=True):
    """What was sealed in it."""

    room: Room
    questions: Questions
    pictures: Mapping[str, bytes]


class Returned(Struct, frozen=True):
    """A file with answers whose signature is right; what it holds is sealed."""

    session: UUID
    bundle: UUID
    envelope: Envelope


def _context(session: UUID, bundle: UUID, server: bytes) -> bytes:
    """What a sealed part belongs to. The server's key is in it: nobody else can make papers that our code opens."""
    return canonical({"session": str(session), "bundle": str(bundle), "by": in_base64(server)})


def station_signer(key: bytes) -> Signer:
    """What the station signs with: made of the key that was sealed, so that only whoever opened the papers has it."""
    return Signer(derived(key, "station signing"))


def make(
    facts: Facts,
    room: Room,
    questions: Questions,
    pictures: Mapping[str, bytes],
    *,
    key: bytes,
    code: str,
    signer: Signer,
) -> bytes:
    """The file with papers."""
    context = _context(facts.session, facts.bundle, signer.public)
    parts = {
        ROOM: sealed(key, ROOM, contents.plain(room), context),
        QUESTIONS: sealed(key, QUESTIONS, contents.plain(questions), context),
    }
    if pictures:
        rows = {name: in_base64(own) for name, own in pictures.items()}
        parts[PICTURES] = sealed_bytes(key, PICTURES, canonical(rows), context)
    manifest = {
        "facts": contents.plain(facts),
        "station": in_base64(station_signer(key).public),
        "opening": wrapped(key, code, context),
    }
    return write(PAPERS, manifest, parts, signer)


def look(content: bytes) -> Papers:
    """A file with papers that is whole and was not changed. Refused for any other."""
    envelope = read(content, PAPERS)
    facts = contents.told(envelope.manifest.get("facts"), Facts)
    contents.check_size(facts.seats + facts.spare)
    if not {ROOM, QUESTIONS} <= envelope.files.keys() <= {ROOM, QUESTIONS, PICTURES}:
        raise Refused(_("A part of the file is missing, or one stands in it that does not belong there."))
    return Papers(facts, envelope, from_base64(envelope.manifest.get("station")))


def key_by(papers: Papers, code: str, now: int) -> bytes:
    """The key of the sealed parts. Refused for a wrong code, and for papers that are too old to be opened."""
    if now > papers.facts.expires_at:
        raise Refused(_("These papers are too old to be opened. Please ask for new ones."))
    opening = papers.envelope.manifest.get("opening")
    return unwrapped(opening if isinstance(opening, dict) else {}, code, papers.context)


def opened(papers: Papers, key: bytes) -> Opened:
    """What is sealed in the file."""
    parts, context = papers.envelope.files, papers.context

    def inside(name: str) -> object:
        return json.loads(opened_bytes(key, name, parts[name], context))

    rows = inside(PICTURES) if PICTURES in parts else {}
    return Opened(
        contents.told(inside(ROOM), Room),
        contents.told(inside(QUESTIONS), Questions),
        {str(name): from_base64(own) for name, own in rows.items()} if isinstance(rows, dict) else {},
    )


def hand_over(session: UUID, bundle: UUID, server: bytes, answers: Answers, key: bytes) -> bytes:
    """The file with answers: sealed for the server that made the papers, signed by the station that opened them.

    The same answers give the same bytes.
    """
    context = _context(session, bundle, server)
    manifest = {"session": str(session), "bundle": str(bundle), "made_at": answers.made_at}
    part = sealed(derived(key, HANDED), HANDED, contents.plain(answers), context)
    return write(ANSWERS, manifest, {HANDED: part}, station_signer(key))


def look_back(content: bytes) -> Returned:
    """A file with answers that is whole. Whose it is, and of which papers, is for `answers_in` to say."""
    envelope = read(content, ANSWERS)
    if envelope.files.keys() != {HANDED}:
        raise Refused(_("A part of the file is missing, or one stands in it that does not belong there."))
    head = envelope.manifest
    return Returned(contents.told(head.get("session"), UUID), contents.told(head.get("bundle"), UUID), envelope)


def answers_in(returned: Returned, server: bytes, key: bytes) -> Answers:
    """The answers. Refused where they were not signed by whoever opened these papers."""
    if returned.envelope.public != station_signer(key).public:
        raise Refused(_("These answers were not signed by the station that opened the papers. They are not taken in."))
    context = _context(returned.session, returned.bundle, server)
    content = opened_bytes(derived(key, HANDED), HANDED, returned.envelope.files[HANDED], context)
    found = contents.told(json.loads(content), Answers)
    contents.check_size(len(found.papers))
    return found
