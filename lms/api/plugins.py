"""The plugin contract."""

from lms import __version__ as product_version
from lms.config import Settings
from lms.contract.commands import COMMANDS, Command, Program
from lms.contract.demonstrations import DEMONSTRATIONS, Demonstration
from lms.contract.findings import EXAMINATIONS, Examination, Finding
from lms.contract.points import Event, ExtensionPoint, Plugin, PluginError, Provided, on
from lms.contract.projections import PROJECTIONS, Projection
from lms.contract.written import Secret, WrittenPart, is_safe_address, read_written, secret_at, wrong_in
from lms.indicators.figures import COUNTED, Counted

__all__ = [
    "COMMANDS", "COUNTED", "DEMONSTRATIONS", "EXAMINATIONS", "PROJECTIONS", "Command", "Counted", "Demonstration",
    "Event", "Examination", "ExtensionPoint", "Finding", "Plugin", "PluginError", "Program", "Projection", "Provided",
    "Secret", "Settings", "WrittenPart", "is_safe_address", "on", "product_version", "read_written", "secret_at",
    "wrong_in",
]  # fmt: skip
