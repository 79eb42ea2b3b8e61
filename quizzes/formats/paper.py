"""A Vietnamese question paper as questions: "Câu 1: … A. B. C. D.", keys, solutions, parts. Pure.

The right answer is the one that is starred, highlighted, underlined, colored or bold where the others are not; or what
"Đáp án: B" below the question, or the table of answers at the end, says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lms.api.texts import _, fold
from quizzes.formats import keys, markup
from quizzes.formats.drafts import Choice, Draft, made
from quizzes.formats.lines import BOLD, Line, Piece, Run, Table
from quizzes.formats.question import (
    MOST_QUESTIONS,
    Brought,
    clean,
    line_of,
)

_STARTS = {
    "cau": re.compile(r"\s*(?i:câu)\s*(?i:hỏi|số)?\s*(\d{1,4})(?!\d)\s*(?:[.:)/–-]|(?=[\s(\[]|$))\s*"),
    "bai": re.compile(r"\s*(?i:bài|question|ques)\s*(?i:tập|số)?\s*(\d{1,4})(?!\d)\s*(?:[.:)/–-]|(?=[\s(\[]|$))\s*"),
    "number": re.compile(r"\s*(\d{1,3})\s*[.)/](?!\d)\s*(?=\S)"),
}
_OPTION = re.compile(r"(?:^|(?<=[\s✓☑]))([*✓☑]?\s*)\(?([A-J])\s?(\*?)\s*[.):/](?!\w*[.)]\w)(\*?)\s*")
_OPTION_START = re.compile(r"\s*(?:[*✓☑]\s*)?\(?[A-J]\s?\*?\s*[.):/]")
_STATEMENT = re.compile(r"\s*(\*?)\s*([a-h])\s*[).]\s+(?=\S)|\s*(\*?)\s*([a-h])\)\s*(?=\S)")
_SAID = re.compile(r"\s*(?:[-–:=→]+\s*|[(\[]\s*)(đúng|sai|đ|s)\s*[)\]]?\s*\.?\s*$", re.IGNORECASE)
_PART = re.compile(r"\s*(?i:phần|part)\s+([IVX]{1,5}|\d{1,2}|[A-H])(?![\w])\s*[.:)–-]*\s*(.*)", re.DOTALL)
_ROMAN = re.compile(r"\s*([IVX]{1,5}|[A-H])\s*[.)/–-]\s*(.*)", re.DOTALL)
_ANSWER = re.compile(
    r"\s*(?i:đáp\s*án(?:\s*đúng)?(?:\s*là)?|đ\.?a|đáp\s*số|trả\s*lời|answer|key|ans)\s*[:：.]\s*(\S.*)", re.DOTALL
)
_CHOOSE = re.compile(
    r"\s*(?:→|=>|⇒)?\s*(?i:chọn)\s*(?i:đáp án|câu|ý|phương án)?\s*[:.]?\s*([A-J])(?!\w)\s*[.:,;]?\s*(.*)", re.DOTALL
)
_SOLUTION = re.compile(
    r"\s*(?i:lời\s*giải(?:\s*chi\s*tiết)?|hướng\s*dẫn(?:\s*(?:giải|trả\s*lời|làm\s*bài))?(?:\s*chi\s*tiết)?|hd\s*giải"
    r"|giải\s*thích|giải\s*chi\s*tiết|phương\s*pháp\s*giải|giải)\s*(?:[:.：]\s*(.*)|$)",
    re.DOTALL,
)
_KEY_HEAD = re.compile(
    r"(?:bang )?(?:dap an|answer key|answers|key|huong dan cham)(?: (?:va|kem|de|tham khao|chi tiet|trac nghiem"
    r"|thang diem|huong dan|cham|giai|loi giai|phan|cau hoi|mon|kiem tra|thi|bieu diem|so \w+|ma \w+|\d+|[ivx]+))*"
)
_END = re.compile(r"(?:het|the end|end)")
_NOISE = re.compile(r"(?:trang \d+(?: \d+)?|ma de(?: thi)? \w+|page \d+(?: \d+)?|\d+ \d+ ma de \w+)")
_RANGE = re.compile(r"\bcau (?:hoi )?(?:so )?(?:tu )?(?:cau )?(\d{1,3}) (?:den |toi |va )?(?:cau )?(\d{1,3})\b")
_POINTS = re.compile(r"\s*[(\[]\s*\d+(?:[.,]\d+)?\s*(?:điểm|đ|pts?|points?)\s*[)\]]\s*[:.]?\s*", re.IGNORECASE)
_THINKING = {
    "nb": "know", "nhan biet": "know", "th": "understand", "thong hieu": "understand", "vd": "apply", "vdt": "apply",
    "van dung": "apply", "van dung thap": "apply", "vdc": "extend", "van dung cao": "extend",
}  # fmt: skip
_TAGGED = re.compile(r"\s*[(\[]\s*([^()\[\]]{2,20}?)\s*[)\]]\s*[:.]?\s*")
_KINDS = (("tu luan", "essay"), ("tra loi ngan", "short"), ("dien dap", "short"), ("dung sai", "truth"),
          ("dung hoac sai", "truth"), ("phuong an", "choice"), ("trac nghiem", "choice"))  # fmt: skip


def read(pieces: Sequence[Piece], brought: Brought) -> None:
    """Puts the questions of a paper into `brought`."""
    reader = _Reader(_flat(pieces), brought)
    reader.run()
    reader.finish()


def _flat(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, tables that only lay questions or answers out taken apart into their lines."""
    found: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Table) and _lays_out(piece):
            for row in piece.rows:
                found += _row_lines(row)
        else:
            found.append(piece)
    return found


def _lays_out(table: Table) -> bool:
    cells = [cell[0].text.strip() for row in table.rows for cell in row if cell]
    starts = sum(_STARTS["cau"].match(cell) is not None and len(cell) > 12 for cell in cells)
    letters = [cell[0] for cell in cells if _OPTION_START.match(cell) and cell[:1].isalpha()]
    alone = [cell[0] for cell in cells if re.fullmatch(r"[A-J][.)]?", cell)]
    opened = letters[:2] == ["A", "B"] and all(_STARTS["number"].match(cell) is None for cell in cells)
    pairs = alone[:2] == ["A", "B"] and len(alone) * 2 == len(cells)
    return starts > 0 or opened or pairs


def _row_lines(row: Sequence[Sequence[Line]]) -> Iterator[Line]:
    """The lines of a row; a cell that holds a letter alone is put before what stands in the next."""
    held: Line | None = None
    for cell in row:
        for line in cell:
            if held is not None:
                line = Line([*held.runs, Run(" "), *line.runs], line.number, held.pictures + line.pictures)
                held = None
            elif re.fullmatch(r"\s*[A-J][.)]?\s*", line.text) and len(cell) == 1:
                runs = line.runs if line.text.rstrip()[-1:] in ".)" else [*line.runs, Run(".", line.marks())]
                held = Line(runs, line.number, line.pictures)
                continue
            yield line
    if held is not None:
        yield held


class _Reader:
    def __init__(self, pieces: list[Piece], brought: Brought) -> None:
        self.pieces, self.brought = pieces, brought
        self.start = self._way_of_counting()
        self.drafts: list[Draft] = []
        self.part, self.kind, self.parts = 0, "", {"": 0}
        self.in_key = self.ended = self.in_head = self.in_solution = False
        self.key: dict[tuple[int, int], str] = {}
        self.explained: dict[tuple[int, int], list[str]] = {}
        self.key_part, self.key_last, self.key_parts_said = 0, 0, False
        self.key_at: tuple[int, int] | None = None
        self.passage: list[str] = []
        self.passage_for: tuple[int, int] | None = None
        self.points = 0
        self.heads: list[str] = []

    def _way_of_counting(self) -> re.Pattern[str]:
        """How this paper begins its questions: by "Câu 1", else by "Bài 1", else by bare numbers."""
        texts = [piece.text for piece in self.pieces if isinstance(piece, Line)]
        for name in ("cau", "bai"):
            if any(_STARTS[name].match(text) for text in texts):
                return _STARTS[name]
        return _STARTS["number"]

    # --- reading ------------------------------------------------------------------------------------------------------

    @property
    def draft(self) -> Draft | None:
        return self.drafts[-1] if self.drafts else None

    def run(self) -> None:
        for piece in self.pieces:
            if isinstance(piece, Table):
                self._table(piece)
            elif self.in_key:
                self._key_line(piece)
            else:
                self._line(piece)

    def _line(self, line: Line) -> None:
        text, words = line.text, fold(line.text)
        if self._turn(line, words):
            return
        found = self.start.match(text)
        if found and not (self.start is _STARTS["number"] and self._is_not_next(int(found[1]))):
            number = int(found[1])
            if self._is_repeated(number):
                self.in_key, self.key_part = True, 0
                self._key_line(line)
                return
            self._begin(number, line.cut(found.end()))
            return
        draft = self.draft
        if draft is None or self.in_head:
            self._before(line, words)
            return
        if self.passage_for is not None:
            self.passage.append(line.markdown())
            return
        self._inside(draft, line, words)

    def _turn(self, line: Line, words: str) -> bool:
        """Whether a line begins a part, ends the paper or begins its key; such lines are of no question."""
        text = line.text
        if _END.fullmatch(words) and self.drafts:
            self.ended = True
            return True
        if _NOISE.fullmatch(words):
            return True
        if self.drafts and _KEY_HEAD.fullmatch(words) and not _ANSWER.match(text):
            self.in_key = True
            self.key_part = 0
            return True
        found = _PART.match(text)
        roman = _ROMAN.match(text) if found is None else None
        kind = _kind_of(words)
        if found is not None or (roman is not None and kind and len(words) < 120):
            label = (found or roman)[1]  # type: ignore[index]  # one of them is there
            if self.ended and label in self.parts:
                self.in_key, self.key_parts_said, self.key_part = True, True, self.parts[label]
                return True
            self.part = self.parts.setdefault(label, len(self.parts))
            self.kind, self.in_head, self.in_solution = kind, True, False
            return True
        return False

    def _is_not_next(self, number: int) -> bool:
        """Whether a bare number at the beginning of a line cannot be a question's: it does not go on counting."""
        draft = self.draft
        if draft is None or draft.part != self.part:
            return number > 3
        return number != draft.number + 1 or not (draft.options or draft.said or draft.solution or len(draft.stem) < 2)

    def _is_repeated(self, number: int) -> bool:
        """Whether this number begins a solution at the end: it was there before, and the paper is over."""
        there = any(d.number == number and d.part == self.part for d in self.drafts)
        return there and (self.ended or (self.in_solution and number == 1))

    def _before(self, line: Line, words: str) -> None:
        """Lines that stand in no question: heads of the paper and of parts, passages for several questions."""
        if self._opens_passage(line, words):
            return
        if self.passage_for is not None:
            self.passage.append(line.markdown())
            return
        kind = _kind_of(words)
        if self.in_head and kind:
            self.kind = kind
        elif not self.in_head and words:
            self.heads.append(line.text)
        if line.pictures:
            self.brought.lose(_("A picture that belongs to no question is left out."), line.text, line.number)

    def _opens_passage(self, line: Line, words: str) -> bool:
        found = _RANGE.search(words)
        if found is None or not int(found[1]) < int(found[2]) or words.startswith("thi sinh"):
            return False
        self.passage_for = (int(found[1]), int(found[2]))
        self.passage = [line.markdown()]
        return True

    def _begin(self, number: int, rest: Line) -> None:
        if any(d.number == number and d.part == self.part for d in self.drafts):
            self.brought.wrong(
                _("There are two questions with the number {n}. The key can fit only one of them.", n=number),
                rest.text, rest.number,
            )  # fmt: skip
        draft = Draft(number, self.part, self.kind, rest.number)
        self.drafts.append(draft)
        self.in_head = self.in_solution = False
        if self.passage_for is not None and self.passage_for[0] <= number <= self.passage_for[1]:
            draft.stem += self.passage
        if self.passage_for is not None and number >= self.passage_for[1]:
            self.passage_for = None
        rest = self._tags(draft, rest)
        self._text(draft, rest)

    def _tags(self, draft: Draft, line: Line) -> Line:
        """Takes away what stands in brackets at the beginning: points, and the way of thinking."""
        while True:
            text = line.text
            points, tagged = _POINTS.match(text), _TAGGED.match(text)
            if points:
                self.points += 1
                line = line.cut(points.end())
            elif tagged and fold(tagged[1]) in _THINKING:
                draft.thinking = _THINKING[fold(tagged[1])]
                line = line.cut(tagged.end())
            else:
                return line

    def _inside(self, draft: Draft, line: Line, words: str) -> None:
        text = line.text
        solution = _SOLUTION.match(text)
        if solution:
            self.in_solution = True
            rest = line.cut(solution.start(1)) if solution[1] else None
            if rest is not None and rest.text.strip():
                self._explain(draft, rest)
            return
        said = _ANSWER.match(text)
        if said and (draft.options or draft.statements or not self.in_solution):
            self._answer(draft, line, said)
            return
        if self.in_solution:
            self._explain(draft, line)
            return
        if draft.options and self._opens_passage(line, words):
            return
        self._text(draft, line)

    def _answer(self, draft: Draft, line: Line, said: re.Match[str]) -> None:
        """ "Đáp án: B" and what explains it behind."""
        rest = said[1].strip()
        lettered = re.match(r"([A-J](?:\s*[,;&]\s*[A-J])*)(?!\w)\s*[.:;,–-]?\s*", rest)
        if draft.options and lettered:
            draft.said = lettered[1]
            rest = rest[lettered.end() :]
            if rest:
                draft.solution.append(markup.escaped(clean(rest)))
            return
        draft.said = rest

    def _explain(self, draft: Draft, line: Line) -> None:
        chosen = _CHOOSE.match(line.text)
        if chosen and not draft.said:
            draft.said = chosen[1]
            line = line.cut(chosen.start(2))
        if line.text.strip():
            draft.solution.append(line.markdown())
        if line.pictures:
            self.brought.lose(_("Pictures in solutions are left out."), line.text, line.number)

    def _text(self, draft: Draft, line: Line) -> None:
        """Words of the question, of its options or of its statements."""
        options = _options_in(line, len(draft.options), at_start=True)
        if not options and not draft.options:
            options = _options_in(line, 0, at_start=False)
        if options:
            before = line.cut(0, options[0][0])
            if before.text.strip():
                draft.stem.append(before.markdown())
            if draft.statements and not draft.options:
                draft.stem += [f"{c.letter}) {markup.escaped(c.text)}" for c in draft.statements]
                draft.statements = []
            self._take_options(draft, line, options)
            return
        if draft.options and _OPTION_START.match(line.text) and line.text.strip()[0] in "ABCDEFGHIJ":
            draft.problems.append(
                _("After answer {last} comes {next}: an answer is missing, or its letter is wrong.",
                  last=draft.options[-1].letter, next=line.text.strip()[0])
            )  # fmt: skip
        statement = _STATEMENT.match(line.text)
        if statement and not draft.options:
            letter = statement[2] or statement[4]
            if letter == chr(ord("a") + len(draft.statements)):
                self._take_statement(draft, line, statement, letter)
                return
        if draft.options:
            last = draft.options[-1]
            last.text = clean(f"{last.text}\n{line.text}")
            last.pictures += line.pictures
        elif draft.statements:
            last = draft.statements[-1]
            last.text = clean(f"{last.text}\n{line.text}")
            draft.pictures += line.pictures
        else:
            if line.text.strip():
                draft.stem.append(line.markdown())
            draft.pictures += line.pictures

    def _take_options(self, draft: Draft, line: Line, found: list[tuple[int, int, str, bool]]) -> None:
        made = []
        for place, (start, after, letter, starred) in enumerate(found):
            end = found[place + 1][0] if place + 1 < len(found) else len(line.text)
            part = line.cut(after, end)
            text = part.text.rstrip()
            if text.endswith(("*", "✓", "☑")) and not text.endswith("**"):
                starred, text = True, text[:-1]
            marks = set(line.marks(start, after)) | set(line.marks(after, end))
            if starred:
                marks.add("star")
            made.append(Choice(letter, clean(text.replace("\t", " ")), marks))
        empty = [one for one in made if not one.text]
        if line.pictures and len(empty) == len(line.pictures):
            for one, picture in zip(empty, line.pictures, strict=True):
                one.pictures.append(picture)
        elif line.pictures:
            made[-1].pictures += line.pictures
        draft.options += made

    def _take_statement(self, draft: Draft, line: Line, found: re.Match[str], letter: str) -> None:
        part = line.cut(found.end())
        marks = set(line.marks(0, found.end())) | set(part.marks())
        if found[1] or found[3]:
            marks.add("star")
        text = part.text.rstrip()
        said = _SAID.search(text)
        if said:
            marks.add("said true" if said[1].lower().startswith("đ") else "said false")
            text = text[: said.start()]
        draft.statements.append(Choice(letter, clean(text), marks))
        draft.pictures += line.pictures

    # --- tables -------------------------------------------------------------------------------------------------------

    def _table(self, table: Table) -> None:
        words = table.words()
        pairs, stray = keys.pairs_in_table(words)
        looks = bool(pairs) and all(_is_key(said) for _n, said in pairs)
        if self.in_key or (looks and (self.ended or self._is_over(pairs))):
            self.in_key = True
            if not pairs:
                self.brought.wrong(_("A table of answers is not understood."), " | ".join(words[0][:6]), table.number)
            if stray:
                self.brought.wrong(
                    _("The table of answers is uneven: {n} of its cells have no question or no answer.", n=stray),
                    " | ".join(words[0][:6]), table.number,
                )  # fmt: skip
            for number, said in pairs:
                self._key(number, said)
            return
        draft = self.draft
        made = markup.pipe_table([[markup.escaped(cell) for cell in row] for row in words])
        pictures = [picture for line in table.lines() for picture in line.pictures]
        if self.passage_for is not None:
            self.passage.append(made)
        elif draft is None or self.in_head:
            self.brought.lose(_("A table before the first question is left out."), " | ".join(words[0]), table.number)
        elif draft.options or self.in_solution:
            self.brought.lose(_("A table behind the answers of a question is left out."), " | ".join(words[0]),
                              table.number)  # fmt: skip
        else:
            draft.stem.append(made)
            draft.pictures += pictures

    def _is_over(self, pairs: list[keys.Pair]) -> bool:
        """Whether a table of letters can only be the key: the question before it is whole, its numbers are known."""
        draft = self.draft
        known = {d.number for d in self.drafts}
        return (
            draft is not None and len(draft.options) > 1 and len(pairs) > 1 and sum(n in known for n, _s in pairs) > 1
        )

    # --- the key ------------------------------------------------------------------------------------------------------

    def _key_line(self, line: Line) -> None:
        text, words = line.text, fold(line.text)
        found = _PART.match(text) or (_ROMAN.match(text) if _kind_of(words) else None)
        if found is not None:
            self.key_parts_said, self.key_at = True, None
            self.key_part = self.parts.get(found[1], self.key_part)
            return
        if _NOISE.fullmatch(words) or _END.fullmatch(words) or _KEY_HEAD.fullmatch(words):
            return
        pairs = keys.pairs_in_line(text)
        if pairs:
            for number, said in pairs:
                self._key(number, said)
            return
        start = _STARTS["cau"].match(text) or _STARTS["bai"].match(text) or _STARTS["number"].match(text)
        if start is not None:
            self._solution(int(start[1]), line.cut(start.end()))
        elif self.key_at is not None:
            self._more(line)

    def _solution(self, number: int, rest: Line) -> None:
        """A line of the key that is of one question: its answer, perhaps with the reason behind."""
        at = self._at(number)
        self.key_at = at
        text = rest.text.strip()
        said = _ANSWER.match(text)
        body = said[1].strip() if said else text
        chosen = _CHOOSE.match(body)
        lettered = re.match(r"([A-J](?:\s*[,;&]\s*[A-J])*)(?!\w)\s*(?:[.:;,–-]\s*|$|\s+(?=[A-ZĐÀ-Ỹ(]))", body)
        if chosen:
            self._key(number, chosen[1], at)
            self.explained.setdefault(at, []).extend([markup.escaped(clean(chosen[2]))] if chosen[2].strip() else [])
        elif lettered:
            self._key(number, lettered[1], at)
            reason = body[lettered.end() :].strip()
            self.explained.setdefault(at, []).extend([markup.escaped(clean(reason))] if reason else [])
        elif self._is_said(at, body):
            self._key(number, body, at)
        elif body and not _OPTION_START.match(body):
            self.explained.setdefault(at, []).append(rest.markdown())

    def _is_said(self, at: tuple[int, int], body: str) -> bool:
        """Whether a text is the answer itself: right or not for statements, or the short answer."""
        draft = next((d for d in self.drafts if (d.part, d.number) == at), None)
        if draft is None or draft.options:
            return False
        if draft.statements:
            return keys.truths(body, len(draft.statements)) is not None
        return draft.kind != "essay" and 0 < len(body) <= 80

    def _more(self, line: Line) -> None:
        """A further line about the question that the key is at."""
        at = self.key_at
        assert at is not None
        text = line.text
        solution = _SOLUTION.match(text)
        if solution:
            if solution[1]:
                self.explained.setdefault(at, []).append(markup.escaped(clean(solution[1])))
            return
        chosen, said = _CHOOSE.match(text), _ANSWER.match(text)
        if chosen and at not in self.key:
            self._key(at[1], chosen[1], at)
            text = chosen[2]
        elif said and at not in self.key:
            self._key(at[1], said[1].strip().rstrip("."), at)
            return
        elif _OPTION_START.match(text) or (_STATEMENT.match(text) and at not in self.explained):
            return  # the paper repeats its questions before their solutions
        if text.strip():
            self.explained.setdefault(at, []).append(markup.escaped(clean(text)))

    def _at(self, number: int) -> tuple[int, int]:
        """Which question of the paper a number of the key is."""
        drafts = {(d.part, d.number) for d in self.drafts}
        if not self.key_parts_said:
            owners = sorted(part for part, n in drafts if n == number)
            if number < self.key_last and (self.key_part, number) in self.key:
                later = [part for part in owners if part > self.key_part]
                self.key_part = later[0] if later else self.key_part
            elif len(owners) == 1 or (owners and self.key_part not in owners):
                self.key_part = owners[0]
        self.key_last = number
        return self.key_part, number

    def _key(self, number: int, said: str, at: tuple[int, int] | None = None) -> None:
        at = at or self._at(number)
        before = self.key.get(at)
        if before is not None and line_of(before) != line_of(said):
            self.brought.wrong(
                _("The key gives two answers for question {n}: {a} and {b}.", n=number, a=before, b=said)
            )
        self.key[at] = said

    # --- the end ------------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Makes the questions, and tells what of the key fits none."""
        if not self.drafts:
            self.brought.wrong(
                _("No question was found. Each begins with “Câu 1:”, “Bài 1.” or “1.”, its answers with A. B. C. D.")
            )
        known = {(d.part, d.number) for d in self.drafts}
        strays = [number for (part, number) in self.key if (part, number) not in known]
        if strays:
            self.brought.wrong(
                _("The key has answers for questions that are not in the paper: {numbers}.",
                  numbers=", ".join(map(str, strays[:20])))
            )  # fmt: skip
        if self.heads:
            self.brought.lose(_("Words before the first question are left out."), " · ".join(self.heads), 1)
        if self.points:
            self.brought.lose(_("Points that stand at questions are left out: each question counts one point."))
        if len(self.drafts) > MOST_QUESTIONS:
            self.brought.wrong(_("Only the first {most} questions are read. Divide the file.", most=MOST_QUESTIONS))
        several = len({d.part for d in self.drafts}) > 1
        names = {part: label for label, part in self.parts.items()}
        bold = self._bold_counts()
        for draft in self.drafts[:MOST_QUESTIONS]:
            at = (draft.part, draft.number)
            draft.solution += self.explained.get(at, [])
            question = made(draft, self.key.get(at, ""), bold=bold)
            label = f"{names.get(draft.part, '')}." if several and names.get(draft.part) else ""
            question.name = f"Câu {label}{draft.number}"
            self.brought.questions.append(question)

    def _bold_counts(self) -> bool:
        """Whether bold letters say what is right: most questions have exactly one bold answer."""
        ways = Counter(sum(BOLD in c.marks for c in d.options) for d in self.drafts if len(d.options) > 1)
        return ways[1] > 0 and ways[1] * 2 >= sum(count for number, count in ways.items() if number)


def _kind_of(words: str) -> str:
    return next((kind for said, kind in _KINDS if said in words), "")


def _is_key(said: str) -> bool:
    return keys.letters(said) is not None or keys.truths(said, 4) is not None or len(said) <= 12


def _options_in(line: Line, have: int, *, at_start: bool) -> list[tuple[int, int, str, bool]]:
    """(start, where its words begin, letter, whether starred) of the answers in a line, in the order of letters.

    `have`: how many the question has already. Not at the line's start only two or more count: a stem may hold "A.".
    """
    text, at = line.text, 0
    found: list[tuple[int, int, str, bool]] = []
    while True:
        expected = chr(ord("A") + have + len(found))
        match = next((m for m in _OPTION.finditer(text, at) if m[2] == expected), None)
        if match is None or expected > "J":
            break
        if not found and at_start and text[: match.start()].strip():
            return []
        found.append((match.start(), match.end(), match[2], "*" in match[0] or "✓" in match[1] or "☑" in match[1]))
        at = match.end()
    return found if at_start or len(found) > 1 else []
