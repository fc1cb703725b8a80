-- Runs after tables.sql.

INSERT INTO things (number, kind, id, content_sha256, first_seen, changed_at, last_seen, stale_since, gone_at, rests_on, policies_of, document_sha256)
SELECT number, kind, id, content_sha256, first_seen, changed_at, last_seen, stale_since, gone_at, rests_on, policies_of, document_sha256
FROM old_things WHERE kind <> 'path';

INSERT INTO texts (number, document, type, name, account, region, severity, state, sensitivity, action_class, workload, resource)
SELECT number, document, type, name, account, region, severity, state, sensitivity, action_class, workload, resource
FROM old_texts WHERE number IN (SELECT number FROM things);

INSERT INTO ground_partitions
SELECT ground_id, account, region, source FROM old_partitions WHERE ground_id IN (SELECT rests_on FROM things);

DROP TABLE old_texts;
DROP TABLE old_things;
DROP TABLE old_partitions;
