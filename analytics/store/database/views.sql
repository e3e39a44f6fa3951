-- What people and scripts query. The names are a contract: add columns, never drop or rename one.
-- Views of scored things show the default rule set. A night that cannot be assessed has no index.

CREATE OR REPLACE VIEW events AS
SELECT
    e.subject, e.night_date, e.movement_no, e.onset_at, e.offset_at,
    (epoch_us(e.offset_at) - epoch_us(e.onset_at)) / 1e6 AS duration_s,
    e.leg, m.site, m.peak_g, m.posture_change_deg, e.sleep_state, e.label, e.imi_s, e.series_no,
    e.is_lm, e.is_clm, e.is_plm, e.p_near_onset, e.confidence
FROM event e
LEFT JOIN movement m
    ON m.subject = e.subject AND m.night_date = e.night_date AND m.number = e.lead
WHERE e.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset');
COMMENT ON VIEW events IS 'Movements of the person under the default rule set. Source: event, movement.';
COMMENT ON COLUMN events.subject IS 'Who slept.';
COMMENT ON COLUMN events.night_date IS 'Local date of the evening, noon to noon.';
COMMENT ON COLUMN events.movement_no IS 'From 1 by onset within the night.';
COMMENT ON COLUMN events.onset_at IS 'Onset, UTC.';
COMMENT ON COLUMN events.offset_at IS 'Offset, UTC.';
COMMENT ON COLUMN events.duration_s IS 'Onset to offset, seconds.';
COMMENT ON COLUMN events.leg IS 'Which leg: left, right, both, unknown.';
COMMENT ON COLUMN events.site IS 'Where the sensor that saw it best was worn.';
COMMENT ON COLUMN events.peak_g IS 'Largest envelope (0.15 s RMS of the 0.5-10 Hz vector) of its strongest part, g. Another scale than EMG.';
COMMENT ON COLUMN events.posture_change_deg IS 'Angle between gravity before and after, degrees.';
COMMENT ON COLUMN events.sleep_state IS 'State at its onset: sleep, wake, unknown.';
COMMENT ON COLUMN events.label IS 'periodic, hypnic_jerk, isolated, short_interval, wake, rhythmic, posture_change, large_movement.';
COMMENT ON COLUMN events.imi_s IS 'Onset to onset since the previous leg movement, seconds; NULL for the first.';
COMMENT ON COLUMN events.series_no IS 'Series it belongs to; NULL for none.';
COMMENT ON COLUMN events.is_lm IS 'Counts as a leg movement.';
COMMENT ON COLUMN events.is_clm IS 'Is a candidate leg movement.';
COMMENT ON COLUMN events.is_plm IS 'Is a periodic leg movement.';
COMMENT ON COLUMN events.p_near_onset IS 'Probability that it lies at a wake-to-sleep transition, 0-1.';
COMMENT ON COLUMN events.confidence IS 'How clearly it stands out and how certain the state around it is, 0-1. A heuristic.';

CREATE OR REPLACE VIEW nights AS
WITH chosen AS (SELECT value AS ruleset FROM setting WHERE name = 'default_ruleset'),
raised AS (
    SELECT subject, night_date, list(name ORDER BY name) AS flags
    FROM flag
    WHERE raised AND ruleset = (SELECT ruleset FROM chosen)
    GROUP BY ALL
),
judged AS (
    SELECT subject, night_date, nullif(last(verdict ORDER BY reviewed_at, rowid), 'undo') AS review
    FROM review_entry
    WHERE movement_no IS NULL AND onset_at IS NULL AND start_at IS NULL AND verdict <> 'note'
    GROUP BY ALL
)
SELECT
    n.subject, n.night_date, n.zone AS tz, n.site, n.legs, n.recorded_from, n.recorded_to, n.recorded_h,
    n.recorded_share, n.unworn_h, n.short_gaps_per_h, n.longest_gap_s, n.sleep_source, n.in_bed_at, n.sleep_onset_at, n.onset_sd_min, n.wake_at, n.tst_h,
    n.waso_min, n.sleep_efficiency, c.ruleset, s.n_lm, s.n_clm, s.n_plm, s.n_plms, s.n_plmw,
    CASE WHEN n.assessable THEN s.plms_index END AS plms_index,
    CASE WHEN n.assessable THEN s.plms_index_low END AS plms_index_low,
    CASE WHEN n.assessable THEN s.plms_index_high END AS plms_index_high,
    CASE WHEN n.assessable THEN s.plmw_index END AS plmw_index,
    CASE WHEN n.assessable THEN s.periodicity_index_share END AS periodicity_index_share,
    CASE WHEN n.assessable THEN s.periodicity_index_runs END AS periodicity_index_runs,
    s.periodicity_unstable, s.share_imi_20_40, s.median_imi_s, s.n_series, n.n_hypnic_jerks,
    s.n_plms_arousal AS plms_with_arousal, n.blind_below_mg, n.leg_offset_s, n.leg_drift_ppm,
    n.leg_alignment_confidence, n.tier, n.assessable, n.not_assessable_reason,
    coalesce(r.flags, []) AS flags, j.review
FROM night n
CROSS JOIN chosen c
LEFT JOIN score s ON s.subject = n.subject AND s.night_date = n.night_date AND s.ruleset = c.ruleset
LEFT JOIN raised r ON r.subject = n.subject AND r.night_date = n.night_date
LEFT JOIN judged j ON j.subject = n.subject AND j.night_date = n.night_date;
COMMENT ON VIEW nights IS 'One row a night of a person, under the default rule set. Source: night, score, flag, review_entry.';
COMMENT ON COLUMN nights.subject IS 'Who slept.';
COMMENT ON COLUMN nights.night_date IS 'Local date of the evening, noon to noon.';
COMMENT ON COLUMN nights.tz IS 'Time zone of that evening: IANA name or fixed offset.';
COMMENT ON COLUMN nights.site IS 'Where sensors were worn, joined by +.';
COMMENT ON COLUMN nights.legs IS 'Which legs were recorded: left, right, both, unknown, or none (not on a leg).';
COMMENT ON COLUMN nights.recorded_from IS 'First sample of the night, UTC.';
COMMENT ON COLUMN nights.recorded_to IS 'End of the recorded time, UTC.';
COMMENT ON COLUMN nights.recorded_h IS 'Time with samples of at least one sensor, hours.';
COMMENT ON COLUMN nights.recorded_share IS 'Share of the sleep period (of the recording where none is known) with samples, 0-1.';
COMMENT ON COLUMN nights.unworn_h IS 'Recorded hours without a single movement, too long for a leg: probably not worn.';
COMMENT ON COLUMN nights.short_gaps_per_h IS 'Gaps of 5-90 s in the sleep period, as long as the intervals that are looked for, 1/h.';
COMMENT ON COLUMN nights.longest_gap_s IS 'Longest stretch without samples inside the sleep period, seconds.';
COMMENT ON COLUMN nights.sleep_source IS 'What tells sleep from wake: diary, fit (stages of the device), accelerometer, none.';
COMMENT ON COLUMN nights.in_bed_at IS 'In bed, UTC; NULL where unknown.';
COMMENT ON COLUMN nights.sleep_onset_at IS 'Sleep onset, UTC; NULL where unknown.';
COMMENT ON COLUMN nights.onset_sd_min IS 'Standard deviation of the sleep onset estimate, minutes.';
COMMENT ON COLUMN nights.wake_at IS 'Final awakening, UTC; NULL where unknown.';
COMMENT ON COLUMN nights.tst_h IS 'Total sleep time, hours; NULL without a sleep period.';
COMMENT ON COLUMN nights.waso_min IS 'Wake after sleep onset, minutes.';
COMMENT ON COLUMN nights.sleep_efficiency IS 'Total sleep time / time in bed, 0-1.';
COMMENT ON COLUMN nights.ruleset IS 'Rule set of the numbers that follow: the default one.';
COMMENT ON COLUMN nights.n_lm IS 'Leg movements, legs joined, counted.';
COMMENT ON COLUMN nights.n_clm IS 'Candidate leg movements, counted.';
COMMENT ON COLUMN nights.n_plm IS 'Periodic leg movements in whatever stage, counted.';
COMMENT ON COLUMN nights.n_plms IS 'Periodic leg movements in sleep, counted.';
COMMENT ON COLUMN nights.n_plmw IS 'Periodic leg movements in wake, counted.';
COMMENT ON COLUMN nights.plms_index IS 'n_plms per hour of sleep, 1/h; NULL where not assessable. Another scale than EMG.';
COMMENT ON COLUMN nights.plms_index_low IS 'Lower end of the interval of plms_index, 1/h.';
COMMENT ON COLUMN nights.plms_index_high IS 'Upper end of the interval of plms_index, 1/h.';
COMMENT ON COLUMN nights.plmw_index IS 'n_plmw per hour of wake in bed, 1/h; NULL where not assessable.';
COMMENT ON COLUMN nights.periodicity_index_share IS 'Periodic / candidate leg movements in sleep, 0-1 (the WASM tools); NULL where not assessable.';
COMMENT ON COLUMN nights.periodicity_index_runs IS 'Share of intervals in sequences of periodic ones, 0-1 (Ferri 2006); NULL where not assessable.';
COMMENT ON COLUMN nights.periodicity_unstable IS 'True where movements are too few for a periodicity index to be trusted.';
COMMENT ON COLUMN nights.share_imi_20_40 IS 'Share of intervals of 20-40 s, 0-1.';
COMMENT ON COLUMN nights.median_imi_s IS 'Median interval inside series, seconds.';
COMMENT ON COLUMN nights.n_series IS 'Periodic series, counted.';
COMMENT ON COLUMN nights.n_hypnic_jerks IS 'Events labelled hypnic_jerk, counted. A heuristic.';
COMMENT ON COLUMN nights.plms_with_arousal IS 'Periodic in sleep with an arousal, counted; NULL without marked arousals.';
COMMENT ON COLUMN nights.blind_below_mg IS 'Median detection threshold during sleep, mg: smaller movements were not seen.';
COMMENT ON COLUMN nights.leg_offset_s IS 'How far the clock of the second sensor was behind the first at mid-night, from shared movements, seconds: taken out; NULL where it was not.';
COMMENT ON COLUMN nights.leg_drift_ppm IS 'How fast that changed over the night, parts per million; NULL where it could not be told.';
COMMENT ON COLUMN nights.leg_alignment_confidence IS 'How clearly shared movements show it, 0-1; too low, and nothing was moved. NULL where no two legs were compared.';
COMMENT ON COLUMN nights.tier IS 'Confidence in the index, A (best) to D.';
COMMENT ON COLUMN nights.assessable IS 'False where the night cannot be judged.';
COMMENT ON COLUMN nights.not_assessable_reason IS 'Why not, a sentence; NULL where it can.';
COMMENT ON COLUMN nights.flags IS 'Names of the raised flags, sorted; an empty list for none.';
COMMENT ON COLUMN nights.review IS 'Latest verdict on the whole night: confirm, dismiss, unsure; NULL where nobody judged it, or it was taken back.';

CREATE OR REPLACE VIEW flagged_nights AS
SELECT subject, night_date, name AS flag, criteria, reason
FROM flag
WHERE raised AND ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset');
COMMENT ON VIEW flagged_nights IS 'Raised flags with their reasoning, one row each, under the default rule set. Source: flag.';
COMMENT ON COLUMN flagged_nights.subject IS 'Who slept.';
COMMENT ON COLUMN flagged_nights.night_date IS 'Local date of the evening, noon to noon.';
COMMENT ON COLUMN flagged_nights.flag IS 'possible_plmd, frequent_hypnic_jerks, possible_rls.';
COMMENT ON COLUMN flagged_nights.criteria IS 'JSON list: name (with unit), state (met, not met, not measurable), value, threshold, says.';
COMMENT ON COLUMN flagged_nights.reason IS 'The verdict as a sentence.';

CREATE OR REPLACE VIEW series AS
SELECT
    subject, night_date, series_no, start_at, end_at, (epoch_us(end_at) - epoch_us(start_at)) / 1e6 AS duration_s,
    n_movements, n_in_sleep, median_imi_s
FROM series_row
WHERE ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset');
COMMENT ON VIEW series IS 'Periodic series under the default rule set. Source: series_row.';
COMMENT ON COLUMN series.subject IS 'Who slept.';
COMMENT ON COLUMN series.night_date IS 'Local date of the evening, noon to noon.';
COMMENT ON COLUMN series.series_no IS 'Number of the series within the night.';
COMMENT ON COLUMN series.start_at IS 'Onset of its first movement, UTC.';
COMMENT ON COLUMN series.end_at IS 'Offset of its last movement, UTC.';
COMMENT ON COLUMN series.duration_s IS 'From start to end, seconds.';
COMMENT ON COLUMN series.n_movements IS 'Movements in it, counted.';
COMMENT ON COLUMN series.n_in_sleep IS 'Of these with the onset in sleep, counted.';
COMMENT ON COLUMN series.median_imi_s IS 'Median interval inside it, seconds.';

CREATE OR REPLACE VIEW imports AS
SELECT a.path, a.sha256, a.status, a.error, a.started_at, a.finished_at, a.version,
    CASE WHEN a.status = 'imported' THEN r.warnings END AS warnings
FROM import_attempt a
LEFT JOIN recording r USING (sha256);
COMMENT ON VIEW imports IS 'Every attempt to import a file. Source: import_attempt, recording.';
COMMENT ON COLUMN imports.path IS 'The file.';
COMMENT ON COLUMN imports.sha256 IS 'SHA-256 of its bytes; NULL where they could not be read.';
COMMENT ON COLUMN imports.status IS 'imported, known (already stored), refused (not usable), failed (could not be read).';
COMMENT ON COLUMN imports.error IS 'Why it was refused or failed, one line; NULL otherwise.';
COMMENT ON COLUMN imports.started_at IS 'When the attempt began, UTC.';
COMMENT ON COLUMN imports.finished_at IS 'When it ended, UTC.';
COMMENT ON COLUMN imports.version IS 'Version of nightkick that tried.';
COMMENT ON COLUMN imports.warnings IS 'What has to be said about the recording as it is stored now, a sentence each; NULL where nothing was imported.';

CREATE OR REPLACE VIEW recordings AS
SELECT
    r.sha256, r.path, r.subject, r.site, r.side, r.format, concat_ws(' ', r.device_maker, r.device_model) AS device,
    r.device_serial AS serial, r.zone AS tz, r.zone_source AS tz_source, r.instants_known, r.time_shift_s, r.clock_start,
    r.first_at, r.last_at, r.n_samples, r.rate_hz_nominal, r.rate_hz_true, r.unit, 1000 * r.lsb_g AS lsb_mg,
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
    r.hrv_last_night_ms, r.warnings
FROM recording r;
COMMENT ON VIEW recordings IS 'One row an imported file: who, when, on which clock, how well. Source: recording.';
COMMENT ON COLUMN recordings.sha256 IS 'SHA-256 of its bytes.';
COMMENT ON COLUMN recordings.path IS 'Where it lay.';
COMMENT ON COLUMN recordings.subject IS 'Who wore the sensor.';
COMMENT ON COLUMN recordings.site IS 'Where: ankle, foot, thigh, hip, wrist, unknown.';
COMMENT ON COLUMN recordings.side IS 'left, right, unknown.';
COMMENT ON COLUMN recordings.format IS 'What the file is.';
COMMENT ON COLUMN recordings.device IS 'Maker and model, as far as the file names them.';
COMMENT ON COLUMN recordings.serial IS 'Serial number; empty where the file names none.';
COMMENT ON COLUMN recordings.tz IS 'Time zone of the wearer: IANA name or fixed offset.';
COMMENT ON COLUMN recordings.tz_source IS 'Who named it: file, user, config, assumed.';
COMMENT ON COLUMN recordings.instants_known IS 'False where all times rest on an assumed zone.';
COMMENT ON COLUMN recordings.time_shift_s IS 'How much the clock of the device was behind, as declared, seconds; added to every time.';
COMMENT ON COLUMN recordings.clock_start IS 'When it began, as declared, ISO 8601; NULL where the file has a clock of its own.';
COMMENT ON COLUMN recordings.first_at IS 'First sample, UTC.';
COMMENT ON COLUMN recordings.last_at IS 'Last sample, UTC.';
COMMENT ON COLUMN recordings.n_samples IS 'Samples; 0 for a file without movement.';
COMMENT ON COLUMN recordings.rate_hz_nominal IS 'Samples a second as the file says; NULL where it does not.';
COMMENT ON COLUMN recordings.rate_hz_true IS 'Samples a second as its stamps say, gaps left out.';
COMMENT ON COLUMN recordings.unit IS 'Unit of acceleration in the file.';
COMMENT ON COLUMN recordings.lsb_mg IS 'Smallest step between values, mg; NULL without movement.';
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

CREATE OR REPLACE VIEW journal AS
SELECT subject, day, kind, value, text
FROM journal_entry;
COMMENT ON VIEW journal IS 'Sleep journal: one thing noted about one day. Source: journal_entry.';
COMMENT ON COLUMN journal.subject IS 'Who noted it.';
COMMENT ON COLUMN journal.day IS 'Local date it is about; the date of the evening for a night.';
COMMENT ON COLUMN journal.kind IS 'What was noted, with its unit in the name.';
COMMENT ON COLUMN journal.value IS 'Its amount, in the unit that kind names; NULL where it has none.';
COMMENT ON COLUMN journal.text IS 'It in words; NULL where there are none.';

CREATE OR REPLACE VIEW reviews AS
SELECT subject, night_date, movement_no, onset_at, recording, start_at, end_at, verdict, note, reviewer, reviewed_at
FROM review_entry;
COMMENT ON VIEW reviews IS 'Verdicts on nights and movements, all of them; the latest counts. Source: review_entry.';
COMMENT ON COLUMN reviews.subject IS 'Who slept.';
COMMENT ON COLUMN reviews.night_date IS 'Local date of the evening, noon to noon.';
COMMENT ON COLUMN reviews.movement_no IS 'The event that was judged, as numbered then; NULL for the whole night or a span.';
COMMENT ON COLUMN reviews.onset_at IS 'Onset of that event, UTC; NULL for the whole night or a span.';
COMMENT ON COLUMN reviews.recording IS 'SHA-256 of the recording that shows it best; NULL for the whole night or a span.';
COMMENT ON COLUMN reviews.start_at IS 'Start of the span that is meant, UTC; NULL for the whole night or an event.';
COMMENT ON COLUMN reviews.end_at IS 'End of the span that is meant, UTC; NULL for the whole night or an event.';
COMMENT ON COLUMN reviews.verdict IS 'confirm, dismiss, unsure (night or event), exclude (span), undo (takes back what was said before of the same), note (words only).';
COMMENT ON COLUMN reviews.note IS 'In the words of the reviewer; NULL for none.';
COMMENT ON COLUMN reviews.reviewer IS 'Who judged.';
COMMENT ON COLUMN reviews.reviewed_at IS 'When, UTC.';

-- One night is not a pattern: in RLS 34 % of single nights exceed 15/h, but 63 % of people do at least once in
-- five (Trotti 2009). So 2 of at least 3 assessable nights, and a note below 5.
CREATE OR REPLACE VIEW patterns AS
WITH assessed AS (
    SELECT subject, count(*) AS n_assessable FROM night WHERE assessable GROUP BY subject
),
raised AS (
    SELECT f.subject, f.name AS flag, count(*) AS n_flagged, min(f.night_date) AS first_night, max(f.night_date) AS last_night
    FROM flag f
    JOIN night n ON n.subject = f.subject AND n.night_date = f.night_date AND n.assessable
    WHERE f.raised AND f.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset')
    GROUP BY ALL
)
SELECT
    r.subject, r.flag, r.n_flagged, a.n_assessable, r.n_flagged / a.n_assessable AS share,
    r.n_flagged >= 2 AND a.n_assessable >= 3 AS is_pattern,
    format(
        '{} on {} of {} assessable nights',
        replace(replace(replace(r.flag, '_', ' '), 'plmd', 'PLMD'), 'rls', 'RLS'), r.n_flagged, a.n_assessable
    ) AS finding,
    CASE
        WHEN a.n_assessable < 3 THEN 'fewer than three nights: too few for a pattern'
        WHEN a.n_assessable < 5 THEN 'fewer than five nights: nights differ, record more'
    END AS note,
    r.first_night, r.last_night
FROM raised r
JOIN assessed a ON a.subject = r.subject;
COMMENT ON VIEW patterns IS 'Findings about a person over all assessable nights, under the default rule set. Source: flag, night.';
COMMENT ON COLUMN patterns.subject IS 'Who slept.';
COMMENT ON COLUMN patterns.flag IS 'The flag that was raised.';
COMMENT ON COLUMN patterns.n_flagged IS 'Assessable nights on which it was raised, counted.';
COMMENT ON COLUMN patterns.n_assessable IS 'Assessable nights of this person, counted.';
COMMENT ON COLUMN patterns.share IS 'n_flagged / n_assessable, 0-1.';
COMMENT ON COLUMN patterns.is_pattern IS 'True from 2 nights on, of at least 3 assessable ones; one night is not a pattern (Trotti 2009).';
COMMENT ON COLUMN patterns.finding IS 'The same as words: on N of M assessable nights.';
COMMENT ON COLUMN patterns.note IS 'Says so where the nights are fewer than five; NULL otherwise.';
COMMENT ON COLUMN patterns.first_night IS 'First night on which it was raised, local date of the evening.';
COMMENT ON COLUMN patterns.last_night IS 'Last night on which it was raised, local date of the evening.';

CREATE OR REPLACE VIEW sleep_stages AS
SELECT r.subject, n.night_date, s.stage.stage AS stage, s.stage.start_at AS start_at, s.stage.end_at AS end_at,
    r.sha256 AS recording
FROM recording r
JOIN recording_night n USING (sha256)
JOIN night k ON k.subject = n.subject AND k.night_date = n.night_date
CROSS JOIN LATERAL (SELECT unnest(r.stages) AS stage) s
WHERE s.stage.start_at < k.recorded_to AND s.stage.end_at > k.recorded_from;
COMMENT ON VIEW sleep_stages IS 'Sleep stages as makers of devices computed them, in nights with movement. Source: recording.';
COMMENT ON COLUMN sleep_stages.subject IS 'Who slept.';
COMMENT ON COLUMN sleep_stages.night_date IS 'Local date of the evening, noon to noon.';
COMMENT ON COLUMN sleep_stages.stage IS 'wake, light, deep, rem, unmeasurable.';
COMMENT ON COLUMN sleep_stages.start_at IS 'Start, UTC.';
COMMENT ON COLUMN sleep_stages.end_at IS 'End, UTC.';
COMMENT ON COLUMN sleep_stages.recording IS 'SHA-256 of the file that says so.';

CREATE OR REPLACE VIEW heart_rate AS
SELECT r.subject, n.night_date, m.minute.minute_at AS minute_at, m.minute.heart_bpm AS heart_bpm,
    m.minute.rmssd_ms AS rmssd_ms, r.sha256 AS recording
FROM recording r
JOIN recording_night n USING (sha256)
JOIN night k ON k.subject = n.subject AND k.night_date = n.night_date
CROSS JOIN LATERAL (SELECT unnest(r.heart) AS minute) m
WHERE m.minute.minute_at < k.recorded_to AND m.minute.minute_at >= k.recorded_from - INTERVAL 1 MINUTE;
COMMENT ON VIEW heart_rate IS 'Heart rate by minute, in nights with movement. Source: recording.';
COMMENT ON COLUMN heart_rate.subject IS 'Who slept.';
COMMENT ON COLUMN heart_rate.night_date IS 'Local date of the evening, noon to noon.';
COMMENT ON COLUMN heart_rate.minute_at IS 'Start of the minute, UTC.';
COMMENT ON COLUMN heart_rate.heart_bpm IS 'Mean heart rate, 1/min; NULL where not measured.';
COMMENT ON COLUMN heart_rate.rmssd_ms IS 'Root mean square of successive differences of beat intervals, ms; NULL where not measured.';
COMMENT ON COLUMN heart_rate.recording IS 'SHA-256 of the file that says so.';

CREATE OR REPLACE VIEW temperature AS
SELECT r.subject, n.night_date, m.minute.minute_at AS minute_at,
    -- A zone may be a fixed offset like +02:00, which DuckDB knows as an interval only.
    CASE
        WHEN k.zone SIMILAR TO '[+-].*' THEN timezone('UTC', m.minute.minute_at) + ltrim(k.zone, '+')::INTERVAL
        ELSE timezone(k.zone, m.minute.minute_at)
    END AS minute_local,
    m.minute.celsius AS celsius, r.sha256 AS recording
FROM recording r
JOIN recording_night n USING (sha256)
JOIN night k ON k.subject = n.subject AND k.night_date = n.night_date
CROSS JOIN LATERAL (SELECT unnest(r.temperature) AS minute) m
WHERE m.minute.minute_at < k.recorded_to AND m.minute.minute_at >= k.recorded_from - INTERVAL 1 MINUTE;
COMMENT ON VIEW temperature IS 'Temperature of each sensor by minute, in nights with movement: near that of the skin where it is worn, of the room where it lies about. Source: recording.';
COMMENT ON COLUMN temperature.subject IS 'Who slept.';
COMMENT ON COLUMN temperature.night_date IS 'Local date of the evening, noon to noon.';
COMMENT ON COLUMN temperature.minute_at IS 'Start of the minute, UTC.';
COMMENT ON COLUMN temperature.minute_local IS 'Start of the minute in the time zone of the wearer.';
COMMENT ON COLUMN temperature.celsius IS 'Mean temperature inside the sensor, degrees C.';
COMMENT ON COLUMN temperature.recording IS 'SHA-256 of the file that says so.';
