"""Part of nightkick. Recordings become nights; nights are kept, asked and looked at.

See `analytics.nights.night`, the one pure way in.
"""
