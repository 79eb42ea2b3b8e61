"""What search engines and other sites are told of courses: the words beside a link, a picture, the list of pages."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

from flask import Response, request
from markupsafe import Markup
from msgspec import Struct

from courses import queries
from courses.services import picturing
from courses.services.picturing import SITE
from lms.api.competency import programmes
from lms.api.learning import InCourse, course_for, url_of
from lms.api.web import ANYONE, Routes, address, say
from lms.api.work import _, settings

routes = Routes("courses")
LONGEST_ABOUT = 200


def outside(path: str) -> str:
    """An address of ours as others write it, with the host."""
    return (settings().base_url or request.url_root.rstrip("/")) + path


class Preview(Struct, frozen=True):
    """What is shown of a page where somebody sends its address on."""

    title: str
    about: str
    url: str
    picture: str
    data: Markup  # JSON-LD


def preview_of(at: InCourse) -> Preview:
    """A course as others show it."""
    course, about = at.course, about_course(at)
    url = outside(address("courses.course", slug=course.slug))
    picture = outside(address("courses.course_picture", slug=course.slug, v=at.newest_id))
    minutes = sum(place.minutes for place in at.places)
    provider = {"@type": "Organization", "name": SITE, "url": outside("/")}
    parts = [
        {"@type": "LearningResource", "name": place.title, "url": outside(url_of(place.kind, course.slug, place.slug))}
        for place in at.places
        if place.kind == "lesson"
    ]
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["Course", "LearningResource"],
        "name": course.title,
        "description": about,
        "url": url,
        "image": picture,
        "inLanguage": "vi",
        "isAccessibleForFree": True,
        "provider": provider,
        "timeRequired": f"PT{minutes}M",
        "offers": {"@type": "Offer", "price": 0, "priceCurrency": "VND", "category": "Free"},
        "hasCourseInstance": {"@type": "CourseInstance", "courseMode": "Online", "courseWorkload": f"PT{minutes}M"},
        "hasPart": parts,
    }
    return Preview(course.title, about, url, picture, json_data(data))


def json_data(value: Any) -> Markup:
    """JSON to stand inside a <script> that is data: no sign in it can end that element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704  no markup


def about_course(at: InCourse) -> str:
    """What a course is about in one or two sentences: its own summary, else what is in it."""
    summary = queries.newest_course(at.course.id).get("summary", "")
    lessons = sum(1 for place in at.places if place.kind == "lesson")
    counted = say(_("{n} short lessons, free, on any phone.", n=lessons))
    about = f"{summary} {counted}".strip()
    return about if len(about) <= LONGEST_ABOUT + 60 else f"{summary[:LONGEST_ABOUT].rsplit(' ', 1)[0]}… {counted}"


@routes.get("/khoa-hoc/<slug>/anh.png", ANYONE)
def course_picture(slug: str) -> Response:
    """The picture beside a link to a course."""
    at = course_for(None, slug)
    answer = Response(picturing.picture_of(at), mimetype="image/png")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@routes.get("/sitemap.xml", ANYONE)
def sitemap() -> Response:
    """The pages that anybody may read: programmes, courses, their lessons."""
    paths = [address("home.home"), address("courses.programmes")]
    paths += [address("courses.programme", slug=row.slug) for row in programmes()]
    for course, lesson in queries.open_lessons():
        if lesson:
            paths.append(address("courses.lesson", course=course, lesson=lesson))
        else:
            paths.append(address("courses.course", slug=course))
    rows = "".join(f"<url><loc>{escape(outside(path))}</loc></url>" for path in paths)
    text = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'
    answer = Response(text, mimetype="application/xml")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@routes.get("/robots.txt", ANYONE)
def robots() -> Response:
    """What search engines may look at: everything that needs nobody signed in, but searches and single answers."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in CLOSED),
        f"Sitemap: {outside(address('courses.sitemap'))}",
    ]
    answer = Response("\n".join(lines) + "\n", mimetype="text/plain")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


CLOSED = ("/api/", "/can-bo/", "/cua-toi", "/dang-nhap", "/dang-ky", "/studio/", "/tim", "/verify/", "/luyen/")
