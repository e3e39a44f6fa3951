"""Raw samples beside the database: staged, handed over, removed."""
