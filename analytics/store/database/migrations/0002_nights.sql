-- What was found: nights, their movements, and what each rule set makes of them. Rows of a night are replaced
-- as a whole whenever one of its recordings changes; nothing here is ever edited.

CREATE TABLE night (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    zone VARCHAR NOT NULL,
    recordings VARCHAR[] NOT NULL,
    site VARCHAR NOT NULL,
    legs VARCHAR NOT NULL,
    recorded_from TIMESTAMPTZ NOT NULL,
    recorded_to TIMESTAMPTZ NOT NULL,
    recorded_h DOUBLE NOT NULL,
    longest_gap_s DOUBLE NOT NULL,
    sleep_source VARCHAR NOT NULL,
    in_bed_at TIMESTAMPTZ,
    sleep_onset_at TIMESTAMPTZ,
    onset_sd_min DOUBLE,
    wake_at TIMESTAMPTZ,
    tst_h DOUBLE,
    waso_min DOUBLE,
    sleep_efficiency DOUBLE,
    blind_below_mg DOUBLE,
    tier VARCHAR NOT NULL,
    assessable BOOLEAN NOT NULL,
    not_assessable_reason VARCHAR,
    n_hypnic_jerks INTEGER NOT NULL,
    criteria_hash VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    PRIMARY KEY (subject, night_date)
);
COMMENT ON TABLE night IS 'One evening-to-noon of one person, from all recordings of it. Source: analysis of the samples.';
COMMENT ON COLUMN night.subject IS 'Who slept.';
COMMENT ON COLUMN night.night_date IS 'Local date of the evening, noon to noon.';
COMMENT ON COLUMN night.zone IS 'Time zone of that evening: IANA name or fixed offset.';
COMMENT ON COLUMN night.recordings IS 'SHA-256 of every recording that contributed samples, sorted.';
COMMENT ON COLUMN night.site IS 'Where sensors were worn, joined by +.';
COMMENT ON COLUMN night.legs IS 'Which legs were recorded: left, right, both, unknown, or none (not on a leg).';
COMMENT ON COLUMN night.recorded_from IS 'First sample of the night, UTC.';
COMMENT ON COLUMN night.recorded_to IS 'End of the recorded time, UTC.';
COMMENT ON COLUMN night.recorded_h IS 'Time with samples of at least one sensor, hours.';
COMMENT ON COLUMN night.longest_gap_s IS 'Longest stretch without samples inside the sleep period (inside the recording where none is known), seconds.';
COMMENT ON COLUMN night.sleep_source IS 'What tells sleep from wake: diary, fit (stages of the device), accelerometer, none.';
COMMENT ON COLUMN night.in_bed_at IS 'In bed, UTC; NULL where unknown. Source: sleep_source.';
COMMENT ON COLUMN night.sleep_onset_at IS 'Sleep onset, UTC; NULL where unknown. Source: sleep_source.';
COMMENT ON COLUMN night.onset_sd_min IS 'Standard deviation of the sleep onset estimate, minutes.';
COMMENT ON COLUMN night.wake_at IS 'Final awakening, UTC; NULL where unknown. Source: sleep_source.';
COMMENT ON COLUMN night.tst_h IS 'Total sleep time inside the sleep period, hours; NULL without one.';
COMMENT ON COLUMN night.waso_min IS 'Wake after sleep onset, minutes.';
COMMENT ON COLUMN night.sleep_efficiency IS 'Total sleep time / time in bed, 0-1.';
COMMENT ON COLUMN night.blind_below_mg IS 'Median detection threshold during sleep, mg: smaller movements were not seen.';
COMMENT ON COLUMN night.tier IS 'Confidence in the index, A (best) to D.';
COMMENT ON COLUMN night.assessable IS 'False where the night cannot be judged.';
COMMENT ON COLUMN night.not_assessable_reason IS 'Why not, a sentence; NULL where it can.';
COMMENT ON COLUMN night.n_hypnic_jerks IS 'Events labelled hypnic_jerk under the first rule set, counted. A heuristic.';
COMMENT ON COLUMN night.criteria_hash IS 'Which thresholds were used: hash of the criteria.';
COMMENT ON COLUMN night.version IS 'Version of nightkick that analysed the night.';

CREATE TABLE bout (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    start_at TIMESTAMPTZ NOT NULL,
    end_at TIMESTAMPTZ NOT NULL,
    state VARCHAR NOT NULL
);
COMMENT ON TABLE bout IS 'Stretches of sleep, wake or unknown of a night; they do not overlap. Source: night.sleep_source.';
COMMENT ON COLUMN bout.subject IS 'Who slept.';
COMMENT ON COLUMN bout.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN bout.start_at IS 'Start, UTC.';
COMMENT ON COLUMN bout.end_at IS 'End, UTC.';
COMMENT ON COLUMN bout.state IS 'sleep, wake, unknown.';

CREATE TABLE movement (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    number INTEGER NOT NULL,
    recording VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    leg VARCHAR NOT NULL,
    onset_at TIMESTAMPTZ NOT NULL,
    offset_at TIMESTAMPTZ NOT NULL,
    peak_g DOUBLE NOT NULL,
    threshold_g DOUBLE NOT NULL,
    core_s DOUBLE NOT NULL,
    posture_change_deg DOUBLE NOT NULL,
    n_bursts INTEGER NOT NULL,
    shape VARCHAR NOT NULL
);
COMMENT ON TABLE movement IS 'Movements as single sensors saw them, before any rule set. Source: detection in the samples.';
COMMENT ON COLUMN movement.subject IS 'Who slept.';
COMMENT ON COLUMN movement.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN movement.number IS 'From 1 by onset within the night.';
COMMENT ON COLUMN movement.recording IS 'SHA-256 of the recording that shows it.';
COMMENT ON COLUMN movement.site IS 'Where that sensor was worn.';
COMMENT ON COLUMN movement.leg IS 'Which leg: left, right, both, unknown.';
COMMENT ON COLUMN movement.onset_at IS 'Onset, UTC.';
COMMENT ON COLUMN movement.offset_at IS 'Offset, UTC.';
COMMENT ON COLUMN movement.peak_g IS 'Largest envelope (0.15 s RMS of the 0.5-10 Hz vector), g.';
COMMENT ON COLUMN movement.threshold_g IS 'Envelope it had to exceed there, g.';
COMMENT ON COLUMN movement.core_s IS 'Time above half of its peak, seconds.';
COMMENT ON COLUMN movement.posture_change_deg IS 'Angle between gravity before and after, degrees.';
COMMENT ON COLUMN movement.n_bursts IS 'Separate bursts inside, counted.';
COMMENT ON COLUMN movement.shape IS 'What it looks like by itself: leg_movement, brief_jerk, rhythmic, posture_change, large_movement.';

CREATE TABLE score (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    ruleset VARCHAR NOT NULL,
    ruleset_hash VARCHAR NOT NULL,
    wake_h DOUBLE,
    n_lm INTEGER,
    n_clm INTEGER,
    n_plm INTEGER,
    n_plms INTEGER,
    n_plmw INTEGER,
    plms_index DOUBLE,
    plms_index_low DOUBLE,
    plms_index_high DOUBLE,
    plmw_index DOUBLE,
    n_series INTEGER,
    periodicity_index_share DOUBLE,
    periodicity_index_runs DOUBLE,
    n_imi INTEGER,
    n_imi_short INTEGER,
    n_imi_in INTEGER,
    n_imi_long INTEGER,
    share_imi_20_40 DOUBLE,
    median_imi_s DOUBLE,
    imi_geometric_mean_s DOUBLE,
    imi_geometric_sd DOUBLE,
    n_isolated INTEGER,
    n_short_interval INTEGER,
    n_plmsnr INTEGER,
    n_plms_arousal INTEGER,
    series_length_mean DOUBLE,
    series_length_median DOUBLE,
    series_length_max INTEGER,
    series_duration_mean_s DOUBLE,
    series_duration_max_s DOUBLE,
    lm_per_h DOUBLE,
    periodicity_unstable BOOLEAN,
    PRIMARY KEY (subject, night_date, ruleset)
);
COMMENT ON TABLE score IS 'A night under one rule set; a measure that cannot be known is NULL, never 0. Source: scoring of the movements.';
COMMENT ON COLUMN score.subject IS 'Who slept.';
COMMENT ON COLUMN score.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN score.ruleset IS 'Name of the rule set.';
COMMENT ON COLUMN score.ruleset_hash IS 'Which thresholds the rule set had: its hash.';
COMMENT ON COLUMN score.wake_h IS 'Scored wake in bed, hours.';
COMMENT ON COLUMN score.n_lm IS 'Leg movements, legs joined, counted.';
COMMENT ON COLUMN score.n_clm IS 'Candidate leg movements, counted.';
COMMENT ON COLUMN score.n_plm IS 'Periodic leg movements in whatever stage, counted.';
COMMENT ON COLUMN score.n_plms IS 'Periodic leg movements with the onset in sleep, counted.';
COMMENT ON COLUMN score.n_plmw IS 'Periodic leg movements with the onset in wake, counted.';
COMMENT ON COLUMN score.plms_index IS 'n_plms per hour of sleep, 1/h.';
COMMENT ON COLUMN score.plms_index_low IS 'Lower end of the interval of plms_index, 1/h.';
COMMENT ON COLUMN score.plms_index_high IS 'Upper end of the interval of plms_index, 1/h.';
COMMENT ON COLUMN score.plmw_index IS 'n_plmw per hour of wake in bed, 1/h.';
COMMENT ON COLUMN score.n_series IS 'Periodic series, counted.';
COMMENT ON COLUMN score.periodicity_index_share IS 'Periodic / candidate leg movements in sleep, 0-1 (the WASM tools).';
COMMENT ON COLUMN score.periodicity_index_runs IS 'Share of intervals in sequences of periodic ones, 0-1 (Ferri 2006).';
COMMENT ON COLUMN score.n_imi IS 'Intervals between candidates, onset to onset, counted.';
COMMENT ON COLUMN score.n_imi_short IS 'Intervals below the periodic band of the rule set, counted.';
COMMENT ON COLUMN score.n_imi_in IS 'Intervals inside the band, counted.';
COMMENT ON COLUMN score.n_imi_long IS 'Intervals above the band, counted.';
COMMENT ON COLUMN score.share_imi_20_40 IS 'Share of intervals of 20-40 s, 0-1.';
COMMENT ON COLUMN score.median_imi_s IS 'Median interval inside series, seconds.';
COMMENT ON COLUMN score.imi_geometric_mean_s IS 'Geometric mean interval inside series, seconds.';
COMMENT ON COLUMN score.imi_geometric_sd IS 'Geometric standard deviation of these, a factor.';
COMMENT ON COLUMN score.n_isolated IS 'Candidates outside series after a long interval or none, counted.';
COMMENT ON COLUMN score.n_short_interval IS 'Candidates outside series after an interval below the band, counted.';
COMMENT ON COLUMN score.n_plmsnr IS 'Periodic in sleep with respiratory movements removed, counted; NULL without a respiration channel.';
COMMENT ON COLUMN score.n_plms_arousal IS 'Periodic in sleep with an arousal, counted; NULL without marked arousals.';
COMMENT ON COLUMN score.series_length_mean IS 'Movements per series, mean.';
COMMENT ON COLUMN score.series_length_median IS 'Movements per series, median.';
COMMENT ON COLUMN score.series_length_max IS 'Movements in the longest series, counted.';
COMMENT ON COLUMN score.series_duration_mean_s IS 'Length of series from first onset to last offset, mean, seconds.';
COMMENT ON COLUMN score.series_duration_max_s IS 'Length of the longest series, seconds.';
COMMENT ON COLUMN score.lm_per_h IS 'Leg movements in sleep per hour of sleep, 1/h.';
COMMENT ON COLUMN score.periodicity_unstable IS 'True where movements are too few for a periodicity index to be trusted.';

CREATE TABLE event (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    ruleset VARCHAR NOT NULL,
    movement_no INTEGER NOT NULL,
    parts INTEGER[] NOT NULL,
    lead INTEGER NOT NULL,
    leg VARCHAR NOT NULL,
    onset_at TIMESTAMPTZ NOT NULL,
    offset_at TIMESTAMPTZ NOT NULL,
    is_lm BOOLEAN NOT NULL,
    is_clm BOOLEAN NOT NULL,
    is_plm BOOLEAN NOT NULL,
    imi_s DOUBLE,
    series_no INTEGER,
    sleep_state VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    p_near_onset DOUBLE NOT NULL,
    confidence DOUBLE NOT NULL
);
COMMENT ON TABLE event IS 'Movements of the person under one rule set: the legs joined, judged and labelled. Source: scoring of the movements.';
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
COMMENT ON COLUMN event.imi_s IS 'Onset to onset since the previous leg movement, seconds; NULL for the first.';
COMMENT ON COLUMN event.series_no IS 'Series it belongs to; NULL for none.';
COMMENT ON COLUMN event.sleep_state IS 'State at its onset: sleep, wake, unknown.';
COMMENT ON COLUMN event.label IS 'periodic, hypnic_jerk, isolated, short_interval, wake, rhythmic, posture_change, large_movement.';
COMMENT ON COLUMN event.p_near_onset IS 'Probability that it lies at a wake-to-sleep transition, 0-1.';
COMMENT ON COLUMN event.confidence IS 'How clearly it stands out and how certain the state around it is, 0-1. A heuristic.';

CREATE TABLE series_row (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    ruleset VARCHAR NOT NULL,
    series_no INTEGER NOT NULL,
    start_at TIMESTAMPTZ NOT NULL,
    end_at TIMESTAMPTZ NOT NULL,
    n_movements INTEGER NOT NULL,
    n_in_sleep INTEGER NOT NULL,
    median_imi_s DOUBLE NOT NULL
);
COMMENT ON TABLE series_row IS 'Periodic series under one rule set. Source: scoring of the movements.';
COMMENT ON COLUMN series_row.subject IS 'Who slept.';
COMMENT ON COLUMN series_row.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN series_row.ruleset IS 'Name of the rule set.';
COMMENT ON COLUMN series_row.series_no IS 'Number of the series within night and rule set.';
COMMENT ON COLUMN series_row.start_at IS 'Onset of its first movement, UTC.';
COMMENT ON COLUMN series_row.end_at IS 'Offset of its last movement, UTC.';
COMMENT ON COLUMN series_row.n_movements IS 'Movements in it, counted.';
COMMENT ON COLUMN series_row.n_in_sleep IS 'Of these with the onset in sleep, counted.';
COMMENT ON COLUMN series_row.median_imi_s IS 'Median interval inside it, seconds.';

CREATE TABLE flag (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    ruleset VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    raised BOOLEAN NOT NULL,
    criteria JSON NOT NULL,
    reason VARCHAR NOT NULL
);
COMMENT ON TABLE flag IS 'Which patterns a night shows under one rule set and which not, with the reasoning. Source: flag rules.';
COMMENT ON COLUMN flag.subject IS 'Who slept.';
COMMENT ON COLUMN flag.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN flag.ruleset IS 'Name of the rule set.';
COMMENT ON COLUMN flag.name IS 'possible_plmd, frequent_hypnic_jerks, possible_rls.';
COMMENT ON COLUMN flag.raised IS 'True only if every criterion that a sensor can measure is met.';
COMMENT ON COLUMN flag.criteria IS 'JSON list: name (with unit), state (met, not met, not measurable), value, threshold, says.';
COMMENT ON COLUMN flag.reason IS 'The verdict as a sentence.';
