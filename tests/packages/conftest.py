"""A small package that uses everything in docs/packages.md, as {path: bytes}; tests change one thing in it."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable

import pytest

from lms.packages.problems import PackageInvalid, Problem
from lms.packages.reading import read_files

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0L9 9"/></svg>'
MP3 = (b"\xff\xf3\x34\xc4" + bytes(68)) * 20  # silence: frames of 24 kbit/s, one channel

LESSON = """\
---
slug: giu-kin-ma-otp
title: Giữ kín mã OTP
promise: Học xong bài này, bác biết vì sao không đọc mã cho ai.
groups: [citizens, workers]
skills: [ND.4.1, "1.1"]
minutes: 4
address: bác
checked: 2026-11-20
review: 2027-05-20
sources: ["Bộ Công an: cảnh báo", bocongan.gov.vn]
---

## Chuyện của cô Mỵ

Cô Mỵ nhận được **mã 6 số**. Xem [trang này](https://dichvucong.gov.vn).

:::image ma.svg "Điện thoại có một \\"mã\\"" "Một mã"

:::audio nghe.mp3 "Lời đọc bài"

:::message "NGAN HANG LANG"
Tai khoan cua ban se bi KHOA.

Bam vao day.
:::

:::steps
- **Không đọc** mã.
- Tắt máy.
  Gọi lại số quen.
:::

:::warning
Giọng nói có thể giả.
:::

:::remember
Không đọc mã cho ai.
:::

:::do
Lưu số ngân hàng.
:::

:::check otp-con-trai
"""

ITEMS = """\
- id: otp-con-trai
  type: single_choice
  pool: practice
  skills: [ND.4.1]
  message: {from: "NGAN HANG LANG", text: "Tai khoan ..."}
  stem: Có người gọi, giọng giống con trai bác. Bác làm gì?
  lesson: giu-kin-ma-otp
  options:
    - text: Tắt máy, gọi lại số con trai
      correct: true
      why: Gọi lại số quen là chắc nhất.
    - {text: Đọc mã cho con, why: Giọng có thể do máy giả.}
    - {text: Nhắn mã qua Zalo, why: Gửi cách nào mã cũng lộ.}
- id: nhieu-dap-an
  type: multiple_choice
  pool: exam
  skills: [ND.4.1]
  stem: Những việc nào nên làm?
  options:
    - {text: Tắt máy, correct: true, why: Đúng.}
    - {text: Gọi lại, correct: true, why: Đúng.}
    - {text: Đọc mã, why: Sai.}
- id: dung-sai
  type: true_false
  pool: exam
  skills: [ND.0.1]
  stem: Ngân hàng hỏi mã OTP qua điện thoại.
  answer: false
  why_true: Không bao giờ.
  why_false: Đúng vậy.
- id: thu-tu
  type: ordering
  pool: exam
  skills: [ND.0.1]
  stem: |
    Sắp xếp các bước.

    Bước nào trước?
  steps: [Mở máy, Bấm số, Gọi]
  why: Đúng thứ tự.
  why_wrong: Phải mở máy trước.
"""

FRAMEWORK = {
    "schema": "competence-framework/1",
    "id": "khung-nhap",
    "version": "0.1",
    "title_vi": "Khung nháp",
    "completeness": {"warning": "Không phải văn bản chính thức."},
    "groups": [{"group": "citizens"}],
    "items": [
        {
            "group": "citizens",
            "domain_code": "ND.0",
            "domain_vi": "Thiết bị",
            "skills": [{"code": "ND.0.1", "name_vi": "Sử dụng thiết bị", "official_code": None}],
        },
        {
            "group": "citizens",
            "domain_code": "ND.4",
            "domain_vi": "An toàn",
            "skills": [{"code": "ND.4.1", "name_vi": "Giữ tài khoản"}],
        },
    ],
}
LEARNERS = {
    "schema": "competence-framework/1",
    "id": "khung-nguoi-hoc",
    "version": "1.0",
    "title_vi": "Khung người học",
    "domains": [{"code": "1", "name_vi": "Dữ liệu", "components": [{"code": "1.1", "name_vi": "Tìm kiếm"}]}],
}

TEXTS = {
    "package.yaml": """\
format: hocvuso/1
slug: starter
title: Chương trình khởi đầu
version: "1"
language: vi
license: CC-BY-4.0
about: Một đoạn.
""",
    "frameworks/khung-nhap.json": json.dumps(FRAMEWORK, ensure_ascii=False, indent=1),
    "frameworks/khung-nguoi-hoc.json": json.dumps(LEARNERS, ensure_ascii=False),
    "lessons/giu-kin-ma-otp/lesson.md": LESSON,
    "lessons/giu-kin-ma-otp/guide.md": "## Mục đích\n\nHọc viên biết giữ mã.\n",
    "items/nguoi-dan.yaml": ITEMS,
    "quizzes/kiem-tra.yaml": """\
slug: kiem-tra
title: Bài kiểm tra cuối
intro: Làm thử nhé.
pool: exam
minutes: 20
needs_birth_date: true
draw:
  - {from: [ND.4], count: 1}
  - {from: [ND.0], count: 2, spread: true}
pass:
  correct: 2
  parts: [{from: ND.4, correct: 1}]
""",
    "tasks/viec-that.yaml": """\
slug: viec-that
title: Làm một việc thật
text: |
  Nhắn tin cho người nhà.

  - Hoặc gọi.
choices: ["Nhắn tin", "Lưu số: tổng đài"]
""",
    "courses/ky-nang-so.yaml": """\
slug: ky-nang-so
title: Kỹ năng số
summary: Một câu.
groups: [citizens]
framework: khung-nhap
modules:
  - title: An toàn
    skill_area: ND.4
    activities: [{lesson: giu-kin-ma-otp, weight: 2}]
  - title: Kiểm tra
    activities: [viec-that, kiem-tra]
""",
    "rules/mac-dinh.yaml": """\
slug: mac-dinh
version: 1
title: Bộ quy tắc mặc định
standing: system_default
conditions:
  - {kind: lessons_completed}
  - {kind: skills_taught, all: true}
  - {kind: quiz_passed, quiz: kiem-tra}
  - {kind: task_done, task: viec-that, confirmed: false}
""",
    "programmes/nguoi-dan.yaml": """\
slug: nguoi-dan
title: Phổ cập kỹ năng số
group: citizens
framework: khung-nhap
recognition: attainment
courses: [ky-nang-so]
rules: mac-dinh
""",
}

Files = dict[str, bytes]
Refused = Callable[..., list[Problem]]


@pytest.fixture(scope="session")
def valid_files() -> Files:
    files = {name: text.encode() for name, text in TEXTS.items()}
    files["lessons/giu-kin-ma-otp/ma.svg"] = SVG
    files["lessons/giu-kin-ma-otp/nghe.mp3"] = MP3
    return files


@pytest.fixture
def files(valid_files: Files) -> Files:
    return dict(valid_files)


@pytest.fixture(scope="session")
def refused() -> Refused:
    """Reads files that must be refused; gives the problems, each with a file, a line and a text."""

    def read(files: Files) -> list[Problem]:
        with pytest.raises(PackageInvalid) as caught:
            read_files(files)
        for problem in caught.value.problems:
            assert problem.file
            assert problem.line >= 1
            assert problem.text()
        return list(caught.value.problems)

    return read


@pytest.fixture(scope="session")
def changed(valid_files: Files) -> Callable[[str, str, str], Files]:
    """The valid package with one text replaced in one file."""

    def change(name: str, old: str, new: str) -> Files:
        text = valid_files[name].decode()
        assert old in text
        return valid_files | {name: text.replace(old, new, 1).encode()}

    return change


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.fixture(scope="session")
def make_png() -> Callable[[int, int], bytes]:
    return png
