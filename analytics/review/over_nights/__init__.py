"""Over nights of one person: what home draws on one axis of dates, and what two ranges of it hold."""
