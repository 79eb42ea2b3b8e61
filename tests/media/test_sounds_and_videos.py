"""Sound and video: small, level, playable everywhere, and without what the telephone wrote beside them."""

from __future__ import annotations

import io
import json
import math
import re
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from lms.errors import Invalid
from lms.media import mp3, programs, sounds, videos
from lms.media.queries import MediaRow
from lms.programs import ProgramError, run
from tests.media.conftest import recording, stored, written

Taken = Callable[..., MediaRow]
Film = Callable[..., bytes]
pytestmark = pytest.mark.usefixtures("needs_programs")


def loudness(path: Path) -> float:
    """LUFS, measured by ffmpeg's own meter of EBU R128, which is not the filter that levelled it."""
    command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(path), "-af", "ebur128", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr  # noqa: S603
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])


def converted(folder: Path, content: bytes, ending: str, *options: str) -> bytes:
    """A WAV in another format."""
    source, target = written(folder, content, "a.wav"), folder / f"a.{ending}"
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(source), *options, str(target)]
    subprocess.run(command, check=True)  # noqa: S603
    return target.read_bytes()


def test_a_recording_becomes_small_level_and_plays_everywhere(app: Flask, taken: Taken, tmp_path: Path) -> None:
    row = taken(recording(20, loudness=0.02), "ghi âm.wav", "sound")
    assert (row.state, row.percent) == ("ready", 100)
    mp3_file, opus = row.facts["variants"]
    assert [mp3_file["ending"], opus["ending"]] == ["mp3", "opus"]
    assert row.facts["key"] == mp3_file["key"]
    assert row.facts["seconds"] == 20
    assert mp3_file["bytes"] <= 20 * 24_000 / 8 * 1.05
    assert opus["bytes"] <= 20 * 24_000 / 8
    for file in (mp3_file, opus):
        path = written(tmp_path, stored(app, file["key"]), f"made.{file['ending']}")
        assert abs(loudness(path) - sounds.LOUDNESS) < 1.5
        (stream,) = programs.probed(path)["streams"]
        assert stream["channels"] == 1


def test_what_is_loud_is_made_softer(app: Flask, taken: Taken, tmp_path: Path) -> None:
    facts = taken(recording(8, loudness=0.95), "to.wav", "sound").facts
    assert abs(loudness(written(tmp_path, stored(app, facts["key"]))) - sounds.LOUDNESS) < 1.5


@pytest.mark.parametrize(
    ("ending", "options"),
    [
        ("mp3", ["-b:a", "128k", "-metadata", "title=BI-MAT"]),
        ("m4a", ["-metadata", "title=BI-MAT"]),
        ("ogg", ["-c:a", "libvorbis"]),
        ("flac", ["-metadata", "title=BI-MAT"]),
        ("webm", ["-c:a", "libopus", "-metadata", "title=BI-MAT"]),  # what a browser records
        ("aac", []),
    ],
)
def test_every_kind_of_recording_is_taken(
    app: Flask, taken: Taken, tmp_path: Path, ending: str, options: list[str]
) -> None:
    row = taken(converted(tmp_path, recording(3), ending, *options), f"a.{ending}", "sound")
    assert row.state == "ready", row.problem
    assert row.facts["seconds"] == 3
    for file in row.facts["variants"]:
        made = stored(app, file["key"])
        assert b"BI-MAT" not in made
        assert b"LAME" not in made[:200] or b"title" not in made


def test_our_own_mp3_is_known_as_small_and_stays_as_it_is(app: Flask, taken: Taken) -> None:
    facts = taken(recording(4), "a.wav", "sound").facts
    content = stored(app, facts["key"])
    frames = mp3.frames_of(content)
    assert frames is not None
    assert frames.content == content, "nothing stands before, between or behind the frames"
    assert frames.is_small
    assert frames.is_ours
    assert abs(frames.seconds - 4) < 0.3


def test_a_small_mp3_of_others_is_made_anew(app: Flask, taken: Taken, tmp_path: Path) -> None:
    """Loud as it is, it would not pass for one of a course that is level."""
    loud = converted(tmp_path, recording(4, loudness=0.9), "mp3", "-b:a", "32k", "-ac", "1")
    frames = mp3.frames_of(loud)
    assert frames is not None
    assert frames.is_small
    assert not frames.is_ours
    facts = taken(loud, "b.mp3", "sound").facts
    assert [v["ending"] for v in facts["variants"]] == ["mp3", "opus"]
    made = mp3.frames_of(stored(app, facts["key"]))
    assert made is not None
    assert made.is_ours


def test_what_hangs_on_a_small_mp3_is_cut_off(app: Flask, taken: Taken) -> None:
    small = stored(app, taken(recording(4), "a.wav", "sound").facts["key"])
    cover = b"ID3\x04\0\0" + bytes([0, 0, 2, 0]) + b"<script>BI-MAT".ljust(256)
    row = taken(cover + small + b"PK\x03\x04 BI-MAT", "b.mp3", "sound")
    assert stored(app, row.facts["key"]) == small
    assert row.facts["bytes"] == len(small)


def test_silence_stays_silence(taken: Taken) -> None:
    assert taken(recording(3, loudness=0), "im-lang.wav", "sound").state == "ready"


def test_what_is_no_sound_is_refused_in_words(taken: Taken, film: Film) -> None:
    for content, words in (
        (b"RIFF\x24\0\0\0WAVE" + bytes(10), "damaged"),
        (b"ID3" + bytes(300), "damaged"),
        (b"\xff\xfb\x90\x64" + bytes(500), "damaged"),
        (film("mp4"), "This is a video"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "ends in mp3"),
    ):
        try:
            row = taken(content, "x.mp3", "sound")
            problem = str(row.problem)
            assert row.state == "refused"
        except Invalid as refused:
            problem = str(refused.text)
        assert words in problem


def test_an_hour_and_a_minute_is_too_long(taken: Taken, tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "lang.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes(8000 * 61 * 60))
    with pytest.raises(Invalid) as refused:
        taken((tmp_path / "lang.wav").read_bytes(), "lang.wav", "sound")
    assert "60 minutes" in str(refused.value.text)


def boxes(content: bytes) -> list[bytes]:
    """The names of an MP4's outer boxes in their order."""
    found, position = [], 0
    while position + 8 <= len(content):
        size = int.from_bytes(content[position : position + 4], "big")
        found.append(content[position + 4 : position + 8])
        position += size or len(content)
    return found


@pytest.mark.parametrize("ending", ["mp4", "mov", "webm", "mkv", "3gp"])
def test_a_film_becomes_two_small_ones(app: Flask, taken: Taken, film: Film, tmp_path: Path, ending: str) -> None:
    more = ("-c:v", "mpeg4", "-c:a", "aac") if ending == "3gp" else ()
    row = taken(film(ending, "854x480", 2, True, *more), f"phim.{ending}", "video")
    assert row.state == "ready", row.problem
    variants = row.facts["variants"]
    assert [v["height"] for v in variants] == [240, 360]
    assert row.facts["key"] == variants[0]["key"], "the lightest one is played first"
    for variant in variants:
        content = stored(app, variant["key"])
        assert boxes(content).index(b"moov") < boxes(content).index(b"mdat"), "plays before it is whole"
        assert b"BI-MAT" not in content
        assert b"105.84" not in content
        found = programs.probed(written(tmp_path, content, "made.mp4"))
        assert sorted(s["codec_name"] for s in found["streams"]) == ["aac", "h264"]
        video = videos.video_stream(found)
        assert video is not None
        assert (video["width"], video["height"], video["pix_fmt"]) == (variant["width"], variant["height"], "yuv420p")
    poster = row.facts["poster"]
    assert stored(app, poster["key"])[8:12] == b"WEBP"
    assert poster["width"] == 360


def test_a_film_held_upright_stays_upright(taken: Taken, film: Film, tmp_path: Path) -> None:
    lying = written(tmp_path, film("mp4", "640x360"), "lying.mp4")
    command = ["ffmpeg", "-v", "error", "-i", str(lying), "-c", "copy", "-metadata:s:v", "rotate=90"]
    subprocess.run([*command, str(tmp_path / "turned.mp4")], check=True)  # noqa: S603
    facts = taken((tmp_path / "turned.mp4").read_bytes(), "doc.mp4", "video").facts
    assert facts["width"] < facts["height"]
    assert facts["poster"]["width"] < facts["poster"]["height"]


def test_a_film_without_sound_says_so(taken: Taken, film: Film) -> None:
    facts = taken(film("mp4", "320x240", 1, False), "cam.mp4", "video").facts
    assert facts["silent"] is True
    assert "variants" not in facts, "240 lines are as many as it has"


def test_a_film_is_never_enlarged() -> None:
    assert videos.sizes(1920, 1080) == [(426, 240), (640, 360)]
    assert videos.sizes(1080, 1920) == [(240, 426), (360, 640)]
    assert videos.sizes(400, 300) == [(320, 240), (400, 300)]
    assert videos.sizes(160, 120) == [(160, 120)]


def test_half_a_film_and_a_list_of_files_are_refused(taken: Taken, film: Film) -> None:
    whole = film("mp4")
    for content in (whole[: len(whole) // 2], whole[:200], b"\0\0\0\x20ftypisom" + bytes(2000)):
        with pytest.raises(Invalid) as refused:
            taken(content, "x.mp4", "video")
        assert "damaged" in str(refused.value.text)
    listed = b"ffconcat version 1.0\nfile /etc/passwd\n"
    with pytest.raises(Invalid):
        taken(listed, "x.mp4", "video")


def test_a_film_cut_behind_its_index_is_refused_or_whole(taken: Taken, film: Film) -> None:
    """With the index in front, half a film opens: what comes out is shorter than what was promised."""
    whole = film("mp4", "640x480", 6, True, "-movflags", "+faststart")
    try:
        row = taken(whole[: len(whole) * 6 // 10], "x.mp4", "video")
    except Invalid:
        return
    assert row.state == "refused"


def test_ffmpeg_opens_no_other_file_and_no_network(tmp_path: Path) -> None:
    """A play list that somebody names mp4 leads ffmpeg nowhere."""
    secret = written(tmp_path, recording(1), "secret.wav")
    for content in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{secret}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{secret}'\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
    ):
        with pytest.raises(ProgramError):
            programs.probed(written(tmp_path, content.encode(), "list.mp4"))
        with pytest.raises(ProgramError):
            programs.convert(tmp_path / "list.mp4", [], tmp_path / "out.wav", 10)


def test_a_program_that_takes_too_long_or_too_much_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ProgramError):
        run(["/bin/sh", "-c", "while :; do :; done"], seconds=1)
    with pytest.raises(ProgramError, match="more than 1 seconds"):
        run(["/bin/sleep", "30"], seconds=1)
    hungry = "import sys; x = bytearray(900 << 20)"
    with pytest.raises(ProgramError):
        run(["/usr/bin/env", "python3", "-c", hungry], seconds=20, memory=300)


def test_a_spoken_minute_weighs_what_was_promised(taken: Taken) -> None:
    facts = taken(recording(60), "phut.wav", "sound").facts
    assert facts["bytes"] <= 184_000
    assert math.isclose(facts["seconds"], 60, abs_tol=1)


def test_facts_are_plain_json(taken: Taken, film: Film) -> None:
    facts = taken(film("mp4"), "a.mp4", "video").facts
    assert json.loads(json.dumps(facts)) == facts
    assert io.StringIO(json.dumps(facts)).read()
