"""The review page: nights to look at and to judge, served to this machine, and beyond it only through a TLS proxy.

The only package that knows Starlette, Jinja and uvicorn. What is drawn is what is stored; reviews are added to it.
"""

from analytics.review.app import create_app
from analytics.review.page import Page
from analytics.review.queue.ahead import work_out_ahead
from analytics.review.serving import serve
from analytics.review.ways import Proxy

__all__ = ["Page", "Proxy", "create_app", "serve", "work_out_ahead"]
