-- Runs after tables.sql.

-- Of grounds that differ in their policies alone, the first stands for all.
CREATE TEMP TABLE moved_grounds AS
SELECT ground_id AS old, min(ground_id) OVER (PARTITION BY partitions) AS kept
FROM (SELECT ground_id, group_concat(account || char(31) || region || char(31) || source, char(30)) AS partitions
      FROM (SELECT * FROM old_partitions ORDER BY ground_id, account, region, source)
      GROUP BY ground_id);
CREATE UNIQUE INDEX temp.moved_grounds_by_old ON moved_grounds (old);

CREATE TEMP TABLE moved_policies AS
SELECT ground_id, json_group_array(native_id) AS policies_of
FROM (SELECT * FROM ground_policies ORDER BY ground_id, native_id)
GROUP BY ground_id;
CREATE UNIQUE INDEX temp.moved_policies_by_ground ON moved_policies (ground_id);

INSERT INTO things (kind, id, content_sha256, first_seen, changed_at, last_seen, stale_since, gone_at, rests_on, policies_of, document_sha256)
SELECT s.kind, s.id, s.content_sha256, s.first_seen, s.changed_at,
       CASE WHEN s.stale_since IS NULL AND s.gone_at IS NULL THEN NULL ELSE s.last_seen END,
       s.stale_since, s.gone_at, coalesce(g.kept, 0), coalesce(p.policies_of, '[]'), d.sha256
FROM old_sightings AS s
LEFT JOIN moved_grounds AS g ON g.old = s.rests_on
LEFT JOIN moved_policies AS p ON p.ground_id = s.rests_on
LEFT JOIN old_documents AS d ON d.kind = s.kind AND d.id = s.id
WHERE s.kind <> 'path';

INSERT INTO ground_partitions
SELECT ground_id, account, region, source FROM old_partitions WHERE ground_id IN (SELECT rests_on FROM things);

INSERT INTO texts (number, document, type, name, account, region, severity, sensitivity)
SELECT t.number, d.document, d.document ->> '$.kind', coalesce(d.document ->> '$.name', d.document ->> '$.title'),
       d.document ->> '$.account', d.document ->> '$.region', d.document ->> '$.severity', d.document ->> '$.sensitivity'
FROM things AS t JOIN old_documents AS d ON d.kind = t.kind AND d.id = t.id;

DROP TABLE temp.moved_grounds;
DROP TABLE temp.moved_policies;
DROP TABLE old_documents;
DROP TABLE old_sightings;
DROP TABLE old_partitions;
DROP TABLE ground_policies;
DROP TABLE grounds;
