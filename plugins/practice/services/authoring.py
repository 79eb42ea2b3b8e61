"""What authors do: begin a draft, save over the save they started from, add a file, publish."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import insert, select, update

from lms.api.competency import skills_by_code
from lms.api.data import FileStore
from lms.api.learning import anchor, begin_draft, save_draft, set_skills, slug_of
from lms.api.media import Received, file_entry, media, settled, take_in
from lms.api.packages import MOST_FILE_BYTES, Problems, Where, check_picture
from lms.api.reviewing import digest_of, edited
from lms.api.work import Invalid, Text, _, audit, clock, connection
from plugins.practice.format.checking import faults
from plugins.practice.models import PracticeDocument, PracticeRevision
from plugins.practice.pictures import PICTURES, SOUND, described

D, R = PracticeDocument.__table__, PracticeRevision.__table__


def empty_body(slug: str, title: str) -> dict[str, Any]:
    """What a new draft holds."""
    return {
        "slug": slug,
        "title": title,
        "promise": "",
        "task": "",
        "address": "bạn",
        "device": "phone",
        "minutes": 4,
        "groups": [],
        "skills": [],
        "checked": None,
        "review": None,
        "sources": [],
        "screens": [],
        "steps": [],
        "done": {"say": "", "can": []},
        "files": {},
    }


def begin(title: str, org_id: int, by_id: int, like: Mapping[str, Any] | None = None) -> str:
    """Makes a draft, empty or `like` another one's body, and returns its slug.

    An untouched draft of the same author and title is the same draft.
    """

    def body(slug: str) -> dict[str, Any]:
        return {**like, "slug": slug, "title": title} if like is not None else empty_body(slug, title)

    minutes = body("")["minutes"]
    return begin_draft(D, "practice", title, "luyen-tap", org_id, by_id, minutes, body)


def save(activity_id: int, base: int, body: Mapping[str, Any], by_id: int) -> int:
    """Keeps a draft over the save numbered `base`; returns the number of the save that is now the newest.

    Raises Conflict where somebody saved something else since.
    """
    saved = save_draft(D, activity_id, base, body, by_id)
    if saved.is_new:
        edited("practice", saved.slug, by_id)
    return saved.base


def keep_file(
    store: FileStore, files: Mapping[str, Mapping[str, Any]], name: str, content: bytes
) -> tuple[str, dict[str, Any]]:
    """Stores an uploaded picture; returns its name in the practice, and how the body keeps it.

    Raises Invalid saying what is wrong with it.
    """
    ending = name.rpartition(".")[2].lower()
    if ending not in PICTURES:
        raise Invalid(_("Please choose a file that ends in {endings}.", endings=", ".join(PICTURES)))
    if len(content) > MOST_FILE_BYTES:
        raise Invalid(_("This file has more than {limit} MB. Please make it smaller.", limit=MOST_FILE_BYTES >> 20))
    problems = Problems()
    check_picture(f"x.{ending}", content, Where(name, 1, problems, []))
    for problem in problems:
        raise Invalid(Text(problem.template, dict(problem.values)))
    try:
        about = described(f"x.{ending}", content)
    except (OSError, ValueError, SyntaxError) as error:  # what the picture library says of a torn file
        raise Invalid(_("This picture is damaged. Please save it again and choose it again.")) from error
    store.put(content)
    return _free(files, name, "hinh", about), about


def keep_sound(
    files: Mapping[str, Mapping[str, Any]], came: Received, org_id: int, by_id: int | None
) -> tuple[str, dict[str, Any]]:
    """Takes in a sound that was brought; returns its name in the practice, and how the body keeps it.

    It is made small and level by the worker; until then its step is read, not heard. Inside a unit of work.
    """
    media_id = take_in(came, came.name, (SOUND,), org_id, by_id)
    about = file_entry(media([media_id])[media_id])
    return _free(files, came.name, "tieng", {"ending": "mp3", **about}), about


def _free(files: Mapping[str, Mapping[str, Any]], name: str, fallback: str, about: Mapping[str, Any]) -> str:
    """The name that a file has already, or one that no other has."""
    ending, known_by = about["ending"], "key" if "key" in about else "media"
    for held, description in files.items():
        if description.get(known_by) == about[known_by] and held.endswith(f".{ending}"):
            return held
    stem = slug_of(re.sub(r"\.[^.]*$", "", name)) or fallback
    free, number = f"{stem}.{ending}", 2
    while free in files:
        free, number = f"{stem}-{number}.{ending}", number + 1
    return free


def _ready(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body whose files are all there: what waits and is not used is left out. Raises Invalid for what is used."""
    heard = {step["audio"] for step in body["steps"]}
    files = {name: entry for name, entry in settled(body["files"]).items() if "key" in entry or name in heard}
    for name, entry in files.items():
        if "key" not in entry:
            raise Invalid(_("The file {name} is still being prepared. Publish when it is done.", name=name))
    return {**body, "files": files}


def publish(activity_id: int, by_id: int, icons: Collection[str]) -> tuple[int, bool]:
    """Publishes the draft as it stands; returns (revision's id, whether it is new).

    Raises Invalid with the first thing that must be mended. `icons`: the drawings that there are.
    """
    body = connection().execute(select(D.c.draft).where(D.c.activity_id == activity_id)).scalar_one()
    return publish_checked(activity_id, body, by_id, icons)


def publish_checked(activity_id: int, body: Mapping[str, Any], by_id: int, icons: Collection[str]) -> tuple[int, bool]:
    """The same of a body that is given: of one that was reviewed."""
    body = _ready(body)
    for fault in faults(body, icons):
        raise Invalid(fault.text)
    unknown = [code for code in body["skills"] if code not in skills_by_code()]
    if unknown:
        raise Invalid(_("There is no skill {code} here. Correct the code.", code=unknown[0]))
    revision_id, new = publish_body(activity_id, body, by_id)
    if new:
        audit.record(by_id, "practice.published", f"practice:{body['slug']}", revision=revision_id)
    return revision_id, new


def publish_body(activity_id: int, body: Mapping[str, Any], by_id: int | None) -> tuple[int, bool]:
    """Stores a body as the next revision, unless it equals the newest. Title, minutes and skills follow."""
    database = connection()
    anchor("practice", body["slug"], body["title"], body["minutes"])
    known = skills_by_code()
    set_skills(activity_id, [known[code] for code in body["skills"] if code in known])
    digest = digest_of(body)
    newest = database.execute(
        select(R.c.id, R.c.number, R.c.digest)
        .where(R.c.activity_id == activity_id)
        .order_by(R.c.number.desc())
        .limit(1)
    ).first()
    if newest is not None and newest.digest == digest:
        return int(newest.id), False
    made = insert(R).values(
        activity_id=activity_id,
        number=(newest.number if newest else 0) + 1,
        body=dict(body),
        digest=digest,
        published_at=clock.seconds(),
        published_by=by_id,
    )
    return int(database.execute(made.returning(R.c.id)).scalar_one()), True


def keep_draft(activity_id: int, org_id: int, body: Mapping[str, Any], by_id: int | None) -> None:
    """Writes the draft without asking for its base: what an import brings becomes the draft."""
    database = connection()
    base = database.execute(select(D.c.base).where(D.c.activity_id == activity_id)).scalar()
    values = {"draft": dict(body), "changed_at": clock.seconds(), "changed_by": by_id}
    if base is None:
        database.execute(insert(D).values(activity_id=activity_id, org_id=org_id, base=1, **values))
    else:
        database.execute(update(D).where(D.c.activity_id == activity_id).values(base=base + 1, **values))


def org_of(activity_id: int) -> int | None:
    """The unit that a practice belongs to; None where it has no draft."""
    found: int | None = connection().execute(select(D.c.org_id).where(D.c.activity_id == activity_id)).scalar()
    return found
