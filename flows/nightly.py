"""The Prefect flows, under the name that deployments know: ``flows/nightly.py:inbox_run``."""

from flows.unattended.nightly_flow import inbox_run, nightly

__all__ = ["inbox_run", "nightly"]
