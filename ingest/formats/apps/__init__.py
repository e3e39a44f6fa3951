"""Exports of telephone apps and of small sensors, a module each."""
