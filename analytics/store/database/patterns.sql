-- What is said of a person over nights: the one place that decides it. The view patterns is this text over all nights;
-- analytics.store.findings runs it over some. NIGHTS stands for which.
-- possible_plmd goes by the mean index against the threshold. Between nights its variance grows with its mean, so the
-- interval is that of a score test (as Wilson's for a share): it tightens with nights and is as wide as the person's
-- own nights differ. A night in doubt speaks for neither side: its index counts as no higher than the threshold for the
-- lower end, and as no lower for the upper one. A night that is not raised counts as no higher for both, whatever kept it
-- from being so. And as more nights narrow an interval, an end also lies no further in than without the nights in doubt.
-- Other flags go by the share of nights. A night in doubt counts as not raised for the lower end, as raised for the
-- upper one; of possible_rls it is none, for who slept through shows nothing of being awake, and who was not asked says
-- nothing of an urge. Both ends allow for flags that are wrong.
WITH one AS (
    SELECT f.subject, f.flag, f.night_date, f.state, f.state_as_reviewed AS stands,
        CASE WHEN f.flag <> 'possible_plmd' THEN NULL WHEN r.subject IS NULL THEN s.plms_index ELSE r.plms_index END AS index,
        list_filter(
            from_json(coalesce(f.criteria_as_edited, f.criteria), '[{"name": "VARCHAR", "threshold": "DOUBLE"}]'), lambda c: c.name = '{index_criterion}'
        )[1].threshold AS threshold
    FROM night_flags f
    JOIN night n ON n.subject = f.subject AND n.night_date = f.night_date AND n.assessable
    LEFT JOIN score s ON s.subject = f.subject AND s.night_date = f.night_date
        AND s.ruleset = (SELECT value FROM setting WHERE name = 'default_ruleset')
    -- What reviews make of the night goes with the flags that were judged by it.
    LEFT JOIN reviewed_score r ON r.subject = f.subject AND r.night_date = f.night_date AND r.ruleset = s.ruleset
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
        count(*) FILTER (o.stands <> 'cannot_tell') AS told, avg(o.held) FILTER (o.stands <> 'cannot_tell') AS told_mean,
        var_pop(o.held) FILTER (o.stands <> 'cannot_tell') AS told_var,
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
-- Every line once as it is (more = 0), and once for each number of nights more that are like those so far: the rule that
-- decides says itself after how many it will. From fewer nights than a statement takes nothing is foretold: those
-- to come then all speak for one side, which gives the fewest that could decide.
ahead AS (
    SELECT e.n_nights, e.n_assessable, c.*, c.n_able + c.n_doubt AS nights, more, c.n_able < {LEAST_ABLE} AS is_few,
        i.n, i.n + more AS n_then, i.mean, i.var, i.mean_down, i.mean_up, i.told, i.told_mean, i.told_var, nights + more AS m,
        CASE WHEN more = 0 OR c.n_able < {LEAST_ABLE} THEN i.told + more ELSE i.told * (i.n + more) / i.n END AS told_then,
        CASE WHEN more = 0 THEN n_able WHEN is_few THEN m ELSE n_able * m / nights END AS able,
        CASE WHEN more = 0 THEN n_doubt WHEN is_few THEN 0 ELSE n_doubt * m / nights END AS doubt,
        CASE
            WHEN more = 0 THEN n_raised
            WHEN is_few THEN CASE WHEN 2 * n_raised >= n_able THEN m ELSE 0 END
            ELSE n_raised * m / nights
        END AS raised
    FROM counted c
    JOIN everyone e USING (subject)
    LEFT JOIN indexed i USING (subject, flag)
    CROSS JOIN (SELECT unnest(range({MOST_FORETOLD} + 1)) AS more)
    WHERE more = 0 OR (c.n_able > 0 AND more + c.n_able + c.n_doubt <= {MOST_FORETOLD})
),
surely AS (
    SELECT *,
        ({DISPERSION_NIGHTS} * {NIGHT_DISPERSION} + n * var / greatest(mean, {NIGHT_DISPERSION}))
            / ({DISPERSION_NIGHTS} + n - 1) AS dispersion,
        ({DISPERSION_NIGHTS} * {NIGHT_DISPERSION} + told * told_var / greatest(told_mean, {NIGHT_DISPERSION}))
            / ({DISPERSION_NIGHTS} + told - 1) AS told_dispersion,
        {SURE_Z} + {SURE_Z_AFTER} * ln(greatest(n_then / {SURE_TO}, 1))
            + {SURE_Z_BEFORE} * ln(greatest({SURE_FROM} / n_then, 1)) AS z,
        {SURE_Z} + {SURE_Z_AFTER} * ln(greatest(told_then / {SURE_TO}, 1))
            + {SURE_Z_BEFORE} * ln(greatest({SURE_FROM} / greatest(told_then, 1), 1)) AS told_z,
        {SURE_Z} + {SURE_Z_AFTER} * ln(greatest(m / {SURE_TO}, 1))
            + {SURE_Z_BEFORE} * ln(greatest({SURE_FROM} / greatest(m, 1), 1)) AS share_z
    FROM ahead
),
ends AS (
    SELECT *, z * z * dispersion / n_then AS a, told_z * told_z * told_dispersion / nullif(told_then, 0) AS told_a,
        share_z * share_z AS b,
        CASE WHEN m = 0 THEN 0 ELSE (raised + b / 2 - share_z * sqrt(raised * (1 - raised / m) + b / 4)) / (m + b) END AS seen_low,
        CASE WHEN m = 0 THEN 1 ELSE (raised + doubt + b / 2
            + share_z * sqrt(greatest(0, (raised + doubt) * (1 - (raised + doubt) / m)) + b / 4)) / (m + b) END AS seen_high
    FROM surely
),
bounded AS (
    SELECT *, least(
            mean_down + a / 2 - sqrt(a * mean_down + a * a / 4),
            told_mean + told_a / 2 - sqrt(told_a * told_mean + told_a * told_a / 4)
        ) AS mean_low,
        greatest(
            mean_up + a / 2 + sqrt(a * mean_up + a * a / 4),
            told_mean + told_a / 2 + sqrt(told_a * told_mean + told_a * told_a / 4)
        ) AS mean_high,
        greatest(0, (seen_low - {WRONGLY_RAISED}) / (1 - {WRONGLY_RAISED})) AS share_low,
        least(1, seen_high / (1 - {WRONGLY_MISSED})) AS share_high
    FROM ends
),
said AS (
    SELECT *,
        CASE
            WHEN able < {LEAST_ABLE} OR (flag = 'possible_plmd' AND n IS NULL) THEN 'cannot_tell_yet'
            WHEN CASE WHEN flag = 'possible_plmd' THEN mean_low > threshold ELSE share_low > {PATTERN_SHARE} END
                THEN CASE WHEN raised >= {LEAST_RAISED} THEN 'pattern' ELSE 'cannot_tell_yet' END
            WHEN CASE WHEN flag = 'possible_plmd' THEN mean_high < threshold ELSE share_high < {PATTERN_SHARE} END THEN 'no_pattern'
            ELSE 'cannot_tell_yet'
        END AS state
    FROM bounded
),
decided AS (
    SELECT *,
        CASE WHEN flag = 'possible_plmd' AND is_few THEN {LEAST_ABLE} - n_able ELSE min(more)
            FILTER (state <> 'cannot_tell_yet') OVER (PARTITION BY subject, flag) END AS first_decided
    FROM said
)
SELECT
    subject, flag, n_raised AS n_flagged, n_assessable, n_raised / nullif(n_able, 0) AS share,
    state = 'pattern' AS is_pattern,
    replace(replace(replace(flag, '_', ' '), 'plmd', 'PLMD'), 'rls', 'RLS') || ' ' || CASE
        WHEN n_able = 0 THEN CASE WHEN n_assessable = 1 THEN '{told_not_on_one}' ELSE format('{told_on_none}', n_assessable) END
        ELSE format(
            'on {} of {} {}{}', n_raised, n_able,
            CASE
                WHEN n_able = n_assessable THEN CASE WHEN n_able = 1 THEN '{assessable_night}' ELSE '{assessable_nights}' END
                ELSE CASE WHEN n_able = 1 THEN '{told_night}' ELSE '{told_nights}' END
            END,
            CASE WHEN n_flagged_as_detected > n_raised THEN ' ({as_detected} on ' || n_flagged_as_detected || ')' ELSE '' END
        )
    END AS finding,
    CASE WHEN n_able < {FEW_NIGHTS} THEN '{few_nights_differ}' END AS note,
    first_night, last_night, n_able, n_flagged_as_detected, n_nights, n_raised, share_low, share_high, state,
    CASE WHEN state = 'cannot_tell_yet' AND n_able > 0 THEN CAST(first_decided AS INTEGER) END AS more_nights,
    CASE WHEN n >= {LEAST_ABLE} THEN mean ELSE NULL END AS mean_index, CASE WHEN n >= {LEAST_ABLE} THEN mean_low ELSE NULL END AS mean_index_low,
    CASE WHEN n >= {LEAST_ABLE} THEN mean_high ELSE NULL END AS mean_index_high, threshold
FROM decided
WHERE more = 0
