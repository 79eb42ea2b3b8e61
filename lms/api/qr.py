"""QR codes."""

from lms.papers.qr import qr_runs, qr_runs_of

__all__ = ["qr_runs", "qr_runs_of"]
