"""Pure: the words of a paper. Always Vietnamese; nothing here is asked again once a paper is issued."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace

from certificates.designs.paper import Paper, PaperKind

IDENTITY = {
    0: "Họ tên do người học tự khai, chưa đối chiếu giấy tờ",
    1: "Họ tên do người học tự khai; số điện thoại đã xác nhận",
    2: "Họ tên đã được cán bộ đối chiếu giấy tờ",
    3: "Danh tính đã xác thực qua VNeID",
}
UNSIGNED = "Bản tra cứu, chưa ký số"
NO_ISSUER = "Nơi cấp chưa được khai báo"
SHORT = "Chương trình rút gọn, chưa xác nhận phổ cập"
DEFAULT_RULES = "mặc định của hệ thống, chưa phải quy định"
DRAFT = "bản nháp làm việc, không phải văn bản của Bộ"
LISTED = "Theo danh sách của nơi cấp; hệ thống này không ghi nhận quá trình học hay dự thi"
FORGOTTEN = "(đã xóa)"
TASK = {"declared": "Việc làm thật do người học tự khai", "confirmed": "Việc làm thật đã được cán bộ xác nhận"}


def long_date(day: date) -> str:
    """ngày 05 tháng 02 năm 2026 (Nghị định 30/2020/NĐ-CP: day below 10 and months 1, 2 with a leading zero)."""
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def compose(
    *,
    evidence: Mapping[str, Any],
    full_name: str,
    birth_date: date | None,
    unit_name: str,
    assurance_level: int,
    issuer_name: str,
    place: str,
    issued_on: date,
    attained_on: date,
    issuer_is_state: bool,
) -> Paper:
    """Words a paper from the frozen evidence of an attainment: all but what its number brings (`numbered`)."""
    programme, framework, rules = evidence["programme"], evidence["framework"], evidence["rules"]
    attainment = programme["recognition"] == "attainment"
    lessons = evidence["lessons"]
    quizzes = [q for q in evidence["quizzes"].values() if q["passed"]]
    learnt = f"đã học {lessons['done']} bài"
    if quizzes:
        best = quizzes[0]
        learnt += f", làm đúng {_points(best['raw'])}/{_points(best['most'])} câu kiểm tra cuối"
    tasks = [TASK[state] for state in evidence["tasks"].values() if state in TASK]
    standing = f" ({DEFAULT_RULES})" if rules["standing"] == "system_default" else ""
    draft = f" ({DRAFT})" if framework["warning"] else ""
    framework_name = framework["title"].partition(" (")[0] or framework["slug"]
    version = framework["version"].removesuffix("-draft") if draft else framework["version"]  # the words say it
    rules_name = rules["title"].removeprefix("Bộ quy tắc ")
    return Paper(
        kind="attainment" if attainment else "course",
        title="GIẤY XÁC NHẬN" if attainment else "GIẤY CHỨNG NHẬN",
        subtitle="Hoàn thành mức độ phổ cập kỹ năng số" if attainment else "Hoàn thành khóa học",
        number="",
        issuer_lines=(issuer_name or NO_ISSUER,),
        full_name=full_name,
        birth_date=f"{birth_date:%d/%m/%Y}" if birth_date else None,
        unit_name=unit_name or None,
        statement_lines=(
            f"Đã hoàn thành: {programme['title']}",
            f"{learnt[0].upper()}{learnt[1:]}; hoàn thành {long_date(attained_on)}.",
        ),
        framework_line=f"Khung năng lực: {framework_name}, phiên bản {version}{draft}",
        rules_line=f"Bộ quy tắc: {rules_name}, phiên bản {rules['version']}{standing}",
        identity_line=IDENTITY[assurance_level],
        provenance_line="; ".join(tasks) or None,
        place_and_date=given_at(place, issued_on),
        signatory_lines=(),
        verify_url="",
        verify_domain="",
        check_code="",
        unsigned_notice=UNSIGNED,
        national_heading=issuer_is_state,
        notes=() if attainment else (SHORT,),
    )


def compose_listed(
    *,
    kind: PaperKind,
    subtitle: str,
    statement_lines: tuple[str, ...],
    full_name: str,
    birth_date: date | None,
    unit_name: str,
    assurance_level: int,
    issuer_name: str,
    place: str,
    issued_on: date,
    issuer_is_state: bool,
) -> Paper:
    """Words a Giấy chứng nhận for somebody whom an issuer's own list names: of a course held elsewhere, of a contest.

    The list is the issuer's word, so no framework and no rules stand on it.
    """
    return Paper(
        kind=kind,
        title="GIẤY CHỨNG NHẬN",
        subtitle=subtitle,
        number="",
        issuer_lines=(issuer_name or NO_ISSUER,),
        full_name=full_name,
        birth_date=f"{birth_date:%d/%m/%Y}" if birth_date else None,
        unit_name=unit_name or None,
        statement_lines=statement_lines,
        identity_line=IDENTITY[assurance_level],
        provenance_line=LISTED,
        place_and_date=given_at(place, issued_on),
        signatory_lines=(),
        verify_url="",
        verify_domain="",
        check_code="",
        unsigned_notice=UNSIGNED,
        national_heading=issuer_is_state,
    )


def numbered(paper: Paper, *, number: str, serial: int, year: int, check_code: str, base_url: str) -> Paper:
    """The same paper with what its number brings: its line in the book, where it is checked."""
    return replace(
        paper,
        number=number,
        check_code=check_code,
        book_line=f"Vào sổ số: {serial}/{year}",
        verify_url=f"{base_url}/verify/{number}",
        verify_domain=urlsplit(base_url).netloc,
    )


def given_at(place: str, day: date) -> str:
    """Where and when a paper is given: Thiện Tín, ngày 10 tháng 02 năm 2026."""
    return f"{place}, {long_date(day)}" if place else long_date(day).capitalize()


def without_person(paper: Mapping[str, Any]) -> dict[str, Any]:
    """The words of a paper whose holder asked to be forgotten: what was issued and when, not to whom."""
    return {**paper, "full_name": FORGOTTEN, "birth_date": None, "unit_name": None, "provenance_line": None, "qr": []}


def _points(halves: int) -> str:
    return str(halves // 2) if halves % 2 == 0 else f"{halves / 2:.1f}".replace(".", ",")
