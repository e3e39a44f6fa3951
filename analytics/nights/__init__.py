"""One night as a whole: movements labelled, criteria of each flag judged, and what holds over nights."""
