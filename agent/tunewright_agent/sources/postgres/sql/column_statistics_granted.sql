SELECT schema, name, column_name, null_ratio, n_distinct, avg_width, correlation, frequencies, buckets, inherited
FROM tunewright.column_statistics()
