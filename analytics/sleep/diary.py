"""What a person wrote down of a night's sleep, as the estimate of sleep takes it."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.errors import UsageError


@dataclass(frozen=True, slots=True)
class Diary:
    """What the person wrote down: lights off and getting up, UTC microseconds, and what they noted beside.

    Attributes
    ----------
    latency_min : float or None
        From lights off to falling asleep, minutes; None, as of the others, where it was not noted.
    n_awakenings : int or None
        After falling asleep.
    awake_min : float or None
        Awake in all after falling asleep, minutes.
    fell_asleep_us : int or None
        Between lights off and getting up.

    Raises
    ------
    UsageError
        If getting up is not after lights off, or falling asleep not between them.
    """

    lights_off_us: int
    got_up_us: int
    latency_min: float | None = None
    n_awakenings: int | None = None
    awake_min: float | None = None
    fell_asleep_us: int | None = None

    def __post_init__(self) -> None:
        if self.got_up_us <= self.lights_off_us:
            raise UsageError("a diary's getting up is not after its lights off")
        if self.fell_asleep_us is not None and not self.lights_off_us <= self.fell_asleep_us < self.got_up_us:
            raise UsageError("a diary's falling asleep is not between its lights off and getting up")
