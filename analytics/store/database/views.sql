-- What people and scripts query. The names are a contract: add columns, never drop or rename one.
-- Views of scored things show the default rule set. A night that cannot be assessed has no index.
--
-- LOCAL(instant, rows) stands for the clock of the bedroom at an instant, a TIMESTAMP without zone, where ZONED(table) rows
-- has its zone: analytics/store/database/local_time.py says how it is computed. Every instant that a person reads has such a twin.

-- For the program itself: what table event_row leaves out stands in the lead movement. Where neither instants nor parts are
-- asked for, the table is read alone: faster.
CREATE OR REPLACE VIEW event AS
SELECT
    e.subject, e.night_date, e.ruleset, e.movement_no, coalesce(e.parts, [e.lead]) AS parts, e.lead, e.leg,
    coalesce(e.onset_at, m.onset_at) AS onset_at, coalesce(e.offset_at, m.offset_at) AS offset_at,
    e.is_lm, e.is_clm, e.is_plm, e.imi_ms / 1000 AS imi_s, e.series_no, e.sleep_state, e.label,
    e.p_near_onset_permille / 1000 AS p_near_onset, e.confidence_permille / 1000 AS confidence,
    e.p_sleep_permille / 1000 AS p_sleep
FROM event_row e
LEFT JOIN movement m ON m.subject = e.subject AND m.night_date = e.night_date AND m.number = e.lead;
COMMENT ON VIEW event IS 'Movements of the person under every rule set: the legs joined, judged and labelled. Source: event_row, movement.';
COMMENT ON COLUMN event.subject IS 'Who slept.';
COMMENT ON COLUMN event.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN event.ruleset IS 'Name of the rule set.';
COMMENT ON COLUMN event.movement_no IS 'From 1 by onset, within night and rule set.';
COMMENT ON COLUMN event.parts IS 'movement.number of what was joined.';
COMMENT ON COLUMN event.lead IS 'movement.number of the strongest part.';
COMMENT ON COLUMN event.leg IS 'Which leg: left, right, both, unknown.';
COMMENT ON COLUMN event.onset_at IS 'Onset, UTC.';
COMMENT ON COLUMN event.offset_at IS 'Offset, UTC.';
COMMENT ON COLUMN event.is_lm IS 'Counts as a leg movement.';
COMMENT ON COLUMN event.is_clm IS 'Is a candidate leg movement.';
COMMENT ON COLUMN event.is_plm IS 'Is a periodic leg movement: a candidate in a series.';
COMMENT ON COLUMN event.imi_s IS 'Onset to onset since the candidate leg movement before it, seconds; NULL as in events.';
COMMENT ON COLUMN event.series_no IS 'Series it belongs to; NULL for none.';
COMMENT ON COLUMN event.sleep_state IS 'State at its onset: sleep, wake, unknown.';
COMMENT ON COLUMN event.label IS 'As in events.';
COMMENT ON COLUMN event.p_near_onset IS 'Probability that it lies at a wake-to-sleep transition, 0-1, to 0.001.';
COMMENT ON COLUMN event.confidence IS 'As in events, 0-1, to 0.001.';
COMMENT ON COLUMN event.p_sleep IS 'Probability that its onset lies in sleep, 0-1, to 0.001; NULL where it was not estimated.';

CREATE OR REPLACE VIEW events AS
SELECT
    e.subject, e.night_date, e.movement_no, e.onset_at, LOCAL(e.onset_at, n) AS onset_local,
    e.offset_at, LOCAL(e.offset_at, n) AS offset_local,
    (epoch_us(e.offset_at) - epoch_us(e.onset_at)) / 1e6 AS duration_s,
    e.leg, e.site, e.peak_g, e.posture_change_deg, e.sleep_state, e.label, e.imi_s, e.series_no,
    e.is_lm, e.is_clm, e.is_plm, e.p_near_onset, e.confidence, e.recording, e.p_sleep
FROM (
    SELECT
        e.subject, e.night_date, e.ruleset, e.movement_no, coalesce(e.onset_at, m.onset_at) AS onset_at,
        coalesce(e.offset_at, m.offset_at) AS offset_at, e.leg, m.site, m.peak_g, m.posture_change_deg,
        e.sleep_state, e.label, e.imi_ms / 1000 AS imi_s, e.series_no, e.is_lm, e.is_clm, e.is_plm,
        e.p_near_onset_permille / 1000 AS p_near_onset, e.confidence_permille / 1000 AS confidence, m.recording,
        e.p_sleep_permille / 1000 AS p_sleep
    FROM event_row e
    LEFT JOIN movement m ON m.subject = e.subject AND m.night_date = e.night_date AND m.number = e.lead
) e
LEFT JOIN ZONED(night) n ON n.subject = e.subject AND n.night_date = e.night_date
WHERE e.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset');
COMMENT ON VIEW events IS 'Movements of the person under the default rule set. Source: event_row, movement.';
COMMENT ON COLUMN events.subject IS 'Who slept.';
COMMENT ON COLUMN events.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN events.movement_no IS 'From 1 by onset within the night.';
COMMENT ON COLUMN events.onset_at IS 'Onset, UTC.';
COMMENT ON COLUMN events.onset_local IS 'Onset on the clock of the bedroom.';
COMMENT ON COLUMN events.offset_at IS 'Offset, UTC.';
COMMENT ON COLUMN events.offset_local IS 'Offset on the clock of the bedroom.';
COMMENT ON COLUMN events.duration_s IS 'Onset to offset, seconds.';
COMMENT ON COLUMN events.leg IS 'Which leg: left, right, both, unknown.';
COMMENT ON COLUMN events.site IS 'Where the sensor that saw it best was worn.';
COMMENT ON COLUMN events.peak_g IS 'Largest envelope (0.15 s RMS of the 0.5-10 Hz vector) of its strongest part, g. Another scale than EMG.';
COMMENT ON COLUMN events.posture_change_deg IS 'Angle between gravity before and after, degrees.';
COMMENT ON COLUMN events.sleep_state IS 'State at its onset: sleep, wake, unknown.';
COMMENT ON COLUMN events.label IS 'periodic, hypnic_jerk, isolated, short_interval, wake, rhythmic, posture_change, large_movement.';
COMMENT ON COLUMN events.imi_s IS 'Onset to onset since the candidate leg movement before it, seconds; NULL for what is no candidate, and where the rule set knows no interval (the first, or the first after what ends a run).';
COMMENT ON COLUMN events.series_no IS 'Series it belongs to; NULL for none.';
COMMENT ON COLUMN events.is_lm IS 'Counts as a leg movement.';
COMMENT ON COLUMN events.is_clm IS 'Is a candidate leg movement.';
COMMENT ON COLUMN events.is_plm IS 'Is a periodic leg movement.';
COMMENT ON COLUMN events.p_near_onset IS 'Probability that it lies at a wake-to-sleep transition, 0-1.';
COMMENT ON COLUMN events.confidence IS 'How clearly it stands out and how certain the state around it is, 0-1. A heuristic. Of a hypnic jerk: how likely it is one.';
COMMENT ON COLUMN events.p_sleep IS 'Probability that its onset lies in sleep, 0-1; NULL where it was not estimated.';
COMMENT ON COLUMN events.recording IS 'SHA-256 of the recording that shows its strongest part; all of them: view event_parts.';

-- The one place that says which acts were taken back.
CREATE OR REPLACE VIEW taken_back_acts AS
SELECT of_act AS act_no FROM review_entry WHERE of_act IS NOT NULL
GROUP BY of_act HAVING last(verdict ORDER BY act_no, rowid) = 'take_back';
COMMENT ON VIEW taken_back_acts IS 'Acts of reviewers that were taken back and not done again, one row each. Source: review_entry.';
COMMENT ON COLUMN taken_back_acts.act_no IS 'Number of the act: as in reviews.';

-- The one place that says how a flag stands after review: what counts of it is state_as_reviewed. Of the latest word on
-- the flag and the latest on the whole night, if that was about this flag, the later one holds.
CREATE OR REPLACE VIEW night_flags AS
WITH said AS (
    SELECT subject, night_date, flag, last({
        'verdict': verdict, 'flags_then': flags_then,
        'at': {'act': coalesce(act_no, 0), 'at': reviewed_at, 'no': rowid}
    } ORDER BY coalesce(act_no, 0), reviewed_at, rowid) AS word
    FROM review_entry
    WHERE movement_no IS NULL AND onset_at IS NULL AND start_at IS NULL
        AND verdict NOT IN ('note', 'edit', 'take_back', 'redo')
        AND (act_no IS NULL OR act_no NOT IN (SELECT act_no FROM taken_back_acts))
    GROUP BY ALL
),
judged AS (
    SELECT f.subject, f.night_date, f.name AS flag, f.state, f.criteria, f.reason, coalesce(e.state, f.state) AS edited,
        e.state AS state_as_edited, e.criteria AS criteria_as_edited, e.reason AS reason_as_edited,
        CASE
            WHEN (n.word).at > (o.word).at OR o.word IS NULL
                THEN (n.word).verdict
            ELSE nullif((o.word).verdict, 'undo')
        END AS review
    FROM flag f
    LEFT JOIN reviewed_flag e ON e.subject = f.subject AND e.night_date = f.night_date AND e.ruleset = f.ruleset
        AND e.name = f.name
    LEFT JOIN said o ON o.subject = f.subject AND o.night_date = f.night_date AND o.flag = f.name
    LEFT JOIN said n ON n.subject = f.subject AND n.night_date = f.night_date AND n.flag IS NULL
        AND (n.word).verdict <> 'undo'
        AND coalesce(list_contains(string_split((n.word).flags_then, '+'), f.name), f.raised)
    WHERE f.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset')
)
SELECT subject, night_date, flag, state, review,
    CASE WHEN edited = 'raised' AND review = 'dismiss' THEN 'not_raised' ELSE edited END AS state_as_reviewed,
    criteria, reason, state_as_edited, criteria_as_edited, reason_as_edited
FROM judged;
COMMENT ON VIEW night_flags IS 'Every flag of every night, raised or not, with what reviewers said of it: one row each, under the default rule set. Source: flag, review_entry.';
COMMENT ON COLUMN night_flags.subject IS 'Who slept.';
COMMENT ON COLUMN night_flags.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN night_flags.flag IS 'possible_plmd, frequent_hypnic_jerks, possible_rls.';
COMMENT ON COLUMN night_flags.state IS 'As detected: raised, not_raised, or cannot_tell (a criterion that decides could not be measured).';
COMMENT ON COLUMN night_flags.review IS 'Latest verdict on this flag: confirm, dismiss, unsure; one on the whole night counts for every flag that was raised then. NULL where there is none, or it was taken back.';
COMMENT ON COLUMN night_flags.state_as_reviewed IS 'The same as state, judged again where movements, spans or the sleep were reviewed, and not_raised where a raised flag was dismissed: what patterns and nights count.';
COMMENT ON COLUMN night_flags.criteria IS 'JSON list: name (with unit), state (met, not met, not measurable), value, threshold, says.';
COMMENT ON COLUMN night_flags.reason IS 'The state as a sentence.';
COMMENT ON COLUMN night_flags.state_as_edited IS 'Judged again where movements, spans or the sleep were reviewed, before any verdict on the flag; NULL where nothing of it changed.';
COMMENT ON COLUMN night_flags.criteria_as_edited IS 'JSON list, as criteria, of the state as edited; NULL where nothing of it changed.';
COMMENT ON COLUMN night_flags.reason_as_edited IS 'The state as edited as a sentence; NULL where nothing of it changed.';

CREATE OR REPLACE VIEW nights AS
WITH chosen AS (SELECT value AS ruleset FROM setting WHERE name = 'default_ruleset'),
raised AS (
    SELECT subject, night_date, list(flag ORDER BY flag) FILTER (state = 'raised') AS flags,
        list(flag ORDER BY flag) FILTER (state = 'cannot_tell') AS flags_untold,
        list(flag ORDER BY flag) FILTER (state_as_reviewed = 'raised') AS flags_as_reviewed,
        list(flag ORDER BY flag) FILTER (state = 'raised' AND review IS NULL) AS flags_to_review
    FROM night_flags
    GROUP BY ALL
),
judged AS (
    SELECT subject, night_date,
        nullif(last(verdict ORDER BY coalesce(act_no, 0), reviewed_at, rowid), 'undo') AS review
    FROM review_entry
    WHERE movement_no IS NULL AND onset_at IS NULL AND start_at IS NULL AND flag IS NULL
        AND verdict NOT IN ('note', 'edit', 'take_back', 'redo')
        AND (act_no IS NULL OR act_no NOT IN (SELECT act_no FROM taken_back_acts))
    GROUP BY ALL
),
napped AS (SELECT subject, night_date, count(*) AS n_naps, sum(asleep_h) AS nap_h FROM nap GROUP BY ALL)
SELECT
    n.subject, n.night_date, n.zone AS tz, n.site, n.legs,
    n.window_from, LOCAL(n.window_from, n) AS window_from_local,
    n.window_to, LOCAL(n.window_to, n) AS window_to_local,
    n.recorded_from, LOCAL(n.recorded_from, n) AS recorded_from_local,
    n.recorded_to, LOCAL(n.recorded_to, n) AS recorded_to_local, n.recorded_h,
    n.recorded_share, n.unworn_h, n.short_gaps_per_h, n.longest_gap_s, n.sleep_source,
    n.in_bed_at, LOCAL(n.in_bed_at, n) AS in_bed_local,
    n.sleep_onset_at, LOCAL(n.sleep_onset_at, n) AS sleep_onset_local, n.onset_sd_min,
    n.wake_at, LOCAL(n.wake_at, n) AS wake_local, n.tst_h, s.wake_h,
    n.waso_min, n.sleep_efficiency, coalesce(p.n_naps, 0) AS n_naps, coalesce(p.nap_h, 0) AS nap_h, c.ruleset, s.n_lm, s.n_clm, s.n_plm, s.n_plms, s.n_plmw,
    CASE WHEN n.assessable THEN s.plms_index END AS plms_index,
    CASE WHEN n.assessable THEN s.plms_index_low END AS plms_index_low,
    CASE WHEN n.assessable THEN s.plms_index_high END AS plms_index_high,
    CASE WHEN n.assessable THEN s.plmw_index END AS plmw_index,
    CASE WHEN n.assessable THEN s.periodicity_index_share END AS periodicity_index_share,
    CASE WHEN n.assessable THEN s.periodicity_index_runs END AS periodicity_index_runs,
    s.periodicity_unstable, s.share_imi_20_40, s.median_imi_s, s.n_series, s.n_series_in_sleep, s.n_isolated,
    n.n_hypnic_jerks, s.n_plms_arousal AS plms_with_arousal, n.blind_below_mg, n.leg_offset_s, n.leg_drift_ppm,
    n.leg_alignment_confidence, n.tier, n.assessable, n.not_assessable_reason,
    coalesce(r.flags, []) AS flags, coalesce(r.flags_untold, []) AS flags_untold,
    coalesce(r.flags_as_reviewed, []) AS flags_as_reviewed, coalesce(r.flags_to_review, []) AS flags_to_review,
    j.review, CASE WHEN len(r.flags) > 0 THEN len(coalesce(r.flags_to_review, [])) = 0 ELSE j.review IS NOT NULL END AS is_reviewed,
    n.criteria_hash, n.version,
    n.sleep_doubt_h, n.hidden_h, n.wear_doubt_h, n.tst_low_h, n.tst_high_h, n.waso_low_min, n.waso_high_min,
    n.sleep_onset_low_at, LOCAL(n.sleep_onset_low_at, n) AS sleep_onset_low_local,
    n.sleep_onset_high_at, LOCAL(n.sleep_onset_high_at, n) AS sleep_onset_high_local,
    CASE WHEN n.assessable THEN s.plms_rate_low END AS plms_rate_low,
    CASE WHEN n.assessable THEN s.plms_rate_high END AS plms_rate_high,
    CASE WHEN n.assessable THEN s.plms_index_sure END AS plms_index_sure, s.median_peak_mg
FROM ZONED(night) n
CROSS JOIN chosen c
LEFT JOIN score s ON s.subject = n.subject AND s.night_date = n.night_date AND s.ruleset = c.ruleset
LEFT JOIN raised r ON r.subject = n.subject AND r.night_date = n.night_date
LEFT JOIN judged j ON j.subject = n.subject AND j.night_date = n.night_date
LEFT JOIN napped p ON p.subject = n.subject AND p.night_date = n.night_date;
COMMENT ON VIEW nights IS 'One row a night of a person, under the default rule set. Source: night, score, flag, review_entry.';
COMMENT ON COLUMN nights.subject IS 'Who slept.';
COMMENT ON COLUMN nights.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN nights.tz IS 'Time zone of that evening: IANA name or fixed offset.';
COMMENT ON COLUMN nights.site IS 'Where sensors were worn, joined by +.';
COMMENT ON COLUMN nights.legs IS 'Which legs were recorded: left, right, both, unknown, or none (not on a leg).';
COMMENT ON COLUMN nights.window_from IS 'Start of the night, UTC, included: local noon, or later where a sleep went across it. NULL for nights analysed before it was kept.';
COMMENT ON COLUMN nights.window_from_local IS 'Start of the night on the clock of the bedroom.';
COMMENT ON COLUMN nights.window_to IS 'End of the night, UTC, not included: the start of the next one. NULL as window_from.';
COMMENT ON COLUMN nights.window_to_local IS 'End of the night on the clock of the bedroom.';
COMMENT ON COLUMN nights.recorded_from IS 'First sample of the night, UTC.';
COMMENT ON COLUMN nights.recorded_from_local IS 'First sample of the night on the clock of the bedroom.';
COMMENT ON COLUMN nights.recorded_to IS 'End of the recorded time, UTC.';
COMMENT ON COLUMN nights.recorded_to_local IS 'End of the recorded time on the clock of the bedroom.';
COMMENT ON COLUMN nights.recorded_h IS 'Time with samples of at least one sensor, hours.';
COMMENT ON COLUMN nights.recorded_share IS 'Share of the sleep period (of the recording where none is known) with samples, 0-1.';
COMMENT ON COLUMN nights.unworn_h IS 'Recorded hours in which no sensor was worn, probably: no turn, no breathing where the leg shows it, or as cold as a room.';
COMMENT ON COLUMN nights.short_gaps_per_h IS 'Gaps of 5-90 s in the sleep period (of the recording where none is known), as long as the intervals that are looked for, 1/h.';
COMMENT ON COLUMN nights.longest_gap_s IS 'Longest stretch without samples inside the sleep period (of the recording where none is known), seconds.';
COMMENT ON COLUMN nights.sleep_source IS 'What tells sleep from wake: diary, fit (stages of the device), accelerometer, none.';
COMMENT ON COLUMN nights.in_bed_at IS 'In bed, UTC; NULL where unknown.';
COMMENT ON COLUMN nights.in_bed_local IS 'In bed on the clock of the bedroom; NULL where unknown.';
COMMENT ON COLUMN nights.sleep_onset_at IS 'Sleep onset, UTC; NULL where unknown.';
COMMENT ON COLUMN nights.sleep_onset_local IS 'Sleep onset on the clock of the bedroom; NULL where unknown.';
COMMENT ON COLUMN nights.onset_sd_min IS 'Standard deviation of the sleep onset estimate, minutes.';
COMMENT ON COLUMN nights.wake_at IS 'Final awakening, UTC; NULL where unknown.';
COMMENT ON COLUMN nights.wake_local IS 'Final awakening on the clock of the bedroom; NULL where unknown.';
COMMENT ON COLUMN nights.tst_h IS 'Total sleep time, hours; NULL without a sleep period.';
COMMENT ON COLUMN nights.wake_h IS 'Time awake in bed, hours: what plmw_index is per hour of; NULL without a sleep period.';
COMMENT ON COLUMN nights.waso_min IS 'Wake after sleep onset, minutes.';
COMMENT ON COLUMN nights.sleep_efficiency IS 'Total sleep time / (sleep + wake in bed), 0-1; stretches of an unknown state count on neither side.';
COMMENT ON COLUMN nights.n_naps IS 'Shorter rests outside the sleep period, counted; each: view naps.';
COMMENT ON COLUMN nights.nap_h IS 'Sustained inactivity in these, hours; it counts in no index.';
COMMENT ON COLUMN nights.ruleset IS 'Rule set of the numbers that follow: the default one.';
COMMENT ON COLUMN nights.n_lm IS 'Leg movements in whatever state, legs joined, counted.';
COMMENT ON COLUMN nights.n_clm IS 'Candidate leg movements in whatever state, counted.';
COMMENT ON COLUMN nights.n_plm IS 'Periodic leg movements in whatever state, counted; out of bed and where the state is unknown too.';
COMMENT ON COLUMN nights.n_plms IS 'Periodic leg movements with the onset in sleep, counted; NULL where sleep and wake are not known.';
COMMENT ON COLUMN nights.n_plmw IS 'Periodic leg movements with the onset in wake in bed, counted; awake out of bed does not count. NULL where sleep and wake are not known, and where the rule set does not score wake.';
COMMENT ON COLUMN nights.plms_index IS 'n_plms per hour of sleep, 1/h; NULL where not assessable. Another scale than EMG.';
COMMENT ON COLUMN nights.plms_index_low IS 'Lower end of the interval that covers the true index of this night in 95 %, 1/h.';
COMMENT ON COLUMN nights.plms_index_high IS 'Upper end of the interval that covers the true index of this night in 95 %, 1/h.';
COMMENT ON COLUMN nights.plmw_index IS 'n_plmw per hour of wake in bed, 1/h; NULL where not assessable, and where less was awake in bed than criteria say (15 min).';
COMMENT ON COLUMN nights.periodicity_index_share IS 'Periodic / candidate leg movements, both with the onset in sleep, 0-1 (the WASM tools); NULL where not assessable.';
COMMENT ON COLUMN nights.periodicity_index_runs IS 'Share of intervals in sequences of periodic ones, 0-1 (Ferri 2006); NULL where not assessable.';
COMMENT ON COLUMN nights.periodicity_unstable IS 'True where leg movements per hour of sleep are too few for a periodicity index to be trusted; NULL without sleep.';
COMMENT ON COLUMN nights.share_imi_20_40 IS 'Share of the intervals between candidates that last 20-40 s, limits included, 0-1.';
COMMENT ON COLUMN nights.median_imi_s IS 'Median interval inside series, seconds.';
COMMENT ON COLUMN nights.n_series IS 'Periodic series, asleep or awake, counted.';
COMMENT ON COLUMN nights.n_series_in_sleep IS 'Of these with at least one movement in sleep, counted: those that n_plms lie in.';
COMMENT ON COLUMN nights.n_isolated IS 'Candidates outside series after an interval in or above the periodic band, or after none, in whatever state, counted; the label isolated is another thing.';
COMMENT ON COLUMN nights.n_hypnic_jerks IS 'Events labelled hypnic_jerk under the rule set that was the default when the night was analysed, counted; under the others: view scores. A heuristic.';
COMMENT ON COLUMN nights.plms_with_arousal IS 'Periodic with the onset in sleep and with an arousal, counted; NULL without marked arousals.';
COMMENT ON COLUMN nights.blind_below_mg IS 'Median detection threshold during sleep, mg: smaller movements were not seen.';
COMMENT ON COLUMN nights.leg_offset_s IS 'How far the clock of the other leg was behind the one that stays (left, else right) at mid-night, seconds: taken out; NULL where it was not. By sensor: sensor_clocks.';
COMMENT ON COLUMN nights.leg_drift_ppm IS 'How fast that changed over the night, parts per million; NULL where it could not be told.';
COMMENT ON COLUMN nights.leg_alignment_confidence IS 'How clearly shared movements show it, 0-1; too low, and nothing was moved. NULL where no two legs were compared.';
COMMENT ON COLUMN nights.tier IS 'Confidence in the index, A (best) to D.';
COMMENT ON COLUMN nights.assessable IS 'False where the night cannot be judged.';
COMMENT ON COLUMN nights.not_assessable_reason IS 'Why not, a sentence; NULL where it can.';
COMMENT ON COLUMN nights.flags IS 'Names of the raised flags as detected, sorted; an empty list for none.';
COMMENT ON COLUMN nights.flags_untold IS 'Names of the flags that could not be told, sorted: neither raised nor not.';
COMMENT ON COLUMN nights.flags_as_reviewed IS 'Names of the flags that are raised after review, sorted: what counts. Each verdict: view night_flags.';
COMMENT ON COLUMN nights.flags_to_review IS 'Of flags those without a verdict, sorted.';
COMMENT ON COLUMN nights.is_reviewed IS 'Whether each raised flag has a verdict; where none is raised, whether the night has.';
COMMENT ON COLUMN nights.review IS 'Latest verdict on the whole night: confirm, dismiss, unsure; NULL where there is none, or it was taken back.';
COMMENT ON COLUMN nights.criteria_hash IS 'Which thresholds were used: hash; their values: view thresholds.';
COMMENT ON COLUMN nights.version IS 'Version of nightkick that analysed the night.';
COMMENT ON COLUMN nights.sleep_doubt_h IS 'Hours in which sleep is in doubt; NULL where that was not measured.';
COMMENT ON COLUMN nights.hidden_h IS 'Hours asleep under vibration or large movement, which hide kicks; NULL where that was not measured.';
COMMENT ON COLUMN nights.wear_doubt_h IS 'Hours in which it is in doubt whether the sensor was worn; NULL where that was not measured.';
COMMENT ON COLUMN nights.tst_low_h IS 'Lower end of the 95 % interval of tst_h, hours; NULL where not known.';
COMMENT ON COLUMN nights.tst_high_h IS 'Upper end of the 95 % interval of tst_h, hours; NULL where not known.';
COMMENT ON COLUMN nights.waso_low_min IS 'Lower end of the 95 % interval of waso_min, minutes; NULL where not known.';
COMMENT ON COLUMN nights.waso_high_min IS 'Upper end of the 95 % interval of waso_min, minutes; NULL where not known.';
COMMENT ON COLUMN nights.sleep_onset_low_at IS 'Lower end of the 95 % interval of sleep_onset_at, UTC; NULL where not known.';
COMMENT ON COLUMN nights.sleep_onset_low_local IS 'Lower end of the interval of the sleep onset on the clock of the bedroom; NULL where not known.';
COMMENT ON COLUMN nights.sleep_onset_high_at IS 'Upper end of the 95 % interval of sleep_onset_at, UTC; NULL where not known.';
COMMENT ON COLUMN nights.sleep_onset_high_local IS 'Upper end of the interval of the sleep onset on the clock of the bedroom; NULL where not known.';
COMMENT ON COLUMN nights.plms_rate_low IS 'Lower end of the interval that covers the rate behind the night, which other nights of the person share, in 95 %, 1/h; NULL where not known or not assessable.';
COMMENT ON COLUMN nights.plms_rate_high IS 'Upper end of the interval of the rate behind the night, 1/h; NULL as plms_rate_low.';
COMMENT ON COLUMN nights.plms_index_sure IS 'Periodic leg movements in stretches where sleep is sure, per hour of these, 1/h; NULL where not known or not assessable.';
COMMENT ON COLUMN nights.median_peak_mg IS 'Median peak_g of the periodic leg movements in sleep, mg; NULL without one, or where it was not measured. Another scale than EMG.';

CREATE OR REPLACE VIEW flagged_nights AS
SELECT subject, night_date, flag, criteria, reason, review
FROM night_flags
WHERE state = 'raised';
COMMENT ON VIEW flagged_nights IS 'Raised flags with their reasoning, one row each, under the default rule set; dismissed ones too. Source: flag, review_entry.';
COMMENT ON COLUMN flagged_nights.subject IS 'Who slept.';
COMMENT ON COLUMN flagged_nights.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN flagged_nights.flag IS 'possible_plmd, frequent_hypnic_jerks, possible_rls.';
COMMENT ON COLUMN flagged_nights.criteria IS 'JSON list: name (with unit), state (met, not met, not measurable), value, threshold, says.';
COMMENT ON COLUMN flagged_nights.reason IS 'Why, as a sentence.';
COMMENT ON COLUMN flagged_nights.review IS 'Latest verdict on this flag, as in night_flags: confirm, dismiss, unsure; NULL for none.';

CREATE OR REPLACE VIEW series AS
SELECT
    s.subject, s.night_date, s.series_no, s.start_at, LOCAL(s.start_at, n) AS start_local,
    s.end_at, LOCAL(s.end_at, n) AS end_local, (epoch_us(s.end_at) - epoch_us(s.start_at)) / 1e6 AS duration_s,
    s.n_movements, s.n_in_sleep, s.median_imi_s, s.perhaps_not_own
FROM series_row s
LEFT JOIN ZONED(night) n ON n.subject = s.subject AND n.night_date = s.night_date
WHERE s.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset');
COMMENT ON VIEW series IS 'Periodic series under the default rule set. Source: series_row.';
COMMENT ON COLUMN series.subject IS 'Who slept.';
COMMENT ON COLUMN series.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN series.series_no IS 'Number of the series within the night.';
COMMENT ON COLUMN series.start_at IS 'Onset of its first movement, UTC.';
COMMENT ON COLUMN series.start_local IS 'Onset of its first movement on the clock of the bedroom.';
COMMENT ON COLUMN series.end_at IS 'Offset of its last movement, UTC.';
COMMENT ON COLUMN series.end_local IS 'Offset of its last movement on the clock of the bedroom.';
COMMENT ON COLUMN series.duration_s IS 'From start to end, seconds.';
COMMENT ON COLUMN series.n_movements IS 'Movements in it, counted.';
COMMENT ON COLUMN series.n_in_sleep IS 'Of these with the onset in sleep, counted.';
COMMENT ON COLUMN series.median_imi_s IS 'Median interval inside it, seconds.';
COMMENT ON COLUMN series.perhaps_not_own IS 'True where it may come from a bed partner or a pet; NULL where that was not looked at.';

CREATE OR REPLACE VIEW imports AS
SELECT a.path, a.sha256, a.status, a.error,
    a.started_at, LOCAL(a.started_at, r) AS started_local,
    a.finished_at, LOCAL(a.finished_at, r) AS finished_local, a.version,
    CASE WHEN a.status = 'imported' THEN r.warnings END AS warnings,
    a.zone AS tz, a.zone_source AS tz_source, a.changes
FROM import_attempt a
LEFT JOIN ZONED(recording) r USING (sha256);
COMMENT ON VIEW imports IS 'Every attempt to import a file; a published copy may lack the latest that stored nothing. Source: import_attempt, recording.';
COMMENT ON COLUMN imports.path IS 'The file.';
COMMENT ON COLUMN imports.sha256 IS 'SHA-256 of its bytes; NULL where they could not be read.';
COMMENT ON COLUMN imports.status IS 'imported, known (already stored), refused (not usable), failed (could not be read).';
COMMENT ON COLUMN imports.error IS 'Why it was refused or failed, one line; NULL otherwise.';
COMMENT ON COLUMN imports.started_at IS 'When the attempt began, UTC.';
COMMENT ON COLUMN imports.started_local IS 'When the attempt began, on the clock of the wearer of the recording; NULL where nothing is stored of the file.';
COMMENT ON COLUMN imports.finished_at IS 'When it ended, UTC.';
COMMENT ON COLUMN imports.finished_local IS 'When it ended, on the clock of the wearer of the recording; NULL where nothing is stored of the file.';
COMMENT ON COLUMN imports.version IS 'Version of nightkick that tried.';
COMMENT ON COLUMN imports.warnings IS 'What has to be said about the recording as it is stored now, a sentence each; NULL where nothing was imported.';
COMMENT ON COLUMN imports.tz IS 'Time zone of the wearer that this import took: IANA name or fixed offset; NULL where nothing was stored, and for imports before step 10 of the schema.';
COMMENT ON COLUMN imports.tz_source IS 'Who said so: file, user, config, or assumed (this machine''s own); NULL as tz.';
COMMENT ON COLUMN imports.changes IS 'What the import changed about a recording that was known, old -> new, without names of people; NULL where it was not known.';

CREATE OR REPLACE VIEW recordings AS
SELECT
    r.sha256, r.path, r.subject, r.site, r.side, r.format, concat_ws(' ', r.device_maker, r.device_model) AS device,
    r.device_serial AS serial, r.zone AS tz, r.zone_source AS tz_source, r.instants_known, r.time_shift_s, r.clock_start,
    r.first_at, LOCAL(r.first_at, r) AS first_local, r.last_at, LOCAL(r.last_at, r) AS last_local, r.n_samples, r.rate_hz_nominal, r.rate_hz_true, r.unit, 1000 * r.lsb_g AS lsb_mg,
    CAST(r.quality ->> 'noise_mg' AS DOUBLE) AS noise_mg,
    CAST(r.quality ->> 'clipped_share' AS DOUBLE) AS clipped_share,
    r.bad_blocks, r.restarts, json_array_length(r.quality, '$.gaps') AS n_gaps,
    CAST(r.quality ->> 'duplicate_stamps' AS BIGINT) AS duplicate_stamps,
    CAST(r.quality ->> 'backward_steps' AS BIGINT) AS backward_steps,
    CAST(r.quality ->> 'n_idle' AS BIGINT) AS n_idle,
    CAST(r.quality ->> 'idle_s' AS DOUBLE) AS idle_s,
    CAST(r.quality ->> '$.calibration.applied' AS BOOLEAN) AS is_calibrated,
    CAST(coalesce(r.quality ->> '$.calibration.residual_after_mg', r.quality ->> '$.calibration.residual_mg') AS DOUBLE)
        AS residual_mg,
    r.hrv_last_night_ms, r.warnings, r.sensor, r.sensor_meant, p.shared_h, p.speaks_h,
    p.notes
FROM ZONED(recording) r
LEFT JOIN (
    SELECT recording, sum(shared_h) AS shared_h, sum(speaks_h) AS speaks_h,
        list(DISTINCT note ORDER BY note) FILTER (note IS NOT NULL) AS notes
    FROM speaker
    GROUP BY recording
) p ON p.recording = r.sha256;
COMMENT ON VIEW recordings IS 'One row an imported file: who, when, on which clock, how well, and how much of its nights it speaks for. Source: recording, speaker.';
COMMENT ON COLUMN recordings.sha256 IS 'SHA-256 of its bytes.';
COMMENT ON COLUMN recordings.path IS 'Where it lay.';
COMMENT ON COLUMN recordings.subject IS 'Who wore the sensor.';
COMMENT ON COLUMN recordings.site IS 'Where: ankle, foot, thigh, hip, wrist, unknown.';
COMMENT ON COLUMN recordings.side IS 'left, right, unknown.';
COMMENT ON COLUMN recordings.sensor IS 'Which sensor of an export of several: telephone, watch; NULL where there was no other.';
COMMENT ON COLUMN recordings.sensor_meant IS 'The sensor of the export that a declared site and side are about; NULL where none was declared or there was no choice.';
COMMENT ON COLUMN recordings.format IS 'What the file is.';
COMMENT ON COLUMN recordings.device IS 'Maker and model, as far as the file names them.';
COMMENT ON COLUMN recordings.serial IS 'Serial number; empty where the file names none.';
COMMENT ON COLUMN recordings.tz IS 'Time zone of the wearer: IANA name or fixed offset.';
COMMENT ON COLUMN recordings.tz_source IS 'Who named it: file, user, config, assumed.';
COMMENT ON COLUMN recordings.instants_known IS 'False where all times rest on an assumed zone.';
COMMENT ON COLUMN recordings.time_shift_s IS 'How much the clock of the device was behind, as declared, seconds; added to every time.';
COMMENT ON COLUMN recordings.clock_start IS 'When it began, as declared, ISO 8601; NULL where the file has a clock of its own.';
COMMENT ON COLUMN recordings.first_at IS 'First sample, UTC.';
COMMENT ON COLUMN recordings.first_local IS 'First sample on the clock of the wearer, in the zone of the recording.';
COMMENT ON COLUMN recordings.last_at IS 'Last sample, UTC.';
COMMENT ON COLUMN recordings.last_local IS 'Last sample on the clock of the wearer, in the zone of the recording.';
COMMENT ON COLUMN recordings.n_samples IS 'Samples; 0 for a file without movement.';
COMMENT ON COLUMN recordings.rate_hz_nominal IS 'Samples a second as the file says; NULL where it does not.';
COMMENT ON COLUMN recordings.rate_hz_true IS 'Samples a second as its stamps say, gaps left out.';
COMMENT ON COLUMN recordings.unit IS 'Unit of acceleration in the file.';
COMMENT ON COLUMN recordings.lsb_mg IS 'Smallest step between values, measured, mg; NULL without movement. The scale of the stored samples is another thing: view samples.';
COMMENT ON COLUMN recordings.noise_mg IS 'Noise of one axis in the quietest still windows, mg; NULL without one.';
COMMENT ON COLUMN recordings.clipped_share IS 'Share of samples at the end stop, 0-1; NULL where that is unknown.';
COMMENT ON COLUMN recordings.bad_blocks IS 'Blocks left out because they were damaged, counted.';
COMMENT ON COLUMN recordings.restarts IS 'Times the device began again inside the file, counted.';
COMMENT ON COLUMN recordings.n_gaps IS 'Gaps and steps back of the clock (at most 10,000 are listed), counted.';
COMMENT ON COLUMN recordings.duplicate_stamps IS 'Samples with the time of the one before, counted.';
COMMENT ON COLUMN recordings.backward_steps IS 'Steps back of the clock, counted.';
COMMENT ON COLUMN recordings.n_idle IS 'Stretches of at least 10 s of one value, not measured, counted.';
COMMENT ON COLUMN recordings.idle_s IS 'Seconds in them.';
COMMENT ON COLUMN recordings.is_calibrated IS 'Whether the analysis corrects gain and offset; stored samples are as the file has them.';
COMMENT ON COLUMN recordings.residual_mg IS 'Mean distance of still windows from 1 g, after the correction where there is one, mg.';
COMMENT ON COLUMN recordings.hrv_last_night_ms IS 'Variability of the night as the maker of the device computed it (RMSSD), ms; NULL where the file has none.';
COMMENT ON COLUMN recordings.warnings IS 'What has to be said about it, a sentence each.';
COMMENT ON COLUMN recordings.shared_h IS 'Hours of its nights that other recordings of the same leg have too; NULL where it counts in no night, and for nights analysed before version 13 of the schema.';
COMMENT ON COLUMN recordings.speaks_h IS 'Hours for which its samples are used: for each leg and instant one recording speaks; NULL as shared_h.';
COMMENT ON COLUMN recordings.notes IS 'What is odd beside other recordings: on_table (lay still while another sensor turned), same_samples (as a recording of another leg), moves_alike (as the sensor of the other leg), moves_apart (does not turn over when another sensor does: two people, or clocks that differ), other_times (the same of one device: its times are wrong). NULL for nothing.';

CREATE OR REPLACE VIEW sensor_clocks AS
SELECT c.subject, c.night_date, c.recording, r.site, c.leg, c.stays, c.behind_s, c.drift_ppm,
    c.compared_at, LOCAL(c.compared_at, n) AS compared_local, c.uncertain_s, c.confidence, c.shared_h
FROM sensor_clock c
LEFT JOIN ZONED(night) n ON n.subject = c.subject AND n.night_date = c.night_date
LEFT JOIN recording r ON r.sha256 = c.recording;
COMMENT ON VIEW sensor_clocks IS 'How the clock of each sensor of a night was brought onto one; all times of events are on that one. Nights analysed before version 9 of the schema have none. Source: sensor_clock, recording.';
COMMENT ON COLUMN sensor_clocks.subject IS 'Who slept.';
COMMENT ON COLUMN sensor_clocks.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN sensor_clocks.recording IS 'SHA-256 of the recording.';
COMMENT ON COLUMN sensor_clocks.site IS 'Where the sensor was worn.';
COMMENT ON COLUMN sensor_clocks.leg IS 'Which leg: left, right, unknown.';
COMMENT ON COLUMN sensor_clocks.stays IS 'True where it is the clock of the night: that of the left leg, else of the right one, else of the first sensor.';
COMMENT ON COLUMN sensor_clocks.behind_s IS 'Added to its times at compared_at, seconds; NULL where nothing was moved.';
COMMENT ON COLUMN sensor_clocks.drift_ppm IS 'How fast that grows, parts per million; NULL where it could not be told.';
COMMENT ON COLUMN sensor_clocks.compared_at IS 'The moment on its own clock to which behind_s belongs, UTC; NULL where nothing was moved.';
COMMENT ON COLUMN sensor_clocks.compared_local IS 'The same on the clock of the bedroom.';
COMMENT ON COLUMN sensor_clocks.uncertain_s IS 'How far off that may be anywhere in the night, three standard errors, seconds: legs are joined from so much further away. NULL where nothing was moved.';
COMMENT ON COLUMN sensor_clocks.confidence IS 'How clearly shared movements show it, 0-1; too low, and nothing was moved. NULL where not compared.';
COMMENT ON COLUMN sensor_clocks.shared_h IS 'How long it ran beside one that stays, hours; NULL where not compared.';

CREATE OR REPLACE VIEW journal AS
SELECT subject, day, kind, value, text
FROM journal_entry;
COMMENT ON VIEW journal IS 'Sleep journal: one thing noted about one day. Source: journal_entry.';
COMMENT ON COLUMN journal.subject IS 'Who noted it.';
COMMENT ON COLUMN journal.day IS 'Local date it is about; the date of the evening for a night.';
COMMENT ON COLUMN journal.kind IS 'What was noted, with its unit in the name. The analysis reads lights_off, got_up, fell_asleep_at (clock of the bedroom, as text), minutes_to_fall_asleep, minutes_awake (after falling asleep), n_awakenings and urge_to_move (0-10).';
COMMENT ON COLUMN journal.value IS 'Its amount, in the unit that kind names; NULL where it has none.';
COMMENT ON COLUMN journal.text IS 'It in words; NULL where there are none.';

CREATE OR REPLACE VIEW reviews AS
SELECT
    r.subject, r.night_date, r.movement_no, r.onset_at, LOCAL(r.onset_at, n) AS onset_local, r.recording,
    r.start_at, LOCAL(r.start_at, n) AS start_local, r.end_at, LOCAL(r.end_at, n) AS end_local,
    r.verdict, r.note, r.reviewer, r.reviewed_at, LOCAL(r.reviewed_at, n) AS reviewed_local,
    r.flag, string_split(nullif(r.flags_then, ''), '+') AS flags_then,
    r.act_no, r.of_act, r.edit, r.from_at, LOCAL(r.from_at, n) AS from_local, r.to_at,
    LOCAL(r.to_at, n) AS to_local, r.name, r.leg, r.site, r.parts,
    coalesce(r.act_no IN (SELECT act_no FROM taken_back_acts), false) AS is_taken_back
FROM review_entry r
LEFT JOIN ZONED(night) n ON n.subject = r.subject AND n.night_date = r.night_date;
COMMENT ON VIEW reviews IS 'Verdicts on nights, flags and movements, and edits of movements and sleep, all of them; the latest counts. Source: review_entry.';
COMMENT ON COLUMN reviews.act_no IS 'What was done at once, counted over the database; NULL for reviews from before version 23 of the schema.';
COMMENT ON COLUMN reviews.of_act IS 'The act that a take_back or redo is about; NULL otherwise.';
COMMENT ON COLUMN reviews.edit IS 'relabel, add, move, delete, join, split (event), sleep_onset, wake, in_bed, bout (sleep); NULL for what is no edit.';
COMMENT ON COLUMN reviews.from_at IS 'New onset, start of a bout, where to split, or the instant that is set, UTC; NULL otherwise.';
COMMENT ON COLUMN reviews.from_local IS 'The same on the clock of the bedroom.';
COMMENT ON COLUMN reviews.to_at IS 'New offset or end of a bout, UTC; NULL otherwise.';
COMMENT ON COLUMN reviews.to_local IS 'The same on the clock of the bedroom.';
COMMENT ON COLUMN reviews.name IS 'New label, or not_a_leg_movement; of a bout its state; NULL otherwise.';
COMMENT ON COLUMN reviews.leg IS 'Leg of an event that was added; NULL otherwise.';
COMMENT ON COLUMN reviews.site IS 'Where the sensors of that leg were worn; NULL otherwise.';
COMMENT ON COLUMN reviews.parts IS 'JSON: the events that are edited, each a list of parts [SHA-256 of the recording, onset, offset] in microseconds since 1970; NULL for what is no edit.';
COMMENT ON COLUMN reviews.is_taken_back IS 'Whether it was taken back with its act, and counts no more.';
COMMENT ON COLUMN reviews.subject IS 'Who slept.';
COMMENT ON COLUMN reviews.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN reviews.movement_no IS 'The event that was judged, as numbered then; NULL for the whole night or a span.';
COMMENT ON COLUMN reviews.onset_at IS 'Onset of that event, UTC; NULL for the whole night or a span.';
COMMENT ON COLUMN reviews.onset_local IS 'Onset of that event on the clock of the bedroom; NULL for the whole night or a span.';
COMMENT ON COLUMN reviews.recording IS 'SHA-256 of the recording that shows it best; NULL for the whole night or a span.';
COMMENT ON COLUMN reviews.start_at IS 'Start of the span that is meant, UTC; NULL for the whole night or an event.';
COMMENT ON COLUMN reviews.start_local IS 'Start of that span on the clock of the bedroom.';
COMMENT ON COLUMN reviews.end_at IS 'End of the span that is meant, UTC; NULL for the whole night or an event.';
COMMENT ON COLUMN reviews.end_local IS 'End of that span on the clock of the bedroom.';
COMMENT ON COLUMN reviews.flag IS 'The flag that was judged; NULL for the whole night, an event or a span.';
COMMENT ON COLUMN reviews.flags_then IS 'Flags that a verdict on the whole night counts for: those raised then; NULL for none, and for what is no such verdict.';
COMMENT ON COLUMN reviews.verdict IS 'confirm, dismiss, unsure (night, flag or event), exclude (span), undo (takes back what was said before of the same), note (words only), edit, take_back and redo (of an act).';
COMMENT ON COLUMN reviews.note IS 'In the words of the reviewer; NULL for none.';
COMMENT ON COLUMN reviews.reviewer IS 'Who judged.';
COMMENT ON COLUMN reviews.reviewed_at IS 'When, UTC.';
COMMENT ON COLUMN reviews.reviewed_local IS 'When, in the zone of the night; NULL, as the other local times, where that night is stored no longer.';

-- One night is not a pattern; the numbers of nights, and why they are these, stand in analytics/nights/how_many.py.
CREATE OR REPLACE VIEW patterns AS
{patterns};
COMMENT ON VIEW patterns IS 'What is said of a person over all assessable nights, one row a flag, under the default rule set; what a reviewer dismissed does not count. Source: flag, night, score, review_entry.';
COMMENT ON COLUMN patterns.subject IS 'Who slept.';
COMMENT ON COLUMN patterns.flag IS 'possible_plmd, frequent_hypnic_jerks, possible_rls.';
COMMENT ON COLUMN patterns.n_nights IS 'Nights of this person, counted.';
COMMENT ON COLUMN patterns.n_assessable IS 'Assessable nights of this person, counted.';
COMMENT ON COLUMN patterns.n_able IS 'Assessable nights on which the flag could be told, counted.';
COMMENT ON COLUMN patterns.n_raised IS 'Assessable nights on which it was raised and not dismissed, counted.';
COMMENT ON COLUMN patterns.n_flagged IS 'The same as n_raised.';
COMMENT ON COLUMN patterns.n_flagged_as_detected IS 'The same with those that a reviewer dismissed, counted.';
COMMENT ON COLUMN patterns.share IS 'n_raised / n_able, 0-1; NULL without a night on which it could be told.';
COMMENT ON COLUMN patterns.share_low IS 'Lower end of the interval of the share of nights above the threshold, 0-1: wider with nights in doubt, and as if {WRONGLY_RAISED} of the others were raised wrongly.';
COMMENT ON COLUMN patterns.share_high IS 'Upper end of that interval, 0-1: as if {WRONGLY_MISSED} of nights above it were missed.';
COMMENT ON COLUMN patterns.state IS 'pattern, no_pattern, cannot_tell_yet. Of possible_plmd: whether the interval of mean_index lies above or below the threshold; of others: that of the share above or below {PATTERN_SHARE}. Takes {LEAST_ABLE} nights on which it could be told; a pattern {LEAST_RAISED} with the flag. It holds however often one looks: up to 90 nights, 5 % of people at the threshold ever get a pattern.';
COMMENT ON COLUMN patterns.is_pattern IS 'True where state is pattern; one night is not a pattern (Trotti 2009).';
COMMENT ON COLUMN patterns.more_nights IS 'About how many more nights decide, if they are like those so far; NULL where it is decided, or where more than {MOST_FORETOLD} would be needed in all.';
COMMENT ON COLUMN patterns.mean_index IS 'Mean PLMS index, 1/h; a night that is not raised counts with no more than the threshold. NULL below {LEAST_ABLE} nights and for other flags.';
COMMENT ON COLUMN patterns.mean_index_low IS 'Lower end of its interval, 1/h: wider with nights in doubt. NULL as mean_index.';
COMMENT ON COLUMN patterns.mean_index_high IS 'Upper end of that interval, 1/h. NULL as mean_index.';
COMMENT ON COLUMN patterns.threshold IS 'PLMS index that the newest night had to exceed, 1/h; NULL for other flags.';
COMMENT ON COLUMN patterns.finding IS 'On N of M nights, in words.';
COMMENT ON COLUMN patterns.note IS 'Says so where these nights are fewer than {FEW_NIGHTS}; NULL otherwise.';
COMMENT ON COLUMN patterns.first_night IS 'First night on which it was raised and not dismissed, local date of the evening.';
COMMENT ON COLUMN patterns.last_night IS 'Last night on which it was raised and not dismissed, local date of the evening.';

CREATE OR REPLACE VIEW answers AS
SELECT subject, answered_at, answer, says, evidence, missing, n_nights, n_judged, first_night, last_night, rule_version,
    version,
    row_number() OVER (PARTITION BY subject ORDER BY answered_at DESC, rowid DESC) = 1 AS is_latest
FROM answer_given;
COMMENT ON VIEW answers IS 'What each person was answered to "is it harmless?", one row each time that it has changed; nightkick answer decides anew, and adds what is new. Source: answer_given.';
COMMENT ON COLUMN answers.subject IS 'Who.';
COMMENT ON COLUMN answers.answered_at IS 'When it was answered so for the first time, UTC.';
COMMENT ON COLUMN answers.answer IS 'nothing_against_harmless, see_a_clinician, cannot_tell_yet.';
COMMENT ON COLUMN answers.says IS 'The answer as the sentence that was read.';
COMMENT ON COLUMN answers.evidence IS 'JSON list, strongest first: what, unit (nights, days), n, of, is_met.';
COMMENT ON COLUMN answers.missing IS 'JSON: nights still to record, about; answers: questions of the journal, and on how many more days each.';
COMMENT ON COLUMN answers.n_nights IS 'Nights, counted.';
COMMENT ON COLUMN answers.n_judged IS 'Of these, nights on which jerks and regular kicks could be told, counted.';
COMMENT ON COLUMN answers.first_night IS 'First night, local date of the evening; NULL without one.';
COMMENT ON COLUMN answers.last_night IS 'Last night, local date of the evening; NULL without one.';
COMMENT ON COLUMN answers.rule_version IS 'Version of the rule that answered.';
COMMENT ON COLUMN answers.version IS 'nightkick that answered.';
COMMENT ON COLUMN answers.is_latest IS 'True for the last one of each person.';

CREATE OR REPLACE VIEW sleep_stages AS
SELECT r.subject, n.night_date, s.stage.stage AS stage, s.stage.start_at AS start_at,
    LOCAL(s.stage.start_at, k) AS start_local, s.stage.end_at AS end_at,
    LOCAL(s.stage.end_at, k) AS end_local,
    r.sha256 AS recording
FROM recording r
JOIN recording_night n USING (sha256)
JOIN ZONED(night) k ON k.subject = n.subject AND k.night_date = n.night_date
CROSS JOIN LATERAL (SELECT unnest(r.stages) AS stage) s
WHERE s.stage.start_at < k.recorded_to AND s.stage.end_at > k.recorded_from;
COMMENT ON VIEW sleep_stages IS 'Sleep stages as makers of devices computed them, in nights with movement. Source: recording.';
COMMENT ON COLUMN sleep_stages.subject IS 'Who slept.';
COMMENT ON COLUMN sleep_stages.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN sleep_stages.stage IS 'wake, light, deep, rem, unmeasurable.';
COMMENT ON COLUMN sleep_stages.start_at IS 'Start, UTC.';
COMMENT ON COLUMN sleep_stages.start_local IS 'Start on the clock of the bedroom.';
COMMENT ON COLUMN sleep_stages.end_at IS 'End, UTC.';
COMMENT ON COLUMN sleep_stages.end_local IS 'End on the clock of the bedroom.';
COMMENT ON COLUMN sleep_stages.recording IS 'SHA-256 of the file that says so.';

CREATE OR REPLACE VIEW heart_rate AS
SELECT r.subject, n.night_date, m.minute.minute_at AS minute_at,
    LOCAL(m.minute.minute_at, k) AS minute_local, m.minute.heart_bpm AS heart_bpm,
    m.minute.rmssd_ms AS rmssd_ms, r.sha256 AS recording
FROM recording r
JOIN recording_night n USING (sha256)
JOIN ZONED(night) k ON k.subject = n.subject AND k.night_date = n.night_date
CROSS JOIN LATERAL (SELECT unnest(r.heart) AS minute) m
WHERE m.minute.minute_at < k.recorded_to AND m.minute.minute_at >= k.recorded_from - INTERVAL 1 MINUTE;
COMMENT ON VIEW heart_rate IS 'Heart rate by minute, in nights with movement. Source: recording.';
COMMENT ON COLUMN heart_rate.subject IS 'Who slept.';
COMMENT ON COLUMN heart_rate.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN heart_rate.minute_at IS 'Start of the minute, UTC.';
COMMENT ON COLUMN heart_rate.minute_local IS 'Start of the minute on the clock of the bedroom.';
COMMENT ON COLUMN heart_rate.heart_bpm IS 'Mean heart rate, 1/min; NULL where not measured.';
COMMENT ON COLUMN heart_rate.rmssd_ms IS 'Root mean square of successive differences of beat intervals, ms; NULL where not measured.';
COMMENT ON COLUMN heart_rate.recording IS 'SHA-256 of the file that says so.';

CREATE OR REPLACE VIEW temperature AS
SELECT r.subject, n.night_date, m.minute.minute_at AS minute_at,
    LOCAL(m.minute.minute_at, k) AS minute_local,
    m.minute.celsius AS celsius, r.sha256 AS recording
FROM recording r
JOIN recording_night n USING (sha256)
JOIN ZONED(night) k ON k.subject = n.subject AND k.night_date = n.night_date
CROSS JOIN LATERAL (SELECT unnest(r.temperature) AS minute) m
WHERE m.minute.minute_at < k.recorded_to AND m.minute.minute_at >= k.recorded_from - INTERVAL 1 MINUTE;
COMMENT ON VIEW temperature IS 'Temperature of each sensor by minute, in nights with movement: near that of the skin where it is worn, of the room where it lies about. Source: recording.';
COMMENT ON COLUMN temperature.subject IS 'Who slept.';
COMMENT ON COLUMN temperature.night_date IS 'Local date of the evening, noon to noon.';
COMMENT ON COLUMN temperature.minute_at IS 'Start of the minute, UTC.';
COMMENT ON COLUMN temperature.minute_local IS 'Start of the minute on the clock of the bedroom.';
COMMENT ON COLUMN temperature.celsius IS 'Mean temperature inside the sensor, degrees C.';
COMMENT ON COLUMN temperature.recording IS 'SHA-256 of the file that says so.';

-- What the numbers of a night are made of: all of a report can be redone from here.

CREATE OR REPLACE VIEW sleep_bouts AS
SELECT
    b.subject, b.night_date, b.start_at, LOCAL(b.start_at, n) AS start_local,
    b.end_at, LOCAL(b.end_at, n) AS end_local, (epoch_us(b.end_at) - epoch_us(b.start_at)) / 3.6e9 AS duration_h,
    b.state
FROM bout b
JOIN ZONED(night) n ON n.subject = b.subject AND n.night_date = b.night_date;
COMMENT ON VIEW sleep_bouts IS 'Stretches of sleep and wake in bed, and in bed of an unknown state; they do not overlap. Sums of them are tst_h and wake_h. Source: bout.';
COMMENT ON COLUMN sleep_bouts.subject IS 'Who slept.';
COMMENT ON COLUMN sleep_bouts.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN sleep_bouts.start_at IS 'Start, UTC; included.';
COMMENT ON COLUMN sleep_bouts.start_local IS 'Start on the clock of the bedroom.';
COMMENT ON COLUMN sleep_bouts.end_at IS 'End, UTC; not included.';
COMMENT ON COLUMN sleep_bouts.end_local IS 'End on the clock of the bedroom.';
COMMENT ON COLUMN sleep_bouts.duration_h IS 'From start to end, hours.';
COMMENT ON COLUMN sleep_bouts.state IS 'sleep, wake, unknown.';

CREATE OR REPLACE VIEW sleep_epochs AS
SELECT e.subject, e.night_date, e.start_at, LOCAL(e.start_at, n) AS start_local, e.p_sleep
FROM (
    SELECT subject, night_date,
        start_at + to_microseconds(CAST(1e6 * step_s AS BIGINT) * (unnest(range(len(p_sleep))))) AS start_at,
        unnest(p_sleep) AS p_sleep
    FROM half_minutes
) e
JOIN ZONED(night) n ON n.subject = e.subject AND n.night_date = e.night_date;
COMMENT ON VIEW sleep_epochs IS 'How likely sleep was, one row each half minute; no rows for nights analysed before version 19 of the schema and those without a sensor on a leg. Source: half_minutes.';
COMMENT ON COLUMN sleep_epochs.subject IS 'Who slept.';
COMMENT ON COLUMN sleep_epochs.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN sleep_epochs.start_at IS 'Start of the half minute, UTC.';
COMMENT ON COLUMN sleep_epochs.start_local IS 'Start on the clock of the bedroom.';
COMMENT ON COLUMN sleep_epochs.p_sleep IS 'Probability that the person slept, 0-1; NULL where no worn sensor recorded.';

CREATE OR REPLACE VIEW naps AS
SELECT
    p.subject, p.night_date, p.start_at, LOCAL(p.start_at, n) AS start_local,
    p.end_at, LOCAL(p.end_at, n) AS end_local, (epoch_us(p.end_at) - epoch_us(p.start_at)) / 3.6e9 AS duration_h,
    p.asleep_h
FROM nap p
JOIN ZONED(night) n ON n.subject = p.subject AND n.night_date = p.night_date;
COMMENT ON VIEW naps IS 'Shorter rests outside the sleep period of a night; they count in no index. Lying awake without moving looks the same. Source: nap.';
COMMENT ON COLUMN naps.subject IS 'Who slept.';
COMMENT ON COLUMN naps.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN naps.start_at IS 'Start, UTC; included.';
COMMENT ON COLUMN naps.start_local IS 'Start on the clock of the bedroom.';
COMMENT ON COLUMN naps.end_at IS 'End, UTC; not included.';
COMMENT ON COLUMN naps.end_local IS 'End on the clock of the bedroom.';
COMMENT ON COLUMN naps.duration_h IS 'From start to end, hours.';
COMMENT ON COLUMN naps.asleep_h IS 'Sustained inactivity inside it, hours.';

CREATE OR REPLACE VIEW blanks AS
SELECT
    b.subject, b.night_date, b.start_at, LOCAL(b.start_at, n) AS start_local,
    b.end_at, LOCAL(b.end_at, n) AS end_local, (epoch_us(b.end_at) - epoch_us(b.start_at)) / 1e6 AS duration_s,
    b.kind
FROM blank b
JOIN ZONED(night) n ON n.subject = b.subject AND n.night_date = b.night_date;
COMMENT ON VIEW blanks IS 'Stretches of a night of which nothing sure can be said; those of different kinds may overlap. Source: blank.';
COMMENT ON COLUMN blanks.subject IS 'Who slept.';
COMMENT ON COLUMN blanks.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN blanks.start_at IS 'Start, UTC.';
COMMENT ON COLUMN blanks.start_local IS 'Start on the clock of the bedroom.';
COMMENT ON COLUMN blanks.end_at IS 'End, UTC.';
COMMENT ON COLUMN blanks.end_local IS 'End on the clock of the bedroom.';
COMMENT ON COLUMN blanks.duration_s IS 'From start to end, seconds.';
COMMENT ON COLUMN blanks.kind IS 'gap (no sensor recorded), unscorable (recorded, but too noisy, short or slow to be searched), unworn (probably on a table), perhaps_unworn (hours without a turn; counted as worn).';

CREATE OR REPLACE VIEW event_parts AS
SELECT
    e.subject, e.night_date, e.movement_no, m.number = e.lead AS is_strongest, m.recording, m.site, m.leg,
    m.onset_at, LOCAL(m.onset_at, n) AS onset_local, m.offset_at, LOCAL(m.offset_at, n) AS offset_local,
    m.peak_g, m.threshold_g, m.core_s, m.posture_change_deg, m.n_bursts, m.shape
FROM (
    SELECT subject, night_date, movement_no, lead, unnest(coalesce(parts, [lead])) AS number
    FROM event_row
    WHERE ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset')
) e
JOIN movement m ON m.subject = e.subject AND m.night_date = e.night_date AND m.number = e.number
LEFT JOIN ZONED(night) n ON n.subject = e.subject AND n.night_date = e.night_date;
COMMENT ON VIEW event_parts IS 'What single sensors saw of each event under the default rule set: one row a part, so that an event says which recordings it came from. Source: event_row, movement.';
COMMENT ON COLUMN event_parts.subject IS 'Who slept.';
COMMENT ON COLUMN event_parts.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN event_parts.movement_no IS 'As in events.';
COMMENT ON COLUMN event_parts.is_strongest IS 'True for the part with the largest envelope, whose site, peak_g and recording events shows.';
COMMENT ON COLUMN event_parts.recording IS 'SHA-256 of the recording that shows it: recordings.sha256.';
COMMENT ON COLUMN event_parts.site IS 'Where that sensor was worn.';
COMMENT ON COLUMN event_parts.leg IS 'On which leg: left, right, unknown.';
COMMENT ON COLUMN event_parts.onset_at IS 'Onset in that recording, UTC.';
COMMENT ON COLUMN event_parts.onset_local IS 'Onset on the clock of the bedroom.';
COMMENT ON COLUMN event_parts.offset_at IS 'Offset in that recording, UTC.';
COMMENT ON COLUMN event_parts.offset_local IS 'Offset on the clock of the bedroom.';
COMMENT ON COLUMN event_parts.peak_g IS 'Largest envelope (0.15 s RMS of the 0.5-10 Hz vector), g.';
COMMENT ON COLUMN event_parts.threshold_g IS 'Envelope it had to exceed there, g.';
COMMENT ON COLUMN event_parts.core_s IS 'Time above half of its peak, seconds.';
COMMENT ON COLUMN event_parts.posture_change_deg IS 'Angle between gravity before and after, degrees.';
COMMENT ON COLUMN event_parts.n_bursts IS 'Separate bursts inside, counted.';
COMMENT ON COLUMN event_parts.shape IS 'What it looks like by itself: leg_movement, brief_jerk, rhythmic, posture_change, large_movement.';

CREATE OR REPLACE VIEW scores AS
SELECT
    s.subject, s.night_date, s.ruleset,
    s.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset') AS is_default, s.ruleset_hash,
    n.assessable, n.tst_h, s.wake_h, s.n_lm, s.n_clm, s.n_plm, s.n_plms, s.n_plmw, s.n_plmsnr,
    s.n_plms_arousal AS plms_with_arousal,
    CASE WHEN n.assessable THEN s.plms_index END AS plms_index,
    CASE WHEN n.assessable THEN s.plms_index_low END AS plms_index_low,
    CASE WHEN n.assessable THEN s.plms_index_high END AS plms_index_high,
    CASE WHEN n.assessable THEN s.plmw_index END AS plmw_index,
    s.lm_per_h,
    CASE WHEN n.assessable THEN s.periodicity_index_share END AS periodicity_index_share,
    CASE WHEN n.assessable THEN s.periodicity_index_runs END AS periodicity_index_runs,
    s.periodicity_unstable, s.n_imi, s.n_imi_short, s.n_imi_in, s.n_imi_long, s.share_imi_20_40, s.median_imi_s,
    s.imi_geometric_mean_s, s.imi_geometric_sd, s.n_series, s.series_length_mean, s.series_length_median,
    s.series_length_max, s.series_duration_mean_s, s.series_duration_max_s, s.n_isolated, s.n_short_interval,
    coalesce(j.n, 0) AS n_hypnic_jerks,
    CASE WHEN n.assessable THEN s.plms_rate_low END AS plms_rate_low,
    CASE WHEN n.assessable THEN s.plms_rate_high END AS plms_rate_high,
    CASE WHEN n.assessable THEN s.plms_index_sure END AS plms_index_sure, s.median_peak_mg
FROM score s
JOIN night n ON n.subject = s.subject AND n.night_date = s.night_date
LEFT JOIN (
    SELECT subject, night_date, ruleset, count(*) AS n FROM event_row WHERE label = 'hypnic_jerk' GROUP BY ALL
) j ON j.subject = s.subject AND j.night_date = s.night_date AND j.ruleset = s.ruleset;
COMMENT ON VIEW scores IS 'Numbers of each night under each rule set that it was scored with. Source: score, night, event_row.';
COMMENT ON COLUMN scores.subject IS 'Who slept.';
COMMENT ON COLUMN scores.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN scores.ruleset IS 'Name of the rule set.';
COMMENT ON COLUMN scores.is_default IS 'True for the rule set whose numbers the other views show.';
COMMENT ON COLUMN scores.ruleset_hash IS 'Which rules were used, whatever they are called: hash; their values: view rules.';
COMMENT ON COLUMN scores.assessable IS 'False where the night cannot be judged: it has no index then, whatever was counted.';
COMMENT ON COLUMN scores.tst_h IS 'Total sleep time, hours; NULL without a sleep period.';
COMMENT ON COLUMN scores.wake_h IS 'Time awake in bed, hours; NULL without a sleep period.';
COMMENT ON COLUMN scores.n_lm IS 'Leg movements in whatever state, legs joined, counted.';
COMMENT ON COLUMN scores.n_clm IS 'Candidate leg movements in whatever state, counted.';
COMMENT ON COLUMN scores.n_plm IS 'Periodic leg movements in whatever state, counted.';
COMMENT ON COLUMN scores.n_plms IS 'Periodic leg movements with the onset in sleep, counted; NULL where sleep and wake are not known.';
COMMENT ON COLUMN scores.n_plmw IS 'Periodic leg movements with the onset in wake in bed, counted; NULL where sleep and wake are not known, and where the rule set does not score wake.';
COMMENT ON COLUMN scores.n_plmsnr IS 'Periodic in sleep with respiratory movements removed, counted; NULL without a respiration channel.';
COMMENT ON COLUMN scores.plms_with_arousal IS 'Periodic with the onset in sleep and with an arousal, counted; NULL without marked arousals.';
COMMENT ON COLUMN scores.plms_index IS 'n_plms per hour of sleep, 1/h; NULL where not assessable. Another scale than EMG.';
COMMENT ON COLUMN scores.plms_index_low IS 'Lower end of the interval that covers the true index of this night in 95 %, 1/h.';
COMMENT ON COLUMN scores.plms_index_high IS 'Upper end of the interval that covers the true index of this night in 95 %, 1/h.';
COMMENT ON COLUMN scores.plmw_index IS 'n_plmw per hour of wake in bed, 1/h; NULL where not assessable, and where less was awake in bed than criteria say (15 min).';
COMMENT ON COLUMN scores.lm_per_h IS 'Leg movements with the onset in sleep per hour of sleep, 1/h.';
COMMENT ON COLUMN scores.periodicity_index_share IS 'Periodic / candidate leg movements, both with the onset in sleep, 0-1 (the WASM tools); NULL where not assessable.';
COMMENT ON COLUMN scores.periodicity_index_runs IS 'Share of intervals in sequences of periodic ones, 0-1 (Ferri 2006); NULL where not assessable.';
COMMENT ON COLUMN scores.periodicity_unstable IS 'True where leg movements per hour of sleep are too few for a periodicity index to be trusted; NULL without sleep.';
COMMENT ON COLUMN scores.n_imi IS 'Intervals between candidates, onset to onset, counted.';
COMMENT ON COLUMN scores.n_imi_short IS 'Of these below the periodic band of the rule set, counted.';
COMMENT ON COLUMN scores.n_imi_in IS 'Of these in the band, limits included, counted.';
COMMENT ON COLUMN scores.n_imi_long IS 'Of these above the band, counted.';
COMMENT ON COLUMN scores.share_imi_20_40 IS 'Share of the intervals between candidates that last 20-40 s, limits included, 0-1.';
COMMENT ON COLUMN scores.median_imi_s IS 'Median interval inside series, seconds.';
COMMENT ON COLUMN scores.imi_geometric_mean_s IS 'Geometric mean of intervals inside series, seconds.';
COMMENT ON COLUMN scores.imi_geometric_sd IS 'Geometric standard deviation of these, a factor; NULL below two.';
COMMENT ON COLUMN scores.n_series IS 'Periodic series, counted.';
COMMENT ON COLUMN scores.series_length_mean IS 'Movements per series, mean.';
COMMENT ON COLUMN scores.series_length_median IS 'Movements per series, median.';
COMMENT ON COLUMN scores.series_length_max IS 'Movements in the longest series, counted.';
COMMENT ON COLUMN scores.series_duration_mean_s IS 'Length of series from first onset to last offset, mean, seconds.';
COMMENT ON COLUMN scores.series_duration_max_s IS 'Length of the longest series, seconds.';
COMMENT ON COLUMN scores.n_isolated IS 'Candidates outside series after an interval in or above the band, or after none, counted.';
COMMENT ON COLUMN scores.n_short_interval IS 'Candidates outside series after an interval below the band, counted.';
COMMENT ON COLUMN scores.n_hypnic_jerks IS 'Events labelled hypnic_jerk under this rule set, counted. A heuristic.';
COMMENT ON COLUMN scores.plms_rate_low IS 'Lower end of the interval that covers the rate behind the night, which other nights of the person share, in 95 %, 1/h; NULL where not known or not assessable.';
COMMENT ON COLUMN scores.plms_rate_high IS 'Upper end of the interval of the rate behind the night, 1/h; NULL as plms_rate_low.';
COMMENT ON COLUMN scores.plms_index_sure IS 'Periodic leg movements in stretches where sleep is sure, per hour of these, 1/h; NULL where not known or not assessable.';
COMMENT ON COLUMN scores.median_peak_mg IS 'Median peak_g of the periodic leg movements in sleep, mg; NULL without one, or where it was not measured.';

CREATE OR REPLACE VIEW flag_criteria AS
SELECT
    f.subject, f.night_date, f.ruleset, f.name AS flag, f.raised, f.criterion.name AS criterion,
    f.criterion.state AS state, TRY_CAST(f.criterion.value AS DOUBLE) AS value,
    TRY_CAST(f.criterion.threshold AS DOUBLE) AS threshold, f.criterion.value AS value_text,
    f.criterion.threshold AS threshold_text, f.criterion.says AS says
FROM (
    SELECT subject, night_date, ruleset, name, raised,
        unnest(from_json(criteria, '[{"name": "VARCHAR", "state": "VARCHAR", "value": "VARCHAR", "threshold": "VARCHAR", "says": "VARCHAR"}]')) AS criterion
    FROM flag
) f;
COMMENT ON VIEW flag_criteria IS 'Every criterion of every flag, raised or not, under each rule set, with the threshold that was used: one row each. Source: flag.';
COMMENT ON COLUMN flag_criteria.subject IS 'Who slept.';
COMMENT ON COLUMN flag_criteria.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN flag_criteria.ruleset IS 'Name of the rule set.';
COMMENT ON COLUMN flag_criteria.flag IS 'possible_plmd, frequent_hypnic_jerks, possible_rls.';
COMMENT ON COLUMN flag_criteria.raised IS 'Whether the flag was raised.';
COMMENT ON COLUMN flag_criteria.criterion IS 'What is looked at, with its unit.';
COMMENT ON COLUMN flag_criteria.state IS 'met, not met, not measurable.';
COMMENT ON COLUMN flag_criteria.value IS 'What was found, in the unit that criterion names; NULL where it is no number.';
COMMENT ON COLUMN flag_criteria.threshold IS 'What it was held against; NULL where that is no number.';
COMMENT ON COLUMN flag_criteria.value_text IS 'What was found, as text.';
COMMENT ON COLUMN flag_criteria.threshold_text IS 'What it was held against, as text.';
COMMENT ON COLUMN flag_criteria.says IS 'The threshold or a remark, in words.';

CREATE OR REPLACE VIEW thresholds AS
SELECT n.subject, n.night_date, n.criteria_hash, c.part, c.name, c.value
FROM night n
JOIN (
    SELECT p.criteria_hash, p.part, unnest(json_keys(p.values)) AS name,
        json_extract_string(p.values, '$."' || unnest(json_keys(p.values)) || '"') AS value
    FROM (
        SELECT criteria_hash, unnest(json_keys(criteria)) AS part,
            json_extract(criteria, '$."' || unnest(json_keys(criteria)) || '"') AS values
        FROM criteria_used
    ) p
) c USING (criteria_hash);
COMMENT ON VIEW thresholds IS 'Every threshold that each night was analysed with, one row each; none for nights analysed before version 11 of the schema. Source: criteria_used, night; what each means: nightkick config show and analytics/criteria.py.';
COMMENT ON COLUMN thresholds.subject IS 'Who slept.';
COMMENT ON COLUMN thresholds.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN thresholds.criteria_hash IS 'Hash of all thresholds: as in nights.';
COMMENT ON COLUMN thresholds.part IS 'Part of the analysis: motion, detection, shapes, alignment, sleep, jerks, assessment, flags.';
COMMENT ON COLUMN thresholds.name IS 'Name, with its unit.';
COMMENT ON COLUMN thresholds.value IS 'Value, as text: most are numbers.';

CREATE OR REPLACE VIEW rules AS
SELECT u.ruleset, u.ruleset_hash, r.name, r.value
FROM (SELECT DISTINCT ruleset, ruleset_hash FROM score) u
JOIN (
    SELECT ruleset_hash, unnest(json_keys(rules)) AS name,
        json_extract_string(rules, '$."' || unnest(json_keys(rules)) || '"') AS value
    FROM ruleset_used
) r USING (ruleset_hash);
COMMENT ON VIEW rules IS 'Every value of each rule set that nights were scored with, one row each; none of those used before version 11 of the schema alone. Source: ruleset_used, score; what each means: docs/scoring.md.';
COMMENT ON COLUMN rules.ruleset IS 'Name of the rule set.';
COMMENT ON COLUMN rules.ruleset_hash IS 'Hash of its values: as in scores.';
COMMENT ON COLUMN rules.name IS 'Name of the value, with its unit.';
COMMENT ON COLUMN rules.value IS 'Value, as text; NULL for no limit.';

CREATE OR REPLACE VIEW night_recordings AS
SELECT subject, night_date, unnest(recordings) AS recording
FROM night;
COMMENT ON VIEW night_recordings IS 'Which recordings each night was analysed from, one row each. Source: night.';
COMMENT ON COLUMN night_recordings.subject IS 'Who slept.';
COMMENT ON COLUMN night_recordings.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN night_recordings.recording IS 'SHA-256 of the recording: recordings.sha256.';

CREATE OR REPLACE VIEW people AS
SELECT p.subject, p.born, p.age_group, p.sex, p.medication, p.said_by FROM person p;
COMMENT ON VIEW people IS 'What is said of people, one row each; of others nothing was said. Source: person.';
COMMENT ON COLUMN people.subject IS 'Who.';
COMMENT ON COLUMN people.born IS 'Year, or date YYYY-MM-DD, of birth. A night is judged by the age on its evening; of a year only, a person counts as a child until it is sure that she is 18.';
COMMENT ON COLUMN people.age_group IS 'adult or child, where no birth was said.';
COMMENT ON COLUMN people.sex IS 'female, male, other; NULL where it was not said.';
COMMENT ON COLUMN people.medication IS 'Kinds that are known to matter for leg movements; what each does, and its source: analytics/medication.py.';
COMMENT ON COLUMN people.said_by IS 'settings or command.';

-- The one place that says whether reviews change a night.
CREATE OR REPLACE VIEW nights_changed AS
SELECT k.subject, k.night_date, coalesce(c.n, 0) > 0 AND (r.n_reviews IS DISTINCT FROM c.n OR r.is_changed) AS is_changed,
    CASE WHEN c.n > 0 AND r.n_reviews IS DISTINCT FROM c.n
        THEN 'not scored with its reviews yet; analyse it again with: nightkick reanalyse' ELSE r.why_not END AS why_not
FROM night k
LEFT JOIN (SELECT subject, night_date, count(*) AS n FROM review_entry GROUP BY ALL) c
    ON c.subject = k.subject AND c.night_date = k.night_date
LEFT JOIN reviewed_night r ON r.subject = k.subject AND r.night_date = k.night_date;
COMMENT ON VIEW nights_changed IS 'Whether reviews change a night, one row each; the numbers: nights_reviewed. Source: night, review_entry, reviewed_night.';
COMMENT ON COLUMN nights_changed.subject IS 'Who slept.';
COMMENT ON COLUMN nights_changed.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN nights_changed.is_changed IS 'Whether reviews change any event, span or the sleep.';
COMMENT ON COLUMN nights_changed.why_not IS 'Why the night could not be scored with its reviews, a sentence. NULL where it could.';

CREATE OR REPLACE VIEW nights_reviewed AS
WITH settled AS (
    SELECT c.subject, c.night_date, c.is_changed, c.why_not, k.clock, k.ahead,
        coalesce(r.n_edits, 0) AS n_edits, coalesce(r.n_unfit, 0) AS n_unfit, coalesce(r.n_dismissed, 0) AS n_dismissed,
        coalesce(r.excluded_h, 0) AS excluded_h, r.tst_h, r.waso_min, r.sleep_efficiency,
        CASE WHEN NOT c.is_changed THEN k.in_bed_at WHEN c.why_not IS NULL THEN r.in_bed_at END AS in_bed_at,
        CASE WHEN NOT c.is_changed THEN k.sleep_onset_at WHEN c.why_not IS NULL THEN r.sleep_onset_at END AS sleep_onset_at,
        CASE WHEN NOT c.is_changed THEN k.wake_at WHEN c.why_not IS NULL THEN r.wake_at END AS wake_at
    FROM nights_changed c
    JOIN ZONED(night) k ON k.subject = c.subject AND k.night_date = c.night_date
    LEFT JOIN reviewed_night r ON r.subject = c.subject AND r.night_date = c.night_date
)
SELECT n.subject, n.night_date, n.tz, n.site, n.legs, n.recorded_h, n.sleep_source,
    v.in_bed_at,
    LOCAL(v.in_bed_at, v) AS in_bed_local,
    v.sleep_onset_at,
    LOCAL(v.sleep_onset_at, v) AS sleep_onset_local,
    v.wake_at,
    LOCAL(v.wake_at, v) AS wake_local,
    CASE WHEN NOT v.is_changed THEN n.tst_h WHEN v.why_not IS NULL THEN v.tst_h END AS tst_h,
    CASE WHEN NOT v.is_changed THEN n.waso_min WHEN v.why_not IS NULL THEN v.waso_min END AS waso_min,
    CASE WHEN NOT v.is_changed THEN n.sleep_efficiency WHEN v.why_not IS NULL THEN v.sleep_efficiency END AS sleep_efficiency,
    CASE WHEN NOT v.is_changed THEN n.wake_h WHEN v.why_not IS NULL THEN s.wake_h END AS wake_h,
    CASE WHEN NOT v.is_changed THEN n.n_lm WHEN v.why_not IS NULL THEN s.n_lm END AS n_lm,
    CASE WHEN NOT v.is_changed THEN n.n_clm WHEN v.why_not IS NULL THEN s.n_clm END AS n_clm,
    CASE WHEN NOT v.is_changed THEN n.n_plm WHEN v.why_not IS NULL THEN s.n_plm END AS n_plm,
    CASE WHEN NOT v.is_changed THEN n.n_plms WHEN v.why_not IS NULL THEN s.n_plms END AS n_plms,
    CASE WHEN NOT v.is_changed THEN n.n_plmw WHEN v.why_not IS NULL THEN s.n_plmw END AS n_plmw,
    CASE WHEN NOT v.is_changed THEN n.share_imi_20_40 WHEN v.why_not IS NULL THEN s.share_imi_20_40 END AS share_imi_20_40,
    CASE WHEN NOT v.is_changed THEN n.median_imi_s WHEN v.why_not IS NULL THEN s.median_imi_s END AS median_imi_s,
    CASE WHEN NOT v.is_changed THEN n.n_series WHEN v.why_not IS NULL THEN s.n_series END AS n_series,
    CASE WHEN NOT v.is_changed THEN n.n_series_in_sleep WHEN v.why_not IS NULL THEN s.n_series_in_sleep END AS n_series_in_sleep,
    CASE WHEN NOT v.is_changed THEN n.n_isolated WHEN v.why_not IS NULL THEN s.n_isolated END AS n_isolated,
    CASE WHEN NOT v.is_changed THEN n.periodicity_unstable WHEN v.why_not IS NULL THEN s.periodicity_unstable END AS periodicity_unstable,
    CASE WHEN NOT v.is_changed THEN n.plms_index WHEN v.why_not IS NULL THEN s.plms_index END AS plms_index,
    CASE WHEN NOT v.is_changed THEN n.plms_index_low WHEN v.why_not IS NULL THEN s.plms_index_low END AS plms_index_low,
    CASE WHEN NOT v.is_changed THEN n.plms_index_high WHEN v.why_not IS NULL THEN s.plms_index_high END AS plms_index_high,
    CASE WHEN NOT v.is_changed THEN n.plmw_index WHEN v.why_not IS NULL THEN s.plmw_index END AS plmw_index,
    CASE WHEN NOT v.is_changed THEN n.periodicity_index_share WHEN v.why_not IS NULL THEN s.periodicity_index_share END AS periodicity_index_share,
    CASE WHEN NOT v.is_changed THEN n.periodicity_index_runs WHEN v.why_not IS NULL THEN s.periodicity_index_runs END AS periodicity_index_runs,
    CASE WHEN NOT v.is_changed THEN n.plms_rate_low WHEN v.why_not IS NULL THEN s.plms_rate_low END AS plms_rate_low,
    CASE WHEN NOT v.is_changed THEN n.plms_rate_high WHEN v.why_not IS NULL THEN s.plms_rate_high END AS plms_rate_high,
    CASE WHEN NOT v.is_changed THEN n.plms_index_sure WHEN v.why_not IS NULL THEN s.plms_index_sure END AS plms_index_sure,
    CASE WHEN NOT v.is_changed THEN n.median_peak_mg WHEN v.why_not IS NULL THEN s.median_peak_mg END AS median_peak_mg,
    n.ruleset, n.assessable, n.not_assessable_reason, n.tier, n.flags_as_reviewed AS flags, n.review,
    v.is_changed, v.why_not, v.n_edits, v.n_unfit, v.n_dismissed, v.excluded_h
FROM nights n
JOIN settled v ON v.subject = n.subject AND v.night_date = n.night_date
LEFT JOIN reviewed_score s ON s.subject = n.subject AND s.night_date = n.night_date AND s.ruleset = n.ruleset;
COMMENT ON VIEW nights_reviewed IS 'One row a night as reviewed, under the default rule set: as detected where reviews change nothing. Source: nights, reviewed_night, reviewed_score.';
COMMENT ON COLUMN nights_reviewed.subject IS 'Who slept.';
COMMENT ON COLUMN nights_reviewed.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN nights_reviewed.tz IS 'Time zone of that evening: IANA name or fixed offset.';
COMMENT ON COLUMN nights_reviewed.site IS 'Where sensors were worn, joined by +.';
COMMENT ON COLUMN nights_reviewed.legs IS 'Which legs were recorded: left, right, both, unknown, or none (not on a leg).';
COMMENT ON COLUMN nights_reviewed.recorded_h IS 'Time with samples of at least one sensor, hours.';
COMMENT ON COLUMN nights_reviewed.sleep_source IS 'What tells sleep from wake: diary, fit (stages of the device), accelerometer, none.';
COMMENT ON COLUMN nights_reviewed.in_bed_at IS 'In bed, UTC; NULL where unknown.';
COMMENT ON COLUMN nights_reviewed.sleep_onset_at IS 'Sleep onset, UTC; NULL where unknown.';
COMMENT ON COLUMN nights_reviewed.wake_at IS 'Final awakening, UTC; NULL where unknown.';
COMMENT ON COLUMN nights_reviewed.tst_h IS 'Total sleep time, hours; NULL without a sleep period.';
COMMENT ON COLUMN nights_reviewed.waso_min IS 'Wake after sleep onset, minutes.';
COMMENT ON COLUMN nights_reviewed.sleep_efficiency IS 'Total sleep time / (sleep + wake in bed), 0-1; stretches of an unknown state count on neither side.';
COMMENT ON COLUMN nights_reviewed.in_bed_local IS 'In bed on the clock of the bedroom; NULL where unknown.';
COMMENT ON COLUMN nights_reviewed.sleep_onset_local IS 'Sleep onset on the clock of the bedroom; NULL where unknown.';
COMMENT ON COLUMN nights_reviewed.wake_local IS 'Final awakening on the clock of the bedroom; NULL where unknown.';
COMMENT ON COLUMN nights_reviewed.wake_h IS 'Time awake in bed, hours: what plmw_index is per hour of; NULL without a sleep period.';
COMMENT ON COLUMN nights_reviewed.n_lm IS 'Leg movements in whatever state, legs joined, counted.';
COMMENT ON COLUMN nights_reviewed.n_clm IS 'Candidate leg movements in whatever state, counted.';
COMMENT ON COLUMN nights_reviewed.n_plm IS 'Periodic leg movements in whatever state, counted; out of bed and where the state is unknown too.';
COMMENT ON COLUMN nights_reviewed.n_plms IS 'Periodic leg movements with the onset in sleep, counted; NULL where sleep and wake are not known.';
COMMENT ON COLUMN nights_reviewed.n_plmw IS 'Periodic leg movements with the onset in wake in bed, counted; awake out of bed does not count. NULL where sleep and wake are not known, and where the rule set does not score wake.';
COMMENT ON COLUMN nights_reviewed.share_imi_20_40 IS 'Share of the intervals between candidates that last 20-40 s, limits included, 0-1.';
COMMENT ON COLUMN nights_reviewed.median_imi_s IS 'Median interval inside series, seconds.';
COMMENT ON COLUMN nights_reviewed.n_series IS 'Periodic series, asleep or awake, counted.';
COMMENT ON COLUMN nights_reviewed.n_series_in_sleep IS 'Of these with at least one movement in sleep, counted: those that n_plms lie in.';
COMMENT ON COLUMN nights_reviewed.n_isolated IS 'Candidates outside series after an interval in or above the periodic band, or after none, in whatever state, counted; the label isolated is another thing.';
COMMENT ON COLUMN nights_reviewed.periodicity_unstable IS 'True where leg movements per hour of sleep are too few for a periodicity index to be trusted; NULL without sleep.';
COMMENT ON COLUMN nights_reviewed.plms_index IS 'n_plms per hour of sleep, 1/h; NULL where not assessable. Another scale than EMG.';
COMMENT ON COLUMN nights_reviewed.plms_index_low IS 'Lower end of the interval that covers the true index of this night in 95 %, 1/h.';
COMMENT ON COLUMN nights_reviewed.plms_index_high IS 'Upper end of the interval that covers the true index of this night in 95 %, 1/h.';
COMMENT ON COLUMN nights_reviewed.plmw_index IS 'n_plmw per hour of wake in bed, 1/h; NULL where not assessable, and where less was awake in bed than criteria say (15 min).';
COMMENT ON COLUMN nights_reviewed.periodicity_index_share IS 'Periodic / candidate leg movements, both with the onset in sleep, 0-1 (the WASM tools); NULL where not assessable.';
COMMENT ON COLUMN nights_reviewed.periodicity_index_runs IS 'Share of intervals in sequences of periodic ones, 0-1 (Ferri 2006); NULL where not assessable.';
COMMENT ON COLUMN nights_reviewed.plms_rate_low IS 'Lower end of the interval that covers the rate behind the night, which other nights of the person share, in 95 %, 1/h; NULL where not known or not assessable.';
COMMENT ON COLUMN nights_reviewed.plms_rate_high IS 'Upper end of the interval of the rate behind the night, 1/h; NULL as plms_rate_low.';
COMMENT ON COLUMN nights_reviewed.plms_index_sure IS 'Periodic leg movements in stretches where sleep is sure, per hour of these, 1/h; NULL where not known or not assessable.';
COMMENT ON COLUMN nights_reviewed.median_peak_mg IS 'Median peak_g of the periodic leg movements in sleep, mg; NULL without one, or where it was not measured. Another scale than EMG.';
COMMENT ON COLUMN nights_reviewed.ruleset IS 'Rule set of the numbers that follow: the default one.';
COMMENT ON COLUMN nights_reviewed.assessable IS 'False where the night cannot be judged.';
COMMENT ON COLUMN nights_reviewed.not_assessable_reason IS 'Why not, a sentence; NULL where it can.';
COMMENT ON COLUMN nights_reviewed.tier IS 'Confidence in the index, A (best) to D.';
COMMENT ON COLUMN nights_reviewed.review IS 'Latest verdict on the whole night: confirm, dismiss, unsure; NULL where there is none, or it was taken back.';
COMMENT ON COLUMN nights_reviewed.flags IS 'Names of the flags that are raised after review, sorted; an empty list for none.';
COMMENT ON COLUMN nights_reviewed.is_changed IS 'Whether reviews change any event, span or the sleep: False where the numbers are those of nights.';
COMMENT ON COLUMN nights_reviewed.why_not IS 'Why the night could not be scored with its reviews, a sentence; its numbers are NULL then. NULL where it could.';
COMMENT ON COLUMN nights_reviewed.n_edits IS 'Edits that stand, counted.';
COMMENT ON COLUMN nights_reviewed.n_unfit IS 'Edits and verdicts on events that no longer fit the analysis and change nothing, counted; edits: view edits_unfit.';
COMMENT ON COLUMN nights_reviewed.n_dismissed IS 'Detected events that a verdict dismisses, counted.';
COMMENT ON COLUMN nights_reviewed.excluded_h IS 'Excluded spans, hours.';

-- As reviewed. What reviews change was scored in Python when they came in; nothing is judged here.
CREATE OR REPLACE VIEW events_reviewed AS
SELECT e.subject, e.night_date, e.movement_no, e.onset_at, e.onset_local, e.offset_at, e.offset_local, e.duration_s,
    e.leg, e.site, e.peak_g, e.posture_change_deg, e.sleep_state, e.label, e.imi_s, e.series_no, e.is_lm, e.is_clm,
    e.is_plm, e.p_near_onset, e.confidence, e.recording, e.p_sleep, 'detected' AS origin
FROM events e
ANTI JOIN (SELECT subject, night_date FROM nights_changed WHERE is_changed) c
    ON c.subject = e.subject AND c.night_date = e.night_date
UNION ALL
SELECT e.subject, e.night_date, e.movement_no, e.onset_at, LOCAL(e.onset_at, n) AS onset_local, e.offset_at,
    LOCAL(e.offset_at, n) AS offset_local, (epoch_us(e.offset_at) - epoch_us(e.onset_at)) / 1e6 AS duration_s,
    e.leg, e.site, e.peak_g, e.posture_change_deg, e.sleep_state, e.label, e.imi_s, e.series_no, e.is_lm, e.is_clm,
    e.is_plm, e.p_near_onset, e.confidence, e.recording, e.p_sleep, e.origin
FROM reviewed_event e
SEMI JOIN (SELECT subject, night_date FROM nights_changed WHERE is_changed AND why_not IS NULL) c
    ON c.subject = e.subject AND c.night_date = e.night_date
LEFT JOIN ZONED(night) n ON n.subject = e.subject AND n.night_date = e.night_date
WHERE e.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset');
COMMENT ON VIEW events_reviewed IS 'Movements as reviewed, under the default rule set: as detected where reviews change nothing; none of a night that could not be scored with its reviews (nights_reviewed.why_not). Source: event_row, movement, reviewed_event.';
COMMENT ON COLUMN events_reviewed.subject IS 'Who slept.';
COMMENT ON COLUMN events_reviewed.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN events_reviewed.movement_no IS 'From 1 by onset within the night as reviewed: another number than in events.';
COMMENT ON COLUMN events_reviewed.onset_at IS 'Onset, UTC.';
COMMENT ON COLUMN events_reviewed.onset_local IS 'Onset on the clock of the bedroom.';
COMMENT ON COLUMN events_reviewed.offset_at IS 'Offset, UTC.';
COMMENT ON COLUMN events_reviewed.offset_local IS 'Offset on the clock of the bedroom.';
COMMENT ON COLUMN events_reviewed.duration_s IS 'Onset to offset, seconds.';
COMMENT ON COLUMN events_reviewed.leg IS 'Which leg: left, right, both, unknown.';
COMMENT ON COLUMN events_reviewed.site IS 'Where the sensor that saw it best was worn.';
COMMENT ON COLUMN events_reviewed.peak_g IS 'Largest envelope (0.15 s RMS of the 0.5-10 Hz vector) of its strongest part, g. Another scale than EMG.';
COMMENT ON COLUMN events_reviewed.posture_change_deg IS 'Angle between gravity before and after, degrees.';
COMMENT ON COLUMN events_reviewed.sleep_state IS 'State at its onset: sleep, wake, unknown.';
COMMENT ON COLUMN events_reviewed.label IS 'periodic, hypnic_jerk, isolated, short_interval, wake, rhythmic, posture_change, large_movement.';
COMMENT ON COLUMN events_reviewed.imi_s IS 'Onset to onset since the candidate leg movement before it, seconds; NULL for what is no candidate, and where the rule set knows no interval (the first, or the first after what ends a run).';
COMMENT ON COLUMN events_reviewed.series_no IS 'Series it belongs to; NULL for none.';
COMMENT ON COLUMN events_reviewed.is_lm IS 'Counts as a leg movement.';
COMMENT ON COLUMN events_reviewed.is_clm IS 'Is a candidate leg movement.';
COMMENT ON COLUMN events_reviewed.is_plm IS 'Is a periodic leg movement.';
COMMENT ON COLUMN events_reviewed.p_near_onset IS 'Probability that it lies at a wake-to-sleep transition, 0-1.';
COMMENT ON COLUMN events_reviewed.confidence IS 'How clearly it stands out and how certain the state around it is, 0-1. A heuristic. Of a hypnic jerk: how likely it is one. 1 for what a reviewer named or added.';
COMMENT ON COLUMN events_reviewed.recording IS 'SHA-256 of the recording that shows its strongest part; NULL for what a reviewer added.';
COMMENT ON COLUMN events_reviewed.p_sleep IS 'Probability that its onset lies in sleep, 0-1; NULL where it was not estimated.';
COMMENT ON COLUMN events_reviewed.origin IS 'detected, edited (its label, edges or parts were changed by a reviewer), added (by a reviewer).';

CREATE OR REPLACE VIEW edits_unfit AS
SELECT u.subject, u.night_date, u.act_no, u.edit, u.from_at, LOCAL(u.from_at, n) AS from_local, u.why
FROM reviewed_unfit u
LEFT JOIN ZONED(night) n ON n.subject = u.subject AND n.night_date = u.night_date;
COMMENT ON VIEW edits_unfit IS 'Edits of reviewers that no longer fit the present analysis and change nothing; they are kept. Source: reviewed_unfit.';
COMMENT ON COLUMN edits_unfit.subject IS 'Who slept.';
COMMENT ON COLUMN edits_unfit.night_date IS 'Local date of the evening; of a sleep after midnight the date before.';
COMMENT ON COLUMN edits_unfit.act_no IS 'The act that the edit is part of: as in reviews.';
COMMENT ON COLUMN edits_unfit.edit IS 'What was to be done: as in reviews.';
COMMENT ON COLUMN edits_unfit.from_at IS 'Onset of the event that was meant, else the instant that was set, UTC.';
COMMENT ON COLUMN edits_unfit.from_local IS 'The same on the clock of the bedroom.';
COMMENT ON COLUMN edits_unfit.why IS 'Why it does not fit.';
