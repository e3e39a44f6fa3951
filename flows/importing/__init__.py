"""From files to stored nights, without Prefect."""
