"""QR codes."""

from lms.papers.qr import qr_runs

__all__ = ["qr_runs"]
