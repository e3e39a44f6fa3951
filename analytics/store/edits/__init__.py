"""Edits of reviewers in the store: acts that can be taken back, and what each night comes to with its reviews."""
