"""Files in lessons: from a package and back, on the page, and in the editor."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses.blocks.fields import lacking
from courses.blocks.media import MEDIA
from courses.blocks.standard import BLOCK_TYPES
from courses.drafts import newest_body
from courses.queries import blocks_html
from lms.db.base import db
from lms.db.unit_of_work import close_kept, connection, unit_of_work
from lms.errors import Invalid
from lms.identity.models import Account, Grant
from lms.learning.queries import activity
from lms.media import making, pictures
from lms.media.taking import received, take_in
from lms.media.working import work_due
from lms.orgs.queries import nation_id
from lms.packages.builtin import PARTS
from lms.packages.exporting import export_package
from lms.packages.importing import known_parts
from lms.packages.importing import take_in as take_package
from lms.packages.lessons import read_blocks, write_lesson_body
from lms.packages.model import Block, Package
from lms.packages.problems import PackageInvalid, Problems, Where
from lms.packages.reading import read_files
from lms.packages.writing import package_files
from lms.starting import demo_sign_ins
from lms.testing.building import make_app
from tests.media.conftest import photograph, recording
from tests.media.test_documents_and_captions import slides
from tests.packages.conftest import MP3, SVG, TEXTS

LESSON = "lessons/giu-kin-ma-otp/"
BLOCKS = """
:::image anh.jpg "Một thửa ruộng" "Ruộng bậc thang"

:::image anh.png "Hình khác tên giống"

:::sign ky-hieu.mp4 "Cả bài bằng ký hiệu"

:::video "phim.mp4" "Cách giữ mã" "phim.vtt"
Chị Mai tắt máy, gọi lại số quen.
:::

:::podcast "tap-1.mp3" "Chuyện mã OTP"
- 00:10 Mã là gì
+++
Chào bà con. **Đừng đọc mã** cho ai.
:::

:::slides "trang.pdf" "Ba điều cần nhớ"
:::

:::file trang.pdf "Tờ rơi phát cho bà con"
"""


def package(film: Callable[..., bytes], tmp: Any, sounds: bool = True) -> dict[str, bytes]:
    """A lesson with a block of every kind."""
    from tests.media.test_sounds_and_videos import converted

    files = {name: text.encode() for name, text in TEXTS.items()}
    files[LESSON + "lesson.md"] += BLOCKS.encode()
    sound = converted(tmp, recording(5), "mp3", "-b:a", "128k")
    return files | {
        LESSON + name: content
        for name, content in {
            "ma.svg": SVG, "nghe.mp3": MP3, "anh.jpg": photograph((2000, 1200)),
            "anh.png": photograph((300, 90), "PNG"),
            "ky-hieu.mp4": film("mp4", "400x400", 1, False), "phim.mp4": film("mp4", "640x480", 2),
            "phim.vtt": b"WEBVTT\n\n00:00.500 --> 00:01.500\nT\xe1\xba\xaft m\xc3\xa1y <b>ngay</b>\n",
            "tap-1.mp3": sound, "trang.pdf": slides("Mot", "Hai", "Ba"),
        }.items()
    }  # fmt: skip


def body_of(slug: str = "giu-kin-ma-otp") -> Any:
    """What is published of a lesson."""
    row = activity("lesson", slug)
    assert row is not None
    return newest_body(row.id)


@pytest.fixture(scope="module")
def taken_in(
    prepared_folder: Path, film: Callable[..., bytes], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Package]:
    """A data folder into which a package with media was taken, once for the module, and the package."""
    folder = tmp_path_factory.mktemp("taken-in")
    shutil.copy(prepared_folder / "lms.sqlite", folder / "lms.sqlite")
    for name in ("files", "static"):
        (folder / name).symlink_to(prepared_folder / name)
    app = make_app(folder, f"sqlite:///{folder}/lms.sqlite")
    found = read_files(package(film, tmp_path_factory.mktemp("package")))
    with app.app_context():
        take_package(found, nation_id() or 0, None)
        close_kept()
        db.engine.dispose()
    return folder, found


@pytest.fixture
def app_source(request: pytest.FixtureRequest, prepared_folder: Path) -> Path:
    """What `app` is a copy of: with the package for those who ask for it."""
    if "imported" not in request.fixturenames:
        return prepared_folder
    folder: Path = request.getfixturevalue("taken_in")[0]
    return folder


@pytest.fixture
def imported(app: Flask, taken_in: tuple[Path, Package]) -> Package:
    """The package that was taken in."""
    return taken_in[1]


def test_a_packages_files_go_through_the_same_door(app: Flask, imported: Package) -> None:
    with app.app_context():
        files = body_of()["files"]
        assert sorted(files) == [
            "anh-2.webp", "anh.webp", "ky-hieu.mp4", "ma.svg", "nghe.mp3", "phim.mp4", "phim.vtt", "tap-1.mp3",
            "trang.pdf",
        ]  # fmt: skip
        shown = [b["data"]["file"] for b in body_of()["blocks"] if b["kind"] == "image"]
        assert shown == ["ma.svg", "anh.webp", "anh-2.webp"], "blocks follow the names that their files have now"
        assert [v["width"] for v in files["anh.webp"]["variants"]] == [360, 720, 1080]
        assert files["ma.svg"].keys() == {"key", "ending", "bytes", "width", "height"}
        assert files["tap-1.mp3"]["bytes"] < 20_000
        assert len(files["trang.pdf"]["pages"]) == 3
        assert files["phim.vtt"]["text"] == "Tắt máy ngay"


def test_what_goes_out_comes_in_again_without_any_work(
    app: Flask, imported: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        before = body_of()
        out = package_files(export_package(), known_parts())
        monkeypatch.setattr(making, "made_of", lambda *_a: pytest.fail("encoded again"))
        counts = take_package(read_files(out, known_parts()), nation_id() or 0, None)
        assert "lessons" not in counts, "nothing is new"
        assert body_of() == before
        assert package_files(export_package(), known_parts()) == out
        counts = take_package(imported, nation_id() or 0, None)
        assert "lessons" not in counts, "nor when the first package comes once more"


def test_in_another_installation_a_picture_is_not_worn_down(app: Flask, postgres_app: Flask, imported: Package) -> None:
    with app.app_context():
        out = package_files(export_package(), known_parts())
    with postgres_app.app_context():
        take_package(read_files(out, known_parts()), nation_id() or 0, None)
        again = package_files(export_package(), known_parts())
    for name in ("anh.webp", "anh-2.webp", "ma.svg", "nghe.mp3", "tap-1.mp3", "phim.vtt"):
        assert again[LESSON + name] == out[LESSON + name], name


def test_a_package_with_a_false_file_is_refused_whole(app: Flask, film: Callable[..., bytes], tmp_path: Any) -> None:
    files = package(film, tmp_path)
    with app.app_context():
        before = body_of()
    for name, content in (
        ("anh.jpg", b"\xff\xd8\xff\xe0 half \xff\xd9"),
        ("phim.mp4", b"\0\0\0\x20ftypisom" + bytes(3000)),
        ("trang.pdf", b"%PDF-1.4\n" + bytes(3000) + b"\n%%EOF\n"),
    ):
        with app.app_context(), pytest.raises((Invalid, PackageInvalid)) as refused:
            take_package(read_files(files | {LESSON + name: content}), nation_id() or 0, None)
        assert name in str(getattr(refused.value, "text", refused.value))
    with app.app_context():
        assert body_of() == before, "nothing of it was taken in"


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {k: v or "" for k, v in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each tag of a name."""
        return [a for t, a in self.found if t == tag]


@pytest.fixture
def page(app: Flask, imported: Package) -> tuple[str, Tags]:
    """The blocks of the lesson as a learner gets them."""
    with app.test_request_context("/"):
        html = str(blocks_html(body_of(), "/"))
    return html, Tags(html)


def test_every_kind_of_file_is_on_the_page_and_nothing_heavy_is_fetched(
    client: FlaskClient, page: tuple[str, Tags]
) -> None:
    html, tags = page
    assert "style=" not in html
    assert "<script" not in html
    for player in [*tags.all("video"), *tags.all("audio")]:
        assert player["preload"] == "none", "before it is played nothing comes"
        assert player["aria-label"]
    for video in tags.all("video"):
        assert int(video["width"]) > 0 < int(video["height"])
    tracks = tags.all("track")
    assert [(t["kind"], t["srclang"]) for t in tracks] == [("captions", "vi")] * 2, "of both sizes of the film"
    assert client.get(tracks[0]["src"]).get_data(as_text=True).startswith("WEBVTT")
    for picture in tags.all("img"):
        assert picture["alt"]
        assert int(picture["width"]) > 0 < int(picture["height"])
    addresses = {a["src"] for t in ("img", "source", "track") for a in tags.all(t)}
    addresses |= {a["href"] for a in tags.all("a") if a["href"].startswith("/tep/")}
    addresses |= {part.split()[0] for a in tags.all("img") for part in a.get("srcset", "").split(", ") if part}
    addresses |= {a["poster"] for a in tags.all("video") if "poster" in a}
    assert len(addresses) > 15
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        answer.close()
    assert re.search(r"\d+ (?:KB|MB)", html), "what it weighs is said in words"
    assert "Tắt máy" not in html or "Chị Mai tắt máy" in html
    assert "<strong>Đừng đọc mã</strong>" in html


def test_only_the_first_picture_is_hurried(page: tuple[str, Tags]) -> None:
    _html, tags = page
    hurried = [p for p in tags.all("img") if p.get("fetchpriority") == "high"]
    lazy = [p for p in tags.all("img") if p.get("loading") == "lazy"]
    assert len(hurried) == 1
    assert len(lazy) == len(tags.all("img")) - 1


def test_slides_are_turned_by_plain_links(page: tuple[str, Tags]) -> None:
    _html, tags = page
    ids = {a["id"] for a in tags.all("figure") if "id" in a}
    links = {a["href"][1:] for a in tags.all("a") if a["href"].startswith("#")}
    assert len(ids) == 3
    assert links == ids


def test_blocks_are_written_and_read_the_same(app: Flask) -> None:
    problems = Problems()
    blocks = read_blocks(BLOCKS.strip().split("\n"), PARTS, Where("lesson.md", 1, problems, []))
    assert not problems
    again = read_blocks(write_lesson_body(blocks, PARTS).split("\n"), PARTS, Where("lesson.md", 1, problems, []))
    assert not problems
    assert [(b.kind, b.data) for b in again] == [(b.kind, b.data) for b in blocks]
    hard = Block("podcast", {"file": "a.mp3", "title": 'Tên "lạ"', "notes": ":::ghi\n\nhai", "transcript": "lời\n:::"})
    text = write_lesson_body((hard,), PARTS)
    (back,) = read_blocks(text.split("\n"), PARTS, Where("lesson.md", 1, problems, []))
    assert not problems
    assert back.data == hard.data


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (":::video\n:::", "file-name"),
        (':::video "a.mp3" "x"\n:::', "file-name"),
        (':::video "a.mp4"\n:::', "words"),
        (':::video "a.mp4" "x" "a.srt"\n:::', "file-name"),
        (':::file a.docx "x"', "file-name"),
        (":::sign a.mp4", "words"),
        (':::slides "a.pdf" "x" "y"\n:::', "arguments"),
        (f':::sign a.mp4 "{"x" * 201}"', "too-long"),
    ],
)
def test_what_is_wrong_in_a_directive_is_said(line: str, code: str) -> None:
    problems = Problems()
    read_blocks(line.split("\n"), PARTS, Where("lesson.md", 1, problems, []))
    assert code in [p.code for p in problems]


def test_what_accessibility_asks_keeps_a_lesson_back(app: Flask) -> None:
    ready = {"key": "0" * 64, "ending": "mp4", "bytes": 1, "width": 1, "height": 1}
    files = {
        "a.mp4": ready,
        "s.mp4": {**ready, "silent": True},
        "c.vtt": ready,
        "d.pdf": {**ready, "pages": [{"text": ""}]},
    }
    wanted: list[tuple[str, dict[str, str], set[str]]] = [
        ("image", {"file": "a"}, {"alt"}),
        ("audio", {"file": "a"}, {"label"}),
        ("video", {"file": "a.mp4", "label": "x"}, {"captions"}),
        ("video", {"file": "a.mp4", "label": "x", "captions": "gone.vtt"}, {"captions"}),
        ("video", {"file": "a.mp4", "label": "x", "captions": "c.vtt"}, set()),
        ("video", {"file": "s.mp4", "label": "x"}, {"transcript"}),
        ("video", {"file": "s.mp4", "label": "", "transcript": "x"}, {"label"}),
        ("podcast", {"file": "a", "title": "", "transcript": " "}, {"title", "transcript"}),
        ("slides", {"file": "d.pdf", "title": "x"}, {"words"}),
        ("slides", {"file": "d.pdf", "title": "x", "words": "y"}, set()),
        ("file", {"file": "a"}, {"title"}),
        ("sign", {"file": "a", "label": "x"}, set()),
    ]
    with app.app_context():
        for kind, data, missing in wanted:
            assert {name for name, _text in lacking(BLOCK_TYPES.get(kind), data, files)} == missing, (kind, data)


def test_a_draft_shows_what_waits_and_what_is_ready(app: Flask) -> None:
    """A block whose file is not made yet says so; it breaks no page."""
    waiting = {"a.x": {"media": 7, "kind": "video", "state": "waiting"}}
    with app.test_request_context("/"):
        for kind in MEDIA:
            data = {field.name: "" for field in kind.fields} | {"file": "a.x", "captions": ""}
            body = {"blocks": [{"id": "b1", "kind": kind.name, "data": data}], "files": waiting}
            html = str(blocks_html(body, "/"))
            assert "đang được xử lý" in html, kind.name
            gone = str(blocks_html({**body, "files": {}}, "/"))
            assert "<img" not in gone
            assert "<video" not in gone


def test_how_far_an_upload_is_has_a_page_of_its_own(app: Flask, sign_in: Any) -> None:
    """For the authors of its unit and of those above it; a piece of it for the editor; nobody else knows of it."""
    instructor = sign_in("instructor")
    with app.app_context():
        accounts = Account.__table__
        login = demo_sign_ins()["instructor"]["login"]
        account = connection().execute(select(accounts.c.id).where(accounts.c.username == login)).scalar_one()
        grants = Grant.__table__
        unit = connection().execute(select(grants.c.org_id).where(grants.c.account_id == account)).scalars().first()
        with unit_of_work():
            mine = take_in(photograph((300, 200)), "ruong.jpg", ("picture",), unit, account)
            theirs = take_in(photograph((300, 200)), "mat.jpg", ("picture",), nation_id() or 0, None)
    waiting = instructor.get(f"/studio/tep/{mine}").get_data(as_text=True)
    assert "ruong.jpg" in waiting
    assert "Đang chờ đến lượt" in waiting
    assert "Xem lại" in waiting
    with app.app_context():
        work_due()
    piece = instructor.get(f"/studio/tep/{mine}", headers={"X-Fragment": "1"}).get_data(as_text=True)
    assert piece.lstrip().startswith("<div")
    assert 'data-state="ready"' in piece
    assert "Đã xong" in piece
    for address in (f"/studio/tep/{theirs}", "/studio/tep/999999", "/studio/tep/99999999999999999999999"):
        assert instructor.get(address).status_code == 404
    assert app.test_client().get(f"/studio/tep/{mine}").status_code == 303


def test_a_published_lesson_asks_nothing_about_media(app: Flask, imported: Package) -> None:
    with app.app_context():
        assert not any("media" in file for file in body_of()["files"].values())


def test_the_first_view_of_a_photo_is_light(app: Flask) -> None:
    made = pictures.made_of(photograph((4000, 3000)))
    assert len(made.drawn[0].content) <= 15_000
    with app.app_context():
        came = received(photograph((4000, 3000)), "a.jpg", ("picture",))
        with unit_of_work():
            take_in(came, "a.jpg", ("picture",), nation_id() or 0, None)
        assert work_due() == 1
