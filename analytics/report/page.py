"""The report as one HTML document: what stands where, and the words around the pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from analytics.flag import CriterionState, Flag
from analytics.journal.marked import marked_changes
from analytics.nights.doubt import beside, footing_of
from analytics.nights.unusual import unusual
from analytics.phrases import clock_words, long_sleep, ruleset_words, unusual_line
from analytics.pictures import by_hour, intervals
from analytics.pictures.drawing import patterns, swatches, table
from analytics.pictures.markup import Html, el, joined
from analytics.pictures.night_rows import legend, likely_legend
from analytics.pictures.scales import clock, local
from analytics.report.answer import answer
from analytics.report.appendix import appendix, stands_with_its_night
from analytics.report.document import document
from analytics.report.findings import findings
from analytics.report.gathering import Report
from analytics.report.in_brief import MOST_LARGE, brief_frames, brief_numbers, brief_picture
from analytics.report.measures import measure_rows, sleep_rows
from analytics.report.method import method
from analytics.report.night import ReportNight
from analytics.report.one_page import sheet
from analytics.report.overview import overview
from analytics.report.timeline import timeline
from analytics.said import Review
from analytics.scoring.rulesets import DEFAULT_RULESET
from analytics.words import (
    AS_DETECTED,
    AS_REVIEWED,
    BLANKS,
    CANNOT_TELL,
    CAVEAT,
    CLOCK_STAYS,
    COUNTS_ONLY,
    CRITERION_MARKS,
    CRITERION_STATES,
    FLAG_MARKS,
    FLAG_STATES,
    FLAGS,
    MEASURES,
    NIGHT_FACTS,
    NO_LONGER_MET,
    NOT_ASKED,
    NOT_ASSESSABLE,
    NOT_FOUND_AGAIN,
    OTHER_RULES,
    SAME_AS_REVIEWED,
    UNASKED_STATE,
    UNUSUAL,
    VERDICTS,
)

#: What a long report says of itself.
IN_BRIEF = (
    "{n} nights are more than {most}: each has its flags, picture and numbers here, its criteria stand in the "
    "appendix, and marks closer than a quarter of a millimetre are one. A page a night, with intervals and clock "
    "hours: nightkick report --large, or a report of up to {most} nights."
)
SENSORS_AS_BEFORE = "Journal and sensors: as the night before."

_DISMISSED = f"{VERDICTS['dismiss']} by a reviewer"


def page_of(report: Report, *, large: bool = False) -> str:
    """The whole report as one HTML document.

    Parameters
    ----------
    large : bool
        A page a night whatever their number; otherwise more than `MOST_LARGE` nights are told in brief.
    """
    in_brief = len(report.nights) > MOST_LARGE and not large
    body = joined(
        patterns(),
        el(
            "main",
            sheet(report.summary),
            el("header", list(_header(report))),
            _over_nights(report, in_brief=in_brief),
            list(_in_brief(report)) if in_brief else [_night(one, report) for one in report.nights],
            appendix(report, every=in_brief),
            method(report),
        ),
    )
    return document(f"Leg movements at night: {report.subject}, {_range(report)}", body)


def _range(report: Report) -> str:
    first, last = report.nights[0].night.night_date, report.nights[-1].night.night_date
    return f"{first}" if first == last else f"{first} to {last}"


def _header(report: Report) -> Iterator[Html]:
    n = len(report.nights)
    yield el("h2", "In full")
    yield el(
        "p",
        el("strong", el("bdi", report.subject)),
        f", {n} night{'' if n == 1 else 's'}, {_range(report)}. Made on {report.about.made_on} with nightkick ",
        f"{report.about.version}.",
    )
    if rules := ruleset_words(report.ruleset, DEFAULT_RULESET.name):
        yield el("p", el("strong", f"{NIGHT_FACTS['ruleset'].capitalize()}: "), rules, ".", class_="notice")
    yield el("p", CAVEAT, class_="notice")


def _over_nights(report: Report, *, in_brief: bool) -> Html:
    changes = marked_changes(report.journal)
    return joined(
        answer(report),
        findings(report),
        joined(
            el("h3", "All nights on one clock"),
            overview(report.nights, changes, coarse=in_brief),
            el("p", "Tall marks are periodic movements, half ones all others; shaded is sleep. Times are those of the "
               f"evening's zone. A dash: no index could be given. Flags {FLAG_MARKS}."
               f"{' ◆: what the journal says was changed, above the first night with it.' if changes else ''}",
               class_="remark"),
        )
        if len(report.nights) > 1
        else None,
    )  # fmt: skip


def _in_brief(report: Report) -> Iterator[Html]:
    """Every night of a long report: flags, picture, numbers, reviews; what is said of all nights is said once."""
    yield brief_frames(report.nights)
    yield el("h2", "Night by night, in brief")
    yield el("p", IN_BRIEF.format(n=len(report.nights), most=MOST_LARGE), class_="remark")
    before: Html | None = None
    for one in report.nights:
        night, beside = one.night, _beside(one)
        yield el(
            "section",
            el("h3", f"{_long(night.night_date)} to {_long(night.night_date + timedelta(days=1))}"),
            _verdict(one),
            el("figure", brief_picture(one), class_="picture"),
            brief_numbers(one),
            [_stood_beside(flag, one) for flag in one.flags if stands_with_its_night(flag)],
            _reviews(one),
            el("p", SENSORS_AS_BEFORE, class_="remark") if beside == before else beside,
            class_="night brief",
        )
        before = beside


def _stood_beside(flag: Flag, one: ReportNight) -> Html:
    return el("p", words, class_="remark") if (words := _stands_on(flag, one)) else joined()


def _night(one: ReportNight, report: Report) -> Html:
    night = one.night
    band_s = intervals.band_of(report.about.rulesets.get(report.ruleset))
    return el(
        "section",
        el("h2", f"Night of {_long(night.night_date)} to {_long(night.night_date + timedelta(days=1))}"),
        el("p", f"Worn on: {night.site}, legs recorded: {night.legs}. Times in {night.zone}.", class_="muted"),
        _verdict(one),
        el("figure", timeline(night, one.events, one.holds, one.zone), _legend(one), class_="picture"),
        el(
            "div",
            _figure(intervals.CAPTION, intervals.histogram(str(night.night_date), one.events, band_s=band_s)),
            _figure(by_hour.CAPTION, by_hour.bars(night, one.events, one.zone)),
            class_="pair",
        ),
        el("div", _measures(one), _sleep(one), class_="columns"),
        [_flag(flag, one) for flag in one.flags if stands_with_its_night(flag)],
        _reviews(one),
        _beside(one),
        class_="night",
    )  # fmt: skip


def _long(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


def _figure(caption: str, drawn: Html) -> Html:
    return el("figure", drawn, el("figcaption", caption), class_="picture")


def _legend(one: ReportNight) -> Html:
    words = ["Below: largest movement of each moment, log scale"]
    if one.night.blind_below_mg is not None:
        words.append("dashed: smaller movements were not seen")
    if any(blank.kind == "gap" for blank in one.night.blanks):
        words.append(f"hatched from top to bottom: {BLANKS['gap']}")
    if one.night.legs == "both":
        words.append("upper half of a lane: left leg, lower half: right leg, both: the whole")
    if one.holds.dismissed:
        words.append(f"crosses: {VERDICTS['dismiss']} by a reviewer")
    if len(one.holds.excluded_us):
        words.append(f"framed stripes: {VERDICTS['exclude']} by a reviewer")
    rows = [el("div", swatches(legend(one.night)), class_="legend")]
    if likely := likely_legend(one.night):
        title = el("span", f"{MEASURES['p_sleep'].capitalize()}:")
        rows.append(el("div", title, swatches(likely), class_="legend"))
    return el("figcaption", rows, "; ".join(words) + ".")


def _verdict(one: ReportNight) -> Html:
    lines = list(_unusual(one))
    lines += [el("p", el("strong", f"{FLAGS[flag.name]}: "), flag.reason) for flag in one.standing_flags]
    for flag in one.dismissed_flags:
        when = AS_DETECTED if flag in one.flags else AS_REVIEWED
        lines.append(el("p", f"{FLAGS[flag.name]} {when}, {_DISMISSED}: ", flag.reason))
    lines += [_lowered(flag, one) for flag in one.lowered_flags]
    if not one.night.assessable:
        lines.append(
            el(
                "p",
                el("strong", f"{NOT_ASSESSABLE.capitalize()}: "),
                one.night.not_assessable_reason or "",
                f" {COUNTS_ONLY}",
            )
        )
    if doubt := long_sleep(one.night.tst_h):
        lines.append(el("p", el("strong", "Doubtful: "), f"{doubt}."))
    if one.night.assessable:
        as_judged = [one.as_reviewed(flag) for flag in one.flags if not flag.raised]
        if not any(flag.raised for flag in (*one.flags, *as_judged)):
            n_untold = sum(flag.state == "cannot_tell" for flag in as_judged)
            said = "No pattern found where one could be told." if n_untold else "No pattern found."
            lines.append(el("p", el("strong", "No pattern could be told." if n_untold == len(one.flags) else said)))
            lines += [_unraised(flag, one) for flag in as_judged if flag.state == "not_raised"]
        lines += [_unraised(flag, one) for flag in as_judged if flag.state == "cannot_tell"]
    if one.score is None:
        lines.append(el("p", "The night was not scored under the rule set that is shown; nightkick reanalyse does it."))
    verdict = VERDICTS.get(one.holds.night or "")
    lines.append(
        el("p", f"Reviewer's verdict on the night: {verdict}." if verdict else "No reviewer's verdict on the night.")
    )
    return el("div", lines, class_="verdict")


def _unusual(one: ReportNight) -> Iterator[Html]:
    if line := unusual_line(unusual(one.night, one.score)):
        yield el("p", el("strong", f"{UNUSUAL}: "), f"{line}.")


def _lowered(flag: Flag, one: ReportNight) -> Html:
    """Why a flag that was raised is not so any more; that it cannot be told now is not that it is not met."""
    now = one.as_reviewed(flag)
    how = f"{CANNOT_TELL} {AS_REVIEWED}" if now.state == "cannot_tell" else NO_LONGER_MET
    return el("p", f"{FLAGS[flag.name]} {AS_DETECTED}, {how}: ", now.reason)


def _unraised(flag: Flag, one: ReportNight) -> Html:
    """Why a flag is not raised or cannot be told; the latter is framed, so that the two differ without colour."""
    if flag.lacks_answer:
        return el("p", f"{NOT_ASKED[0].upper()}{NOT_ASKED[1:]}.", class_="remark")
    why = el("p", flag.reason, class_="untold" if flag.state == "cannot_tell" else None)
    return joined(why, el("p", words) if (words := _stands_on(flag, one)) else None)


def _measures(one: ReportNight) -> Html:
    head = ("measure", AS_DETECTED, *((AS_REVIEWED,) if one.reviewed else ()))
    remark = None
    if one.stale:
        remark = f"Reviews change these numbers, but {OTHER_RULES}."
    elif one.reviewed is None and one.score is not None:
        remark = f"{AS_REVIEWED.capitalize()}: {SAME_AS_REVIEWED}."
    return el(
        "div",
        el("h3", "Measures"),
        table(head, measure_rows(one), css="numbers"),
        el("p", remark, class_="remark") if remark else None,
    )


def _sleep(one: ReportNight) -> Html:
    return el("div", el("h3", "Recording and sleep"), table(("what", "value"), sleep_rows(one), css="facts"))


def _reviews(one: ReportNight) -> Html:
    holds, found = one.holds, list[Html]()
    if one.reviewed is not None:
        found.append(
            el("p", f"{one.reviewed.n_dismissed} movements dismissed, {60 * one.reviewed.excluded_h:.0f} min excluded.")
        )
    if holds.unmatched:
        found.append(el("p", f"{holds.unmatched} {NOT_FOUND_AGAIN}."))
    found += [_note(review, one) for review in holds.notes]
    return joined(el("h3", "Review"), found) if found else joined()


def _note(review: Review, one: ReportNight) -> Html:
    about = "the night" if review.flag is None else FLAGS[review.flag]
    if review.onset_us is not None:
        about = f"the movement at {local(review.onset_us, one.zone):%H:%M:%S}"
    elif review.start_us is not None and review.end_us is not None:
        about = f"{clock(review.start_us, one.zone)} to {clock(review.end_us, one.zone)}"
    when = f"{local(review.reviewed_at_us, one.zone):%Y-%m-%d %H:%M}"
    return el(
        "p",
        el("bdi", review.reviewer),
        f", {when}, on {about} ({VERDICTS[review.verdict]}): ",
        el("bdi", review.note or "", class_="words"),
    )


def _stands_on(flag: Flag, one: ReportNight) -> str | None:
    return beside(flag.name, flag.state, footing_of(one.night), one.person)


def _flag(flag: Flag, one: ReportNight) -> Html:
    rows = [
        (criterion.name, criterion.told, el("span", _state(criterion.state), class_="state"), criterion.says)
        for criterion in flag.criteria
    ]
    verdict = one.review_of(flag).verdict
    said = f", {VERDICTS[verdict]} by a reviewer" if verdict else ""
    state = UNASKED_STATE if flag.lacks_answer else FLAG_STATES[flag.state]
    title = f"{FLAGS[flag.name]}: {state}{said}"
    return el(
        "div",
        el("h3", title, class_="untold" if flag.state == "cannot_tell" and not flag.lacks_answer else None),
        el("p", words, class_="remark") if (words := _stands_on(flag, one)) else None,
        table(("criterion", "value", "state", "threshold or remark"), rows, css="criteria"),
    )


def _state(state: CriterionState) -> str:
    return f"{CRITERION_MARKS[state]} {CRITERION_STATES[state]}"


def _clock_of(sensor: Mapping[str, Any], one: ReportNight) -> tuple[str, ...]:
    """How its clock compares, where there is another."""
    if len(one.night.clocks) < 2:
        return ()
    said = (
        CLOCK_STAYS if sensor["stays"] else clock_words(*(sensor[n] for n in ("behind_s", "drift_ppm", "confidence")))
    )
    return (f"Clock: {said}.",) if said else ()


def _beside(one: ReportNight) -> Html:
    """The journal of that day and the sensors."""
    noted = [(entry.kind, "" if entry.value is None else f"{entry.value:g}", entry.text or "") for entry in one.journal]
    sensors = [
        (
            " ".join(filter(None, (sensor["device"], sensor["serial"]))) or "unnamed device",
            f"{sensor['site']}, {sensor['side']}",
            sensor["format"] + ("" if sensor["rate_hz_true"] is None else f", {sensor['rate_hz_true']:.1f} Hz"),
            f"{sensor['tz']} ({sensor['tz_source']})",
            " ".join((*_clock_of(sensor, one), *sensor["warnings"])),
        )
        for sensor in one.sensors
    ]
    return joined(
        (el("h3", "Journal of that day"), table(("noted", "value", "words"), noted, css="facts")) if noted else None,
        el("h3", "Sensors"),
        table(
            ("device, serial masked", "worn on", "format, rate", "zone (named by)", "remarks"), sensors, css="sensors"
        ),
    )
