"""The manifest: what this plugin provides, hears, tells and needs."""

from __future__ import annotations

import os
from functools import partial

from flask import url_for

from lms.api.people import ARRIVALS, WAYS_IN, Arrival
from lms.api.plugins import EXAMINATIONS, Examination, Plugin, Provided, Settings
from lms.api.web import ROUTES
from lms.api.work import ACTS, PERIODIC, SUBJECTS, Act, Periodic, Subject, Text, _
from plugins.openid import examining, providers
from plugins.openid.providers import Provider, ProviderWay
from plugins.openid.services import arriving
from plugins.openid.views import machines, sign_in


def configured(settings: Settings) -> tuple[Provided, ...]:
    """A button for each provider that the operator's file describes. Raises PluginError where the file is wrong."""
    found = providers.read(settings.openid_file, os.environ) if settings.openid_file else ()
    return (WAYS_IN.of(*map(_button, found)),)


def _button(provider: Provider) -> ProviderWay:
    return ProviderWay(
        name=provider.name,
        label=_("Sign in with {name}", name=provider.label),
        title=Text(provider.label.replace("{", "(").replace("}", ")")),
        icon="badge-check",
        url=partial(_start, provider.key),
        order=provider.order,
        linking=partial(_start, provider.key),
        leaving=partial(_left, provider.key),
        provider=provider,
    )


def _start(key: str, return_to: str) -> str:
    return url_for("openid.start", provider=key, return_to=return_to)


def _left(key: str) -> str:
    return url_for("openid.left", provider=key)


plugin = Plugin(
    name="openid",
    package="plugins.openid",
    needs={"lms": ">=0.1,<1"},
    provides=(
        ACTS.of(Act("session.ended_by_provider", _("Sessions were ended by the other system"))),
        SUBJECTS.of(Subject("provider", _("Other system"))),
        ROUTES.of(sign_in.routes, machines.routes),
        ARRIVALS.of(Arrival("openid", arriving.welcome)),
        PERIODIC.of(Periodic("openid.forget", 3600, arriving.forget_old)),
        EXAMINATIONS.of(Examination("openid", examining.providers)),
    ),
    migrations="migrations/openid",
    configured=configured,
)
