"""lesson.<lang>.md: read, written, and what is said when it does not fit its lesson."""

from __future__ import annotations

import pytest

from lms.packages.problems import PackageInvalid
from lms.packages.reading import read_files
from lms.packages.writing import package_files

HEAD = 'format: hocvuso/1\nslug: thu\ntitle: Gói thử\nversion: "1"\n'
LESSON = """---
slug: bai
title: Bài một
promise: Bác biết làm.
groups: [citizens]
minutes: 4
---

Đoạn một.

:::steps
- Bấm
- Gõ
:::

:::remember
Nhớ **kỹ**.
:::
"""
TRACK = """---
title: Zaj kawm ib
promise: Koj paub ua.
sound: ca-bai.mp3
---

:::sound mot.mp3

Nqe **ib**.

:::same

:::remember
Nco ntsoov.
:::
"""
MP3 = b"ID3" + bytes(100)


def files(track: str = TRACK, lang: str = "mww") -> dict[str, bytes]:
    return {
        "package.yaml": HEAD.encode(),
        "lessons/bai/lesson.md": LESSON.encode(),
        f"lessons/bai/lesson.{lang}.md": track.encode(),
        "lessons/bai/mot.mp3": MP3,
        "lessons/bai/ca-bai.mp3": MP3,
    }


def problems(given: dict[str, bytes]) -> list[tuple[str, int, str]]:
    with pytest.raises(PackageInvalid) as caught:
        read_files(given)
    return [(p.file, p.line, p.code) for p in caught.value.problems]


def test_a_track_is_read_block_by_block() -> None:
    [lesson] = read_files(files()).lessons
    [track] = lesson.tracks
    assert (track.lang, track.title, track.promise, track.sound) == ("mww", "Zaj kawm ib", "Koj paub ua.", "ca-bai.mp3")
    assert [(b.kind, dict(b.data), b.sound) for b in track.blocks] == [
        ("text", {"md": "Nqe **ib**."}, "mot.mp3"),
        ("", {}, ""),
        ("remember", {"md": "Nco ntsoov."}, ""),
    ]


def test_what_is_written_reads_the_same_and_is_written_the_same() -> None:
    package = read_files(files())
    written = package_files(package)
    assert written["lessons/bai/lesson.mww.md"].decode() == TRACK
    assert read_files(written) == package
    assert package_files(read_files(written)) == written


def test_a_sound_alone_is_a_track() -> None:
    package = read_files(files("---\nsound: ca-bai.mp3\n---\n"))
    [track] = package.lessons[0].tracks
    assert (track.blocks, track.sound) == ((), "ca-bai.mp3")
    assert read_files(package_files(package)) == package


@pytest.mark.parametrize(
    ("track", "lang", "line", "code"),
    [
        (TRACK, "xx", 1, "language"),
        (TRACK, "vi", 1, "language"),
        ("Không có đầu.", "mww", 1, "front-matter"),
        (TRACK.replace(":::same\n", ""), "mww", 12, "track-kind"),
        (TRACK.replace(":::remember\nNco ntsoov.\n:::\n", ""), "mww", 1, "track-length"),
        (TRACK.replace("mot.mp3", "hai.mp3"), "mww", 7, "missing-file"),
        (TRACK.replace("sound: ca-bai.mp3", "sound: ca-bai.exe"), "mww", 4, "file-name"),
        (TRACK.replace("title:", "tittle:"), "mww", 2, "unknown-key"),
        (TRACK.replace(":::same", ":::warning\nCeev faj.\n:::"), "mww", 11, "track-kind"),
    ],
)
def test_what_does_not_fit_is_named_by_file_and_line(track: str, lang: str, line: int, code: str) -> None:
    found = problems(files(track, lang))
    assert (f"lessons/bai/lesson.{lang}.md", line, code) in found, found
