-- Rows of ten minutes instead of one a night: to read one long list, DuckDB unpacks those of a thousand nights.

INSERT INTO envelope
SELECT subject, night_date, recording, site, leg, start_at + to_microseconds((piece * 600 * step_s * 1e6)::BIGINT), step_s,
    max_mg[piece * 600 + 1 : (piece + 1) * 600]
FROM (SELECT *, unnest(range(0, (len(max_mg) + 599) // 600)) AS piece FROM envelope WHERE len(max_mg) > 600)
ORDER BY night_date, subject, start_at;

DELETE FROM envelope WHERE len(max_mg) > 600;

COMMENT ON TABLE envelope IS 'How much a sensor moved, step by step, in rows of at most 600 steps; nights analysed before version 5 of the schema have none. Source: detection in the samples.';
