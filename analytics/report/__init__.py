"""The printable report: one self-contained HTML page for a night or a range of nights, and its summary for a chart.

Draws and tells what is stored and classifies nothing. No script, no request, no font but the machine's own.
"""

from analytics.report.gathering import read_report
from analytics.report.night import About
from analytics.report.one_page import summary_page
from analytics.report.page import page_of
from analytics.report.summed_up import read_summary

__all__ = ["About", "page_of", "read_report", "read_summary", "summary_page"]
