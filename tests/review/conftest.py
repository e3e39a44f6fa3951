"""A database of three made-up nights with hostile words in it, and the page served from it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from analytics.model import JournalEntry
from analytics.store import Store, initialise, write_journal
from flows.pipeline import import_one  # noqa: F401
from tests.review.browsing import browser_path, browsing, page_of, served
