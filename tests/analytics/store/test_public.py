"""What the package offers under its own name, and how little of it is loaded for one question."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from analytics import store
from analytics.store import public

ONE_QUESTION = """
import sys
from analytics.store import query
print(*(name for name in ("analytics.store.public", "analytics.store.write", "scipy") if name in sys.modules))
"""


def test_every_name_is_the_one_that_the_list_has() -> None:
    assert set(import_module("analytics.store").__all__) == set(public.__all__)
    assert all(getattr(store, name) is getattr(public, name) for name in public.__all__)


def test_a_name_that_is_not_offered_is_missing() -> None:
    with pytest.raises(AttributeError, match="no attribute 'connect'"):
        _ = store.connect  # type: ignore[attr-defined]


def test_one_question_loads_nothing_that_stores() -> None:
    said = subprocess.run([sys.executable, "-c", ONE_QUESTION], capture_output=True, text=True, check=True)
    assert said.stdout.split() == []
