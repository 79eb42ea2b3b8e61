"""All that another plugin may import from quizzes.

Whoever supervises checks begins papers with `begin(…, session="…")`, and may `pause`, `resume`, `extend` and `hand_in`
them: each inside a unit of work, each named by the attempt's uuid. A paper may be drawn beforehand (`prepare`) and
begun later with `begin(…, paper=…)`; one that was answered at another place comes back with `take_in`.

Whoever looks at many papers at once reads `papers`, their `answers`, and the questions as they were `worded`.
"""

from quizzes.access import bank_for, bank_with
from quizzes.alone import asked as ask_alone
from quizzes.alone import counted as count_alone
from quizzes.alone import graded as grade_alone
from quizzes.alone import practice_cards
from quizzes.alone import read as read_alone
from quizzes.change import DueLater, FormTaken, Measure, due_later, forms_taken, measures
from quizzes.drafts import BankRow
from quizzes.drawing import Candidate
from quizzes.events import AttemptGraded, FormHelped, PapersRemarked
from quizzes.graded import HANDS, Given, Graded, Hand, Worded, answers, hands, newest_papers, papers, worded
from quizzes.items.contract import (
    ITEM_TYPES,
    WHOLE,
    Answer,
    Criterion,
    Explained,
    Faced,
    Formed,
    ItemType,
    Mark,
    Marked,
    OfflineKey,
    OnPaper,
    Picking,
    Recalling,
    Refusing,
    Run,
    Spoken,
    Tellable,
    Writable,
    keys,
    place_of,
)
from quizzes.items.form import Part
from quizzes.live import Live, Told, exams, live, open_paper, opens, told
from quizzes.policies import Fairness
from quizzes.services.attempts import start as begin
from quizzes.services.elsewhere import (
    Answered,
    Asked,
    arrange,
    asked,
    check_answered,
    fairness,
    quiz_body,
    saves,
    set_up,
    take_in,
)
from quizzes.services.measured import note_help
from quizzes.services.papers import Paper, prepare
from quizzes.services.timing import extend, hand_in, pause, resume
from quizzes.stems import words_of

__all__ = [
    "HANDS", "ITEM_TYPES", "WHOLE", "Answer", "Answered", "Asked", "AttemptGraded", "BankRow", "Candidate",
    "Criterion", "DueLater", "Explained", "Faced", "Fairness", "FormHelped", "FormTaken", "Formed", "Given", "Graded",
    "Hand", "ItemType", "Live", "Mark", "Marked", "Measure", "OfflineKey", "OnPaper", "Paper", "PapersRemarked",
    "Part", "Picking", "Recalling", "Refusing", "Run", "Spoken", "Tellable", "Told", "Worded", "Writable", "answers",
    "arrange", "ask_alone", "asked", "bank_for", "bank_with", "begin", "check_answered", "count_alone", "due_later",
    "exams", "extend", "fairness", "forms_taken", "grade_alone", "hand_in", "hands", "keys", "live", "measures",
    "newest_papers", "note_help", "open_paper", "opens", "papers", "pause", "place_of", "practice_cards", "prepare",
    "quiz_body", "read_alone", "resume", "saves", "set_up", "take_in", "told", "worded", "words_of",
]  # fmt: skip
