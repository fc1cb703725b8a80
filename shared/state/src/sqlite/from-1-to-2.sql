-- Documents and the coverage ledger, which the next run fills.

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

PRAGMA user_version = 2;
