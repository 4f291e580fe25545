SELECT schema_name AS db, table_name AS name, column_name AS column_name, JSON_UNQUOTE(JSON_EXTRACT(histogram, '$."histogram-type"')) AS kind,
  JSON_LENGTH(histogram, '$.buckets') AS buckets, JSON_EXTRACT(histogram, '$."null-values"') AS null_ratio,
  CASE WHEN JSON_UNQUOTE(JSON_EXTRACT(histogram, '$."histogram-type"')) = 'singleton'
    THEN JSON_EXTRACT(histogram, '$.buckets[*][1]') END AS cumulative,
  CASE WHEN JSON_UNQUOTE(JSON_EXTRACT(histogram, '$."histogram-type"')) = 'equi-height'
    THEN JSON_EXTRACT(histogram, '$.buckets[*][3]') END AS distinct_values
FROM information_schema.column_statistics
