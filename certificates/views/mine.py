"""The holder: my papers."""

from __future__ import annotations

import functools
from typing import Any
from uuid import UUID

from flask import Response, current_app
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from certificates import queries
from certificates.access import credential_for
from certificates.services.confirming import of_person
from certificates.services.issuing import draw
from certificates.services.lives import LABELS, state_now
from certificates.services.waiting import RETURNED
from lms.api.competency import attained_here
from lms.api.data import FileStore
from lms.api.people import Claim, Person, here, is_minor, mask_name, path_name
from lms.api.qr import qr_runs
from lms.api.web import (
    LEARNER,
    Panel,
    Routes,
    address,
    at_address,
    current_locale,
    hole,
    render_alike,
    render_fragment,
    say,
    short_date,
    tab,
)
from lms.api.web import panels as panels_at
from lms.api.work import _, clock

routes = Routes("certificates", "/giay")
NOBODYS = "00000000-0000-4000-8000-000000000000"  # stands for a paper's name in what is drawn for all
NOBODY = UUID(NOBODYS)


class PaperRow(Struct, frozen=True):
    """A paper in a list."""

    url: str
    kind_title: str
    about: str
    number: str
    issued: str
    state: str
    state_label: str


def _row(row: queries.CredentialRow) -> PaperRow:
    return PaperRow(
        address("certificates.show", uuid=row.uuid),
        row.paper["title"].capitalize(),
        row.facts["programme"]["title"],
        row.number,
        short_date(row.issued_at, current_locale()),
        (state := state_now(row, clock.today())),
        say(LABELS[state]),
    )


class Looked(Struct, frozen=True):
    """A result that an officer looks at before its paper is issued. `reason`: why it was returned, or empty."""

    about: str
    unit: str
    reason: str
    ask_url: str


def on_the_way(person: Person | Claim, rows: list[queries.CredentialRow]) -> tuple[bool, list[Looked]]:
    """What was attained and has no paper yet: whether the worker is about to make one, and what an officer looks at.

    The latter waits, or was returned; it is asked for only where there is something without a paper.
    """
    have = {row.attainment_id for row in rows}
    about = {a.id: a.title for a in attained_here(person.id) if a.id not in have}
    if not about:
        return False, []
    held = [one for one in of_person(person.id) if one.attainment_id in about]
    return len(held) < len(about), [
        Looked(
            about[one.attainment_id],
            path_name(one.org_id) if one.org_id is not None else "",
            one.reason if one.state == RETURNED else "",
            address("certificates.ask_again", result=one.id),
        )
        for one in held
    ]


@routes.get("", LEARNER)
def mine() -> Response:
    """My papers."""
    person = here()
    rows = queries.credentials_of(person.id)
    own: dict[str, str] = {}
    alike: list[PaperRow] = []
    for nth, row in enumerate(
        _row(r) for r in rows
    ):  # the page is the same for all who hold such papers, but for these
        url, number, issued = hole(f"url{nth}"), hole(f"number{nth}"), hole(f"issued{nth}")
        own |= {url: row.url, number: row.number, issued: row.issued}
        alike.append(replace(row, url=url, number=number, issued=issued))
    late, on_desks = on_the_way(person, rows)
    looked: list[Looked] = []
    for nth, one in enumerate(on_desks):
        unit, reason, ask = hole(f"unit{nth}"), hole(f"reason{nth}"), hole(f"ask{nth}")
        own |= {unit: one.unit, reason: one.reason, ask: one.ask_url}
        looked.append(Looked(one.about, unit if one.unit else "", reason if one.reason else "", ask))
    with tab("mine"):
        return render_alike(
            "certificates/mine/list.html",
            own,
            papers=alike,
            start_url=address("courses.programmes"),
            waiting=late,
            looked=looked,
        )


@routes.get("/<uuid:uuid>", LEARNER)
def show(uuid: UUID) -> Response:
    """One paper on the screen, with the same content as the PDF."""
    row = credential_for(here(), uuid)
    paper = row.paper
    state = state_now(row, clock.today())
    change = queries.last_change(row.id) if row.state != "valid" else None
    after = queries.credential(row.successor_id) if row.successor_id else None
    labels = {
        "birth_date": say(_("Born on")),
        "unit_name": say(_("Lives or works in")),
        "framework_line": say(_("Framework")),
        "rules_line": say(_("Rules")),
        "identity_line": say(_("Who the name comes from")),
        "provenance_line": say(_("Real-life task")),
        "place_and_date": say(_("Given on")),
        "valid_until": say(_("Valid until")),
        "signatory_lines": say(_("Who signs it")),
        "extra_line": say(_("Note")),
        "check_code": say(_("Check code")),
    }
    facts = [(label, key, _in_words(paper[key])) for key, label in labels.items() if paper.get(key)]
    if row.expires_on is not None:
        until = short_date(row.expires_on, current_locale())
        facts = [(label, key, until if key == "valid_until" else value) for label, key, value in facts]
    own = {
        NOBODYS: str(row.uuid),
        hole("name"): paper["full_name"],
        hole("text"): ". ".join(paper["statement_lines"]),
        hole("number"): row.number,
        hole("qr"): qr_svg(paper["verify_url"]),
        hole("verify_url"): paper["verify_url"],
        hole("successor"): after.number if after else "",
        hole("successor_url"): address("certificates.show", uuid=after.uuid) if after else "",
        **{hole(key): value for _label, key, value in facts},
    }
    with tab("mine"), at_address(address("certificates.show", uuid=NOBODY)):
        return render_alike(
            "certificates/mine/show.html",
            own,
            paper={
                "uuid": NOBODYS,
                "kind_title": paper["title"].capitalize(),
                "about": paper["subtitle"] or "",
                "name": hole("name"),
                "issuer": list(paper["issuer_lines"]),
                "text": hole("text"),
                "facts": [(label, hole(key)) for label, key, _value in facts],
                "number": hole("number"),
                "qr": hole("qr"),
                "verify_url": hole("verify_url"),
                "pdf_bytes": 0,
                "standing_note": " · ".join(
                    [*paper["notes"], (paper["unsigned_notice"] or "") if row.signed_key is None else ""]
                ).strip(" ·"),
                "state": state,
                "state_label": say(LABELS[state]),
                "successor": hole("successor") if after else "",
                "successor_url": hole("successor_url") if after and after.account_id == row.account_id else "",
                "state_note": change.reason if change else "",
            },
            panels=panels_at("credential", uuid=NOBODY),
        )


def _in_words(value: Any) -> str:
    """A line of the paper without its label, or several in one."""
    text = ", ".join(value) if isinstance(value, list) else str(value)
    for label in ("Khung năng lực: ", "Bộ quy tắc: "):
        text = text.removeprefix(label)
    return text


@functools.lru_cache(maxsize=1000)
def qr_svg(address: str) -> Markup:
    """The square to scan, as one path."""
    size, runs = qr_runs(address)
    path = "".join(f"M{x} {y}h{w}v1h-{w}z" for x, y, w in runs)
    return Markup(  # noqa: S704  numbers only
        f'<svg viewBox="-4 -4 {size + 8} {size + 8}" width="180" height="180" role="img" aria-label="QR">'
        f'<path fill="#fff" d="M-4 -4h{size + 8}v{size + 8}h-{size + 8}z"/><path d="{path}"/></svg>'
    )


@routes.get("/<uuid:uuid>.pdf", LEARNER)
def pdf(uuid: UUID) -> Response:
    """The paper to print: the file with a digital signature where there is one, else the file kept at issue; drawn
    from the frozen data in the second before that is there.
    """
    row = credential_for(here(), uuid)
    store: FileStore = current_app.extensions["lms.files"]
    kept = next((key for key in (row.signed_key, row.pdf_key) if key and store.has(key)), None)
    content = store.get(kept) if kept else draw(row)
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{row.number}.pdf"'
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


@routes.get("/<uuid:uuid>.png", LEARNER)
def share_image(uuid: UUID) -> Response:
    """A picture to send to the family. The holder sends it, so it carries the name; a minor's is masked."""
    person = here()
    row = credential_for(person, uuid)
    paper = row.paper
    from certificates.designs.share_image import ShareSummary, draw_share_image  # Pillow only when asked for

    picture = draw_share_image(
        ShareSummary(
            kind=paper["kind"],
            title=paper["title"].capitalize(),
            statement=row.facts["programme"]["title"],
            number=row.number,
            verify_domain=paper["verify_domain"],
            name=mask_name(paper["full_name"]) if is_minor(person.birth_date) else paper["full_name"],
            verify_url=paper["verify_url"],
        )
    )
    answer = Response(picture, mimetype="image/png")
    answer.headers["Content-Disposition"] = f'inline; filename="{row.number}.png"'
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def _panel(at: str) -> Panel:
    def draw_papers(person: Person | Claim | None = None, **what: Any) -> Markup | None:
        if person is None or (at == "result" and not what.get("passed")):
            return None
        rows = queries.credentials_of(person.id)
        late, looked = on_the_way(person, rows)
        if not rows and not late and not looked:
            return None
        return Markup(  # noqa: S704  a template's own output
            render_fragment(
                "certificates/mine/panel.html", papers=[_row(r) for r in rows[:3]], waiting=late, looked=looked, at=at
            )
        )

    return Panel(f"certificates.{at}", at, draw_papers, order=10)


def _draw_way_to_papers(person: Person | None = None, **_what: Any) -> Markup | None:
    if person is None or not queries.credentials_of(person.id):
        return None
    return Markup(render_fragment("certificates/mine/way.html"))  # noqa: S704  a template's own output


panels = (_panel("result"), _panel("mine"), Panel("certificates.home", "home", _draw_way_to_papers, order=10))
