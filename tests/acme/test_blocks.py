"""The directive says in words of its own what is wrong with it, by file and line."""

from __future__ import annotations

import pytest
from flask import Flask

from lms.packages.importing import known_parts
from lms.packages.problems import PackageInvalid
from lms.packages.reading import read_files
from lms.web.locale import Catalogue
from tests.acme.conftest import CONTENT, SVG

LESSON = "lessons/nghe-loa-xa/lesson.md"


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        (
            ':::broadcast tin-sang "Tin sáng"',
            ":::broadcast tin-sang",
            'Sau :::broadcast là tên và tiêu đề: :::broadcast tin-sang "Tin sáng".',
        ),
        ("Bà con chú ý: không đọc mã cho ai.\n", "", "Khối :::broadcast đang trống. Hãy viết lời phát thanh."),
    ],
)
def test_what_is_wrong_is_said(app: Flask, written: str, instead: str, said: str) -> None:
    text = CONTENT[LESSON].replace(written, instead)
    assert text != CONTENT[LESSON]
    files = {name: other.encode() for name, other in {**CONTENT, LESSON: text}.items()}
    files["lessons/nghe-loa-xa/loa.svg"] = SVG
    catalogue = app.extensions["lms.renderer"].catalogue
    assert isinstance(catalogue, Catalogue)
    with app.app_context(), pytest.raises(PackageInvalid) as caught:
        read_files(files, known_parts())
    problems = caught.value.problems
    assert [(p.file, p.line, p.text(catalogue.translator("vi"))) for p in problems] == [(LESSON, 16, said)]
