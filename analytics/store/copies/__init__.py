"""Whole copies of a database: backups, restored ones, and those that were replaced."""
