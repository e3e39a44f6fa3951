-- Events without what their lead movement says already, and chances as whole numbers: a third of the bytes. The view
-- event has what the table of that name had.

CREATE TABLE event_row (
    subject VARCHAR NOT NULL,
    night_date DATE NOT NULL,
    ruleset VARCHAR NOT NULL,
    movement_no INTEGER NOT NULL,
    parts INTEGER[],
    lead INTEGER NOT NULL,
    leg VARCHAR NOT NULL,
    onset_at TIMESTAMPTZ,
    offset_at TIMESTAMPTZ,
    is_lm BOOLEAN NOT NULL,
    is_clm BOOLEAN NOT NULL,
    is_plm BOOLEAN NOT NULL,
    imi_ms INTEGER,
    series_no INTEGER,
    sleep_state VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    p_near_onset_permille SMALLINT NOT NULL,
    confidence_permille SMALLINT NOT NULL,
    p_sleep_permille SMALLINT
);
COMMENT ON TABLE event_row IS 'Movements of the person under one rule set: the legs joined, judged and labelled; to be read by the view event. Source: scoring of the movements.';
COMMENT ON COLUMN event_row.subject IS 'Who slept.';
COMMENT ON COLUMN event_row.night_date IS 'Local date of the evening.';
COMMENT ON COLUMN event_row.ruleset IS 'Name of the rule set.';
COMMENT ON COLUMN event_row.movement_no IS 'From 1 by onset, within night and rule set.';
COMMENT ON COLUMN event_row.parts IS 'movement.number of what was joined; NULL for lead alone.';
COMMENT ON COLUMN event_row.lead IS 'movement.number of the strongest part.';
COMMENT ON COLUMN event_row.leg IS 'Which leg: left, right, both, unknown.';
COMMENT ON COLUMN event_row.onset_at IS 'Onset, UTC; NULL where it is that of lead.';
COMMENT ON COLUMN event_row.offset_at IS 'Offset, UTC; NULL where it is that of lead.';
COMMENT ON COLUMN event_row.is_lm IS 'Counts as a leg movement.';
COMMENT ON COLUMN event_row.is_clm IS 'Is a candidate leg movement.';
COMMENT ON COLUMN event_row.is_plm IS 'Is a periodic leg movement: a candidate in a series.';
COMMENT ON COLUMN event_row.imi_ms IS 'Onset to onset since the candidate leg movement before it, milliseconds; NULL for what is no candidate, and where the rule set knows no interval.';
COMMENT ON COLUMN event_row.series_no IS 'Series it belongs to; NULL for none.';
COMMENT ON COLUMN event_row.sleep_state IS 'State at its onset: sleep, wake, unknown.';
COMMENT ON COLUMN event_row.label IS 'periodic, hypnic_jerk, isolated, short_interval, wake, rhythmic, posture_change, large_movement.';
COMMENT ON COLUMN event_row.p_near_onset_permille IS 'Probability that it lies at a wake-to-sleep transition, thousandths.';
COMMENT ON COLUMN event_row.confidence_permille IS 'How clearly it stands out and how certain the state around it is, thousandths. A heuristic. Of a hypnic jerk: how likely it is one.';
COMMENT ON COLUMN event_row.p_sleep_permille IS 'Probability that its onset lies in sleep, thousandths; NULL where it was not estimated.';

INSERT INTO event_row
SELECT e.subject, e.night_date, e.ruleset, e.movement_no, nullif(e.parts, [e.lead]), e.lead, e.leg,
    nullif(e.onset_at, m.onset_at), nullif(e.offset_at, m.offset_at), e.is_lm, e.is_clm, e.is_plm,
    round(1000 * e.imi_s), e.series_no, e.sleep_state, e.label,
    round(1000 * e.p_near_onset), round(1000 * e.confidence), round(1000 * e.p_sleep)
FROM event e
LEFT JOIN movement m ON m.subject = e.subject AND m.night_date = e.night_date AND m.number = e.lead
ORDER BY e.night_date, e.subject, e.onset_at, e.ruleset;

DROP TABLE event;
