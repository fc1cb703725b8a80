-- Version 4. Times are RFC 3339 text in UTC: compare them with datetime(), not as text.

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
