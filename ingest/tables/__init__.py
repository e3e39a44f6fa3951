"""The engine of every text and Parquet table: from lines and column names to samples with times."""
