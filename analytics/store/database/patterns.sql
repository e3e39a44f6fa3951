-- What is said of a person over nights: the one place that decides it. The view patterns is this text over all nights;
-- analytics.store.findings runs it over some. NIGHTS stands for which.
-- possible_plmd goes by the mean index against the threshold. Between nights its variance grows with its mean, so the
-- interval is that of a score test (as Wilson's for a share): it tightens with nights and is as wide as the person's
-- own nights differ. A night in doubt speaks for neither side: its index counts as no higher than the threshold for the
-- lower end, and as no lower for the upper one. A night that is not raised counts as no higher for both, whatever kept it
-- from being so.
-- Other flags go by the share of nights. A night in doubt counts as not raised for the lower end, as raised for the
-- upper one; of possible_rls it is none, for who slept through shows nothing of being awake, and who was not asked says
-- nothing of an urge. Both ends allow for flags that are wrong.
WITH one AS (
    SELECT f.subject, f.flag, f.night_date, f.state, f.state_as_reviewed AS stands,
        CASE WHEN f.flag = 'possible_plmd' THEN s.plms_index END AS index,
        list_filter(
            from_json(f.criteria, '[{"name": "VARCHAR", "threshold": "DOUBLE"}]'), lambda c: c.name = '{index_criterion}'
        )[1].threshold AS threshold
    FROM night_flags f
    JOIN night n ON n.subject = f.subject AND n.night_date = f.night_date AND n.assessable
    LEFT JOIN score s ON s.subject = f.subject AND s.night_date = f.night_date
        AND s.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset')
    WHERE {NIGHTS}
),
everyone AS (
    SELECT n.subject, count(*) AS n_nights, count(*) FILTER (n.assessable) AS n_assessable
    FROM night n WHERE {NIGHTS} GROUP BY n.subject
),
counted AS (
    SELECT subject, flag, count(*) FILTER (stands = 'raised') AS n_raised,
        count(*) FILTER (stands <> 'cannot_tell') AS n_able,
        count(*) FILTER (stands = 'cannot_tell' AND flag <> 'possible_rls') AS n_doubt,
        count(*) FILTER (state = 'raised') AS n_flagged_as_detected,
        min(night_date) FILTER (stands = 'raised') AS first_night,
        max(night_date) FILTER (stands = 'raised') AS last_night,
        max_by(threshold, night_date) AS threshold
    FROM one GROUP BY ALL
),
indexed AS (
    SELECT o.subject, o.flag, count(*) AS n, avg(o.held) AS mean, var_pop(o.held) AS var,
        avg(CASE WHEN o.stands = 'cannot_tell' THEN least(o.held, c.threshold) ELSE o.held END) AS mean_down,
        avg(CASE WHEN o.stands = 'cannot_tell' THEN greatest(o.held, c.threshold) ELSE o.held END) AS mean_up
    FROM (
        SELECT *, CASE stands
            WHEN 'raised' THEN greatest(index, threshold) WHEN 'not_raised' THEN least(index, threshold) ELSE index
        END AS held FROM one
    ) o
    JOIN counted c USING (subject, flag)
    WHERE o.held IS NOT NULL AND c.threshold IS NOT NULL
    GROUP BY ALL
),
surely AS (
    SELECT e.n_nights, e.n_assessable, c.*, c.n_able + c.n_doubt AS m, i.n, i.mean, i.mean_down, i.mean_up,
        ({DISPERSION_NIGHTS} * {NIGHT_DISPERSION} + i.n * i.var / greatest(i.mean, {NIGHT_DISPERSION}))
            / ({DISPERSION_NIGHTS} + i.n - 1) AS dispersion,
        {SURE_Z} + {SURE_Z_AFTER} * ln(greatest(i.n / {SURE_TO}, 1))
            + {SURE_Z_BEFORE} * ln(greatest({SURE_FROM} / i.n, 1)) AS z,
        {SURE_Z} + {SURE_Z_AFTER} * ln(greatest(m / {SURE_TO}, 1))
            + {SURE_Z_BEFORE} * ln(greatest({SURE_FROM} / greatest(m, 1), 1)) AS share_z
    FROM counted c
    JOIN everyone e USING (subject)
    LEFT JOIN indexed i USING (subject, flag)
),
ends AS (
    SELECT *, z * z * dispersion / n AS a, share_z * share_z AS b,
        CASE WHEN m = 0 THEN 0 ELSE (n_raised + b / 2 - share_z * sqrt(n_raised * (1 - n_raised / m) + b / 4)) / (m + b) END AS seen_low,
        CASE WHEN m = 0 THEN 1 ELSE (n_raised + n_doubt + b / 2
            + share_z * sqrt((n_raised + n_doubt) * (1 - (n_raised + n_doubt) / m) + b / 4)) / (m + b) END AS seen_high
    FROM surely
),
bounded AS (
    SELECT *, mean_down + a / 2 - sqrt(a * mean_down + a * a / 4) AS mean_low,
        mean_up + a / 2 + sqrt(a * mean_up + a * a / 4) AS mean_high,
        greatest(0, (seen_low - {WRONGLY_RAISED}) / (1 - {WRONGLY_RAISED})) AS share_low,
        least(1, seen_high / (1 - {WRONGLY_MISSED})) AS share_high
    FROM ends
),
decided AS (
    SELECT *,
        CASE
            WHEN n_able < {LEAST_ABLE} OR (flag = 'possible_plmd' AND n IS NULL) THEN 'cannot_tell_yet'
            WHEN CASE WHEN flag = 'possible_plmd' THEN mean_low > threshold ELSE share_low > {PATTERN_SHARE} END
                THEN CASE WHEN n_raised >= {LEAST_RAISED} THEN 'pattern' ELSE 'cannot_tell_yet' END
            WHEN CASE WHEN flag = 'possible_plmd' THEN mean_high < threshold ELSE share_high < {PATTERN_SHARE} END THEN 'no_pattern'
            ELSE 'cannot_tell_yet'
        END AS state,
        -- How many nights decide if those to come are like those so far.
        CASE
            WHEN flag = 'possible_plmd' THEN pow({DECIDES_Z}, 2) * dispersion * threshold
                / nullif(pow(greatest(mean_down - threshold, threshold - mean_up, 0), 2), 0)
            ELSE pow({DECIDES_Z}, 2) / 4 / nullif(pow(greatest(
                n_raised / nullif(m, 0) - {PATTERN_SHARE} * (1 - {WRONGLY_RAISED}) - {WRONGLY_RAISED},
                {PATTERN_SHARE} * (1 - {WRONGLY_MISSED}) - (n_raised + n_doubt) / nullif(m, 0), 0), 2), 0)
        END AS n_needed
    FROM bounded
)
SELECT
    subject, flag, n_raised AS n_flagged, n_assessable, n_raised / nullif(n_able, 0) AS share,
    state = 'pattern' AS is_pattern,
    format(
        '{} on {} of {} {}{}',
        replace(replace(replace(flag, '_', ' '), 'plmd', 'PLMD'), 'rls', 'RLS'), n_raised, n_able,
        CASE WHEN n_able = n_assessable THEN '{assessable_nights}' ELSE '{told_nights}' END,
        CASE WHEN n_flagged_as_detected > n_raised THEN ' ({as_detected} on ' || n_flagged_as_detected || ')' ELSE '' END
    ) AS finding,
    CASE WHEN n_able < {FEW_NIGHTS} THEN '{few_nights_differ}' END AS note,
    first_night, last_night, n_able, n_flagged_as_detected, n_nights, n_raised, share_low, share_high, state,
    CASE WHEN state = 'cannot_tell_yet' AND n_needed <= {MOST_FORETOLD} THEN CAST(
        greatest(1, {LEAST_ABLE} - n_able, ceil(n_needed) - CASE WHEN flag = 'possible_plmd' THEN n ELSE m END) AS INTEGER
    ) END AS more_nights,
    CASE WHEN n >= {LEAST_ABLE} THEN mean ELSE NULL END AS mean_index, CASE WHEN n >= {LEAST_ABLE} THEN mean_low ELSE NULL END AS mean_index_low,
    CASE WHEN n >= {LEAST_ABLE} THEN mean_high ELSE NULL END AS mean_index_high, threshold
FROM decided
