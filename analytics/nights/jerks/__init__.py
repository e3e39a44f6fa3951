"""Hypnic jerks of a night: which movements may be one, how likely each is one, and what its flag asks."""
