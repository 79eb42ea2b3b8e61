"""How practices are written: what is read, what is refused and on which line, what is advised; packages in and out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.packages import check
from lms.packages.exporting import export_package
from lms.packages.importing import known_parts, take_in
from lms.packages.problems import PackageInvalid
from lms.packages.reading import read_files
from lms.packages.writing import package_files
from lms.web.rendering import icon_names
from plugins.practice import queries
from plugins.practice.format.checking import advice, faults
from plugins.practice.format.reading import read_text
from plugins.practice.format.widgets import WIDGETS
from plugins.practice.format.writing import written

ICONS = frozenset({"landmark", "message-circle"})
FILES = {"cho.svg": {"key": "0" * 64, "ending": "svg", "bytes": 1, "width": 100, "height": 60}}
GOOD = """\
title: Trả tiền
promise: Luyện xong, bác biết trả tiền.
task: Trả 30.000 đồng cho chị Hoa.
address: bác
minutes: 3
groups: [citizens]
skills: [ND.5.3]
screens:
  home:
    name: Màn hình chính
    view:
      - {w: heading, text: Chào bác}
      - {w: apps, items: [[bank, landmark, Ngân hàng Làng], [sms, message-circle, Tin nhắn]]}
      - {w: message, from: LẠ, text: "Bấm: qua.vn", link: [link, qua.vn]}
      - {w: scene, src: cho.svg, alt: Một cái chợ, spots: [[stall, 10, 20, 30, 40, Sạp rau]]}
  pay:
    name: Chuyển tiền
    view:
      - {w: panel, label: Người nhận, value: NGUYỄN THỊ HOA}
      - {w: amount, id: amount, label: Số tiền}
      - {w: choice, id: who, label: Ai, options: [[me, Tôi], [other, Người khác]]}
      - {w: field, id: pass, label: Mật khẩu, type: password}
      - {w: button, id: next, text: Chuyển, kind: primary}
  lost:
    name: Mất tiền
    view:
      - {w: result, state: bad, title: Tiền đã mất}
      - {w: text, text: "Vì **đường dẫn lạ**."}
      - {w: list, items: [[row, Một dòng]]}
steps:
  - screen: home
    say: Bác mở **Ngân hàng Làng**.
    want: {any: [{tap: bank}, {tap: stall}]}
    hint: Ô đầu tiên.
    miss: {sms: Đây là tin nhắn., "*": Chưa phải.}
    traps: {link: Đường dẫn lạ.}
    branch: {link: {screen: lost, say: Tiền đã mất. Vì sao?, back: Quay lại}}
  - screen: pay
    say: Gõ 30.000.
    want: {tap: next, values: {amount: "30000", who: me, pass: "*"}}
    hint: Bàn phím bên dưới.
    miss: {next: Số tiền chưa đúng.}
done: {say: Giỏi quá!, can: [Trả tiền]}
"""


def read(text: str, slug: str = "tra-tien") -> tuple[dict[str, Any] | None, list[str]]:
    body, problems = read_text(text, slug, ICONS, FILES)
    return body, [f"{p.line} {p.code}" for p in problems]


def body() -> dict[str, Any]:
    found, problems = read(GOOD)
    assert problems == []
    assert found is not None
    return found


def test_a_good_practice_is_read_whole() -> None:
    found = body()
    assert [screen["id"] for screen in found["screens"]] == ["home", "pay", "lost"]
    assert found["steps"][0]["want"] == [
        {"tap": "bank", "values": {}, "exact": False},
        {"tap": "stall", "values": {}, "exact": False},
    ]
    assert found["steps"][1]["want"][0]["values"] == {"amount": "30000", "who": "me", "pass": "*"}
    assert found["screens"][0]["view"][2] == {
        "w": "message", "id": "", "from": "LẠ", "text": "Bấm: qua.vn", "link": ["link", "qua.vn"], "mine": False
    }  # fmt: skip
    assert found["slug"] == "tra-tien"
    assert advice(found) == []


def test_all_twelve_widgets_are_in_the_example_above() -> None:
    used = {widget["w"] for screen in body()["screens"] for widget in screen["view"]}
    assert used == set(WIDGETS)
    assert len(WIDGETS) == 12


def test_what_is_written_reads_back_the_same() -> None:
    text = written(body())
    again, problems = read(text)
    assert problems == []
    assert again == body()
    assert written(body()) == text


def test_what_the_database_does_to_the_order_of_keys_changes_no_byte() -> None:
    shuffled = json.loads(json.dumps(body(), sort_keys=True))
    assert written(shuffled) == written(body())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("want: {any: [{tap: bank}, {tap: stall}]}", "want: {tap: bnk}", "33 no-tap"),
        ("- screen: pay", "- screen: pai", "38 screen"),
        ("link: {screen: lost", "link: {screen: los", "37 screen"),
        ("miss: {sms:", "miss: {smz:", "35 no-tap"),
        ("miss: {sms:", "miss: {bank:", "35 wanted"),
        ("traps: {link:", "traps: {lnk:", "36 no-tap"),
        ('amount: "30000"', 'amount: "30.000"', "40 amount"),
        ("who: me,", "who: he,", "40 option"),
        ("pass: \"*\"", "pas: \"*\"", "40 no-input"),
        ("[bank, landmark,", "[bank, landmrk,", "13 icon"),
        ("[sms, message-circle,", "[bank, message-circle,", "9 twice"),
        ("alt: Một cái chợ, ", "", "15 missing-key"),
        ("src: cho.svg", "src: co.svg", "15 missing-file"),
        ("[stall, 10, 20, 30, 40,", "[stall, 80, 20, 30, 40,", "15 spot"),
        ("[stall, 10, 20, 30, 40,", "[stall, 10, 20, ba, 40,", "15 number"),
        ("[stall, 10, 20, 30, 40, Sạp rau]", "[stall, 10]", "15 row"),
        ("{w: heading, text: Chào bác}", "{w: headline, text: Chào bác}", "12 unknown-value"),
        ("{w: heading, text: Chào bác}", "{w: heading, txt: Chào bác}", "12 missing-key"),
        ("branch: {link: {screen: lost", "branchs: {link: {screen: lost", "37 unknown-key"),
        ("    say: Gõ 30.000.\n", "", "38 missing-key"),
        ("done: {say: Giỏi quá!, can: [Trả tiền]}", "done: {say: Giỏi quá!}", "43 missing-key"),
        ("id: amount,", "id: Số tiền,", "20 id"),
        ("title: Trả tiền", "title: Trả tiền\nslug: khac", "2 slug-place"),
        ("  lost:\n    name: Mất tiền\n", "  lost2:\n    name: Mất tiền\n", "37 screen"),
        ("name: Chuyển tiền", "name: {a: b}", "17 not-a-text"),
        ("steps:\n", "stepz:\n", "1 missing-key"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, said: str) -> None:
    assert old in GOOD
    found, problems = read(GOOD.replace(old, new, 1))
    assert found is None
    assert said in problems


def test_a_screen_that_nothing_leads_to_is_found() -> None:
    _body, problems = read(
        GOOD.replace("    branch: {link: {screen: lost, say: Tiền đã mất. Vì sao?, back: Quay lại}}\n", "")
    )
    assert problems == ["24 unreached"]


@pytest.mark.parametrize(
    "text", ["", "[]", "a: &x 1\nb: *x", "screens: 7\nsteps: 9", "- - - -", "x" * 100, "title: [\n"]
)
def test_nonsense_is_refused_without_ado(text: str) -> None:
    found, problems = read(text)
    assert found is None
    assert problems


def test_what_would_make_it_better() -> None:
    long = "Bác mở ứng dụng ngân hàng rồi bác xem thật kỹ từng chữ một trên màn hình trước khi bác bấm vào nút ở dưới."
    worse = (
        GOOD.replace("Bác mở **Ngân hàng Làng**.", long)
        .replace("Ngân hàng Làng]", "Agribank]")
        .replace("task: Trả 30.000 đồng cho chị Hoa.\n", "")
        .replace("    hint: Ô đầu tiên.\n", "")
        .replace("[stall, 10, 20, 30, 40,", "[stall, 10, 20, 5, 40,")
        .replace("skills: [ND.5.3]\n", "sources: [Bộ Công an]\n")
    )
    found, problems = read(worse)
    assert problems == []
    assert found is not None
    said = {fault.code: fault.path for fault in advice(found)}
    assert said == {
        "long-sentence": ("steps", 0, "say"),
        "brand": ("screens", 0, "view", 1),
        "no-task": ("task",),
        "no-hint": ("steps", 0),
        "small-spot": ("screens", 0, "view", 3, "spots", 0),
        "no-skills": ("skills",),
        "not-checked": ("checked",),
    }


def test_a_draft_that_is_just_begun_has_faults_and_no_crash() -> None:
    from plugins.practice.services.authoring import empty_body

    codes = {fault.code for fault in faults(empty_body("x", "X"), ICONS)}
    assert codes == {"no-promise", "no-screens", "no-steps", "no-say", "no-can"}


# --- packages ---------------------------------------------------------------------------------------------------------

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 60"><rect width="100" height="60"/></svg>'
STARTER = Path(__file__).parents[2] / "content" / "starter"
LESSON = """\
---
slug: bai-tra-tien
title: Trả tiền
promise: Học xong, bác biết trả tiền.
groups: [citizens]
skills: [ND.5.3]
minutes: 3
---

Đọc một chút.

:::practice tra-tien
"""
COURSE = """\
slug: khoa-tra-tien
title: Khóa trả tiền
groups: [citizens]
modules:
  - title: Trả tiền
    activities: [bai-tra-tien, {practice: tra-tien}]
"""


def package(**changed: bytes | None) -> dict[str, bytes]:
    framework = next(
        file for file in sorted((STARTER / "frameworks").glob("*.json")) if "ND.5.3" in file.read_text(encoding="utf-8")
    )
    files: dict[str, bytes] = {
        "package.yaml": b"format: hocvuso/1\nslug: thu\ntitle: Thu\nversion: '1'\n",
        f"frameworks/{framework.name}": framework.read_bytes(),
        "practices/tra-tien.yaml": GOOD.encode(),
        "practices/tra-tien/cho.svg": SVG,
        "lessons/bai-tra-tien/lesson.md": LESSON.encode(),
        "courses/khoa-tra-tien.yaml": COURSE.encode(),
    }
    for name, data in changed.items():
        if data is None:
            del files[name]
        else:
            files[name] = data
    return files


def refused(app: Flask, files: dict[str, bytes]) -> list[str]:
    with app.app_context(), pytest.raises(PackageInvalid) as caught:
        read_files(files, known_parts())
    return [f"{p.file}:{p.line} {p.code}" for p in caught.value.problems]


def test_a_package_brings_a_practice_and_gives_it_back(any_app: Flask) -> None:
    with any_app.app_context():
        assert "landmark" in icon_names()
        files = package()
        read = read_files(files, known_parts())
        counts = take_in(read, 1, None)
        assert counts["practices"] == 1
        assert take_in(read, 1, None) == {}, "what is here already changes nothing"
        found = queries.newest("tra-tien")
        assert found is not None
        assert found.body["files"]["cho.svg"]["width"] == 100
        again = package_files(export_package("khoa-tra-tien"), known_parts())
        assert again["practices/tra-tien/cho.svg"] == SVG
        assert read_files(again, known_parts()).documents == read.documents
        page = any_app.test_client().get("/hoc/khoa-tra-tien/bai-tra-tien").text
        assert "Luyện tập ngay" in page
        assert 'href="/thuc-hanh/tra-tien?return_to=' in page
        front = any_app.test_client().get("/thuc-hanh/tra-tien?course=khoa-tra-tien").text
        assert 'href="/thuc-hanh/tra-tien/xem?course=khoa-tra-tien"' in front


def test_in_a_course_the_course_goes_on_and_its_place_is_done(any_app: Flask, sign_in: Callable[..., Any]) -> None:
    with any_app.app_context():
        take_in(read_files(package(), known_parts()), 1, None)
    learner = sign_in("learner", on=any_app)
    log = "bank.next"
    sent = {"l": log, "course": "khoa-tra-tien", "t": "7b0c4c0e-38a1-4e0a-8a39-3d7cf7b0a001"}
    answer = learner.post("/thuc-hanh/tra-tien/tu-lam/xong", data=sent)
    assert answer.status_code == 303
    end = learner.get(answer.headers["Location"]).text
    assert 'href="/khoa-hoc/khoa-tra-tien"' in end, "the last of the course leads back to it"
    from lms.learning.queries import activity, enrollment

    with any_app.app_context():
        course = activity("course", "khoa-tra-tien")
        assert course is not None
        held = enrollment(1, course.id) or next(
            e for e in (enrollment(n, course.id) for n in range(2, 60)) if e is not None
        )
    assert held.done == 0b10


def test_problems_of_a_package_name_file_and_line(any_app: Flask) -> None:
    broken = {**package(), "practices/tra-tien.yaml": GOOD.replace("tap: bank", "tap: bnk").encode()}
    assert refused(any_app, broken) == ["practices/tra-tien.yaml:33 no-tap"]
    assert refused(any_app, package(**{"practices/tra-tien/cho.svg": None})) == [
        "practices/tra-tien.yaml:15 missing-file"
    ]
    assert refused(any_app, package(**{"practices/tra-tien.yaml": None})) == [
        "courses/khoa-tra-tien.yaml:6 dangling",
        "lessons/bai-tra-tien/lesson.md:12 dangling",
        "practices/tra-tien.yaml:1 missing-file",
    ]
    assert refused(any_app, package(**{"practices/tra-tien/x.exe": b"MZ"})) == [
        "practices/tra-tien/x.exe:1 unknown-file"
    ]
    evil = package(
        **{"practices/tra-tien/cho.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>"}
    )
    assert any(line.startswith("practices/tra-tien/cho.svg:") for line in refused(any_app, evil))
    unknown = {**package(), "practices/tra-tien.yaml": GOOD.replace("skills: [ND.5.3]", "skills: [ND.55]").encode()}
    assert refused(any_app, unknown) == ["practices/tra-tien.yaml:7 dangling"]
    twice = {**package(), "practices/bai-tra-tien.yaml": GOOD.encode(), "practices/bai-tra-tien/cho.svg": SVG}
    assert "practices/bai-tra-tien.yaml:1 duplicate-slug" in refused(any_app, twice)


def test_what_writers_are_told_of_practices(any_app: Flask) -> None:
    with any_app.app_context():
        parts = known_parts()
    assert "1 practices" in check.counts(read_files(package(), parts))
    better = package() | {"practices/tra-tien.yaml": GOOD.replace("    hint: Ô đầu tiên.\n", "").encode()}
    advice = [str(one) for one in check.advice(read_files(better, parts), parts)]
    assert any(line.startswith("practices/tra-tien.yaml:1: steps 1: This step has no hint.") for line in advice)
    wrong = package() | {"practices/tra-tien.yaml": GOOD.replace("tap: bank", "tap: bnk").encode()}
    with pytest.raises(PackageInvalid) as caught:
        read_files(wrong, parts)
    said = [str(problem) for problem in caught.value.problems]
    assert any(line.startswith("practices/tra-tien.yaml:33: Nothing that can be tapped is called bnk") for line in said)
