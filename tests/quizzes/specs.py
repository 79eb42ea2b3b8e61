"""One question of each type, with an answer that is worth the whole point, and the form that a page sends for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quizzes.items.contract import Answer, Recalling
from quizzes.items.standard import STANDARD

KINDS = {kind.name: kind for kind in STANDARD}
OPTIONS = [{"text": f"Câu {n}", "correct": n in (0, 2), "why": f"Vì {n}."} for n in range(4)]
PICTURE = {"file": "man-hinh.svg", "alt": "Màn hình có hai nút."}

SPECS: dict[str, list[dict[str, Any]]] = {
    "single_choice": [
        {"options": [{"text": f"Câu {n}", "correct": n == 1, "why": f"Vì {n}."} for n in range(4)]},
        {
            "options": [
                {"text": "Đúng hẳn", "correct": True, "why": ""},
                {"text": "Đúng một phần ba", "correct": False, "why": "", "share": 33.33333},
                {"text": "Sai", "correct": False, "why": "", "share": -50},
            ],
            "shuffle": False,
        },
    ],
    "multiple_choice": [
        {"options": OPTIONS},
        {"options": OPTIONS, "scoring": "all"},
        {"options": OPTIONS, "scoring": "each"},
        {
            "options": [
                {"text": "Một", "correct": True, "why": "", "share": 66.66667},
                {"text": "Hai", "correct": True, "why": "", "share": 33.33333},
                {"text": "Ba", "correct": False, "why": "", "share": -100},
            ],
            "scoring": "shares",
        },
    ],
    "true_false": [{"answer": False, "why_true": "Không phải.", "why_false": "Đúng vậy."}],
    "ordering": [
        {"steps": ["Một", "Hai", "Ba", "Bốn"], "why": "Đúng.", "why_wrong": "Xem lại.", **more}
        for more in ({}, {"scoring": "places"}, {"scoring": "pairs"})
    ],
    "matching": [
        {
            "pairs": [
                {"left": "113", "right": "Công an", "why": "113 là công an."},
                {"left": "114", "right": "Cứu hỏa"},
                {"left": "115", "right": "Cấp cứu"},
                {"left": "Đội dân phòng", "right": "Cứu hỏa"},
            ],
            "others": ["Điện lực"],
            **more,
        }
        for more in ({}, {"scoring": "all"})
    ],
    "short_answer": [
        {"answers": [{"text": "mật khẩu", "why": "Đúng."}, {"text": "mã PIN", "share": 50}], "why_wrong": "Chưa."},
        {"answers": [{"text": "*hòa bình*"}], "heeds": ["case", "marks", "spaces"]},
    ],
    "numeric": [
        {"answers": [{"value": "12.5", "tolerance": "0.5", "why": "Đúng."}, {"value": "20", "share": 25}]},
        {"answers": [{"value": "1234"}], "unit": {"name": "kg", "others": ["ki-lô"], "needed": True}},
        {"answers": [{"value": "-3"}], "unit": {"name": "°C", "others": [], "needed": False}},
    ],
    "fill_blanks": [
        {
            "text": "Khi cháy gọi [[2]], khi ốm gọi [[1]]. Nước sôi ở [[3]].",
            "blanks": [
                {"kind": "numeric", "answers": [{"value": "115"}]},
                {
                    "kind": "choice",
                    "options": [{"text": "113"}, {"text": "114", "correct": True, "why": "Cứu hỏa."}],
                    "weight": 2,
                },
                {"kind": "short", "answers": [{"text": "một trăm độ"}], "why_wrong": "Chưa."},
            ],
        },
        {
            "text": "[[1]]",
            "blanks": [{"kind": "choice", "options": [{"text": "Có", "correct": True}, {"text": "Không"}]}],
        },
    ],
    "hotspot": [
        {
            "picture": PICTURE,
            "spots": [
                {"label": "Nút Gửi", "x": 80, "y": 90, "r": 6, "correct": True, "why": "Đây."},
                {"label": "Nút Hủy", "x": 20, "y": 90, "w": 12, "h": 8, **more},
                {"label": "Chữ trên cùng", "x": 50, "y": 8.5, "r": 5, "why": "Chưa phải."},
            ],
        }
        for more in ({}, {"correct": True})
    ],
    "thread": [
        {
            "asks": asks,
            "messages": [
                {"sender": "Mẹ", "text": "Con ăn cơm chưa?"},
                {"sender": "0912 xxx", "text": "Mẹ đây, chuyển gấp cho mẹ.", "correct": True, "why": "Số lạ."},
                {"sender": "0913 xxx", "text": "Bấm vào đây.", "time": "20:15", **more},
            ],
        }
        for asks, more in (("one", {}), ("several", {"correct": True}))
    ],
    "practice": [{"practice": "thu-dang-nhap"}],
    "task": [
        {
            "asks": asks,
            "rubric": [
                {
                    "criterion": "Tự làm",
                    "levels": [{"text": "Tự làm được", "points": 2}, {"text": "Chưa", "points": 0}],
                },
                {"criterion": "An toàn", "levels": [{"text": "Chưa", "points": 0}, {"text": "Có", "points": 1}]},
            ],
        }
        for asks in ("text", "nothing")
    ],
}
EVERY = [(name, spec) for name, specs in SPECS.items() for spec in specs]
NAMES = [f"{name}-{n}" for name, specs in SPECS.items() for n in range(len(specs))]


def right_answer(name: str, spec: Mapping[str, Any]) -> Answer | None:
    """An answer that is worth the whole point; None where only a person can say."""
    kind: Any = KINDS[name]
    if name in ("single_choice", "multiple_choice"):
        return [i for i, option in enumerate(spec["options"]) if option.get("correct")]
    if name == "true_false":
        return [spec["answer"]]
    if name == "ordering":
        return list(range(len(spec["steps"])))
    if name == "short_answer":
        return [spec["answers"][0]["text"].replace("*", " ")]
    if name == "numeric":
        unit = spec.get("unit")
        return [str(spec["answers"][0]["value"]).replace(".", ",") + (" kg" if unit and unit["needed"] else "")]
    if name == "practice":
        return [5, 5, True]
    if name == "task":
        return None
    found: Answer = kind.right_answer(spec)
    return found


def wrong_answer(name: str, spec: Mapping[str, Any]) -> Answer:
    """An answer that is worth less than the whole point, of a question that is not marked by a person."""
    right = right_answer(name, spec)
    assert right is not None
    if name in ("single_choice", "multiple_choice", "thread", "hotspot"):
        things = spec["options"] if "options" in spec else KINDS[name].things(spec)  # type: ignore[attr-defined]
        wrong = [i for i, thing in enumerate(things) if not thing.get("correct")]
        return wrong if name == "multiple_choice" else wrong[:1]
    if name == "true_false":
        return [not right[0]]
    if name == "ordering":
        return right[::-1]
    if name == "matching":
        return [(place + 1) % KINDS[name].size(spec) for place in right]
    if name == "fill_blanks":
        return [_not(blank, said) for blank, said in zip(spec["blanks"], right, strict=True)]
    return ["0"]


def _not(blank: Mapping[str, Any], said: Any) -> Any:
    return next(i for i, o in enumerate(blank["options"]) if not o.get("correct")) if blank["kind"] == "choice" else "0"


def chosen(name: str, spec: Mapping[str, Any], answer: Answer, order: Sequence[int]) -> list[str]:
    """What a page marks as chosen."""
    kind = KINDS[name]
    return kind.chosen_in(spec, answer, order) if isinstance(kind, Recalling) else kind.chosen(answer, order)


def form_of(name: str, spec: Mapping[str, Any], answer: Answer, order: Sequence[int]) -> dict[str, list[str]]:
    """The fields that the page of a question sends for an answer."""
    said = chosen(name, spec, answer, order)
    if name in ("ordering", "matching", "fill_blanks"):
        return {f"place-{n}": [key] for n, key in enumerate(said, 1)}
    return {"answer": said}
