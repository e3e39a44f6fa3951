-- A verdict for each flag of a night, and which flags a verdict of the whole night was about.

ALTER TABLE review_entry ADD COLUMN flag VARCHAR;
ALTER TABLE review_entry ADD COLUMN flags_then VARCHAR;
COMMENT ON COLUMN review_entry.flag IS 'The flag that was judged: possible_plmd, frequent_hypnic_jerks, possible_rls; NULL for the whole night, an event or a span.';
COMMENT ON COLUMN review_entry.flags_then IS 'Of a verdict on the whole night the flags it counts for, joined by +: those that were raised then; for verdicts from before version 18 of the schema those that were raised when that step was taken. NULL otherwise.';

-- Text, so that no row moves: of two verdicts of one moment the later row counts.
UPDATE review_entry SET flags_then = coalesce((
    SELECT string_agg(f.name, '+' ORDER BY f.name) FROM flag f
    WHERE f.subject = review_entry.subject AND f.night_date = review_entry.night_date AND f.raised
        AND f.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset')
), '')
WHERE movement_no IS NULL AND onset_at IS NULL AND start_at IS NULL AND verdict <> 'note';
