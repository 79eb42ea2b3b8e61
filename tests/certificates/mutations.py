"""Seeded changes to everything that can be shown of a paper, and to what is kept of it: none may lead to "valid".

`python -m tests.certificates.mutations 100000` (or `make fuzz`) tries many and prints what came of them; CI tries
2,000. The one thing that may stay valid is what shows exactly what was issued: a number typed in another way.
"""

from __future__ import annotations

import io
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import msgspec
import segno
from flask import Flask
from PIL import Image

from certificates.numbering import BadNumber, parse_number
from certificates.queries import CredentialRow
from certificates.services import reading
from certificates.services.verifying import Asker, Shown, check, judge
from certificates.wording import FORGOTTEN
from lms.api.plugins import ExtensionPoint
from lms.api.transparency import EntryRow, logged
from lms.api.work import Invalid, clock, unit_of_work
from lms.db.unit_of_work import let_go
from plugins.badges.encoding import from_base64url
from plugins.badges.queries import badge_of
from plugins.badges.views.public import form_of
from plugins.signing import signers
from plugins.signing.services import queueing, working
from tests.signing import pki

SEED: Final = 757
SIGNED: Final = "signed PDF"
DIGITS, LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
STRANGE: Final = "ОНСАЕХ\u200b\u0301ẞıſ٣３\U0001d7d8\ufeff"


@dataclass
class Shelf:
    """What there is of one paper, in every form."""

    app: Flask
    row: CredentialRow
    entries: list[EntryRow]
    pdf: bytes
    forms: dict[str, bytes] = field(default_factory=dict)  # by kind: png, svg, json, jwt, code … as they are issued


@dataclass
class Tried:
    """What came of many changes, by what was changed: outcome → how often."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def note(self, kind: str, outcome: str) -> None:
        self.outcomes.setdefault(kind, Counter())[outcome] += 1


Mutator = Callable[[random.Random, Shelf], tuple[str, bool]]
"""→ (what came of it, whether nothing that is displayed was changed)"""


def _bytes_changed(rng: random.Random, content: bytes) -> bytes:
    """One to four small changes anywhere: a bit, a byte, something cut out, doubled, put in, swapped or added."""
    made = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        at, how = rng.randrange(max(1, len(made))), rng.randrange(8)
        if not made or how == 0:
            made += rng.randbytes(rng.randrange(1, 20))
        elif how == 1:
            made[at] ^= 1 << rng.randrange(8)
        elif how == 2:
            made[at] = rng.randrange(256)
        elif how == 3:
            del made[at : at + rng.choice((1, 2, 10, 1000))]
        elif how == 4:
            made[at:at] = made[at : at + rng.randrange(1, 60)]
        elif how == 5:
            made[at:at] = rng.randbytes(rng.randrange(1, 10))
        elif how == 6:
            made = made[:at]
        else:
            other = rng.randrange(len(made))
            made[at], made[other] = made[other], made[at]
    return bytes(made)


def _text_changed(rng: random.Random, text: str) -> str:
    signs = list(text)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at, how = rng.randrange(len(signs) or 1), rng.randrange(6)
        if not signs or how == 0:
            signs.insert(at, rng.choice(DIGITS + LETTERS + STRANGE + " -–/#"))
        elif how == 1:
            signs[at] = rng.choice(DIGITS)
        elif how == 2:
            signs[at] = rng.choice(LETTERS + STRANGE)
        elif how == 3:
            del signs[at]
        elif how == 4:
            signs[at] = signs[at].swapcase()
        else:
            other = rng.randrange(len(signs))
            signs[at], signs[other] = signs[other], signs[at]
    return "".join(signs)


def _outcome(shown: Callable[[], Shown]) -> str:
    """What the product says of it; "refused" where it says what to look at."""
    try:
        found = shown()
    except Invalid:
        return "refused"
    with unit_of_work():
        return check(found, Asker("fuzz"), "page").state


def _is_ours(text: str, row: CredentialRow) -> bool:
    try:
        return str(parse_number(text)) == row.number
    except BadNumber:
        return False


def number(rng: random.Random, shelf: Shelf) -> tuple[str, bool]:
    """The number, as it is typed."""
    typed = _text_changed(rng, shelf.row.number)
    return _outcome(lambda: reading.read_typed(typed)), _is_ours(typed, shelf.row)


def address(rng: random.Random, shelf: Shelf) -> tuple[str, bool]:
    """The address in the code, as it is scanned: the site, the way and the number."""
    site, way = str(shelf.row.paper["verify_url"]).split("/verify/")[0], f"/verify/{shelf.row.number}"
    typed = _text_changed(rng, site + way).strip()
    before, way, after = _site(typed).partition("/verify/")
    same = (before, bool(way)) == (_site(site), True) and _is_ours(re.split("[?#]", after)[0].rstrip("/"), shelf.row)
    return _outcome(lambda: reading.read_typed(typed)), same or _is_ours(typed, shelf.row)


def pdf(rng: random.Random, shelf: Shelf) -> tuple[str, bool]:
    """The bytes of the issued file."""
    made = _bytes_changed(rng, shelf.pdf)
    return _outcome(lambda: reading.read_file(made)), made == shelf.pdf


def photograph(rng: random.Random, shelf: Shelf) -> tuple[str, bool]:
    """A photograph of the code with some of it painted over, or of a code that was made up."""
    typed = str(shelf.row.paper["verify_url"])
    if rng.random() < 0.5:
        typed = _text_changed(rng, typed)
    drawn = io.BytesIO()
    segno.make(typed).save(drawn, kind="png", scale=4, border=4)
    picture = Image.open(drawn).convert("L")
    for _ in range(rng.randrange(4)):
        x, y = rng.randrange(picture.width), rng.randrange(picture.height)
        picture.paste(rng.choice((0, 255)), (x, y, x + rng.randrange(1, 25), y + rng.randrange(1, 25)))
    out = io.BytesIO()
    picture.save(out, "PNG")
    found = reading.codes_in(out.getvalue())
    ours = str(shelf.row.paper["verify_url"]).rpartition("/")[0].lower()
    same = len(set(found)) == 1 and found[0].lower().startswith(ours)
    same = same and _is_ours(found[0].rpartition("/")[2].partition("?")[0].partition("#")[0], shelf.row)
    return _outcome(lambda: reading.read_file(out.getvalue())), same or bool(found and _is_ours(found[0], shelf.row))


def form(kind: str) -> Mutator:
    """The bytes of another form. A change that leaves what is read the same is one that a reader may forgive."""

    def mutate(rng: random.Random, shelf: Shelf) -> tuple[str, bool]:
        issued = shelf.forms[kind]
        made = _bytes_changed(rng, issued)
        return _outcome(lambda: reading.read_file(made)), _reads_the_same(made, issued)

    return mutate


def _reads_the_same(made: bytes, issued: bytes) -> bool:
    """Whether a change shows nothing else: the same JSON, or figures and addresses that differ in blanks alone."""
    if made.split() == issued.split():
        return True
    if issued.startswith(b"eyJ"):  # a JWT: the last letter of its signature has bits that say nothing
        try:
            return [from_base64url(part) for part in made.strip().decode().split(".")] == [
                from_base64url(part) for part in issued.decode().split(".")
            ]
        except ValueError:
            return False
    if issued.startswith(b"http"):
        return _site(made.decode("latin-1")) == _site(issued.decode("latin-1"))
    try:
        return bool(json.loads(made, object_pairs_hook=sorted) == json.loads(issued, object_pairs_hook=sorted))
    except (ValueError, TypeError, RecursionError):
        return False


def _site(address: str) -> str:
    """An address without what makes no difference: capitals, http or https, an empty query, the way's last stroke."""
    return re.sub(r"^https?://", "", address.strip().lower()).replace("?#", "#").replace("/#", "#")


def kept(rng: random.Random, shelf: Shelf) -> tuple[str, bool]:
    """The row of the table, changed past the product, against the log."""
    from msgspec.structs import replace

    row = shelf.row
    names = [name for name in row.__struct_fields__ if name not in _UNSEEN]
    name = rng.choice(names)
    value = _other(rng, getattr(row, name)) if name != "expires_on" else date(rng.randrange(2000, 2090), 1, 1)
    made = replace(row, **{name: value})
    judged = judge(made, shelf.entries)
    # Of somebody forgotten only number, kind, day and state are told, which the log holds: nothing of them is false.
    told = made.paper.get("full_name") == FORGOTTEN or _told(made) == _told(row)
    return judged.state, told


# What nobody who checks gets to see, and what is not part of the paper: places of rows, files and lists.
_UNSEEN: Final = {
    "id", "uuid", "account_id", "attainment_id", "cause", "org_id", "pdf_key", "signed_key", "signed_at",
    "status_list", "status_index", "design", "design_version", "successor_id",
}  # fmt: skip


def _told(row: CredentialRow) -> tuple[Any, ...]:
    """Everything that is displayed of a valid paper."""
    from certificates.services.verifying import Verdict
    from certificates.views.verify import facts_of

    forgotten = row.paper.get("full_name") == FORGOTTEN
    try:
        verdict = Verdict(
            row.number, "valid", 0, row, str(row.paper["full_name"]), unmasked=True, official=True, forgotten=forgotten
        )
        return verdict.as_json(), [value for _label, value in facts_of(verdict)]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return ("cannot be displayed",)


def _other(rng: random.Random, value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool) or value is None:
        return rng.choice([True, False, "khác", 7])
    if isinstance(value, int):
        return value + rng.choice((-86_400, -1, 1, 60, 10**6))
    if isinstance(value, str):
        return _text_changed(rng, value) if value else "khác"
    if isinstance(value, bytes):
        return _bytes_changed(rng, value)
    if isinstance(value, dict):
        made = dict(value)
        key = rng.choice(sorted(made))
        if rng.random() < 0.15:
            del made[key]
        elif rng.random() < 0.1:
            made["full_name"] = FORGOTTEN
        else:
            made[key] = _other(rng, made[key])
        return made
    if isinstance(value, (list, tuple)):
        made_list = list(value)
        if not made_list or rng.random() < 0.3:
            return [*made_list, "Thêm một dòng"]
        at = rng.randrange(len(made_list))
        if rng.random() < 0.3:
            del made_list[at]
        else:
            made_list[at] = _other(rng, made_list[at])
        return made_list
    return "khác"


# How many of a hundred, and which.
MUTATORS: Final[dict[str, tuple[int, Mutator]]] = {
    "number": (30, number),
    "address": (20, address),
    "row": (45, kept),
    "PDF": (2, pdf),  # its words are read in a process of their own, each time
    "photograph": (3, photograph),
}


WEIGHTS: Final = {SIGNED: 2}  # its words too are read in a process of their own


def mutators(shelf: Shelf) -> Iterator[tuple[str, int, Mutator]]:
    """Those for which there is something to change."""
    for kind, (weight, mutate) in MUTATORS.items():
        yield kind, weight, mutate
    for kind in sorted(shelf.forms):
        yield kind, WEIGHTS.get(kind, 5), form(kind)


def run(shelf: Shelf, how_many: int, seed: int = SEED) -> Tried:
    """Tries so many changes. What is wrong is told with its seed, so that it can be done again."""
    tried = Tried()
    kinds = list(mutators(shelf))
    with shelf.app.test_request_context("/verify"):
        for n in range(how_many):
            rng = random.Random(f"{seed}:{n}")
            kind, _weight, mutate = rng.choices(kinds, [weight for _kind, weight, _mutate in kinds])[0]
            try:
                outcome, same = mutate(rng, shelf)
            except Exception as error:  # whatever it is: a page would have said 500
                tried.wrong.append(f"{kind}, {seed}:{n}: {error!r}")
                continue
            tried.note(kind, f"{outcome}, the same" if same else outcome)
            if outcome == "valid" and not same:
                tried.wrong.append(f"{kind}, {seed}:{n}: valid, though something differs")
        let_go()
    return tried


@contextmanager
def shelf_of(app: Flask, number: str, folder: Path) -> Iterator[Shelf]:
    """What there is of a paper, in every form in which it is handed out; a signer's key lies in `folder` meanwhile."""
    from tests.certificates.checked import pdf_of, row_of

    with signer_in(folder), app.app_context():
        with unit_of_work():  # the paper is older than the signer
            queueing.add_unsigned(signers.found().setups[0], 1)
        for n in range(1, 4):  # the worker's rounds, a minute and a bit apart
            with clock.frozen_at(clock.now() + timedelta(seconds=70 * n)):
                working.work()
        let_go()
        row = row_of(app, number)
        forms: dict[str, bytes] = {}
        if row.signed_key is not None:
            forms[SIGNED] = app.extensions["lms.files"].get(row.signed_key)
        badge = badge_of(row.id)
        for ending in ("jwt", "png", "svg") if badge is not None else ():
            assert badge is not None
            forms[f"badge.{ending}"], _mime = form_of(badge, ending)
        entries = logged(number)
        code = row.paper.get("qr") or ()
        if len(code) == 2:
            forms["code"] = "".join(code).encode()
        for one in _attached(app):
            content = one.make(row)
            if content is not None:
                forms[one.name] = content
        let_go()
        yield Shelf(app, row, entries, pdf_of(app, number), _readable(app, forms))


@contextmanager
def signer_in(folder: Path) -> Iterator[None]:
    """Papers are signed by a key in this folder, and known by its certificate."""
    root = pki.make("Gốc chứng thực (thử)")
    made = pki.make("Trung tâm Học vụ số (thử)", root)
    certificate, key = folder / "signer.pem", folder / "signer.key"
    certificate.write_bytes(made.pem + root.pem)
    key.write_bytes(made.key_pem)
    setup = msgspec.convert(
        {"key": "thu", "kind": "file", "label": "Trung tâm (thử)", "approval": "none", "place": "Lâm Sơn",
         "certificate": str(certificate), "file": str(key)},
        signers.SignerSetup,
    )  # fmt: skip
    held = signers.Found((setup,), (signers.Published(signers.certificates(str(certificate))[0]),), ())
    with patch.object(signers, "found", lambda: held):
        yield


def _attached(app: Flask) -> Any:
    from certificates.points import ATTACHED

    point: ExtensionPoint[Any] = ATTACHED
    return list(point)


def _readable(app: Flask, forms: dict[str, bytes]) -> dict[str, bytes]:
    """Those that are said to be valid as they were issued: a change to the others would prove nothing."""
    with app.test_request_context("/verify"):
        return {kind: content for kind, content in forms.items() if _valid(content)}


def _valid(content: bytes) -> bool:
    return _outcome(lambda: reading.read_file(content)) == "valid"


def markdown(tried: Tried, seconds: float) -> str:
    """A table of what came of it."""
    total = sum(sum(outcomes.values()) for outcomes in tried.outcomes.values())
    lines = ["| changed | tried | what was said |", "|---|---|---|"]
    for kind, outcomes in sorted(tried.outcomes.items()):
        said = ", ".join(f"{outcome}: {count:,}" for outcome, count in sorted(outcomes.items()))
        lines.append(f"| {kind} | {sum(outcomes.values()):,} | {said} |")
    return "\n".join([*lines, "", f"{total:,} changes in {seconds:.0f} s; wrong: {len(tried.wrong)}"])


def main() -> None:
    """`python -m tests.certificates.mutations [how many] [seed]`."""
    from lms.testing import building
    from tests.certificates.checked import an_app

    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    with tempfile.TemporaryDirectory() as folder:
        prepared, own = Path(folder) / "prepared", Path(folder) / "own"
        prepared.mkdir()
        (prepared / "files").mkdir()
        own.mkdir()
        building.build(building.make_app(prepared, f"sqlite:///{prepared}/lms.sqlite"))
        for app, number_of in an_app(prepared, own, rate_limits=False):
            started = time.monotonic()
            with shelf_of(app, number_of, own) as shelf:
                tried = run(shelf, how_many, seed)
            print(markdown(tried, time.monotonic() - started))
            for line in tried.wrong[:50]:
                print(line, file=sys.stderr)
    sys.exit(1 if tried.wrong else 0)


if __name__ == "__main__":
    main()
