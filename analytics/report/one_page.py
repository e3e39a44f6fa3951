"""One page for a chart: who, the answer, the trend, the nights, signs, advice, the method, room for the clinician.

Black and white, one sheet of A4 for a month of nights, two for a year. Fields that are not known are lines to write on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from analytics.over_nights.advice import ADVICE_TITLES
from analytics.over_nights.answer import RULE_VERSION
from analytics.over_nights.telling import about, told
from analytics.phrases import counted, damage_words, ruleset_words
from analytics.pictures.drawing import patterns, table
from analytics.pictures.markup import Html, el, joined
from analytics.pictures.over_nights import Point, over_nights
from analytics.report.document import document
from analytics.report.findings import index_lines
from analytics.report.night_lines import MOST_LINES, night_lines
from analytics.report.summed_up import Summary, SummaryNight
from analytics.scoring.rulesets import DEFAULT_RULESET
from analytics.words import (
    IS_IT_HARMLESS,
    LABELS,
    MEASURE_COLUMNS,
    NIGHT_FACTS,
    ONE_LEG,
    SHORT_CAVEAT,
    SIGN_MARKS,
    SIGN_STATES,
    SLEEP_SOURCES,
    WHEN_TO_GO,
)

TITLE = "Leg movements at night: summary"
#: Told apart without colour.
_ANSWER_MARKS = {"nothing_against_harmless": "✓", "see_a_clinician": "■", "cannot_tell_yet": "?"}
#: More than a sheet holds; what goes beyond its end is cut off.
_N_LINES = 24
_LINES_OF_A_YEAR = 12
#: Of damaged files so many sentences stand on the sheet, each with so many of its nights.
_MOST_DAMAGE, _MOST_OF_IT = 3, 7


def summary_page(summary: Summary) -> str:
    """The summary as one HTML document."""
    words = f"{TITLE}, {_range(summary)}"
    return document(words, joined(patterns(), el("main", sheet(summary))), css="black")


def sheet(summary: Summary) -> Html:
    """The summary, to stand on pages of its own."""
    is_one = len(summary.nights) <= MOST_LINES
    return el(
        "section",
        el(
            "header",
            el("h1", TITLE),
            el("p", f"{_range(summary)} · printed {_long(summary.about.made_on)}"),
            class_="sheet-head",
        ),
        _fields(summary),
        _answer(summary),
        _damage(summary),
        _trend(summary),
        night_lines(summary.nights),
        _signs(summary),
        _advice(summary),
        _method(summary),
        _room(is_one=is_one),
        class_="sheet one" if is_one else "sheet",
    )


def _range(summary: Summary) -> str:
    first, last = summary.nights[0].day, summary.nights[-1].day
    return _long(first) if first == last else f"{_long(first)} to {_long(last)}"


def _long(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _fields(summary: Summary) -> Html:
    """What the database does not hold, an ID of a hospital above all, is a line to write on."""
    sites = [site for site in summary.sites if site != "unknown"]
    worn = ", ".join((*sites, _legs(summary), *(f"{rate:g} Hz" for rate in summary.rates_hz)))
    fields = (
        ("name", summary.called),
        ("born", _born(summary.born)),
        ("ID", None),
        ("measured at", worn),
    )
    return el("div", [el("p", el("span", name), el("bdi", said or "")) for name, said in fields], class_="fields")


def _legs(summary: Summary) -> str:
    legs = [leg for leg in summary.legs if leg not in ("none", "unknown")]
    return f"{' and '.join(legs)} leg{'s' * ('both' in legs or len(legs) > 1)}" if legs else "leg not known"


def _born(born: str | None) -> str | None:
    return _long(date.fromisoformat(born)) if born is not None and "-" in born else born


def _answer(summary: Summary) -> Html:
    found = summary.answer
    words = told(found)
    rules = ruleset_words(summary.ruleset, DEFAULT_RULESET.name)
    _, reasons = words.columns[0]
    more = [reason for reason in reasons if reason.rstrip(".").lower() not in words.says.lower()]
    return el(
        "div",
        el("h2", f"{_ANSWER_MARKS[found.name]} {words.says}"),
        el("p", " ".join(more)) if more else None,
        el("p", el("strong", f"{NIGHT_FACTS['ruleset'].capitalize()}: "), f"{rules}.") if rules else None,
        el("p", f"{IS_IT_HARMLESS} {about(found)}. {words.caveat}"),
        class_="answer",
    )


def _damage(summary: Summary) -> Html | None:
    """What is missing of damaged files: each sentence once, behind it the evenings of its nights."""
    evenings: dict[str, list[str]] = {}
    for day, missing in sorted(summary.damage.items()):
        for sentence in missing:
            evenings.setdefault(sentence.rstrip("."), []).append(_long(day))
    if not evenings:
        return None
    sentences = [f"{sentence} ({', '.join(_first_of(days, _MOST_OF_IT))})" for sentence, days in evenings.items()]
    return el("p", f"{damage_words('; '.join(_first_of(sentences, _MOST_DAMAGE)))}.", class_="remark")


def _first_of(words: Sequence[str], most: int) -> list[str]:
    """So many at most, and how many more there are."""
    return [*words[:most], *([f"{len(words) - most} more"] if len(words) > most else [])]


def _trend(summary: Summary) -> Html:
    pattern = summary.patterns.get("possible_plmd")
    threshold = None if pattern is None else pattern.threshold
    drawn = over_nights(
        [_point(night) for night in summary.nights],
        summary.changes,
        threshold=threshold,
    )
    says = [
        *([] if threshold is None else [f"Dashed: threshold {threshold:g}."]),
        "Hatched: could not be told. Open dot: in doubt.",
        *(["Upright: what the journal says was changed."] if summary.changes else []),
        *index_lines(summary),
    ]
    return el("figure", el("h3", "Over nights"), drawn, el("figcaption", " ".join(says)))


def _point(night: SummaryNight) -> Point:
    facts = night.facts
    jerks = night.n_jerks if facts.jerks_told else None
    return Point(facts.night_date, jerks, night.index, night.index_low, night.index_high, facts.kicks != "cannot_tell")


def _signs(summary: Summary) -> Html:
    rows = [(sign.name, f"{SIGN_MARKS[sign.state]} {SIGN_STATES[sign.state]}", sign.says) for sign in summary.signs]
    title = f"{WHEN_TO_GO.capitalize()} (journal of {counted(summary.n_days_noted, 'day')})"
    return joined(el("h3", title), table(("sign", "seen", "what was measured or written down"), rows, css="signs"))


def _advice(summary: Summary) -> Html | None:
    """Only where the person's own data touch it, each with its counts."""
    if not summary.advice:
        return None
    titles = {kind: title for title, kind in ADVICE_TITLES.items()}
    lines = [el("li", el("strong", f"{titles[one.kind]}: "), f"{one.says} ({one.because})") for one in summary.advice]
    return joined(el("h3", "Advice that these nights and this journal touch"), el("ul", lines, class_="sheet-advice"))


def _method(summary: Summary) -> Html:
    return joined(el("h3", "Method"), el("ol", [el("li", line) for line in _lines(summary)], class_="sheet-method"))


def _lines(summary: Summary) -> Iterator[str]:
    rules = summary.about.rulesets.get(summary.ruleset, DEFAULT_RULESET)
    sources = ", ".join(SLEEP_SOURCES[source] for source in summary.sleep_sources)
    one_leg = "" if "both" in summary.legs else f" {ONE_LEG.capitalize()}."
    sensors = f", sensor {', '.join(summary.serials)}" if summary.serials else ""
    yield "Acceleration of the leg alone: no EMG, no EEG, no breathing, whose pauses can bring kicks that look alike."
    yield (
        f"{MEASURE_COLUMNS['plms_index']}: movements asleep in series of {rules.series_min_clm} or more, "
        f"{rules.imi_min_s:g} to {rules.imi_max_s:g} s apart, per hour of sleep; 95 %: what that night held."
    )
    yield f"Sleep told by: {sources}. Lying awake and still cannot be seen.{one_leg}"
    yield f"{LABELS['hypnic_jerk'].capitalize()}s: single brief ones near falling asleep; a cough can look the same."
    yield (
        f"nightkick {summary.about.version}, rules {summary.ruleset}, answer by rule {RULE_VERSION}{sensors}. "
        f"{SHORT_CAVEAT}"
    )


def _room(*, is_one: bool) -> Html:
    """Lines to write on: as many as the sheet has room for."""
    lines = [el("p", class_="write") for _ in range(_N_LINES if is_one else _LINES_OF_A_YEAR)]
    return joined(
        el("div", el("h3", "Room for the clinician"), lines, class_="room"),
        el("p", "date, signature ", el("span", class_="sign"), class_="signed"),
    )
