"""The picture to share: size, Vietnamese, privacy, the same bytes each time."""

import hashlib
import os
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from certificates.designs.paper import CannotDraw
from certificates.designs.share_image import ShareSummary, draw_share_image
from lms.api.papers import BRAND_BOLD, BRAND_REGULAR, letters_of

ROOT = Path(__file__).parents[2]

SUMMARY = ShareSummary(
    kind="attainment",
    title="Giấy xác nhận",
    statement="Đã hoàn thành mức độ phổ cập kỹ năng số cho người dân",
    number="VN-XN-2026-000123-35",
    verify_domain="hocvuso.example.vn",
    verify_url="https://hocvuso.example.vn/k/7K3M-90QD",
    name="Nguyễn Thị Mai",
)


def require_tool(name: str) -> str:
    """The path of a program; skips the test without it, fails it where LMS_TEST_STRICT=1."""
    path = shutil.which(name)
    if path is None:
        if os.environ.get("LMS_TEST_STRICT") == "1":
            pytest.fail(f"{name} is needed and not installed")
        pytest.skip(f"{name} is not installed")
    return path


def test_size_and_weight() -> None:
    data = draw_share_image(SUMMARY)
    image = Image.open(BytesIO(data))
    assert image.size == (1200, 630)
    assert image.mode == "P"
    assert image.format == "PNG"
    assert len(data) <= 60_000


def test_no_name_no_difference_by_person() -> None:
    """Without a name nothing of the person is in the picture, and the name really changes it."""
    assert draw_share_image(replace(SUMMARY, name=None)) != draw_share_image(SUMMARY)


@settings(max_examples=10, deadline=None)
@given(
    st.sampled_from(["attainment", "course"]),
    st.text("NguyễnThịẴŏ' -", max_size=150),
    st.text("Đã hoàn thành mức độ", min_size=1, max_size=600),
    st.booleans(),
)
def test_long_texts_stay_in_their_part(kind: str, name: str, statement: str, code: bool) -> None:
    url = SUMMARY.verify_url if code else None
    summary = replace(SUMMARY, kind=kind, name=name or None, statement=statement, verify_url=url)  # type: ignore[arg-type]
    data = draw_share_image(summary)
    assert len(data) <= 60_000
    image = Image.open(BytesIO(data)).convert("RGB")
    ground = image.getpixel((1195, 300))
    margin = image.crop((1144, 0, 1200, 616))
    assert margin.getcolors() == [(56 * 616, ground)]
    gap = image.crop((500, 442, 960, 450))
    assert gap.getcolors() == [(460 * 8, ground)]


def test_the_fonts_hold_every_vietnamese_letter() -> None:
    letters = {ord(letter) for letter in "ẤẦẨẪẬẮẰẲẴẶẾỀỂỄỆỐỒỔỖỘỚỜỞỠỢỨỪỬỮỰỲÝỶỸỴĐđấầẩẫậắằẳẵặếềểễệốồổỗộớờởỡợứừửữựỳýỷỹỵ–"}
    assert letters <= letters_of(BRAND_BOLD)
    assert letters <= letters_of(BRAND_REGULAR)


def test_letters_no_font_has_are_refused() -> None:
    with pytest.raises(CannotDraw):
        draw_share_image(replace(SUMMARY, name="ꪀꪱ"))


def test_the_code_reads_back(tmp_path: Path) -> None:
    zbarimg = require_tool("zbarimg")
    (tmp_path / "share.png").write_bytes(draw_share_image(SUMMARY))
    command = [zbarimg, "-q", "--raw", "-Sdisable", "-Sqrcode.enable", str(tmp_path / "share.png")]
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    assert said.stdout.strip() == SUMMARY.verify_url


def test_same_bytes_in_any_process() -> None:
    code = (
        "import hashlib, sys; sys.path.insert(0, 'tests/certificates'); import test_share_image as t; "
        "sys.stdout.write(hashlib.sha256(t.draw_share_image(t.SUMMARY)).hexdigest())"
    )
    sums = {hashlib.sha256(draw_share_image(SUMMARY)).hexdigest()}
    for seed, zone in (("1", "Asia/Ho_Chi_Minh"), ("77", "Pacific/Apia")):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "TZ": zone}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
        sums.add(done.stdout)
    assert len(sums) == 1
