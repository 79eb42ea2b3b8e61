"""Taking a file in: looked at, stored as it came, and either ready at once or waiting for the worker."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import current_app, request
from msgspec import Struct
from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms import clock
from lms.config import current
from lms.db.unit_of_work import after_commit, connection
from lms.errors import Invalid, NoRoom
from lms.media import kinds as known
from lms.media import making, pictures, programs, sounds, videos
from lms.media.kinds import DOCUMENT, HEAD, KINDS, PICTURE, SOUND, SPEECH, VIDEO
from lms.media.models import READY, REFUSED, WAITING, Media, MediaFile
from lms.programs import ProgramError
from lms.storage import AT_ONCE, FileStore, Readable, is_full
from lms.text import Text, _

M, F = Media.__table__, MediaFile.__table__
LONGEST_NAME = 100
LARGEST_SMALL = 20 * known.MEGABYTE  # bytes of an mp3 that may be small enough as it is: an hour of it, and a cover
MOST_FORM = 2 * known.MEGABYTE  # bytes that come in a form beside its files


class Received(Struct, frozen=True):
    """A file that lies in the store as it came, and is what it should be so far as a look can tell."""

    key: str
    size: int
    is_new: bool
    name: str
    kind: str
    format: str
    facts: Mapping[str, Any] | None  # where it is ready already


def store() -> FileStore:
    """Where files are kept."""
    found: FileStore = current_app.extensions["lms.files"]
    return found


def allow_upload(kinds: Collection[str], files: int = 1) -> None:
    """Lets this request be as large as so many files of such kinds. First thing in a view, before its form is read."""
    request.max_content_length = known.most_bytes(kinds) * files + MOST_FORM


def received(content: Readable | bytes, name: str, kinds: Collection[str]) -> Received:
    """Stores a file and looks at it. Before the unit of work: a large file takes seconds to come in.

    Raises Invalid saying what is wrong, NoRoom; then nothing of it is kept.
    """
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    head = stream.read(HEAD)
    possible, form = known.format_of(head)
    wanted = {SOUND if kind == SPEECH else kind for kind in kinds}
    possible = tuple(kind for kind in possible if kind in wanted)
    if not possible:
        raise Invalid(_not_wanted(head, form, kinds))
    most = max(KINDS[kind].most for kind in ((SPEECH,) if SPEECH in kinds else possible))
    held = store().put_stream(_Rejoined(head, stream), most)
    try:
        kind = _looked_at(held.key, possible, form)
        if SPEECH in kinds:
            kind = SPEECH
        if held.size > KINDS[kind].most:
            raise Invalid(
                _("This file has more than {limit} MB. Please make it smaller.", limit=KINDS[kind].most >> 20)
            )
        facts = None
        if kind in (known.DRAWING, known.CAPTIONS) or (form == "mp3" and held.size < LARGEST_SMALL):
            facts = making.at_once(kind, store().get(held.key), store())
        if facts is None and kind in (SOUND, SPEECH, VIDEO) and not programs.is_here():
            raise Invalid(making.NO_PROGRAMS)
    except BaseException:
        if held.is_new:
            store().remove(held.key)
        raise
    return Received(held.key, held.size, held.is_new, _short(name), kind, form, facts)


class _Rejoined:
    """A stream whose beginning has been read already."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head, self._rest = head, rest

    def read(self, size: int = -1, /) -> bytes:
        if self._head:
            head, self._head = self._head, b""
            return head
        return self._rest.read(size)


def _not_wanted(head: bytes, form: str, kinds: Collection[str]) -> Text:
    if not head:
        return _("This file is empty. Please choose another one.")
    if form == "heic":
        return _(
            "This is a HEIC picture, which most phones cannot show. On the iPhone choose Settings, Camera, Formats,"
            " Most Compatible; or send the picture through Zalo and save it again."
        )
    wanted = [kind.title for name, kind in KINDS.items() if name in kinds]
    if len(wanted) == 1:
        return _(
            "This file is not {wanted}. Please choose a file that ends in {endings}.",
            wanted=wanted[0],
            endings=", ".join(known.endings(kinds)),
        )
    return _(
        "This kind of file is not taken here. Please choose a file that ends in {endings}.",
        endings=", ".join(known.endings(kinds)),
    )


def _looked_at(key: str, possible: tuple[str, ...], form: str) -> str:
    """Which of the possible kinds a stored file is."""
    if PICTURE in possible:
        with store().open(key) as file:
            pictures.look(file)
        return PICTURE
    if DOCUMENT in possible:
        with store().open(key) as file:
            file.seek(max(0, store().size(key) - 2048))
            if b"%%EOF" not in file.read():
                raise Invalid(_("This PDF is not whole. Please open it, save it again, and choose it again."))
        return DOCUMENT
    if (possible != (SOUND,) and VIDEO not in possible and SOUND not in possible) or not programs.is_here():
        return possible[0]
    with copied(key) as source:
        try:
            found = programs.probed(source)
        except ProgramError as error:
            if form == "mp3":
                return SOUND  # its frames are looked at themselves
            raise Invalid(NOT_READ) from error
    moving = videos.video_stream(found) is not None
    if moving and VIDEO not in possible:
        raise Invalid(_("This is a video. Please choose a sound here, or add a video block."))
    if not moving and SOUND not in possible:
        raise Invalid(_("There is no picture in this video. Please choose another file."))
    if moving:
        videos.seen(found)
        return VIDEO
    if not videos.has_sound(found):
        raise Invalid(NOT_READ)
    sounds.check_length(sounds.length_of(found))
    return SOUND


NOT_READ = _(
    "This file is damaged, not whole, or of a kind that we cannot read."
    " Please play it on your device, save it as mp4 or mp3, and choose it again."
)


class copied:  # noqa: N801  reads as a word: `with copied(key) as path:`
    """A file of the store as a file on this disk, for programs that read files; gone when it is left."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __enter__(self) -> Path:
        folder = current().data_dir / "work"
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = TemporaryDirectory(dir=folder, prefix="media-")
        path = Path(self._folder.name) / "source"
        try:
            with store().open(self._key) as file, path.open("wb") as copy:
                while piece := file.read(AT_ONCE):
                    copy.write(piece)
        except BaseException as error:
            self._folder.cleanup()
            if isinstance(error, OSError) and is_full(error):
                raise NoRoom from error
            raise
        return path

    def __exit__(self, *_error: object) -> None:
        with suppress(OSError):
            self._folder.cleanup()


def _short(name: str) -> str:
    """A file's name for people to see: no folders, no characters that nobody sees."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(c for c in last if c.isprintable()).strip()
    return clean[-LONGEST_NAME:]


def take_in(
    content: Readable | bytes | Received, name: str, kinds: Collection[str], org_id: int, by_id: int | None
) -> int:
    """Takes a file in for a unit and returns its id; the same bytes twice are one. Inside a unit of work.

    What is large is better `received` before. Raises Invalid saying what is wrong with it, NoRoom.
    """
    came = content if isinstance(content, Received) else received(content, name, kinds)
    database = connection()
    held = database.execute(
        select(M.c.id, M.c.state, M.c.original).where(
            M.c.org_id == org_id, M.c.digest == came.key, M.c.kind == came.kind
        )
    ).first()
    if held is not None:
        database.execute(update(M).where(M.c.id == held.id, M.c.state == READY).values(done_at=clock.seconds()))
        if held.state == REFUSED:  # tried once more: what was missing then (a program, room) may be here now
            values: dict[str, Any] = {"state": WAITING, "percent": 0, "problem": None, "attempts": 0, "until": 0}
            database.execute(update(M).where(M.c.id == held.id).values(original=True, **values))
        elif held.state == READY and not held.original and came.is_new:
            after_commit(lambda: store().remove(came.key))  # it has all been made; these bytes nobody needs again
        return int(held.id)
    facts = facts_of(came.key, came.kind) or came.facts
    new_id = database.execute(
        insert(M)
        .values(
            org_id=org_id,
            by_id=by_id,
            digest=came.key,
            kind=came.kind,
            format=came.format,
            name=came.name or KINDS[came.kind].name,
            bytes=came.size,
            state=READY if facts else WAITING,
            percent=100 if facts else 0,
            problem=None,
            facts=dict(facts or {}),
            attempts=0,
            until=0,
            original=not facts or came.key not in making.keys_of(facts),
            made_at=clock.seconds(),
            done_at=clock.seconds() if facts else None,
        )
        .returning(M.c.id)
    ).scalar_one()
    if facts:
        remember(facts)
    return int(new_id)


def facts_of(digest: str, kind: str) -> dict[str, Any] | None:
    """What was made of the same bytes before, here or for another unit; or whose derived file they are."""
    database = connection()
    made = select(M.c.facts).where(M.c.digest == digest, M.c.kind == kind, M.c.state == READY).limit(1)
    found: dict[str, Any] | None = database.execute(made).scalar()
    if not found:
        found = database.execute(select(F.c.facts).where(F.c.key == digest)).scalar()
        if found and kind_of(found) != kind:
            return None
    there = [store().renew(key) for key in making.keys_of(found)] if found else []  # all of them are wanted again
    if not all(there):
        return None  # the files of an installation that was restored without them are made again
    return found


def made_facts(key: str, kinds: Collection[str]) -> dict[str, Any] | None:
    """What was made of a file of one of these kinds, by its key as made or as brought; None where it is not here."""
    return next((found for kind in kinds if (found := facts_of(key, kind))), None)


def kind_of(facts: Mapping[str, Any]) -> str:
    """The kind of a file as a lesson keeps it."""
    return next((kind for kind, ending in making.ENDINGS.items() if ending == facts["ending"]), PICTURE)


def remember(facts: Mapping[str, Any]) -> None:
    """Notes whose derived files these are, so that they are known again when a package brings them.

    Sentences are not: no package carries them, and whoever spoke one may have it forgotten.
    """
    if facts.get("kind") == SPEECH:
        return
    make = postgresql.insert if connection().dialect.name == "postgresql" else sqlite.insert
    keys = {facts["key"], making.to_carry(facts, 1 << 62)["key"], making.to_carry(facts, CARRIED)["key"]}
    for key in sorted(keys):
        row = make(F).values(key=key, facts=dict(facts))
        connection().execute(row.on_conflict_do_update(index_elements=["key"], set_={"facts": dict(facts)}))


CARRIED = 20 * known.MEGABYTE  # bytes of a file that a package carries at most


def made_now(content: bytes, name: str, kinds: Collection[str]) -> tuple[Received, dict[str, Any]]:
    """Takes in and makes in one go, before the unit of work: what a package brings. Then `keep_made` inside it.

    Raises Invalid saying what is wrong with it, NoRoom.
    """
    came = received(content, name, kinds)
    facts: Mapping[str, Any] | None = None
    try:
        facts = facts_of(came.key, came.kind) or came.facts
        if facts is None:
            with copied(came.key) as source:
                try:
                    facts = making.made_of(
                        came.kind, source, source.parent, store(), lambda _percent: None, lambda: None
                    )
                except (ProgramError, ValueError) as error:
                    raise Invalid(NOT_READ) from error
    finally:
        if came.is_new and (not facts or came.key not in making.keys_of(facts)):
            store().remove(came.key)
    return came, dict(facts)


def keep_made(came: Received, facts: Mapping[str, Any], org_id: int, by_id: int | None) -> None:
    """Notes what a package brought, so that bringing it again makes nothing anew. Inside a unit of work."""
    make = postgresql.insert if connection().dialect.name == "postgresql" else sqlite.insert
    now = clock.seconds()
    connection().execute(
        make(M)
        .values(
            org_id=org_id, by_id=by_id, digest=came.key, kind=came.kind, format=came.format,
            name=came.name or came.kind, bytes=came.size, state=READY, percent=100, problem=None, facts=dict(facts),
            attempts=0, until=0, original=False, made_at=now, done_at=now,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    remember(facts)
