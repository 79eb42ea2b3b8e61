"""Questions in Excel: one row a question. Heads are found by their words; what does not fit into columns stands as in a
package in the column "Chi tiết". Nothing in a written workbook is ever a formula. Pure but for the readers of types.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lms.api.texts import Text, _, fold
from lms.api.work import Invalid
from quizzes.formats import keys
from quizzes.formats.columns import BY_HEAD, BY_KIND, BY_THOUGHT, COLUMNS, GUIDE, KINDS, LETTERS, THOUGHT
from quizzes.formats.opening import DAMAGED
from quizzes.formats.question import (
    MOST_QUESTIONS,
    Brought,
    Question,
    Told,
    Written,
    answer,
    clean,
    explain,
    line_of,
    number_of,
    number_text,
    option,
    short,
)

MOST_COLUMNS = 60
MOST_BLANK = 200  # empty rows after each other: then the sheet is taken to have ended
MOST_CELL = 32_767  # letters in a cell of Excel
Detail = Callable[[str, str], tuple[dict[str, Any] | None, list[Text]]]
"""(type, the column "Chi tiết") → the question's data, and what is wrong with it."""


NO_HEADS = _(
    "The row with the heads was not found: it needs at least “Câu hỏi” and “Đáp án đúng”. Download the template."
)


def read(content: bytes, detail: Detail) -> Brought:
    """The questions of the first sheet that has our heads. Raises Invalid where it is no workbook that we read."""
    brought = Brought()
    for title, rows in _sheets(content):
        at, heads = _heads(rows)
        if heads:
            _rows(rows, at, heads, brought, detail)
            return brought
        if len(rows) > 1 and title != _GUIDE_SHEET:
            brought.lose(_("A sheet without our heads is left out."), title)
    brought.wrong(NO_HEADS)
    return brought


def _sheets(content: bytes) -> list[tuple[str, list[list[str]]]]:
    from openpyxl import load_workbook  # 12 MB that only somebody who brings a workbook needs

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl mentions what it leaves out: styles, validations, links
        try:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            try:
                return [(s.title, _cells(s)) for s in book.worksheets[:10] if s.sheet_state == "visible"]
            finally:
                book.close()
        except Exception as error:  # a damaged file may break any part of the reader
            raise Invalid(DAMAGED) from error


def _cells(sheet: Any) -> list[list[str]]:
    sheet.reset_dimensions()  # what the file says of its size is often wrong
    rows: list[list[str]] = []
    blank = 0
    for values in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS):
        row = [_said(value) for value in values]
        blank = 0 if any(row) else blank + 1
        if blank > MOST_BLANK or len(rows) > MOST_QUESTIONS + 100:
            break
        rows.append(row)
    return rows


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Đúng" if value else "Sai"
    if isinstance(value, float):
        return number_text(value)
    return str(value)[:MOST_CELL].replace("\r\n", "\n").rstrip()


def _cell(key: str, value: str) -> str:
    """A cell as it is read: the one that holds a package's lines keeps their indents."""
    return value.strip("\n") if key == "detail" else clean(value)


def _heads(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Where the heads stand, and which column each is in; no columns where there are none."""
    for at, row in enumerate(rows[:40]):
        found: dict[str, int] = {}
        for place, cell in enumerate(row):
            key = BY_HEAD.get(fold(cell.replace("*", "")))
            if key and key not in found:
                found[key] = place
        if "stem" in found and ({"right", "A", "detail"} & found.keys()):
            return at, found
    return 0, {}


def _rows(
    rows: Sequence[Sequence[str]], at: int, heads: Mapping[str, int], brought: Brought, detail: Detail
) -> None:  # fmt: skip
    for number, row in enumerate(rows[at + 1 :], at + 2):
        cells = {key: _cell(key, row[place]) if place < len(row) else "" for key, place in heads.items()}
        if not any(value for key, value in cells.items() if key != "name"):
            continue
        if len(brought.questions) >= MOST_QUESTIONS:
            brought.wrong(_("Only the first {most} questions are read. Divide the file.", most=MOST_QUESTIONS))
            return
        question = _question(cells, detail)
        question.line = number
        brought.questions.append(question)


def _question(cells: Mapping[str, str], detail: Detail) -> Question:
    def cell(key: str) -> str:
        return cells.get(key, "")

    question = Question("", cell("stem"), name=line_of(cell("name")))
    question.skills = [code for code in re.split(r"[\s,;]+", cell("skills")) if code]
    question.lesson, question.twins = line_of(cell("lesson")), line_of(cell("twins"))
    question.fix, question.source = cell("fix"), cell("source")
    if cell("sender") or cell("message"):
        question.message = {"sender": line_of(cell("sender")), "text": cell("message")}
    thought = cell("thinking")
    if not thought and fold(cell("level")) in BY_THOUGHT:  # many sheets call the way of thinking "Mức độ"
        thought, level = cell("level"), number_of("0")
    else:
        level = number_of(cell("level") or "0")
    if level is None or level != int(level) or not 0 <= level < 100:
        question.wrong(_("“{text}” is no level: write 1, 2, 3 …", text=short(cell("level"), 30)))
    else:
        question.level = int(level)
    if thought:
        question.thinking = BY_THOUGHT.get(fold(thought), "")
        if not question.thinking:
            question.wrong(_("“{text}” is not known in the column “{head}”.", text=short(thought, 30),
                             head="Mức nhận thức"))  # fmt: skip
    kind = BY_KIND.get(fold(cell("kind")), "") if cell("kind") else _guessed(cells)
    if not kind:
        question.kind = "single_choice"
        question.wrong(_("“{text}” is not known in the column “{head}”.", text=short(cell("kind"), 30),
                         head="Loại câu hỏi"))  # fmt: skip
        return question
    question.kind = kind
    if cell("detail"):
        data, problems = detail(kind, cells["detail"])
        question.data = data or {}
        for problem in problems:
            question.wrong(problem)
    else:
        _data(question, cells)
    if not question.stem and kind not in ("fill_blanks", "thread", "hotspot", "practice", "task"):
        question.wrong(_("There are no words of the question."))
    if cell("why") and not question.problems and not cell("detail"):
        explain(question, cell("why"))
    return question


def _guessed(cells: Mapping[str, str]) -> str:
    right = cells.get("right", "")
    if fold(right) in ("dung", "sai", "true", "false") and not cells.get("C"):
        return "true_false"
    if cells.get("A") and cells.get("B"):
        return "multiple_choice" if len(keys.letters(right.upper()) or ()) > 1 else "single_choice"
    return "numeric" if number_of(right) is not None else "short_answer" if right else "task"


def _data(question: Question, cells: Mapping[str, str]) -> None:
    filled = [(letter, cells[letter]) for letter in LETTERS if cells.get(letter)]
    texts, right, kind = [text for _letter, text in filled], cells.get("right", ""), question.kind
    if kind in ("single_choice", "multiple_choice"):
        letters = keys.letters(right.upper()) if right else None
        if letters is None:
            same = [letter for letter, text in filled if line_of(text) == line_of(right) and right]
            letters = same or None
        if letters is None:
            question.wrong(_("The column “{head}” names no letter of an answer: “{text}”.", head="Đáp án đúng",
                             text=short(right, 40)))  # fmt: skip
        for letter in letters or ():
            if letter not in dict(filled):
                question.wrong(
                    _("The right answer is said to be {letter}, but there is no such answer.", letter=letter)
                )
        question.data = {"options": [option(text, correct=letter in (letters or ())) for letter, text in filled]}
    elif kind == "true_false":
        said = fold(right)
        if said not in ("dung", "sai", "true", "false", "d", "s", "t", "f"):
            question.wrong(_("The column “{head}” says Đúng or Sai.", head="Đáp án đúng"))
        question.data = {"answer": said in ("dung", "true", "d", "t")}
    elif kind == "ordering":
        question.data = {"steps": texts}
    elif kind == "matching":
        pairs = [re.split(r"\s*(?:=>|->|→|=)\s*", text, maxsplit=1) for text in texts]
        for pair, text in zip(pairs, texts, strict=True):
            if len(pair) != 2 or not pair[1]:
                question.wrong(_("A pair needs = between its halves: “{text}”", text=short(text, 60)))
        whole = [pair for pair in pairs if len(pair) == 2]
        question.data = {"pairs": [{"left": left, "right": other} for left, other in whole if left]}
        others = [other for left, other in whole if not left]
        if others:
            question.data["others"] = others
    elif kind == "short_answer":
        said_all = texts or [part.strip() for part in right.split("/") if part.strip()]
        question.data = {"answers": [answer(text) for text in said_all]}
    elif kind == "numeric":
        question.data = {"answers": []}
        for text in texts or [right]:
            value, _sign, around = text.partition("±")
            number, tolerance = number_of(value), number_of(around or "0")
            if number is None or tolerance is None:
                question.wrong(_("“{text}” is not a number.", text=short(text, 40)))
                continue
            one = answer(number_text(number), key="value")
            if tolerance:
                one["tolerance"] = number_text(abs(tolerance))
            question.data["answers"].append(one)
    elif kind == "task":
        question.data = {"asks": "text"}
        if right:
            question.data["model"] = right
    else:
        question.wrong(_("Questions of this type need the column “{head}”.", head="Chi tiết"))


# --- writing ----------------------------------------------------------------------------------------------------------

_GUIDE_SHEET = "Hướng dẫn"
_SHEET = "Câu hỏi"
_WIDE = {"stem": 60, "why": 40, "detail": 50, "kind": 16, "message": 30, **dict.fromkeys(LETTERS[:4], 24)}


def write(
    questions: Sequence[Question], text_of: Callable[[Question], str], same: Callable[[Question, Question], bool],
    detail: Detail,
) -> Written:  # fmt: skip
    """The questions as a workbook. `text_of`: data as a package writes them; `same`: whether two questions are equal.

    A question that its columns alone would not give back has its data in the column "Chi tiết" too.
    """
    told: list[Told] = []
    rows = []
    for question in questions:
        cells = _written(question)
        if not same(question, _question({key: _cell(key, value) for key, value in cells.items()}, detail)):
            cells["detail"] = text_of(question)
            cells["why"] = ""
        where = question.name or short(question.stem)
        pictured = question.picture or any(
            isinstance(one, dict) and one.get("picture") for one in question.data.get("options", ())
        )
        if pictured or question.data.get("picture"):
            told.append(Told(_("The picture is left out."), where))
        if any(len(value) > MOST_CELL for value in cells.values()):
            told.append(Told(_("A text is longer than a cell of Excel can be, and was cut."), where))
        rows.append([cells.get(column.key, "")[:MOST_CELL] for column in COLUMNS])
    return Written(_book(rows), tuple(told))


def _written(question: Question) -> dict[str, str]:
    data, cells = question.data, {"stem": question.stem, "kind": KINDS.get(question.kind, question.kind)}
    cells |= {"name": question.name, "skills": ", ".join(question.skills), "lesson": question.lesson}
    cells |= {"twins": question.twins, "fix": question.fix, "source": question.source}
    cells["level"] = str(question.level) if question.level else ""
    cells["thinking"] = THOUGHT.get(question.thinking, "")
    if question.message:
        cells |= {"sender": question.message["sender"], "message": question.message["text"]}
    kind = question.kind
    texts: list[str] = []
    if kind in ("single_choice", "multiple_choice"):
        texts = [one["text"] for one in data["options"]]
        cells["right"] = ", ".join(L for L, one in zip(LETTERS, data["options"], strict=False) if one.get("correct"))
        cells["why"] = _said_by_all([one.get("why", "") for one in data["options"]])
    elif kind == "true_false":
        cells["right"] = "Đúng" if data["answer"] else "Sai"
        cells["why"] = _said_by_all([data.get("why_true", ""), data.get("why_false", "")])
    elif kind == "ordering":
        texts = list(data["steps"])
        cells["why"] = _said_by_all([data.get("why", ""), data.get("why_wrong", "")])
    elif kind == "matching":
        texts = [f"{pair['left']} = {pair['right']}" for pair in data["pairs"]]
        texts += [f"= {other}" for other in data.get("others", ())]
        cells["why"] = _said_by_all([pair.get("why", "") for pair in data["pairs"]])
    elif kind == "short_answer":
        texts = [one["text"] for one in data["answers"]]
        cells["why"] = _said_by_all([one.get("why", "") for one in data["answers"]] + [data.get("why_wrong", "")])
    elif kind == "numeric":
        for one in data["answers"]:
            around = number_text(one.get("tolerance") or 0)
            texts.append(number_text(one["value"]) + (f" ± {around}" if around != "0" else ""))
        cells["why"] = _said_by_all([one.get("why", "") for one in data["answers"]] + [data.get("why_wrong", "")])
    elif kind == "task":
        cells["right"] = data.get("model", "")
    if len(texts) <= len(LETTERS):
        cells |= dict(zip(LETTERS, texts, strict=False))
    return cells


def _said_by_all(whys: Sequence[str]) -> str:
    return whys[0] if whys and len(set(whys)) == 1 else ""


def template() -> bytes:
    """An empty workbook with our heads, three examples, and a sheet that explains the columns."""
    examples = (
        {"kind": "Một đáp án", "stem": "Có người gọi xin mã OTP. Bác làm gì?", "A": "Đọc mã cho họ",
         "B": "Cúp máy và báo ngân hàng", "C": "Gửi mã qua tin nhắn", "right": "B",
         "why": "Không ai được hỏi mã OTP của bác.", "skills": "ND.4.3", "thinking": "Thông hiểu"},
        {"kind": "Đúng sai", "stem": "Ngân hàng không bao giờ hỏi mã OTP.", "right": "Đúng", "skills": "ND.4.3"},
        {"kind": "Ghép đôi", "stem": "Ghép số điện thoại với việc.", "A": "113 = Công an", "B": "114 = Chữa cháy",
         "C": "115 = Cấp cứu", "skills": "ND.4.3"},
    )  # fmt: skip
    return _book([[row.get(column.key, "") for column in COLUMNS] for row in examples])


def _book(rows: Sequence[Sequence[str]]) -> bytes:
    from openpyxl import Workbook  # 12 MB that only a workbook needs
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet: Any = book.active
    sheet.title = _SHEET
    sheet.freeze_panes = "A2"
    for place, column in enumerate(COLUMNS, 1):
        _put(sheet.cell(1, place), column.head)
        sheet.cell(1, place).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = _WIDE.get(column.key, 14)
    wrapped = Alignment(wrap_text=True, vertical="top")
    for number, row in enumerate(rows, 2):
        for place, value in enumerate(row, 1):
            if value:
                _put(sheet.cell(number, place), value)
                sheet.cell(number, place).alignment = wrapped
    guide = book.create_sheet(_GUIDE_SHEET)
    for number, (head, about) in enumerate(GUIDE, 1):
        _put(guide.cell(number, 1), head)
        _put(guide.cell(number, 2), about)
        guide.cell(number, 2).alignment = wrapped
    guide.column_dimensions["A"].width, guide.column_dimensions["B"].width = 22, 110
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _put(cell: Any, value: str) -> None:
    """Writes a text, whatever it looks like: never a number, a date or a formula."""
    cell.value = "".join(c for c in value if c in "\n\t" or c.isprintable())
    cell.data_type = "s"
