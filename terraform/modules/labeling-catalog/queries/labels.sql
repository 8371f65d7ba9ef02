-- Every label of a job: clip, attribute, label, confidence, when, and by which job
WITH clips AS (
  SELECT job, line, CAST(json_parse(line) AS MAP(VARCHAR, JSON)) AS members
  FROM output_manifests
  WHERE job = 'rally-outcome-2026-11' -- your job
),
labels AS (
  SELECT job, line, attribute, element_at(members, attribute || '-metadata') AS about
  FROM clips
  -- A label is there if its own key is: metadata alone says why there is none.
  CROSS JOIN UNNEST(filter(map_keys(members), key -> contains(map_keys(members), key || '-metadata'))) AS t (attribute)
)
SELECT
  job,
  json_extract_scalar(line, '$["source-ref"]') AS clip,
  attribute,
  json_extract_scalar(about, '$["class-name"]') AS label,
  CAST(json_extract_scalar(about, '$.confidence') AS DOUBLE) AS confidence,
  json_extract_scalar(about, '$["creation-date"]') AS labeled_at,
  json_extract_scalar(about, '$["job-name"]') AS labeled_by
FROM labels
ORDER BY clip, attribute
