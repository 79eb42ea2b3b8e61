"""The plugin contract."""

from lms.config import Settings
from lms.contract.findings import EXAMINATIONS, Examination, Finding
from lms.contract.points import Event, ExtensionPoint, Plugin, PluginError, Provided, on
from lms.contract.projections import PROJECTIONS, Projection
from lms.indicators.figures import COUNTED, Counted

__all__ = [
    "COUNTED", "EXAMINATIONS", "PROJECTIONS", "Counted", "Event", "Examination", "ExtensionPoint", "Finding", "Plugin",
    "PluginError", "Projection", "Provided", "Settings", "on",
]  # fmt: skip
