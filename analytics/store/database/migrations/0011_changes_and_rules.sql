-- When the database was changed last, so that the published copy is made anew only then; and the rules of each analysis.

ALTER TABLE recording ADD COLUMN g_per_value DOUBLE;
COMMENT ON COLUMN recording.g_per_value IS 'Acceleration of one step of the stored samples, g; NULL without movement, and for recordings stored before version 11 of the schema, whose file alone says it.';

CREATE TABLE criteria_used (
    criteria_hash VARCHAR PRIMARY KEY,
    criteria JSON NOT NULL
);
COMMENT ON TABLE criteria_used IS 'Every set of thresholds that nights were analysed with; none of those that only nights from before version 11 of the schema were. Source: analytics.criteria.';
COMMENT ON COLUMN criteria_used.criteria_hash IS 'As in night: hash of the thresholds.';
COMMENT ON COLUMN criteria_used.criteria IS 'The thresholds as JSON, by part of the analysis; units are in the names.';

CREATE TABLE ruleset_used (
    ruleset_hash VARCHAR PRIMARY KEY,
    rules JSON NOT NULL
);
COMMENT ON TABLE ruleset_used IS 'Every rule set that nights were scored with; none of those that only nights from before version 11 of the schema were. Source: analytics.scoring.rulesets.';
COMMENT ON COLUMN ruleset_used.ruleset_hash IS 'As in score: hash of the rules, whatever they are called.';
COMMENT ON COLUMN ruleset_used.rules IS 'The rules as JSON; units are in the names.';

COMMENT ON COLUMN event.imi_s IS 'Onset to onset since the candidate leg movement before it, seconds; NULL for what is no candidate, and where the rule set knows no interval.';
COMMENT ON COLUMN score.n_plmw IS 'Periodic leg movements with the onset in wake in bed, counted; NULL where sleep and wake are not known, and where the rule set does not score wake.';

COMMENT ON COLUMN setting.name IS 'default_ruleset: whose rows the views show. views_sha256: which version of the views is in place. change: when anything but bookkeeping was changed last, and a token of that change. pruned:<sha256>: a recording whose samples were removed and whose results were kept.';

INSERT INTO setting VALUES ('change', strftime(now() AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%f+00:00') || ' ' || gen_random_uuid());
