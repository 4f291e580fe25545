WITH RECURSIVE named AS (
  SELECT %s::name[] AS names, %s::name[] AS called
), reached (class, oid) AS (
  -- Every relation and type of a name that the statement holds, in any schema, and what the planner could take in through it.
  -- Objects with an oid below 16384 came with the server.
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::oid, c.oid
  FROM named CROSS JOIN pg_catalog.pg_class c
  WHERE c.relname = ANY (names) AND c.relnamespace <> 'information_schema'::pg_catalog.regnamespace
  UNION
  SELECT 'pg_catalog.pg_type'::pg_catalog.regclass::oid, t.oid
  FROM named CROSS JOIN pg_catalog.pg_type t
  WHERE t.typname = ANY (names) AND t.oid >= 16384
  UNION
  SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass::oid, p.oid
  FROM named CROSS JOIN pg_catalog.pg_proc p
  WHERE p.proname = ANY (names) AND p.oid >= 16384 AND (p.pronargs > 0 OR p.proname = ANY (called))
  UNION
  SELECT onward.class, onward.oid
  FROM reached r CROSS JOIN LATERAL (
    -- What it was made from; of a function only its types. A foreign key does not take the planner to the other table.
    SELECT d.refclassid AS class, d.refobjid AS oid FROM pg_catalog.pg_depend d
    WHERE d.classid = r.class AND d.objid = r.oid AND d.deptype <> 'e'
      AND r.class IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass,
                      'pg_catalog.pg_rewrite'::pg_catalog.regclass, 'pg_catalog.pg_attrdef'::pg_catalog.regclass,
                      'pg_catalog.pg_constraint'::pg_catalog.regclass, 'pg_catalog.pg_policy'::pg_catalog.regclass,
                      'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass)
      AND (r.class <> 'pg_catalog.pg_proc'::pg_catalog.regclass OR d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass)
      AND NOT (r.class = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
    UNION ALL
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, a.atttypid FROM pg_catalog.pg_attribute a
    WHERE r.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND a.attrelid = r.oid AND a.attnum > 0 AND a.atttypid >= 16384
    UNION ALL
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, c.reltype FROM pg_catalog.pg_class c
    WHERE r.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = r.oid AND c.reltype >= 16384
    UNION ALL
    SELECT 'pg_catalog.pg_rewrite'::pg_catalog.regclass, w.oid FROM pg_catalog.pg_rewrite w
    WHERE r.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND w.ev_class = r.oid
    UNION ALL
    SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass, d.oid FROM pg_catalog.pg_attrdef d
    WHERE r.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.adrelid = r.oid
    UNION ALL
    SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid FROM pg_catalog.pg_constraint k
    WHERE r.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND k.conrelid = r.oid
    UNION ALL
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, i.indexrelid FROM pg_catalog.pg_index i
    WHERE r.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.indrelid = r.oid
    UNION ALL
    SELECT 'pg_catalog.pg_policy'::pg_catalog.regclass, p.oid FROM pg_catalog.pg_policy p
    WHERE r.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND p.polrelid = r.oid
    UNION ALL
    SELECT 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, s.oid FROM pg_catalog.pg_statistic_ext s
    WHERE r.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND s.stxrelid = r.oid
    UNION ALL -- children, and parents for their partition keys
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, h.inhrelid FROM pg_catalog.pg_inherits h
    WHERE r.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND h.inhparent = r.oid
    UNION ALL
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, h.inhparent FROM pg_catalog.pg_inherits h
    WHERE r.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND h.inhrelid = r.oid
    UNION ALL -- of a domain its base and CHECKs, of an array its element, of a composite type its columns
    SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid FROM pg_catalog.pg_constraint k
    WHERE r.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND k.contypid = r.oid
    UNION ALL
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, inner_type.oid FROM pg_catalog.pg_type t
    CROSS JOIN LATERAL pg_catalog.unnest(ARRAY[t.typbasetype, t.typelem]) AS inner_type (oid)
    WHERE r.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = r.oid AND inner_type.oid >= 16384
    UNION ALL
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, t.typrelid FROM pg_catalog.pg_type t
    WHERE r.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = r.oid AND t.typrelid <> 0
    UNION ALL -- operator classes by which its values are sorted and compared
    SELECT 'pg_catalog.pg_opclass'::pg_catalog.regclass, o.oid FROM pg_catalog.pg_opclass o
    WHERE r.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND o.opcintype = r.oid
  ) AS onward
), types AS MATERIALIZED (
  SELECT oid FROM reached WHERE class = 'pg_catalog.pg_type'::pg_catalog.regclass
), trees (tree) AS (
  -- Stored expressions: pg_depend does not hold the server's own functions, so their oids are read from the trees.
  SELECT part FROM reached r JOIN pg_catalog.pg_rewrite w ON w.oid = r.oid
  CROSS JOIN LATERAL pg_catalog.unnest(ARRAY[w.ev_action::text, w.ev_qual::text]) part
  WHERE r.class = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
  UNION ALL
  SELECT d.adbin::text FROM reached r JOIN pg_catalog.pg_attrdef d ON d.oid = r.oid
  WHERE r.class = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
  UNION ALL
  SELECT k.conbin::text FROM reached r JOIN pg_catalog.pg_constraint k ON k.oid = r.oid
  WHERE r.class = 'pg_catalog.pg_constraint'::pg_catalog.regclass
  UNION ALL
  SELECT part FROM reached r JOIN pg_catalog.pg_policy p ON p.oid = r.oid
  CROSS JOIN LATERAL pg_catalog.unnest(ARRAY[p.polqual::text, p.polwithcheck::text]) part
  WHERE r.class = 'pg_catalog.pg_policy'::pg_catalog.regclass
  UNION ALL -- 14 and later
  SELECT pg_catalog.to_jsonb(s.*) OPERATOR(pg_catalog.->>) 'stxexprs' FROM reached r JOIN pg_catalog.pg_statistic_ext s ON s.oid = r.oid
  WHERE r.class = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass
  UNION ALL
  SELECT part FROM reached r JOIN pg_catalog.pg_index i ON i.indexrelid = r.oid
  CROSS JOIN LATERAL pg_catalog.unnest(ARRAY[i.indexprs::text, i.indpred::text]) part
  WHERE r.class = 'pg_catalog.pg_class'::pg_catalog.regclass
  UNION ALL
  SELECT p.partexprs::text FROM reached r JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = r.oid
  WHERE r.class = 'pg_catalog.pg_class'::pg_catalog.regclass
  UNION ALL
  SELECT p.proargdefaults::text FROM reached r JOIN pg_catalog.pg_proc p ON p.oid = r.oid
  WHERE r.class = 'pg_catalog.pg_proc'::pg_catalog.regclass
  UNION ALL
  SELECT t.typdefaultbin::text FROM types JOIN pg_catalog.pg_type t ON t.oid = types.oid
), families AS (
  SELECT o.opcfamily AS oid FROM reached r JOIN pg_catalog.pg_opclass o ON o.oid = r.oid
  WHERE r.class = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND o.oid >= 16384
  UNION
  SELECT r.oid FROM reached r WHERE r.class = 'pg_catalog.pg_opfamily'::pg_catalog.regclass AND r.oid >= 16384
  UNION -- by which any statement may sort and compare types of the server's own
  SELECT o.opcfamily FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_am a ON a.oid = o.opcmethod
  WHERE o.oid >= 16384 AND o.opcdefault AND o.opcintype < 16384 AND a.amname IN ('btree', 'hash')
), operators AS (
  SELECT o.oprcode, o.oprrest, o.oprjoin, 'operator ' || o.oprname AS via
  FROM reached r JOIN pg_catalog.pg_operator o ON o.oid = r.oid
  WHERE r.class = 'pg_catalog.pg_operator'::pg_catalog.regclass
  UNION ALL
  SELECT o.oprcode, o.oprrest, o.oprjoin, 'operator ' || o.oprname
  FROM named CROSS JOIN pg_catalog.pg_operator o JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode
  WHERE o.oprname = ANY (names) AND o.oid >= 16384
    -- Of an extension's compiled operators those between its own types are out of the question where no such type is.
    AND NOT (p.prolang = (SELECT l.oid FROM pg_catalog.pg_language l WHERE l.lanname = 'c')
             AND EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                         AND d.objid = p.oid AND d.deptype = 'e')
             AND o.oprright >= 16384 AND o.oprright NOT IN (SELECT oid FROM types)
             AND (o.oprleft = 0 OR o.oprleft >= 16384 AND o.oprleft NOT IN (SELECT oid FROM types)))
  UNION ALL
  SELECT o.oprcode, o.oprrest, o.oprjoin, 'operator ' || o.oprname
  FROM pg_catalog.pg_amop m JOIN pg_catalog.pg_operator o ON o.oid = m.amopopr
  WHERE m.amopfamily IN (SELECT oid FROM families) OR m.amopfamily < 16384 AND o.oid >= 16384
), found (oid, via) AS (
  -- A function with an argument of type internal cannot be called.
  SELECT p.oid, NULL FROM named CROSS JOIN pg_catalog.pg_proc p
  WHERE p.proname = ANY (called) AND p.oid < 16384
    AND p.pronamespace <> 'information_schema'::pg_catalog.regnamespace
    AND 'pg_catalog.internal'::pg_catalog.regtype <> ALL (p.proargtypes)
  UNION ALL
  SELECT r.oid, CASE WHEN p.proname <> ALL (names) THEN 'what the statement names' END
  FROM reached r CROSS JOIN named JOIN pg_catalog.pg_proc p ON p.oid = r.oid WHERE r.class = 'pg_catalog.pg_proc'::pg_catalog.regclass
  UNION ALL
  SELECT call.found[2]::oid, 'what the statement names' FROM trees
  CROSS JOIN LATERAL pg_catalog.regexp_matches(trees.tree, ':(funcid|aggfnoid|winfnoid) (\d+)', 'g') AS call (found)
  UNION ALL
  SELECT part::oid, o.via FROM operators o CROSS JOIN LATERAL pg_catalog.unnest(ARRAY[o.oprcode, o.oprrest, o.oprjoin]) part
  UNION ALL
  SELECT m.amproc::oid, 'an operator class' FROM pg_catalog.pg_amproc m
  WHERE m.amprocfamily IN (SELECT oid FROM families) OR m.amprocfamily < 16384 AND m.amproc::oid >= 16384
  UNION ALL -- between types of the server's own any statement may cast
  SELECT k.castfunc, 'the cast from ' || pg_catalog.format_type(k.castsource, NULL) || ' to ' || pg_catalog.format_type(k.casttarget, NULL)
  FROM pg_catalog.pg_cast k
  WHERE k.oid >= 16384 AND k.castfunc <> 0
    AND (k.castsource < 16384 AND k.casttarget < 16384
         OR k.castsource IN (SELECT oid FROM types) OR k.casttarget IN (SELECT oid FROM types))
  UNION ALL
  SELECT part::oid, 'text search' FROM pg_catalog.pg_ts_template t
  CROSS JOIN LATERAL pg_catalog.unnest(ARRAY[t.tmplinit, t.tmpllexize]) part WHERE t.oid >= 16384
  UNION ALL
  SELECT t.prsstart::oid, 'text search' FROM pg_catalog.pg_ts_parser t WHERE t.oid >= 16384
  UNION ALL
  SELECT c.conproc::oid, 'a conversion of encodings' FROM pg_catalog.pg_conversion c WHERE c.oid >= 16384
)
SELECT DISTINCT 'function' AS kind, n.nspname::text AS schema, p.proname::text AS name, l.lanname::text AS language,
       p.provolatile::text AS volatility, p.oid < 16384 AND n.nspname = 'pg_catalog' AS is_builtin,
       'pg_catalog.cstring'::pg_catalog.regtype = ANY (p.proargtypes) AS takes_cstring,
       e.extname::text AS extension, found.via
FROM found
JOIN pg_catalog.pg_proc p ON p.oid = found.oid
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e'
LEFT JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
UNION ALL
SELECT CASE c.relkind WHEN 'f' THEN 'foreign table' ELSE 'relation' END, n.nspname::text, c.relname::text, NULL, NULL, c.oid < 16384, NULL,
       a.amname::text, NULL
FROM reached r
JOIN pg_catalog.pg_class c ON c.oid = r.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
WHERE r.class = 'pg_catalog.pg_class'::pg_catalog.regclass
  AND (c.relkind = 'f' OR a.amname NOT IN ('heap', 'btree', 'hash', 'gist', 'gin', 'spgist', 'brin'))
ORDER BY 1, 2, 3, 9 NULLS FIRST
