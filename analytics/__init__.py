"""Recordings become nights; nights are kept, asked and looked at. See `analytics.night`, the one pure way in."""
