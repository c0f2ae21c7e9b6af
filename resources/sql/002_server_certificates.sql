-- What HTTPS and SSL listeners present.

-- The certificates as they are now.
CREATE TABLE certificates (
    name        TEXT PRIMARY KEY,
    revision    INTEGER NOT NULL,  -- the one that last changed it
    value       TEXT NOT NULL,     -- JSON, wire/stored_form.h: all but the private key
    private_key BLOB NOT NULL      -- sealed, controller/adapters/sqlite/secret_box.h
) STRICT, WITHOUT ROWID;

-- How to undo what a revision did to a certificate, as balancer_changes has it for load balancers. The private key of
-- one that was deleted is gone.
CREATE TABLE certificate_changes (
    revision        INTEGER NOT NULL REFERENCES revisions (number) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    revision_before INTEGER NOT NULL,  -- 0: there was none
    before          TEXT NOT NULL CHECK (before IN ('absent', 'value', 'patch')),
    undo            TEXT NOT NULL,
    PRIMARY KEY (revision, name)
) STRICT;
