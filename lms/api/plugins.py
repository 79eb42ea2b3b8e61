"""The plugin contract."""

from lms.config import Settings
from lms.contract.findings import EXAMINATIONS, Examination, Finding
from lms.contract.points import Event, ExtensionPoint, Plugin, PluginError, Provided, on
from lms.indicators.figures import COUNTED, Counted

__all__ = [
    "COUNTED", "EXAMINATIONS", "Counted", "Event", "Examination", "ExtensionPoint", "Finding", "Plugin", "PluginError",
    "Provided", "Settings", "on",
]  # fmt: skip
