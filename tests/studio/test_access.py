"""Who may come into the studio, and what they may touch there."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.db.unit_of_work import unit_of_work
from lms.identity import accounts, grants
from lms.orgs.queries import org_by_code
from lms.packages.exporting import export_package
from lms.packages.importing import known_parts
from lms.packages.writing import write_package
from tests.studio.conftest import SVG, Author, a_lesson, begin
from tests.studio.test_quizzes import a_bank, an_item

PAGES = ("/studio/khoa-hoc", "/studio/bai-hoc", "/studio/ngan-hang", "/studio/bai-kiem-tra", "/studio/goi")


def instructor_of(app: Flask, code: str) -> FlaskClient:
    """A new instructor of another unit, signed in."""
    with app.app_context():
        hashed = accounts.prepared_password("Vũ Thị Khác", f"khac{code.lower()}", "mot-mat-khau-rat-dai")
        with unit_of_work():
            account = accounts.sign_up("Vũ Thị Khác", f"khac{code.lower()}", hashed)
            unit = org_by_code(code)
            assert unit is not None
            grants.give(account, "instructor", unit.id, None)
    browser = app.test_client()
    answer = browser.post("/dang-nhap", data={"identifier": f"khac{code.lower()}", "password": "mot-mat-khau-rat-dai"})
    assert answer.status_code == 303
    return browser


@pytest.fixture
def mine(author: Author) -> dict[str, str]:
    """One of everything, of the instructor's commune."""
    bank = a_bank(author)
    return {
        "course": begin(author, "/studio/khoa-hoc", "Khóa của xã"),
        "lesson": a_lesson(author),
        "task": begin(author, "/studio/bai-hoc", "Việc của xã", kind="task"),
        "bank": bank,
        "item": an_item(author, bank, "exam"),
        "quiz": begin(author, "/studio/bai-kiem-tra", "Kiểm tra của xã"),
    }


def addresses(mine: dict[str, str]) -> list[tuple[str, str]]:
    """Every address of those things, with its method."""
    course, lesson, bank, item = mine["course"], mine["lesson"], mine["bank"], mine["item"]
    return [
        ("GET", course), ("POST", course), ("GET", f"{course}/them?module=0"), ("POST", f"{course}/them"),
        ("GET", f"{course}/goi.zip"), ("GET", lesson), ("POST", lesson), ("GET", f"{lesson}/xem-truoc"),
        ("GET", f"{lesson}/cau-hoi?block=0"), ("POST", f"{lesson}/cau-hoi"), ("GET", mine["task"]),
        ("POST", mine["task"]), ("GET", bank), ("GET", f"{bank}/moi"), ("POST", f"{bank}/moi"), ("GET", item),
        ("POST", item), ("POST", f"{item}/ngung"), ("GET", f"{item}/xem-truoc"), ("GET", mine["quiz"]),
        ("POST", mine["quiz"]),
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["learner", "verifier"])
def test_without_the_role_the_studio_is_not_there(sign_in: Any, mine: dict[str, str], role: str) -> None:
    client = sign_in(role)
    for page in PAGES:
        assert client.get(page).status_code == 404, page
        if page != "/studio/goi":
            assert client.post(page, data={"title": "Thử"}).status_code == 404, page
    assert client.post("/studio/goi").status_code == 404
    for method, url in addresses(mine):
        assert client.open(url, method=method).status_code == 404, url
    assert "/studio/" not in client.get("/cua-toi").get_data(as_text=True)


def test_who_is_not_signed_in_is_asked_to(app: Flask, mine: dict[str, str]) -> None:
    client = app.test_client()
    for method, url in [*(("GET", page) for page in PAGES), *addresses(mine)]:
        answer = client.open(url, method=method)
        assert answer.status_code == 303, url
        assert "/dang-nhap" in answer.headers["Location"]


def test_another_units_instructor_sees_and_touches_nothing(app: Flask, mine: dict[str, str]) -> None:
    other = instructor_of(app, "01")
    for page in PAGES:
        text = other.get(page).get_data(as_text=True)
        assert "của xã" not in text, page
    for method, url in addresses(mine):
        assert other.open(url, method=method).status_code == 404, (method, url)


def test_whoever_authors_above_may_work_below(sign_in: Any, mine: dict[str, str]) -> None:
    administrator = sign_in("administrator")
    for url in mine.values():
        assert administrator.get(url).status_code == 200, url
    assert "Khóa của xã" in administrator.get("/studio/khoa-hoc").get_data(as_text=True)


def test_a_commune_cannot_touch_the_nations_content(author: Author) -> None:
    for url in (
        "/studio/khoa-hoc/ky-nang-so-nguoi-dan", "/studio/bai-hoc/giu-kin-ma-otp", "/studio/ngan-hang/nguoi-dan-4",
        "/studio/bai-kiem-tra/kiem-tra-cuoi-nguoi-dan", "/studio/goi/tat-ca.zip",
    ):  # fmt: skip
        author.get(url, 404)


def test_nothing_is_begun_in_a_unit_that_is_not_ones_own(app: Flask, author: Author) -> None:
    with app.app_context():
        elsewhere = org_by_code("01")
        assert elsewhere is not None
    for page in PAGES[:4]:
        answer = author.client.post(page, data={"title": "Của ai", "org": str(elsewhere.id)})
        assert answer.status_code == 404, page
        assert author.client.post(page, data={"title": "Của ai", "org": "999999999"}).status_code == 404


# Packages on the web.


def upload(author: Author, content: bytes, **more: str) -> tuple[int, str]:
    data = {"package": (io.BytesIO(content), "goi.zip"), **more}
    answer = author.client.post("/studio/goi", data=data, content_type="multipart/form-data")
    return answer.status_code, answer.get_data(as_text=True)


def test_problems_are_listed_by_file_and_line_and_nothing_is_imported(app: Flask, author: Author) -> None:
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("package.yaml", 'format: hocvuso/1\nslug: thu\ntitle: Thử\nversion: "1"\n')
        archive.writestr("tasks/viec-tot.yaml", "slug: viec-tot\ntitle: Việc tốt\ntext: Làm đi.\n")
        archive.writestr("tasks/viec-hong.yaml", "slug: viec-hong\ntitel: Việc hỏng\ntext: <b>x</b>\n")
    status, text = upload(author, stream.getvalue())
    assert status == 422
    assert "tasks/viec-hong.yaml" in text
    assert "titel" in text
    assert "Việc tốt" not in author.get("/studio/bai-hoc")
    for content in (b"", b"khong phai zip", b"PK\x05\x06" + b"\0" * 18):
        assert upload(author, content)[0] == 422
    assert author.client.post("/studio/goi", data={}).status_code == 422


def a_published_course(author: Author) -> str:
    course, lesson = begin(author, "/studio/khoa-hoc", "Khóa đi xa"), a_lesson(author, "Bài đi xa")
    author.press(course, "module", new__module="Một")
    author.press(lesson, "publish")
    slug = lesson.rsplit("/", 1)[1]
    author.client.post(f"{course}/them", data={"module": "0", "title": "Một", "kind": "lesson", "slug": slug})
    author.press(course, "publish", groups=["citizens"])
    return course


def test_a_course_goes_out_and_comes_in_elsewhere(app: Flask, author: Author, sign_in: Any) -> None:
    item = an_item(author, a_bank(author), "practice").rsplit("/", 1)[1]
    lesson = a_lesson(author, "Bài có câu hỏi", item)
    author.press(lesson, "publish")
    course = a_published_course(author)
    slug = lesson.rsplit("/", 1)[1]
    author.client.post(f"{course}/them", data={"module": "0", "title": "Một", "kind": "lesson", "slug": slug})
    author.press(course, "publish", groups=["citizens"])
    answer = author.client.get(f"{course}/goi.zip")
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    status, text = upload(author, answer.data)
    assert status == 200
    assert "không có gì thay đổi" in text

    with app.app_context():
        package = export_package("khoa-di-xa")
    assert item in {i.id for i in package.items()}
    renamed = replace(
        package,
        slug="khoa-ve",
        courses=(replace(package.courses[0], slug="khoa-ve", title="Khóa trở về"),),
    )
    stream = io.BytesIO()
    with app.app_context():
        write_package(renamed, stream, known_parts())
    status, text = upload(author, stream.getvalue(), do="check")
    assert status == 200
    author.get("/studio/khoa-hoc/khoa-ve", 404)
    status, text = upload(author, stream.getvalue())
    assert (status, "Khóa trở về" in author.get("/studio/khoa-hoc")) == (200, True)
    assert sign_in("learner").get("/hoc/khoa-ve/bai-di-xa").status_code == 200


def test_a_package_cannot_change_what_another_unit_holds(app: Flask, author: Author, sign_in: Any) -> None:
    with app.app_context():
        package = export_package("ky-nang-so-nguoi-dan")
        changed = {
            "lessons": replace(package, lessons=(replace(package.lessons[0], title="Bị đổi"), *package.lessons[1:])),
            "tasks": replace(package, tasks=(replace(package.tasks[0], title="Bị đổi"),)),
            "courses": replace(package, courses=(replace(package.courses[0], title="Bị đổi"),)),
            "quizzes": replace(package, quizzes=(replace(package.quizzes[0], title="Bị đổi"),)),
            "programmes": replace(package, programmes=(replace(package.programmes[0], title="Bị đổi"),)),
            "rules": replace(package, rules=(replace(package.rules[0], version=9),)),
        }
        files = {}
        for name, each in {"same": package, **changed}.items():
            stream = io.BytesIO()
            write_package(each, stream, known_parts())
            files[name] = stream.getvalue()
    assert upload(author, files.pop("same"))[0] == 200
    for name, content in files.items():
        status, text = upload(author, content)
        assert status == 409, name
        assert "Chưa nhập gì" in text
    with app.app_context():
        assert export_package("ky-nang-so-nguoi-dan") == package
    administrator = Author(sign_in("administrator"))
    assert upload(administrator, files["lessons"])[0] == 200


def test_exam_questions_of_another_unit_do_not_leave(author: Author, sign_in: Any) -> None:
    course = begin(author, "/studio/khoa-hoc", "Khóa mượn đề")
    author.press(course, "module", new__module="Một")
    slug = "kiem-tra-cuoi-nguoi-dan"
    author.client.post(f"{course}/them", data={"module": "0", "title": "Một", "kind": "quiz", "slug": slug})
    author.press(course, "publish", groups=["citizens"])
    answer = author.client.get(f"{course}/goi.zip")
    assert answer.status_code == 403
    assert "đơn vị khác" in answer.get_data(as_text=True)
    administrator = sign_in("administrator")
    assert administrator.get(f"{course}/goi.zip").status_code == 200
    assert administrator.get("/studio/goi/tat-ca.zip").status_code == 200


def test_a_file_of_the_store_cannot_be_claimed_as_a_picture_without_being_one(author: Author) -> None:
    page = a_lesson(author)
    fields = author.fields(page)
    fields["1-file"], fields["1-key"] = ["la.png"], ["0" * 64]
    author.send(page, fields)
    assert author.fields(page)["1-file"] == [""]
    author.press(page, b1__file__upload=("moi.svg", SVG))
    assert author.fields(page)["1-file"] == ["hinh-ve.svg"], "the same picture is kept once"
