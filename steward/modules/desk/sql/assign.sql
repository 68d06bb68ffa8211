-- Give a batch of tickets out in their order: each to who is able, has room and rates highest; what somebody gets
-- counts for the next ticket. The same as rules/routing.py `decide`, in one statement.
WITH RECURSIVE person AS MATERIALIZED (
    SELECT idx::integer, id, capacity, load, busy
    FROM unnest(%(people)s::bigint[], %(capacities)s::bigint[], %(loads)s::bigint[], %(busy)s::bigint[])
         WITH ORDINALITY AS person (id, capacity, load, busy, idx)
),
skilled AS (
    SELECT * FROM unnest(%(skill_people)s::bigint[], %(skills)s::text[], %(levels)s::integer[])
                  AS skilled (staff_id, skill, level)
),
member AS (
    SELECT * FROM unnest(%(team_people)s::bigint[], %(teams)s::text[]) AS member (staff_id, team)
),
wish AS MATERIALIZED (
    SELECT * FROM unnest(
        %(tickets)s::bigint[], %(weights)s::bigint[], %(wanted_teams)s::text[], %(only)s::boolean[],
        %(key_agents)s::bigint[], %(previous)s::bigint[], %(avoided)s::bigint[],
        %(w_previous)s::bigint[], %(w_team)s::bigint[], %(w_skill)s::bigint[], %(w_load)s::bigint[])
        WITH ORDINALITY AS wish (ticket_id, weight, team, team_only, key_agent, previous, avoid,
                                 w_previous, w_team, w_skill, w_load, turn)
),
need AS (
    SELECT * FROM unnest(%(need_turns)s::bigint[], %(need_skills)s::text[], %(need_levels)s::integer[])
                  AS need (turn, skill, level)
),
asked AS (SELECT turn, count(*) AS skills FROM need GROUP BY turn),
known AS (
    SELECT need.turn, skilled.staff_id, min(skilled.level) AS level, count(*) AS skills,
           count(*) FILTER (WHERE skilled.level >= need.level) AS enough
    FROM need JOIN skilled USING (skill)
    GROUP BY need.turn, skilled.staff_id
),
fit AS MATERIALIZED (
    SELECT wish.turn, array_agg(person.idx ORDER BY person.idx) AS idxs,
           array_agg(CASE WHEN person.id = wish.key_agent THEN 1000000 ELSE 0 END
                     + CASE WHEN person.id = wish.previous THEN wish.w_previous * 1000 ELSE 0 END
                     + CASE WHEN member.team IS NOT NULL THEN wish.w_team * 1000 ELSE 0 END
                     + CASE WHEN known.skills = asked.skills THEN wish.w_skill * 1000 * known.level / 5 ELSE 0 END
                     ORDER BY person.idx) AS scores
    FROM wish CROSS JOIN person
    LEFT JOIN member ON member.staff_id = person.id AND member.team = wish.team
    LEFT JOIN asked ON asked.turn = wish.turn
    LEFT JOIN known ON known.turn = wish.turn AND known.staff_id = person.id
    WHERE person.id IS DISTINCT FROM wish.avoid
      AND (person.id IS NOT DISTINCT FROM wish.key_agent
           OR ((NOT wish.team_only OR member.team IS NOT NULL)
               AND (asked.skills IS NULL OR known.enough = asked.skills)))
    GROUP BY wish.turn
),
given AS (
    SELECT 0::bigint AS turn, array_agg(load ORDER BY idx) AS loads, array_agg(busy ORDER BY idx) AS busy,
           NULL::integer AS idx, NULL::bigint AS before, 0::bigint AS able
    FROM person
    UNION ALL
    SELECT wish.turn,
           CASE WHEN best.idx IS NULL THEN given.loads
                ELSE given.loads[:best.idx - 1] || (given.loads[best.idx] + wish.weight) || given.loads[best.idx + 1:] END,
           CASE WHEN best.idx IS NULL THEN given.busy
                ELSE given.busy[:best.idx - 1] || (%(at)s::bigint + wish.turn) || given.busy[best.idx + 1:] END,
           best.idx, given.loads[best.idx], coalesce(best.able, 0)
    FROM given
    JOIN wish ON wish.turn = given.turn + 1
    LEFT JOIN fit ON fit.turn = wish.turn
    LEFT JOIN LATERAL (
        SELECT one.idx, count(*) OVER () AS able
        FROM unnest(fit.idxs, fit.scores) AS one (idx, score)
        JOIN person ON person.idx = one.idx
        WHERE given.loads[one.idx] + wish.weight <= person.capacity
        ORDER BY one.score - wish.w_load * ((given.loads[one.idx] + wish.weight) * 1000 / person.capacity) DESC,
                 given.busy[one.idx], person.id
        LIMIT 1
    ) AS best ON true
)
SELECT wish.ticket_id, person.id, given.before, given.able
FROM given
JOIN wish ON wish.turn = given.turn
LEFT JOIN person ON person.idx = given.idx
ORDER BY wish.turn
