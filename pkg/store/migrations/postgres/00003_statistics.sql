-- What was counted of requests: a ledger, and like the others without foreign keys.

-- +goose Up
CREATE TABLE statistics (
    workspace_id uuid   NOT NULL,
    step         bigint NOT NULL, -- seconds
    begins_at    bigint NOT NULL,
    endpoint     text   COLLATE "C" NOT NULL,
    grant_type   text   COLLATE "C" NOT NULL,
    auth_method  text   COLLATE "C" NOT NULL,
    outcome      text   COLLATE "C" NOT NULL,
    error        text   COLLATE "C" NOT NULL,
    failed_check text   COLLATE "C" NOT NULL,
    -- Requests by the milliseconds that they took.
    le_1         bigint NOT NULL,
    le_2         bigint NOT NULL,
    le_5         bigint NOT NULL,
    le_10        bigint NOT NULL,
    le_25        bigint NOT NULL,
    le_50        bigint NOT NULL,
    le_100       bigint NOT NULL,
    le_250       bigint NOT NULL,
    le_500       bigint NOT NULL,
    le_1000      bigint NOT NULL,
    slower       bigint NOT NULL,
    CONSTRAINT statistics_failed_check_key PRIMARY KEY
        (workspace_id, step, begins_at, endpoint, grant_type, auth_method, outcome, error, failed_check)
);
CREATE INDEX statistics_by_age ON statistics (step, begins_at);

GRANT SELECT, DELETE ON statistics TO signet_tenant_admin;
GRANT SELECT, INSERT, UPDATE ON statistics TO signet_authorization;
GRANT SELECT, INSERT, UPDATE ON statistics TO signet_token;
GRANT SELECT, DELETE ON statistics TO signet_platform;

ALTER TABLE statistics ENABLE ROW LEVEL SECURITY;
ALTER TABLE statistics FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON statistics TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON statistics USING (workspace_id = app_workspace());
