"""What the readers of formats refuse, and their advice followed: of devices, watches, programs and apps."""

from tests.ingest.format_remedies.apps import APP_REMEDIES
from tests.ingest.format_remedies.clocks import CLOCK_REMEDIES
from tests.ingest.format_remedies.devices import DEVICE_REMEDIES
from tests.ingest.format_remedies.exports import EXPORT_REMEDIES
from tests.ingest.format_remedies.starts import START_REMEDIES
from tests.ingest.format_remedies.watches import WATCH_REMEDIES

FORMAT_REMEDIES = (*DEVICE_REMEDIES, *WATCH_REMEDIES, *EXPORT_REMEDIES, *APP_REMEDIES, *CLOCK_REMEDIES, *START_REMEDIES)
