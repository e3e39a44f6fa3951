"""Files on disk: which belong to a database, and what an output may replace."""
