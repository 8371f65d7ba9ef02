-- How often each label was given, and how many clips have none, over several jobs
WITH clips AS (
  SELECT job, CAST(json_parse(line) AS MAP(VARCHAR, JSON)) AS members
  FROM output_manifests
  WHERE job IN ('rally-outcome-2026-10', 'rally-outcome-2026-11') -- your jobs
)
SELECT
  job,
  json_extract_scalar(element_at(members, 'rally-outcome-metadata'), '$["class-name"]') AS label, -- your label attribute
  count(*) AS clips
FROM clips
GROUP BY 1, 2
ORDER BY 1, 3 DESC
