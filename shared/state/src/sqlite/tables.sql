-- What was ever seen. People and tools ask the views below.
CREATE TABLE things (
    number          INTEGER PRIMARY KEY,
    kind            TEXT NOT NULL CHECK (kind IN ('entity', 'edge', 'route', 'access', 'finding')),
    id              TEXT NOT NULL,
    content_sha256  TEXT NOT NULL,
    first_seen      TEXT NOT NULL,
    changed_at      TEXT NOT NULL,
    last_seen       TEXT, -- NULL of what is there: the newest capture saw it
    stale_since     TEXT,
    gone_at         TEXT,
    rests_on        INTEGER NOT NULL,
    policies_of     TEXT NOT NULL,
    document_sha256 TEXT,
    steps           TEXT,
    UNIQUE (kind, id)
) STRICT;

-- What is kept of things beside their history, one JSON object each, and some of its fields to find it by.
CREATE TABLE texts (
    number       INTEGER PRIMARY KEY,
    document     TEXT NOT NULL,
    type         TEXT,
    name         TEXT,
    account      TEXT,
    region       TEXT,
    severity     TEXT,
    state        TEXT,
    sensitivity  TEXT,
    action_class TEXT,
    workload     TEXT,
    authority    TEXT,
    resource     TEXT
) STRICT;

-- Steps of routes and accesses, each once: things.steps lists their numbers.
CREATE TABLE steps (
    number INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    step   TEXT NOT NULL
) STRICT;

-- What must have been read whole: many things share the same set. Set 0 is empty.
CREATE TABLE ground_partitions (
    ground_id INTEGER NOT NULL,
    account   TEXT    NOT NULL,
    region    TEXT    NOT NULL,
    source    TEXT    NOT NULL,
    PRIMARY KEY (ground_id, account, region, source)
) STRICT, WITHOUT ROWID;

-- One row, once a run is recorded: when the newest capture was made.
CREATE TABLE newest (captured_at TEXT NOT NULL) STRICT;

CREATE VIEW sightings AS
SELECT kind, id, content_sha256, first_seen, coalesce(last_seen, (SELECT captured_at FROM newest)) AS last_seen,
       changed_at, stale_since, gone_at, rests_on, policies_of
FROM things;

-- CROSS JOIN keeps the order of the steps.
CREATE VIEW documents AS
SELECT t.kind, t.id, t.document_sha256 AS sha256,
       CASE WHEN t.steps IS NULL THEN x.document
            ELSE json_set(x.document, '$.hops', json((SELECT '[' || group_concat(s.step, ',') || ']'
                                                      FROM json_each(t.steps) AS j CROSS JOIN steps AS s ON s.number = j.value)))
       END AS document,
       x.type, x.name, x.account, x.region, x.severity, x.state, x.sensitivity, x.action_class, x.workload, x.authority, x.resource
FROM things AS t JOIN texts AS x ON x.number = t.number;

-- One row of each, with its history: a join of the views above would look every thing up twice.
CREATE VIEW routes AS
SELECT t.id, x.state, x.workload, x.authority,
       t.first_seen, coalesce(t.last_seen, (SELECT captured_at FROM newest)) AS last_seen, t.changed_at, t.stale_since, t.gone_at,
       CASE WHEN t.steps IS NULL THEN x.document
            ELSE json_set(x.document, '$.hops', json((SELECT '[' || group_concat(s.step, ',') || ']'
                                                      FROM json_each(t.steps) AS j CROSS JOIN steps AS s ON s.number = j.value)))
       END AS document
FROM things AS t JOIN texts AS x ON x.number = t.number
WHERE +t.kind = 'route'; -- The sign keeps SQLite from walking over all routes where a workload or authority is asked for.

CREATE VIEW accesses AS
SELECT t.id, x.state, x.authority, x.resource, x.action_class, x.sensitivity,
       t.first_seen, coalesce(t.last_seen, (SELECT captured_at FROM newest)) AS last_seen, t.changed_at, t.stale_since, t.gone_at,
       CASE WHEN t.steps IS NULL THEN x.document
            ELSE json_set(x.document, '$.hops', json((SELECT '[' || group_concat(s.step, ',') || ']'
                                                      FROM json_each(t.steps) AS j CROSS JOIN steps AS s ON s.number = j.value)))
       END AS document
FROM things AS t JOIN texts AS x ON x.number = t.number
WHERE +t.kind = 'access';

CREATE VIEW findings AS
SELECT t.id, x.type, x.severity, x.name, x.account,
       t.first_seen, coalesce(t.last_seen, (SELECT captured_at FROM newest)) AS last_seen, t.changed_at, t.stale_since, t.gone_at,
       x.document
FROM things AS t JOIN texts AS x ON x.number = t.number
WHERE t.kind = 'finding';

CREATE VIEW route_steps AS
SELECT t.id AS route_id, j.key AS place, s.step
FROM things AS t CROSS JOIN json_each(t.steps) AS j CROSS JOIN steps AS s ON s.number = j.value
WHERE t.kind = 'route';

PRAGMA user_version = 4;
