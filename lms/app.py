"""`create_app(settings, plugins)`: the only place that assembles."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from pathlib import Path

import structlog
from flask import Flask, current_app
from flask_login import LoginManager
from werkzeug.middleware.proxy_fix import ProxyFix

from lms import __version__, clock, memory
from lms.config import Settings
from lms.contract import discovery
from lms.contract.points import Plugin
from lms.contract.registry import Registry, folder_of
from lms.db import sqlite, unit_of_work
from lms.db.base import db
from lms.db.driving import json_value
from lms.identity import grants, people, sessions
from lms.identity.views import returning
from lms.messages import channels
from lms.rest.operations import OPERATIONS
from lms.rest.operations import register as register_operations
from lms.storage import DiskStore
from lms.web import errors, security
from lms.web.application import Application
from lms.web.locale import Catalogue
from lms.web.rendering import Page, Renderer
from lms.web.routes import ROUTES
from lms.web.routes import register as register_routes
from lms.web.session import LeanSessionInterface
from lms.web.static_files import PackedStatic, StaticFiles

MOST_BODY = 32 * 1024 * 1024  # bytes of one request
MOST_FORM = 2 * 1024 * 1024  # bytes of one form without its files


@memory.uncollected()
def create_app(settings: Settings | None = None, plugins: Sequence[Plugin] | None = None) -> Flask:
    """Assembles the application from settings and plugins (every installed one).

    Raises PluginError or SettingsError, in one line that names what is wrong.
    """
    settings = settings or Settings.load()
    if settings.steady_clock:
        clock.keep_steady(Path(settings.steady_clock))
    found = list(plugins) if plugins is not None else discovery.installed(settings.plugins == "first-party")
    registry = Registry(found, {"lms": __version__, **{p.name: p.version or __version__ for p in found}}, settings)

    app = Application("lms", static_folder=None, template_folder=None)
    app.extensions["lms.registry"] = registry
    app.extensions["lms.settings"] = settings
    app.config.update(
        SECRET_KEY=settings.key().decode(),
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url(),
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": False, "json_deserializer": json_value},
        MAX_CONTENT_LENGTH=MOST_BODY,
        MAX_FORM_MEMORY_SIZE=MOST_FORM,
        MAX_FORM_PARTS=2000,
        PROPAGATE_EXCEPTIONS=False,
    )
    _prepare_database(app, settings)
    app.session_interface = LeanSessionInterface(settings.key(), settings.secure_cookies)
    app.extensions["lms.files"] = DiskStore(settings.data_dir / "files")
    _prepare_people(app)
    _prepare_pages(app, registry)
    security.harden(app, renderer_of(app).pack, renderer_of(app).sheets)
    errors.install(app)
    returning.install(app)
    with app.app_context():
        register_routes(app, registry.owned(ROUTES), settings.only)
        channels.check()
    register_operations(app, registry.entries(OPERATIONS).values())
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    _prepare_static(app)
    return app


def settle() -> None:
    """What has been loaded stays for good: the collector need not look at it again, nor write to its pages."""
    memory.keep_one_heap()
    gc.collect()
    memory.give_back()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def renderer_of(app: Flask) -> Renderer:
    """The application's renderer, outside a request."""
    found: Renderer = app.extensions["lms.renderer"]
    return found


def _prepare_database(app: Flask, settings: Settings) -> None:
    if settings.is_sqlite:
        path = settings.sqlalchemy_url().removeprefix("sqlite:///")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    unit_of_work.install(app)
    with app.app_context():
        if settings.is_sqlite:
            sqlite.prepare(db.engine)
        else:
            from lms.db import postgresql

            postgresql.prepare(db.engine)


def _prepare_people(app: Flask) -> None:
    login = LoginManager()
    login.session_protection = None  # the session is signed; addresses change on a phone
    login.init_app(app, add_context_processor=False)
    app.after_request_funcs[None].remove(login._update_remember_cookie)  # nobody is remembered but by the session
    login.user_loader(people.from_session)
    sessions.install(app)


def _prepare_pages(app: Flask, registry: Registry) -> None:
    folders = {p.name: folder_of(p) for p in registry.plugins}
    catalogue = Catalogue(f / "translations" for f in folders.values())
    core = Path(__file__).parent / "web" / "templates"
    templates = [core, *(f / "templates" for f in folders.values() if (f / "templates").is_dir())]
    statics = [Path(__file__).parent / "web" / "static"]
    statics += [f / "static" for f in folders.values() if (f / "static").is_dir()]
    static = app.extensions["lms.static"] = StaticFiles(statics)
    settings: Settings = app.extensions["lms.settings"]
    app.extensions["lms.renderer"] = Renderer(templates, catalogue, static, alone=bool(settings.only))
    app.extensions["lms.page_maker"] = _page


def _page() -> Page:
    settings: Settings = current_app._get_current_object().extensions["lms.settings"]  # type: ignore[attr-defined]
    claim = people.claim_or_none()
    return Page(
        claim is not None,
        claim.address_form if claim else "bạn",
        settings.place_name,
        settings.help_line,
        people.here_or_none,
        grants.roles_here,
    )


def _prepare_static(app: Flask) -> None:
    settings: Settings = app.extensions["lms.settings"]
    static = PackedStatic(app.wsgi_app, app.extensions["lms.static"], settings.data_dir / "static")
    app.wsgi_app = static  # type: ignore[method-assign]


def configure_logging() -> None:
    """One JSON object a line on standard error; never a password, code or identity number."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=open(os.dup(2), "w", buffering=1)),  # noqa: SIM115
        cache_logger_on_first_use=True,
    )
