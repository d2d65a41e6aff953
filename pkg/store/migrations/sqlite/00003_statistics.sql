-- What was counted of requests: a ledger, and like the others without foreign keys.

-- +goose Up
CREATE TABLE statistics (
    workspace_id TEXT    NOT NULL,
    step         INTEGER NOT NULL, -- seconds
    begins_at    INTEGER NOT NULL,
    endpoint     TEXT    NOT NULL,
    grant_type   TEXT    NOT NULL,
    auth_method  TEXT    NOT NULL,
    outcome      TEXT    NOT NULL,
    error        TEXT    NOT NULL,
    failed_check TEXT    NOT NULL,
    -- Requests by the milliseconds that they took.
    le_1         INTEGER NOT NULL,
    le_2         INTEGER NOT NULL,
    le_5         INTEGER NOT NULL,
    le_10        INTEGER NOT NULL,
    le_25        INTEGER NOT NULL,
    le_50        INTEGER NOT NULL,
    le_100       INTEGER NOT NULL,
    le_250       INTEGER NOT NULL,
    le_500       INTEGER NOT NULL,
    le_1000      INTEGER NOT NULL,
    slower       INTEGER NOT NULL,
    CONSTRAINT statistics_failed_check_key PRIMARY KEY
        (workspace_id, step, begins_at, endpoint, grant_type, auth_method, outcome, error, failed_check)
) STRICT;
CREATE INDEX statistics_by_age ON statistics (step, begins_at);

