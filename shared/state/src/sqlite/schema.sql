-- Version 2. Times are RFC 3339 text in UTC: compare them with datetime(), not as text.

CREATE TABLE runs (
    run_id      TEXT NOT NULL PRIMARY KEY,
    captured_at TEXT NOT NULL,
    finished_at TEXT NOT NULL
) STRICT;

CREATE TABLE run_counts (
    run_id TEXT    NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
    name   TEXT    NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

-- What things rest on: many things share the same grounds.
CREATE TABLE grounds (
    id     INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE ground_partitions (
    ground_id INTEGER NOT NULL REFERENCES grounds (id) ON DELETE CASCADE,
    account   TEXT    NOT NULL,
    region    TEXT    NOT NULL,
    source    TEXT    NOT NULL,
    PRIMARY KEY (ground_id, account, region, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE ground_policies (
    ground_id INTEGER NOT NULL REFERENCES grounds (id) ON DELETE CASCADE,
    native_id TEXT    NOT NULL,
    PRIMARY KEY (ground_id, native_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sightings (
    kind           TEXT    NOT NULL CHECK (kind IN ('entity', 'edge', 'path', 'finding')),
    id             TEXT    NOT NULL,
    content_sha256 TEXT    NOT NULL,
    first_seen     TEXT    NOT NULL,
    last_seen      TEXT    NOT NULL,
    changed_at     TEXT    NOT NULL,
    stale_since    TEXT,
    gone_at        TEXT,
    rests_on       INTEGER NOT NULL REFERENCES grounds (id),
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX sightings_by_grounds ON sightings (rests_on);

-- What is kept of things beside their history: one JSON object each. Ask it with json_extract(document, '$.severity').
CREATE TABLE documents (
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (kind, id),
    FOREIGN KEY (kind, id) REFERENCES sightings (kind, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- The coverage ledger of the newest capture.
CREATE TABLE coverage (
    account     TEXT    NOT NULL,
    region      TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    error_code  TEXT,
    operation   TEXT,
    captured_at TEXT,
    items       INTEGER NOT NULL
) STRICT;

CREATE INDEX coverage_by_account ON coverage (account, region, source);

CREATE TABLE leases (
    name   TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until  TEXT NOT NULL
) STRICT;

PRAGMA user_version = 2;
