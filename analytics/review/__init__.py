"""The review page: nights to look at and to judge, served to this machine alone.

The only package that knows Starlette, Jinja and uvicorn. What is drawn is what is stored; reviews are added to it.
"""

from analytics.review.app import create_app
from analytics.review.page import Page
from analytics.review.serving import serve

__all__ = ["Page", "create_app", "serve"]
