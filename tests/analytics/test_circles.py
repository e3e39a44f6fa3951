"""Where Python looks for no circles of objects, and from when on it looks again."""

from __future__ import annotations

import gc

import pytest

from analytics.circles import nothing_to_collect


def _fail_inside() -> None:
    with nothing_to_collect():
        raise ValueError("gc is on" if gc.isenabled() else "inside")


def test_python_looks_for_circles_again_even_after_an_error() -> None:
    assert gc.isenabled()
    with pytest.raises(ValueError, match="inside"):
        _fail_inside()
    assert gc.isenabled()


def test_who_put_the_search_off_before_keeps_it_off() -> None:
    with nothing_to_collect():
        with nothing_to_collect():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
