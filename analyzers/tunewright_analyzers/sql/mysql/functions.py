"""Native functions of MySQL 8/9 and MariaDB that change nothing and wait for nothing: what else is called is refused by the EXPLAIN guard.

The optimiser evaluates constant expressions and some subqueries while it plans, so that EXPLAIN of a statement with a function of the user
may run it. A name that is not here is taken for such a function: refusing too much is a nuisance, too little a write. Left out on purpose:
sleep, benchmark, get_lock and its kin, load_file, *_pos_wait, wait_for_*, nextval, setval, lastval, sys_exec, last_insert_id, row_count.
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PURE = _words(
    """
    abs acos adddate addtime aes_decrypt aes_encrypt any_value ascii asin atan atan2 avg bin bin_to_uuid bit_and bit_count bit_length bit_or
    bit_xor cast ceil ceiling char char_length character_length charset coalesce coercibility collation compress concat concat_ws connection_id
    conv convert convert_tz cos cot count crc32 cume_dist curdate current_date current_role current_time current_timestamp current_user curtime
    database date date_add date_format date_sub datediff day dayname dayofmonth dayofweek dayofyear decode_histogram default degrees dense_rank
    elt exp export_set extract extractvalue field find_in_set first_value floor format format_bytes format_pico_time found_rows from_base64
    from_days from_unixtime geomcollection geometrycollection greatest group_concat grouping hex hour if ifnull in inet6_aton inet6_ntoa
    inet_aton inet_ntoa insert instr interval is_free_lock is_ipv4 is_ipv4_compat is_ipv4_mapped is_ipv6 is_uuid is_used_lock isnull json_array
    json_array_append json_array_insert json_arrayagg json_compact json_contains json_contains_path json_depth json_detailed json_equals
    json_exists json_extract json_insert json_keys json_length json_loose json_merge json_merge_patch json_merge_preserve json_normalize
    json_object json_object_filter_keys json_objectagg json_overlaps json_pretty json_query json_quote json_remove json_replace
    json_schema_valid json_schema_validation_report json_search json_set json_storage_free json_storage_size json_table json_type json_unquote
    json_valid json_value lag last_day last_value lcase lead least left length linestring ln localtime localtimestamp locate log log10 log2
    lower lpad ltrim make_set makedate maketime match max mbrcontains mbrcoveredby mbrcovers mbrdisjoint mbrequals mbrintersects mbroverlaps
    mbrtouches mbrwithin md5 median microsecond mid min minute mod month monthname multilinestring multipoint multipolygon name_const
    natural_sort_key now nth_value ntile nullif nvl nvl2 oct octet_length ord percent_rank percentile_cont percentile_disc period_add
    period_diff pi point polygon position pow power quarter quote radians rand random_bytes rank regexp_instr regexp_like regexp_replace
    regexp_substr repeat replace reverse right round row row_number rpad rtrim schema sec_to_time second session_user sformat sha sha1 sha2 sign
    sin soundex space sqrt st_area st_asbinary st_asgeojson st_astext st_aswkb st_aswkt st_buffer st_centroid st_contains st_convexhull
    st_crosses st_difference st_dimension st_disjoint st_distance st_distance_sphere st_endpoint st_envelope st_equals st_exteriorring
    st_geohash st_geometryn st_geometrytype st_geomfromgeojson st_geomfromtext st_geomfromwkb st_interiorringn st_intersection st_intersects
    st_isclosed st_isempty st_issimple st_isvalid st_latfromgeohash st_latitude st_length st_longfromgeohash st_longitude st_makeenvelope
    st_numgeometries st_numinteriorrings st_numpoints st_overlaps st_pointfromgeohash st_pointfromtext st_pointn st_simplify st_srid
    st_startpoint st_swapxy st_symdifference st_touches st_transform st_union st_validate st_within st_x st_y statement_digest
    statement_digest_text std stddev stddev_pop stddev_samp str_to_date strcmp subdate substr substring substring_index subtime sum sysdate
    system_user tan time time_format time_to_sec timediff timestamp timestampadd timestampdiff to_base64 to_char to_days to_seconds trim
    truncate ucase uncompress uncompressed_length unhex unix_timestamp updatexml upper user utc_date utc_time utc_timestamp uuid uuid_short
    uuid_to_bin validate_password_strength values var_pop var_samp variance version vec_distance vec_distance_cosine vec_distance_euclidean week
    weekday weekofyear weight_string year yearweek
    """
)
KEYWORDS = _words(
    """
    all and any as between binary by case columns cross distinct distinctrow div do else end escape except exists fields for force from having
    ignore index inner int intersect interval is join key lateral like limit membership not of offset on or order over partition path regexp
    rlike select some then union unique use using values when where window with xor of error empty signed unsigned decimal varchar nchar
    datetime real double float member sounds rollup dec numeric return returning straight_join natural outer full
    """
)
"""Words that may stand before a parenthesis without being called."""
