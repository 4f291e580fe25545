-- Column statistics through the function of `tunewright grants`, for a role that may not read the tables.
SELECT schemaname, tablename, attname, inherited, null_frac, avg_width, n_distinct, most_common_vals, most_common_freqs,
       histogram_bounds, correlation, most_common_elems, most_common_elem_freqs, elem_count_histogram
FROM tunewright.twin_statistics()
