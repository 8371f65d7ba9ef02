-- How far workers agree on each clip of a job: answers, different labels, and the share of the most frequent one
WITH answers AS (
  SELECT
    job,
    regexp_extract("$path", 'iteration-[0-9]+/([^/]+)/', 1) AS object_id, -- the clip's place in the manifest, from 0
    json_extract_scalar(answer, '$.answerContent["crowd-classifier"].label') AS label
  FROM worker_responses
  CROSS JOIN UNNEST(CAST(json_extract(line, '$.answers') AS ARRAY(JSON))) AS t (answer)
  WHERE job = 'rally-outcome-2026-11' -- your job
),
counted AS (
  SELECT job, object_id, label, count(*) AS votes
  FROM answers
  GROUP BY 1, 2, 3
)
SELECT
  job,
  object_id,
  sum(votes) AS answers,
  count(*) AS different_labels,
  CAST(max(votes) AS DOUBLE) / sum(votes) AS agreement
FROM counted
GROUP BY 1, 2
ORDER BY agreement, CAST(object_id AS BIGINT)
