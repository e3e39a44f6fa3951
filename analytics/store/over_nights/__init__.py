"""What is stored of people over nights, gathered for `analytics.over_nights`, and what they were answered."""
