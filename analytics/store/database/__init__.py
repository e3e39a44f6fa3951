"""The DuckDB file itself: opening it, waiting for it, making it, and bringing it up to date."""
