"""Reviews of several reviewers: handed on, brought together, and compared."""
