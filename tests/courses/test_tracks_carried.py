"""A lesson with its tracks goes out and comes in again, on both databases."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from courses import offers
from courses.models import TrackRevision
from courses.services import translating
from lms.api.learning import activity
from lms.api.packages import export_package, known_parts, package_files
from lms.api.work import connection
from lms.orgs.queries import nation_id
from lms.packages.importing import take_in
from lms.packages.reading import read_files
from tests.packages.test_package_tracks import files

COURSE = """slug: khoa-thu
title: Khóa thử
summary: Một bài.
groups: [citizens]
modules:
  - title: Một
    activities: [bai]
"""
MP3 = (b"\xff\xf3\x34\xc4" + bytes(68)) * 40  # silence: frames of 24 kbit/s, one channel


def test_what_comes_in_goes_out_the_same_and_comes_in_once(any_app: Flask) -> None:
    given = {**files(), "lessons/bai/mot.mp3": MP3, "lessons/bai/ca-bai.mp3": MP3}
    given["courses/khoa-thu.yaml"] = COURSE.encode()
    with any_app.app_context():
        unit = nation_id()
        assert unit is not None
        take_in(read_files(given, known_parts()), unit, None)
        row = activity("lesson", "bai")
        assert row is not None
        revision, body = translating.newest_of(row.id)
        assert body["files"] == {}, "sounds of tracks are no files of the lesson"
        track = offers.asked(revision).by_lang["mww"].track
        assert track is not None
        first, _steps, third = (track["blocks"].get(block["id"]) for block in body["blocks"])
        assert (first["data"], first["sound"]) == ({"md": "Nqe **ib**."}, "mot.mp3")
        assert third["data"] == {"md": "Nco ntsoov."}
        out = export_package("khoa-thu")
        written = package_files(out, known_parts())
        assert written["lessons/bai/lesson.mww.md"] == given["lessons/bai/lesson.mww.md"]
        again = read_files(written, known_parts())
        assert package_files(again, known_parts()) == written
        take_in(again, unit, None)
        count = select(func.count()).select_from(TrackRevision.__table__)
        assert connection().execute(count).scalar() == 1, "what is here already is not published again"
