"""Edits of reviewers: what each means, and a night's movements and sleep with them. No detected row changes."""
