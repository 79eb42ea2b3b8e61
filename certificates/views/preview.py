"""What a message shows of a link to a paper: title and picture, without the name of its holder.

Zalo, Facebook and others fetch the page of the link and then the picture that it names (the Open Graph protocol,
ogp.me). The picture's address carries a tag that only that page gives away, so that no numbers can be guessed by
asking for pictures: asking for pages is counted, and slowed.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlencode

from flask import Response, request
from msgspec import Struct

from certificates import queries
from certificates.models import VALID
from certificates.services.verifying import Verdict, canonical, issuer_of, judge, programme_of, title_of
from lms.api.transparency import logged
from lms.api.web import ANYONE, Routes
from lms.api.work import NotFound, settings

routes = Routes("certificates", "/verify")
LETTERS = 16  # of the tag: 64 bits


class Preview(Struct, frozen=True):
    """What the page says to those who make previews. `picture`: the whole address of a PNG of 1200 × 630."""

    title: str
    about: str
    url: str
    picture: str


def preview_of(verdict: Verdict) -> Preview | None:
    """Of a paper that counts; of no other."""
    row = verdict.credential
    if row is None or verdict.forgotten or verdict.state != VALID:
        return None
    page = f"{settings().public_url()}/verify/{row.number}"
    picture = f"{page}/anh.png?{urlencode({'k': _tag(row.number)})}"
    return Preview(f"{title_of(row).capitalize()}: {programme_of(row)}", issuer_of(row), page, picture)


@routes.get("/<number>/anh.png", ANYONE)
def preview(number: str) -> Response:
    """The picture of a paper that counts. It names nobody."""
    exact = canonical(number)
    if not hmac.compare_digest(request.args.get("k", "").encode(), _tag(exact).encode()):
        raise NotFound
    row = queries.credential_by_number(exact)
    if row is None or judge(row, logged(exact)).state != VALID:
        raise NotFound
    from certificates.designs.share_image import ShareSummary, draw_share_image  # Pillow only when asked for

    picture = draw_share_image(
        ShareSummary(
            kind=row.paper["kind"],
            title=title_of(row).capitalize(),
            statement=programme_of(row),
            number=row.number,
            verify_domain=row.paper["verify_domain"],
        )
    )
    answer = Response(picture, mimetype="image/png")
    answer.headers["Cache-Control"] = "public, max-age=3600"  # an hour after it was withdrawn it is gone
    return answer


def _tag(number: str) -> str:
    key = settings().key_for(b"previews")
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:LETTERS]
