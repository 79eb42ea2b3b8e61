"""A lesson in another language, and one that is read aloud."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import delete, insert, select, update

from courses import offers, tracks
from courses.models import Reading, Spoken, Track
from courses.services import translating
from lms.api.learning import Activity, activity
from lms.api.speech import sentences
from lms.api.work import clock, connection, unit_of_work
from lms.identity.models import Account
from lms.media.making import NO_WORDS
from lms.media.models import Media
from lms.orgs.queries import nation_id
from lms.speech.models import Joined
from lms.speech.sentences import key_of_all
from tests.browser.people import COURSE, Address, World, lessons

LANG = "mww"


def told(path: str) -> Address:
    """An address of the course's second lesson, which is told in Hmong too and read aloud; `{slug}` is the lesson's."""

    def address(world: World) -> str:
        slug = lessons(world.app, COURSE)[1].slug
        with world.app.app_context():
            make(slug)
        return path.format(slug=slug, course=COURSE)

    return address


def make_first(app: Flask) -> None:
    """The same for the first lesson of all."""
    with app.app_context():
        a = Activity.__table__
        slug = connection().execute(select(a.c.slug).where(a.c.kind == "lesson").order_by(a.c.id).limit(1))
        make(slug.scalar_one())


def make(slug: str) -> None:
    """Begins and publishes the track, and notes a sound for the Vietnamese; once."""
    row = activity("lesson", slug)
    assert row is not None
    revision_id, body = translating.newest_of(row.id)
    if connection().execute(select(Track.id).where(Track.activity_id == row.id)).first() is not None:
        return
    said = sentences(tracks.heard(body))
    names = [tracks.name_of(block, place) for place, block in enumerate(body["blocks"])]
    draft = {**tracks.empty(), "title": "Zaj kawm", "promise": "Koj yuav paub ua."}
    for name, block in zip(names, body["blocks"], strict=True):
        if "md" in block["data"]:
            entry = {"data": {"md": "**Lus Hmoob** rau ntawm no."}, "sound": "", "of": tracks.mark_of(block)}
            draft["blocks"][name] = entry
    reading, joined = Reading.__table__, Joined.__table__
    with unit_of_work():
        connection().execute(delete(reading).where(reading.c.revision_id == revision_id, reading.c.lang == "vi"))
        connection().execute(delete(joined).where(joined.c.key == key_of_all("vi", "espeak", said)))
        translating.begin(row.id, LANG, None)
        connection().execute(Track.__table__.update().where(Track.activity_id == row.id).values(draft=draft))
        translating.publish(row.id, LANG, None)
        spoken = connection().execute(
            insert(joined)
            .values(
                key=key_of_all("vi", "espeak", said), lang="vi", voice="espeak", ms=2000 * len(said),
                times=[[words, 2000 * n, 2000 * n + 1600] for n, words in enumerate(said)],
                opus_key="0" * 64, opus_bytes=150_000, mp3_key="1" * 64, mp3_bytes=180_000, made_at=clock.seconds(),
            )
            .returning(Joined.id)
        ).scalar_one()  # fmt: skip
        connection().execute(
            insert(reading).values(
                revision_id=revision_id, lang="vi", state="done", voice="espeak", spoken_id=spoken, problem="",
                at=clock.seconds(),
            )
        )  # fmt: skip
        _wait(row.id, draft, names[0], said)
    offers.forget()


def _wait(activity_id: int, draft: dict[str, Any], block: str, said: list[str]) -> None:
    """A sound of the track and one sentence are being prepared, another sentence was refused."""
    org, account = nation_id(), connection().execute(select(Account.id).limit(1)).scalar_one()
    media_ids = []
    for number, (kind, state) in enumerate((("sound", "working"), ("speech", "working"), ("speech", "refused"))):
        problem = {"msgid": NO_WORDS.msgid, "values": {}} if state == "refused" else None
        media_ids.append(
            connection().execute(
                insert(Media.__table__)
                .values(
                    org_id=org, by_id=account, digest=f"{number + 2}" * 64, kind=kind, format="wav", name="tiếng.wav",
                    bytes=9, state=state, percent=40, problem=problem, facts={}, made_at=clock.seconds(),
                )
                .returning(Media.id)
            ).scalar_one()
        )  # fmt: skip
    waiting = {
        **draft,
        "files": {"doan-1.mp3": {"media": media_ids[0], "kind": "sound", "state": "working"}},
        "blocks": {**draft["blocks"], block: {**draft["blocks"].get(block, {"data": {}}), "sound": "doan-1.mp3"}},
    }
    connection().execute(update(Track.__table__).where(Track.activity_id == activity_id).values(draft=waiting))
    for words, media_id in zip(said, media_ids[1:], strict=False):
        values = {"activity_id": activity_id, "lang": "vi", "words": words, "by_id": account, "at": clock.seconds()}
        connection().execute(insert(Spoken.__table__).values(media_id=media_id, **values))
