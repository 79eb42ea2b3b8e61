"""One job: answers in, difficulties out. Where there are too few to say anything `found` is empty, and all is well."""

from __future__ import annotations

import json
import os
import sys

# One thread: the machine serves learners meanwhile, and sums in one order give the same digits each time.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from plugins.measuring.calibration.linking import linked
from plugins.measuring.calibration.matrices import Floats
from plugins.measuring.calibration.rasch import Answers, Model
from plugins.measuring.calibration.trimming import trimmed
from plugins.measuring.jobs import unpacked


def main() -> None:
    """Reads the job and writes what came of it."""
    head, arrays = unpacked(sys.stdin.buffer.read())
    lengths, group, question, right = (np.frombuffer(one, dtype=np.int32).astype(np.int64) for one in arrays)
    base, base_error = (
        np.array([np.nan if value is None else value for value in head[name]]) for name in ("base", "base_error")
    )
    taker = np.repeat(np.arange(len(lengths)), lengths)
    kept = trimmed(Answers(taker, question, right > 0, group, len(base)), head["fewest"])
    found = {"found": []} if kept is None else _found(kept.answers, kept.questions.tolist(), base, base_error)
    json.dump(found, sys.stdout)


def _found(answers: Answers, questions: list[int], base: Floats, base_error: Floats) -> dict[str, object]:
    found = Model(answers).fit()
    scaled = linked(found.difficulty, found.covariance, base[questions], base_error[questions], found.part)
    count = np.bincount(answers.question)
    columns = (scaled.difficulty, scaled.error, count, found.infit, found.outfit)
    return {
        "found": [[place, *values] for place, *values in zip(questions, *(c.tolist() for c in columns), strict=True)],
        "takers": answers.takers,
        "groups": len(found.mean),
        "parts": found.parts,
        "anchors": scaled.anchors,
        "log_likelihood": found.log_likelihood,
        "rounds": found.rounds,
        "converged": found.converged,
    }


main()
