"""One module a command: what it takes, and what it does.

`--help` and a misspelt name load these modules. So what takes time to load (numpy, polars, DuckDB, settings) is
imported by the function that needs it. `analytics.store` can stand at the top: it loads when the first of it is used.
"""
