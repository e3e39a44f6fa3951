"""Edits as a page sends them, and the night that they leave."""
