-- What people were answered, and by which rule: a row each time that the answer or what it stands on has changed.

CREATE TABLE answer_given (
    subject VARCHAR NOT NULL,
    answered_at TIMESTAMPTZ NOT NULL,
    answer VARCHAR NOT NULL,
    says VARCHAR NOT NULL,
    evidence JSON NOT NULL,
    missing JSON NOT NULL,
    n_nights INTEGER NOT NULL,
    n_judged INTEGER NOT NULL,
    first_night DATE,
    last_night DATE,
    rule_version INTEGER NOT NULL,
    version VARCHAR NOT NULL
);
COMMENT ON TABLE answer_given IS 'What a person was answered to "is it harmless?", append-only: a row each time that it has changed. Source: analytics/over_nights/answer.py.';
COMMENT ON COLUMN answer_given.subject IS 'Who.';
COMMENT ON COLUMN answer_given.answered_at IS 'When it was answered so for the first time, UTC.';
COMMENT ON COLUMN answer_given.answer IS 'nothing_against_harmless, see_a_clinician, cannot_tell_yet.';
COMMENT ON COLUMN answer_given.says IS 'The answer as the sentence that was read.';
COMMENT ON COLUMN answer_given.evidence IS 'JSON list, strongest first: what, unit (nights, days), n, of, is_met.';
COMMENT ON COLUMN answer_given.missing IS 'JSON: nights still to record, about; answers: questions of the journal, and on how many more days each.';
COMMENT ON COLUMN answer_given.n_nights IS 'Nights, counted.';
COMMENT ON COLUMN answer_given.n_judged IS 'Of these, nights on which jerks and regular kicks could be told, counted.';
COMMENT ON COLUMN answer_given.first_night IS 'First night, local date of the evening; NULL without one.';
COMMENT ON COLUMN answer_given.last_night IS 'Last night, local date of the evening; NULL without one.';
COMMENT ON COLUMN answer_given.rule_version IS 'Version of the rule: RULE_VERSION in analytics/over_nights/answer.py.';
COMMENT ON COLUMN answer_given.version IS 'nightkick that answered.';
