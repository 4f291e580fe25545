SELECT s.schema, s.name, sum((1 - s.null_ratio) * s.avg_width)::float8 AS row_width, max(s.null_ratio)::float8 AS max_null,
       pg_catalog.count(*) AS columns
FROM tunewright.column_statistics() s
WHERE NOT s.inherited
GROUP BY 1, 2
