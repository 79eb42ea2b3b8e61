"""What others add to papers: designs, kinds of files that can be shown to be checked, files that go with a paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pkgutil import resolve_name
from typing import Any

from msgspec import Struct, field

from certificates.designs.paper import PaperDesign, PaperKind
from certificates.queries import CredentialRow
from lms.api.plugins import ExtensionPoint
from lms.api.work import Text


class Looked(Struct, frozen=True):
    """One thing that was looked at. `ok` is None where it could not be found out; `note` says why, or what to do."""

    label: Text
    ok: bool | None
    note: Text | None = None


class Presented(Struct, frozen=True):
    """What a file or code says of itself, and what was found when it was looked at.

    `number` as it is written there. `shown`: what a reader of it sees, in the words and under the keys of a paper's
    `paper` (full_name, birth_date, title, statement_lines …) or, for another form, under keys that `meant` of its
    reader explains; each is compared with what was issued. `broken`: it is not what its maker made, in words.
    """

    number: str | None
    looked: tuple[Looked, ...] = ()
    shown: Mapping[str, object] = field(default_factory=dict)
    broken: Text | None = None
    not_ours: bool = False  # whole, but made by somebody else
    same_as: Callable[[CredentialRow], bool] | None = None  # whether it shows what was issued, where keys do not tell


class Reader(Struct, frozen=True):
    """A kind of file or text that can be shown to be checked.

    `takes(content)` says quickly whether it is of this kind; `read(content)` looks at it without any network and
    without the papers of the database, and never raises for what somebody made up: `broken` says what is wrong.
    """

    name: str
    takes: Callable[[bytes], bool]
    read: Callable[[bytes], Presented]


class Attached(Struct, frozen=True):
    """A file that goes with a paper: in a signed PDF, in a ZIP, beside the proof.

    `make(row)` gives its content, or None where it cannot be made yet; then a signature waits. Called outside a unit of
    work.
    """

    name: str  # credential.json
    mime: str
    make: Callable[[CredentialRow], bytes | None]
    about: Text


class Design(Struct, frozen=True):
    """A published way to draw papers. What a (name, version) draws never changes: a change is a new version beside it.

    `drawer` names a `PaperDesign` as "module:attribute"; the module is imported when a paper is drawn, for ReportLab
    costs 25 MB. `kinds`: the papers that it suits. `offered`: issuers may choose it; versions that are kept for old
    papers are not. `party`: in the layout of Party bodies, which has no quốc hiệu.
    """

    name: str
    version: int
    kinds: tuple[PaperKind, ...]
    label: Text
    drawer: str
    offered: bool = True
    party: bool = False

    @property
    def key(self) -> str:
        """As forms and the registry have it: state/2."""
        return f"{self.name}/{self.version}"


def drawer_of(name: str, version: int) -> PaperDesign:
    """What draws papers of a published (name, version). PluginError where no plugin in use has it."""
    found: PaperDesign = resolve_name(DESIGNS.get(f"{name}/{version}").drawer)
    return found


DESIGNS: ExtensionPoint[Design] = ExtensionPoint("paper_designs", "Ways to draw papers.", lambda d: d.key)
READERS: ExtensionPoint[Reader] = ExtensionPoint(
    "paper_readers", "Kinds of files and codes that can be shown to be checked.", lambda r: r.name
)
ATTACHED: ExtensionPoint[Attached] = ExtensionPoint("paper_files", "Files that go with a paper.", lambda a: a.name)


class Outcome(Struct, frozen=True):
    """What became of one record that was given to a carrier.

    `id` is the record's (`HVS-XN-2026-000123-36/1`). `state`: sent (it was taken, the answer follows), accepted or
    refused, then with the other side's `reason` in words. `reference`: what the other side calls it.
    """

    id: str
    state: str
    reason: str = ""
    reference: str = ""


class Carrier(Struct, frozen=True):
    """A way to hand records over without a file; LMS_HANDOVER names the one in use.

    `send(records)` gives at most `most` records to the other side and returns what became of each. It may be called
    again with the same ids, after a crash for example: the other side has to take each id once. Called by the worker,
    outside a transaction; it raises OSError where the other side cannot be reached, which is tried again later.
    `answers(ids)` asks for what became of records that were sent; it may leave out those of which nothing is known yet.
    """

    name: str
    label: Text
    send: Callable[[Sequence[Mapping[str, Any]]], Sequence[Outcome]]
    answers: Callable[[Sequence[str]], Sequence[Outcome]] | None = None
    most: int = 100


CARRIERS: ExtensionPoint[Carrier] = ExtensionPoint(
    "carriers", "Ways in which confirmations go to the side that shows them in VNeID.", lambda c: c.name
)
