"""Runs that no person starts: the schedule, the inbox, Prefect's server and flow, and whom they tell."""
