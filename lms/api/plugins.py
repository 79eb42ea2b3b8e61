"""The plugin contract."""

from lms.contract.points import Event, ExtensionPoint, Plugin, PluginError, on
from lms.indicators.figures import COUNTED, Counted

__all__ = ["COUNTED", "Counted", "Event", "ExtensionPoint", "Plugin", "PluginError", "on"]
