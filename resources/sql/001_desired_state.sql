-- What operators asked for, how it came about, and who may ask.

-- Each saved transaction; the highest number is the current revision.
CREATE TABLE revisions (
    number INTEGER PRIMARY KEY
) STRICT;

-- The load balancers as they are now.
CREATE TABLE balancers (
    name     TEXT PRIMARY KEY,  -- in lower case
    revision INTEGER NOT NULL,  -- the one that last changed it
    value    TEXT NOT NULL      -- JSON, wire/stored_form.h
) STRICT;

-- The registry: where an operator says an instance is.
CREATE TABLE addresses (
    instance TEXT PRIMARY KEY,
    address  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Who did what.
CREATE TABLE audit (
    revision INTEGER NOT NULL REFERENCES revisions (number) ON DELETE CASCADE,
    position INTEGER NOT NULL,  -- counts the entries of one revision from 0
    at       INTEGER NOT NULL,  -- milliseconds since 1970
    actor    TEXT NOT NULL,
    verb     TEXT NOT NULL,
    target   TEXT NOT NULL,
    PRIMARY KEY (revision, position)
) STRICT, WITHOUT ROWID;

-- How to undo what a revision did to a load balancer: the one before is
--   absent: none;
--   value:  `undo`, the whole JSON;
--   patch:  what the JSON patch `undo` makes of the one after.
CREATE TABLE balancer_changes (
    revision        INTEGER NOT NULL REFERENCES revisions (number) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    revision_before INTEGER NOT NULL,  -- 0: there was none
    before          TEXT NOT NULL CHECK (before IN ('absent', 'value', 'patch')),
    undo            TEXT NOT NULL,
    PRIMARY KEY (revision, name)
) STRICT;

-- How to undo what a revision did to the registry.
CREATE TABLE address_changes (
    revision INTEGER NOT NULL REFERENCES revisions (number) ON DELETE CASCADE,
    instance TEXT NOT NULL,
    before   TEXT,              -- NULL: there was none
    PRIMARY KEY (revision, instance)
) STRICT, WITHOUT ROWID;

CREATE TABLE access_keys (
    id         TEXT PRIMARY KEY,
    secret     BLOB NOT NULL,   -- sealed, controller/adapters/sqlite/secret_box.h
    role       TEXT NOT NULL,
    enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at INTEGER NOT NULL -- milliseconds since 1970
) STRICT, WITHOUT ROWID;
