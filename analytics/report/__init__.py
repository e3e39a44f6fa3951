"""The printable report: one self-contained HTML page for a night or a range of nights.

Draws and tells what is stored and classifies nothing. No script, no request, no font but the machine's own.
"""

from analytics.report.gathering import About, read_report
from analytics.report.page import page_of

__all__ = ["About", "page_of", "read_report"]
