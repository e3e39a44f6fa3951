-- Edits of reviewers beside their verdicts, acts that can be taken back, and what each night comes to with them.

ALTER TABLE review_entry ADD COLUMN act_no INTEGER;
ALTER TABLE review_entry ADD COLUMN of_act INTEGER;
ALTER TABLE review_entry ADD COLUMN edit VARCHAR;
ALTER TABLE review_entry ADD COLUMN parts JSON;
ALTER TABLE review_entry ADD COLUMN from_at TIMESTAMPTZ;
ALTER TABLE review_entry ADD COLUMN to_at TIMESTAMPTZ;
ALTER TABLE review_entry ADD COLUMN name VARCHAR;
ALTER TABLE review_entry ADD COLUMN leg VARCHAR;
ALTER TABLE review_entry ADD COLUMN site VARCHAR;
COMMENT ON COLUMN review_entry.verdict IS 'confirm, dismiss, unsure (night, flag or event), exclude (span), undo (takes back what was said before of the same), note (words only), edit (changes an event or the sleep), take_back, redo (of an act).';
COMMENT ON COLUMN review_entry.act_no IS 'What was done at once, counted from 1 over the database; NULL for reviews from before version 23 of the schema.';
COMMENT ON COLUMN review_entry.of_act IS 'The act that is taken back or done again; NULL otherwise. One such row for each row of that act.';
COMMENT ON COLUMN review_entry.edit IS 'relabel, add, move, delete, join, split (event), sleep_onset, wake, in_bed, bout (sleep); NULL for what is no edit.';
COMMENT ON COLUMN review_entry.parts IS 'JSON: the events that are edited, each a list of its parts [SHA-256 of the recording, onset, offset], microseconds since 1970, UTC; an empty hash for what a reviewer added. NULL for what is no edit.';
COMMENT ON COLUMN review_entry.from_at IS 'New onset, start of a bout, where to split, or instant of sleep onset, waking or going to bed, UTC; NULL otherwise.';
COMMENT ON COLUMN review_entry.to_at IS 'New offset, or end of a bout, UTC; NULL otherwise.';
COMMENT ON COLUMN review_entry.name IS 'New label, or not_a_leg_movement; of a bout its state: sleep, wake; NULL otherwise.';
COMMENT ON COLUMN review_entry.leg IS 'Leg of an event that was added: left, right, both, unknown; NULL otherwise.';
COMMENT ON COLUMN review_entry.site IS 'Where the sensors of that leg were worn; NULL otherwise.';

CREATE TABLE reviewed_night (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    n_reviews INTEGER NOT NULL,
    is_changed BOOLEAN NOT NULL,
    why_not VARCHAR,
    n_edits INTEGER NOT NULL,
    n_unfit INTEGER NOT NULL,
    n_dismissed INTEGER NOT NULL,
    excluded_h DOUBLE NOT NULL,
    in_bed_at TIMESTAMPTZ,
    sleep_onset_at TIMESTAMPTZ,
    wake_at TIMESTAMPTZ,
    tst_h DOUBLE,
    waso_min DOUBLE,
    sleep_efficiency DOUBLE
);
COMMENT ON TABLE reviewed_night IS 'What a night comes to with its reviews, one row for each night with any. Source: review_entry and the stored analysis.';
COMMENT ON COLUMN reviewed_night.subject IS 'Who slept.';
COMMENT ON COLUMN reviewed_night.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN reviewed_night.n_reviews IS 'Rows of review_entry of this night that it rests on, counted.';
COMMENT ON COLUMN reviewed_night.is_changed IS 'Whether reviews change any event, span or the sleep.';
COMMENT ON COLUMN reviewed_night.why_not IS 'Why it could not be scored with its reviews, a sentence; NULL where it could.';
COMMENT ON COLUMN reviewed_night.n_edits IS 'Edits that stand, counted.';
COMMENT ON COLUMN reviewed_night.n_unfit IS 'Of these and of verdicts on events those that no longer fit the analysis and change nothing, counted.';
COMMENT ON COLUMN reviewed_night.n_dismissed IS 'Detected events that a verdict dismisses, counted.';
COMMENT ON COLUMN reviewed_night.excluded_h IS 'Excluded spans, hours.';
COMMENT ON COLUMN reviewed_night.in_bed_at IS 'In bed as reviewed, UTC.';
COMMENT ON COLUMN reviewed_night.sleep_onset_at IS 'Sleep onset as reviewed, UTC.';
COMMENT ON COLUMN reviewed_night.wake_at IS 'Final awakening as reviewed, UTC.';
COMMENT ON COLUMN reviewed_night.tst_h IS 'Total sleep time as reviewed, hours.';
COMMENT ON COLUMN reviewed_night.waso_min IS 'Wake after sleep onset as reviewed, minutes.';
COMMENT ON COLUMN reviewed_night.sleep_efficiency IS 'Total sleep time / (sleep + wake in bed) as reviewed, 0-1.';

CREATE TABLE reviewed_unfit (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    act_no INTEGER,
    edit VARCHAR NOT NULL,
    from_at TIMESTAMPTZ,
    why VARCHAR NOT NULL
);
COMMENT ON TABLE reviewed_unfit IS 'Edits that no longer fit the analysis and change nothing. Source: review_entry and the stored analysis.';
COMMENT ON COLUMN reviewed_unfit.subject IS 'Who slept.';
COMMENT ON COLUMN reviewed_unfit.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN reviewed_unfit.act_no IS 'The act that the edit is part of: review_entry.act_no.';
COMMENT ON COLUMN reviewed_unfit.edit IS 'What was to be done.';
COMMENT ON COLUMN reviewed_unfit.from_at IS 'Onset of the event that was meant, else the instant that was set, UTC.';
COMMENT ON COLUMN reviewed_unfit.why IS 'Why it does not fit.';

CREATE TABLE reviewed_score (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    ruleset VARCHAR NOT NULL,
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
    n_series_in_sleep INTEGER,
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
    plms_rate_low DOUBLE,
    plms_rate_high DOUBLE,
    plms_index_sure DOUBLE,
    median_peak_mg DOUBLE
);
COMMENT ON TABLE reviewed_score IS 'Numbers of a night with its reviews applied, under each rule set; only nights that reviews change. Source: review_entry and the stored analysis.';
COMMENT ON COLUMN reviewed_score.subject IS 'Who slept.';
COMMENT ON COLUMN reviewed_score.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN reviewed_score.ruleset IS 'Name of the rule set.';
COMMENT ON COLUMN reviewed_score.wake_h IS 'As score.wake_h, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_lm IS 'As score.n_lm, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_clm IS 'As score.n_clm, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_plm IS 'As score.n_plm, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_plms IS 'As score.n_plms, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_plmw IS 'As score.n_plmw, with reviews applied.';
COMMENT ON COLUMN reviewed_score.plms_index IS 'As score.plms_index, with reviews applied.';
COMMENT ON COLUMN reviewed_score.plms_index_low IS 'As score.plms_index_low, with reviews applied.';
COMMENT ON COLUMN reviewed_score.plms_index_high IS 'As score.plms_index_high, with reviews applied.';
COMMENT ON COLUMN reviewed_score.plmw_index IS 'As score.plmw_index, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_series IS 'As score.n_series, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_series_in_sleep IS 'As score.n_series_in_sleep, with reviews applied.';
COMMENT ON COLUMN reviewed_score.periodicity_index_share IS 'As score.periodicity_index_share, with reviews applied.';
COMMENT ON COLUMN reviewed_score.periodicity_index_runs IS 'As score.periodicity_index_runs, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_imi IS 'As score.n_imi, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_imi_short IS 'As score.n_imi_short, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_imi_in IS 'As score.n_imi_in, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_imi_long IS 'As score.n_imi_long, with reviews applied.';
COMMENT ON COLUMN reviewed_score.share_imi_20_40 IS 'As score.share_imi_20_40, with reviews applied.';
COMMENT ON COLUMN reviewed_score.median_imi_s IS 'As score.median_imi_s, with reviews applied.';
COMMENT ON COLUMN reviewed_score.imi_geometric_mean_s IS 'As score.imi_geometric_mean_s, with reviews applied.';
COMMENT ON COLUMN reviewed_score.imi_geometric_sd IS 'As score.imi_geometric_sd, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_isolated IS 'As score.n_isolated, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_short_interval IS 'As score.n_short_interval, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_plmsnr IS 'As score.n_plmsnr, with reviews applied.';
COMMENT ON COLUMN reviewed_score.n_plms_arousal IS 'As score.n_plms_arousal, with reviews applied.';
COMMENT ON COLUMN reviewed_score.series_length_mean IS 'As score.series_length_mean, with reviews applied.';
COMMENT ON COLUMN reviewed_score.series_length_median IS 'As score.series_length_median, with reviews applied.';
COMMENT ON COLUMN reviewed_score.series_length_max IS 'As score.series_length_max, with reviews applied.';
COMMENT ON COLUMN reviewed_score.series_duration_mean_s IS 'As score.series_duration_mean_s, with reviews applied.';
COMMENT ON COLUMN reviewed_score.series_duration_max_s IS 'As score.series_duration_max_s, with reviews applied.';
COMMENT ON COLUMN reviewed_score.lm_per_h IS 'As score.lm_per_h, with reviews applied.';
COMMENT ON COLUMN reviewed_score.periodicity_unstable IS 'As score.periodicity_unstable, with reviews applied.';
COMMENT ON COLUMN reviewed_score.plms_rate_low IS 'As score.plms_rate_low, with reviews applied.';
COMMENT ON COLUMN reviewed_score.plms_rate_high IS 'As score.plms_rate_high, with reviews applied.';
COMMENT ON COLUMN reviewed_score.plms_index_sure IS 'As score.plms_index_sure, with reviews applied.';
COMMENT ON COLUMN reviewed_score.median_peak_mg IS 'As score.median_peak_mg, with reviews applied.';

CREATE TABLE reviewed_event (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    ruleset VARCHAR NOT NULL,
    movement_no INTEGER,
    leg VARCHAR,
    site VARCHAR,
    onset_at TIMESTAMPTZ,
    offset_at TIMESTAMPTZ,
    peak_g DOUBLE,
    posture_change_deg DOUBLE,
    is_lm BOOLEAN,
    is_clm BOOLEAN,
    is_plm BOOLEAN,
    imi_s DOUBLE,
    series_no INTEGER,
    sleep_state VARCHAR,
    label VARCHAR,
    p_near_onset DOUBLE,
    confidence DOUBLE,
    p_sleep DOUBLE,
    recording VARCHAR,
    origin VARCHAR
);
COMMENT ON TABLE reviewed_event IS 'Movements of a night with its reviews applied, under each rule set; only nights that reviews change. Source: review_entry and the stored analysis.';
COMMENT ON COLUMN reviewed_event.subject IS 'Who slept.';
COMMENT ON COLUMN reviewed_event.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN reviewed_event.ruleset IS 'Name of the rule set.';
COMMENT ON COLUMN reviewed_event.movement_no IS 'From 1 by onset within the night as reviewed: another number than in event.';
COMMENT ON COLUMN reviewed_event.leg IS 'Which leg: left, right, both, unknown.';
COMMENT ON COLUMN reviewed_event.site IS 'Where the sensor that saw it best was worn.';
COMMENT ON COLUMN reviewed_event.onset_at IS 'Onset, UTC.';
COMMENT ON COLUMN reviewed_event.offset_at IS 'Offset, UTC.';
COMMENT ON COLUMN reviewed_event.peak_g IS 'Largest envelope of its strongest part, g; NULL where nothing was searched.';
COMMENT ON COLUMN reviewed_event.posture_change_deg IS 'Angle between gravity before and after, degrees; NULL for what a reviewer added.';
COMMENT ON COLUMN reviewed_event.is_lm IS 'Counts as a leg movement.';
COMMENT ON COLUMN reviewed_event.is_clm IS 'Is a candidate leg movement.';
COMMENT ON COLUMN reviewed_event.is_plm IS 'Is a periodic leg movement.';
COMMENT ON COLUMN reviewed_event.imi_s IS 'As event.imi_s, seconds.';
COMMENT ON COLUMN reviewed_event.series_no IS 'Series it belongs to, numbered anew; NULL for none.';
COMMENT ON COLUMN reviewed_event.sleep_state IS 'State at its onset: sleep, wake, unknown.';
COMMENT ON COLUMN reviewed_event.label IS 'As event.label, or as a reviewer called it.';
COMMENT ON COLUMN reviewed_event.p_near_onset IS 'Probability that it lies at a wake-to-sleep transition, 0-1.';
COMMENT ON COLUMN reviewed_event.confidence IS 'As event.confidence, 0-1; 1 for what a reviewer named or added.';
COMMENT ON COLUMN reviewed_event.p_sleep IS 'Probability that its onset lies in sleep, 0-1; NULL where it was not estimated.';
COMMENT ON COLUMN reviewed_event.recording IS 'SHA-256 of the recording that shows its strongest part; NULL for what a reviewer added.';
COMMENT ON COLUMN reviewed_event.origin IS 'detected, edited (its label, edges or parts were changed by a reviewer), added (by a reviewer).';

CREATE TABLE reviewed_flag (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    ruleset VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    raised BOOLEAN NOT NULL,
    state VARCHAR NOT NULL,
    criteria JSON NOT NULL,
    reason VARCHAR NOT NULL
);
COMMENT ON TABLE reviewed_flag IS 'Flags of a night judged again with its reviews applied, before any verdict on the flag itself; only nights that reviews change. Source: review_entry and the stored analysis.';
COMMENT ON COLUMN reviewed_flag.subject IS 'Who slept.';
COMMENT ON COLUMN reviewed_flag.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN reviewed_flag.ruleset IS 'Name of the rule set.';
COMMENT ON COLUMN reviewed_flag.name IS 'Name of the flag.';
COMMENT ON COLUMN reviewed_flag.raised IS 'Whether it is raised.';
COMMENT ON COLUMN reviewed_flag.state IS 'raised, not_raised, cannot_tell.';
COMMENT ON COLUMN reviewed_flag.criteria IS 'JSON list, as flag.criteria.';
COMMENT ON COLUMN reviewed_flag.reason IS 'The state as a sentence.';
