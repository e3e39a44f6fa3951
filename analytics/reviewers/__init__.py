"""How far two reviewers of the same nights agree."""
