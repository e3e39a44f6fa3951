"""What is said of a sensor after a check: an item for each thing that can be wrong, with what to do about it.

An honest "cannot tell" comes before a guess. Strap and health are not judged: one sensor's samples do not tell a loose
strap from a leg that swings on, and ten kicks made on purpose say nothing about those of the night.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analytics.criteria import Criteria
from analytics.model import Channel
from analytics.selfcheck.clock_error import ClockError, ToldTime, clock_error
from analytics.selfcheck.items import Item, ItemName, SensorCheck
from analytics.selfcheck.matching import MIN_FOUND, Match
from analytics.selfcheck.places import site_item
from analytics.selfcheck.plan import LEG_STARTS_S, N_KICKS, SMALL, KickLeg
from analytics.selfcheck.seeing import Rest, Seen, see
from ingest.clock import was_set
from ingest.errors import IngestError
from ingest.recording import Recording, Side
from ingest.units import BAND_G

#: So many kicks found are all right: the plan's small ones may be weaker than what a sensor sees.
ENOUGH_KICKS = N_KICKS - len(SMALL)
#: How much louder a leg's own kicks are than the other's, at least. own.
_LOUDER = 1.5
_UNIT_FIRST = "mend the unit first"
_NO_PLAN = "the kicks of the plan were not found"


def check_sensor(recording: Recording, channel: Channel, told: ToldTime | None, criteria: Criteria) -> SensorCheck:
    """Check one sensor worn alone.

    Parameters
    ----------
    recording : Recording
        What the file says of itself.
    channel : Channel
        Its samples, a day at most.
    told : ToldTime or None
        When the first kick was made; None: not told.
    """
    return _checked(recording, see(channel, criteria), told, criteria, _one_side())


def check_legs(
    pairs: Sequence[tuple[Recording, Channel]], told: ToldTime | None, criteria: Criteria
) -> tuple[SensorCheck, ...]:
    """Check two sensors worn at once: first the one meant for the left leg, then that for the right.

    Parameters
    ----------
    pairs : sequence of (Recording, Channel)
        Two, the one meant for the left leg first.
    told : ToldTime or None
        When the left leg made its first kick; None where it was not noted.
    """
    seen = [see(channel, criteria) for _, channel in pairs]
    meant: tuple[KickLeg, ...] = ("left", "right")
    found = [_leg_of(one) for one in seen]
    return tuple(
        _checked(recording, one, told, criteria, _side(leg, found[i], found[1 - i], recording.placement.side))
        for i, ((recording, _), one, leg) in enumerate(zip(pairs, seen, meant, strict=True))
    )


def unreadable_unit(error: IngestError) -> SensorCheck:
    """The check of a sensor whose gravity fits no unit, so that nothing else can be measured."""
    unit = Item("unit", "not_ok", error.what, error.hint or "export again, and name the unit in the header")
    names: tuple[ItemName, ...] = ("recording", "noise", "kicks", "clock", "site")
    rest = (Item(name, "cannot_tell", "the samples have no usable unit", _UNIT_FIRST) for name in names)
    return SensorCheck((unit, *rest))


def _checked(recording: Recording, seen: Seen, told: ToldTime | None, criteria: Criteria, side: Item) -> SensorCheck:
    unit = _unit_item(seen.rest)
    noise, kicks = _noise_item(recording, seen.rest, criteria), _kicks_item(seen)
    site = site_item(seen, recording.placement.site)
    if unit.standing == "not_ok":  # sizes are wrong; times are not
        noise, site = _without_sizes(noise), _without_sizes(site)
        kicks = replace(kicks, says=kicks.says.partition(",")[0], values=(*kicks.values[:2], ("median_peak_mg", None)))
    recorded, clock = _recording_item(recording, seen, criteria), _clock_item(recording, seen, told)
    return SensorCheck((recorded, unit, noise, kicks, clock, site, side), seen.nearest)


def _without_sizes(item: Item) -> Item:
    return Item(item.name, "cannot_tell", "sizes mean nothing in a wrong unit", _UNIT_FIRST)


def _recording_item(recording: Recording, seen: Seen, criteria: Criteria) -> Item:
    quality, least_hz = recording.quality, criteria.motion.min_rate_hz
    rate_hz = quality.rate_hz_true or 0.0
    minutes = (quality.last_us - quality.first_us) / 6e7
    values = (("rate_hz", round(rate_hz, 2)), ("minutes", round(minutes, 1)), ("gaps", len(quality.gaps)))
    says = f"{rate_hz:.3g} samples a second for {minutes:.0f} min"
    problem, remedy = "", ""
    if rate_hz < least_hz:
        problem = f"{rate_hz:.3g} samples a second: half-second kicks need at least {least_hz:g}"
        remedy = "set the sensor to 50 samples a second"
    elif quality.n_idle:
        problem = f"the sensor stopped measuring while you lay still, for {quality.idle_s / 60:.0f} min"
        remedy = "switch its idle or sleep mode off: kicks in such a pause are lost"
    elif quality.gaps:
        problem = f"{len(quality.gaps)} gaps or jumps of its clock"
        remedy = "check battery and free space, and switch power saving off; then repeat the check"
    elif not seen.searched_s:
        problem, remedy = "nothing of it could be searched for movements", "record the whole plan without a pause"
    return Item("recording", "not_ok" if problem else "ok", problem or says, remedy, values=values)


def _unit_item(rest: Rest | None) -> Item:
    if rest is None:
        return Item("unit", "cannot_tell", "no half minute of rest was found", "lie still for the five minutes")
    low_g, high_g = BAND_G
    values = (("gravity_g", round(rest.norm_g, 3)),)
    says = f"gravity at rest measures {rest.norm_g:.2f} g"
    if low_g <= rest.norm_g <= high_g:
        return Item("unit", "ok", says, values=values)
    remedy = (
        "it should be 1 g: the scale or the unit of this file is wrong, and so is every size in it. Export again with "
        "the right unit, or have the sensor calibrated"
    )
    return Item("unit", "not_ok", says, remedy, values=values)


def _noise_item(recording: Recording, rest: Rest | None, criteria: Criteria) -> Item:
    noise_mg = recording.quality.noise_mg
    blind_mg = rest.blind_mg if rest else None
    values = (
        ("noise_mg", None if noise_mg is None else round(noise_mg, 2)),
        ("blind_below_mg", None if blind_mg is None else round(blind_mg, 1)),
    )
    if blind_mg is None:
        return Item(
            "noise", "cannot_tell", "no still minute to measure it", "lie still for the five minutes", values=values
        )
    says = f"{'noise unknown' if noise_mg is None else f'noise {noise_mg:.1f} mg'}, blind below {blind_mg:.0f} mg"
    if blind_mg > criteria.flags.blind_mg:
        return Item(
            "noise",
            "not_ok",
            f"{says}: most kicks of a night would be missed",
            f"a usable sensor is blind below {criteria.flags.blind_mg:g} mg at most: keep it off vibrating beds and "
            "motors, set a smaller range or more bits, or use another",
            values=values,
        )
    weak = "" if blind_mg <= criteria.flags.tier_a_blind_mg else ": weak kicks are missed"
    return Item("noise", "ok", says + weak, values=values)


def _kicks_item(seen: Seen) -> Item:
    near = seen.nearest
    n = near.n_found if near else 0
    values = (("found", n), ("of", N_KICKS), ("median_peak_mg", round(near.peak_g * 1e3) if near else None))
    if near is not None and near.is_plan:
        says = f"{n} of {N_KICKS} kicks found, median {near.peak_g * 1e3:.0f} mg"
        if n >= ENOUGH_KICKS:
            return Item("kicks", "ok", says, values=values)
        remedy = "kick a little stronger, or move the sensor towards the foot and tighten the strap; repeat the check"
        return Item("kicks", "not_ok", says, remedy, values=values)
    if near is not None and n >= MIN_FOUND:
        by_itself = "the leg moves by itself as often" if near.n_others >= n else "by chance they may"
        return Item(
            "kicks",
            "cannot_tell",
            f"{n} movements lie like the plan, but {by_itself}",
            "repeat the check when the leg is quiet: lie still for all five minutes, then only kick",
            values=values,
        )
    blind = f" (it is blind below {seen.rest.blind_mg:.0f} mg)" if seen.rest and seen.rest.blind_mg else ""
    return Item(
        "kicks",
        "not_ok",
        f"{n} of {N_KICKS} kicks found",
        "was the sensor on the leg that kicked, and was the plan followed? Weak kicks are lost in its noise"
        f"{blind}; repeat with stronger ones",
        values=values,
    )


def _clock_item(recording: Recording, seen: Seen, told: ToldTime | None) -> Item:
    plan, clock = seen.plan, recording.clock
    if recording.device_clock and recording.device_clock.base == "relative" and clock.start is None:
        return Item("clock", "cannot_tell", "this recording has no clock of its own", "say when it began with --start")
    if not was_set(recording.quality.first_us):
        return Item("clock", "not_ok", "the clock of the sensor was never set", "set it before the next recording")
    if plan is None:
        return Item("clock", "cannot_tell", _NO_PLAN, f"at least {MIN_FOUND} kicks are needed; repeat the check")
    if told is None:
        return Item(
            "clock",
            "cannot_tell",
            "it cannot be checked without a time to compare with",
            "say when the first kick was made: --kicks-at HH:MM:SS",
        )
    first_us = plan.first_kick_us - _late_start_us(plan)
    return _judged_clock(clock_error(first_us, told, clock.zone), recording)


def _late_start_us(plan: Match) -> int:
    """How much later than the first kick of the check this leg began."""
    return LEG_STARTS_S[plan.leg] * 1_000_000


def _judged_clock(error: ClockError, recording: Recording) -> Item:
    ahead_s, clock = error.ahead_s, recording.clock
    values = (("ahead_s", round(ahead_s, 1)), ("zone_s", error.zone_s))
    way = "ahead" if ahead_s > 0 else "behind"
    if error.is_right:
        return Item("clock", "ok", f"{abs(ahead_s):.1f} s {way}", values=values)
    shift = f"--time-shift {_shift(clock.time_shift_us / 1e6 - ahead_s)}"
    assumed = f" Its zone was assumed ({clock.zone}): say --tz first." if clock.zone_source == "assumed" else ""
    if error.zone_s is not None:
        shift = f"--time-shift {_shift(clock.time_shift_us / 1e6 - error.zone_s)}"
        to_s = abs(ahead_s - error.zone_s)
        says = f"{_hours(error.zone_s)} {way}, to {to_s:.1f} s: a wrong zone or summer time"
        remedy = f"import with the zone you were in (--tz), or if that was right with {shift}.{assumed}"
        return Item("clock", "not_ok", says, remedy, values=values)
    plan = " Five minutes: was the time that of lying down? --kicks-at is the first kick." * error.is_start_of_plan
    remedy = f"import with {shift}, and set the clock before the next recording.{plan}{assumed}"
    return Item("clock", "not_ok", f"{_length(abs(ahead_s))} {way}", remedy, values=values)


def _hours(zone_s: int) -> str:
    quarters = abs(zone_s) // 900
    if quarters % 4 == 0:
        return "an hour" if quarters == 4 else f"{quarters // 4} hours"
    return f"{quarters // 4}:{quarters % 4 * 15:02} hours"


def _length(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _shift(behind_s: float) -> str:
    minutes, seconds = divmod(round(abs(behind_s)), 60)
    return f"{'-' if behind_s < 0 else ''}{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _one_side() -> Item:
    return Item(
        "side",
        "cannot_tell",
        "one sensor cannot show on which leg it is",
        "for that wear both, and name both files: nightkick check LEFT RIGHT",
        counts=False,
    )


def _leg_of(seen: Seen) -> KickLeg | None:
    """The leg whose kicks a sensor shows; None where neither does, or both are equally loud."""
    there = sorted((match for match in seen.matches if match.is_plan), key=lambda match: match.peak_g)
    if not there:
        return None
    if len(there) == 2 and there[1].peak_g < _LOUDER * there[0].peak_g:
        return None
    return there[-1].leg


def _side(meant: KickLeg, found: KickLeg | None, other: KickLeg | None, named: Side) -> Item:
    values = (("meant", meant), ("found", found))
    item = Item("side", "ok", f"it shows the kicks of the {found} leg, as it should", values=values)
    if found is None:
        says = "it does not show the kicks of one leg more than those of the other"
        return replace(item, standing="cannot_tell", says=says, remedy="kick with one leg at a time; repeat the check")
    if found != meant and other == found:
        return replace(
            item,
            standing="not_ok",
            says=f"both sensors show the kicks of the {found} leg",
            remedy="wear one on each leg, and kick first left, then right",
        )
    if found != meant:
        return replace(
            item,
            standing="not_ok",
            says=f"meant for the {meant} leg, it shows the kicks of the {found} one",
            remedy=f"left and right are swapped: import this file with --side {found}, or change the sensors over",
        )
    if named not in ("unknown", found):
        remedy = f"import it with --side {found}, and set the sensor up anew"
        return replace(
            item, standing="not_ok", says=f"it is on the {found} leg, but file or settings say {named}", remedy=remedy
        )
    return item
