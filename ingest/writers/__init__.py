"""The other half of some readers: recordings written for simulations, sample data and tests."""
