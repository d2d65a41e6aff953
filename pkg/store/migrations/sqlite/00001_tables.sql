-- The tables. Conventions, which tests hold both dialects to:
--   * keys lead with workspace_id or tenant_id;
--   * a unique constraint is named <table>_<field>_key, after its last column, the field that a conflict names;
--   * moments are integers, microseconds since 1970; NULL is "never";
--   * identifiers compare byte for byte;
--   * the ledgers (grants, credential_usage, revocations, audit_events) have no foreign keys: each of their rows
--     would lock the one row it points at, and theirs is the hot path. Who deletes the parent tends to them.

-- +goose Up
CREATE TABLE tenants (
    id                 TEXT    NOT NULL,
    tid                TEXT    NOT NULL CHECK (tid NOT GLOB '*[^a-z0-9-]*' AND tid NOT GLOB '-*' AND tid NOT GLOB '*-' AND tid NOT GLOB '*--*' AND length(tid) BETWEEN 2 AND 40),
    display_name       TEXT    NOT NULL,
    state              TEXT    NOT NULL CHECK (state IN ('active', 'suspended', 'deleted')),
    admin_workspace_id TEXT    NOT NULL,
    email_verified     INTEGER NOT NULL CHECK (email_verified IN (0, 1)),
    version            INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    CONSTRAINT tenants_id_key PRIMARY KEY (id),
    -- A deleted tenant keeps its row, and with it its slug for ever.
    CONSTRAINT tenants_tid_key UNIQUE (tid)
) STRICT;

CREATE TABLE workspaces (
    tenant_id    TEXT    NOT NULL REFERENCES tenants (id),
    id           TEXT    NOT NULL,
    aid          TEXT    NOT NULL CHECK (aid NOT GLOB '*[^a-z0-9-]*' AND aid NOT GLOB '-*' AND aid NOT GLOB '*-' AND aid NOT GLOB '*--*' AND length(aid) BETWEEN 2 AND 40),
    -- NULL where the issuer follows from the public URL; a value is a custom domain's.
    issuer       TEXT,
    display_name TEXT    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('active', 'suspended', 'deleted')),
    settings     TEXT    NOT NULL,
    version      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    CONSTRAINT workspaces_id_key PRIMARY KEY (id),
    CONSTRAINT workspaces_aid_key UNIQUE (tenant_id, aid),
    CONSTRAINT workspaces_issuer_key UNIQUE (issuer)
) STRICT;

CREATE TABLE clients (
    workspace_id TEXT    NOT NULL REFERENCES workspaces (id),
    client_id    TEXT    NOT NULL CHECK (client_id NOT GLOB '*[^A-Za-z0-9_-]*' AND length(client_id) BETWEEN 1 AND 128 AND client_id NOT GLOB 'usr_*'),
    client_name  TEXT    NOT NULL,
    metadata     TEXT    NOT NULL, -- the members of RFC 7591, and the client's own lifetimes
    trusted      INTEGER NOT NULL CHECK (trusted IN (0, 1)),
    disabled     INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    built_in     INTEGER NOT NULL CHECK (built_in IN (0, 1)),
    version      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    CONSTRAINT clients_client_id_key PRIMARY KEY (workspace_id, client_id)
) STRICT;
CREATE INDEX clients_by_creation ON clients (workspace_id, created_at, client_id);

CREATE TABLE client_secrets (
    workspace_id TEXT    NOT NULL,
    client_id    TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    label        TEXT    NOT NULL,
    form         TEXT    NOT NULL CHECK (form IN ('hmac:v1', 'sealed')),
    value        BLOB    NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    CONSTRAINT client_secrets_id_key PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, client_id) REFERENCES clients (workspace_id, client_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX client_secrets_by_client ON client_secrets (workspace_id, client_id);

CREATE TABLE credential_usage (
    workspace_id  TEXT    NOT NULL,
    client_id     TEXT    NOT NULL,
    credential_id TEXT    NOT NULL,
    last_used_at  INTEGER NOT NULL,
    uses          INTEGER NOT NULL,
    CONSTRAINT credential_usage_credential_id_key PRIMARY KEY (workspace_id, client_id, credential_id)
) STRICT;

CREATE TABLE services (
    workspace_id TEXT    NOT NULL REFERENCES workspaces (id),
    service_id   TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    audience     TEXT    NOT NULL,
    client_ids   TEXT, -- the clients that stand for the service
    built_in     INTEGER NOT NULL CHECK (built_in IN (0, 1)),
    version      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    CONSTRAINT services_service_id_key PRIMARY KEY (workspace_id, service_id),
    CONSTRAINT services_audience_key UNIQUE (workspace_id, audience)
) STRICT;

CREATE TABLE scopes (
    workspace_id TEXT    NOT NULL REFERENCES workspaces (id),
    name         TEXT    NOT NULL,
    description  TEXT    NOT NULL,
    is_default   INTEGER NOT NULL CHECK (is_default IN (0, 1)),
    service_id   TEXT, -- NULL for the workspace's own
    built_in     INTEGER NOT NULL CHECK (built_in IN (0, 1)),
    version      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    CONSTRAINT scopes_name_key PRIMARY KEY (workspace_id, name),
    FOREIGN KEY (workspace_id, service_id) REFERENCES services (workspace_id, service_id)
) STRICT;

CREATE TABLE users (
    workspace_id        TEXT    NOT NULL REFERENCES workspaces (id),
    user_id             TEXT    NOT NULL CHECK (user_id GLOB 'usr_?*'),
    email               TEXT    NOT NULL,
    email_verified      INTEGER NOT NULL CHECK (email_verified IN (0, 1)),
    username            TEXT    NOT NULL,
    name                TEXT    NOT NULL,
    given_name          TEXT    NOT NULL,
    family_name         TEXT    NOT NULL,
    picture             TEXT    NOT NULL,
    locale              TEXT    NOT NULL,
    password_hash       TEXT    NOT NULL,
    password_changed_at INTEGER,
    disabled            INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    version             INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    CONSTRAINT users_user_id_key PRIMARY KEY (workspace_id, user_id)
) STRICT;
CREATE INDEX users_by_creation ON users (workspace_id, created_at, user_id);

-- What a user may type to log in, in canonical form: unique over e-mail addresses and usernames together.
CREATE TABLE user_logins (
    workspace_id TEXT    NOT NULL,
    login        TEXT    NOT NULL,
    user_id      TEXT    NOT NULL,
    kind         TEXT    NOT NULL CHECK (kind IN ('email', 'username')),
    CONSTRAINT user_logins_login_key PRIMARY KEY (workspace_id, login),
    CONSTRAINT user_logins_kind_key UNIQUE (workspace_id, user_id, kind),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, user_id) ON DELETE CASCADE
) STRICT;

CREATE TABLE verifications (
    workspace_id TEXT    NOT NULL,
    token_hash   BLOB    NOT NULL,
    user_id      TEXT    NOT NULL,
    email        TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    used_at      INTEGER,
    CONSTRAINT verifications_token_hash_key PRIMARY KEY (workspace_id, token_hash),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, user_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX verifications_by_user ON verifications (workspace_id, user_id);

CREATE TABLE sessions (
    workspace_id TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    token_hash   BLOB    NOT NULL,
    user_id      TEXT    NOT NULL,
    auth_time    INTEGER NOT NULL,
    acr          TEXT,
    amr          TEXT,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    max_ends_at  INTEGER NOT NULL,
    ended_at     INTEGER,
    user_agent   TEXT    NOT NULL,
    ip           TEXT    NOT NULL,
    CONSTRAINT sessions_id_key PRIMARY KEY (workspace_id, id),
    CONSTRAINT sessions_token_hash_key UNIQUE (workspace_id, token_hash),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, user_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX sessions_by_user ON sessions (workspace_id, user_id, created_at);
CREATE INDEX sessions_by_creation ON sessions (workspace_id, created_at, id);
CREATE INDEX sessions_by_end ON sessions (max_ends_at);

CREATE TABLE consents (
    workspace_id TEXT    NOT NULL,
    user_id      TEXT    NOT NULL,
    client_id    TEXT    NOT NULL,
    scope        TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    CONSTRAINT consents_client_id_key PRIMARY KEY (workspace_id, user_id, client_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, client_id) REFERENCES clients (workspace_id, client_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX consents_by_client ON consents (workspace_id, client_id);

-- One row per redeemed code. It outlives its usefulness until pruned: its code_hash is what refuses a second redemption.
CREATE TABLE grants (
    workspace_id          TEXT    NOT NULL,
    id                    TEXT    NOT NULL,
    code_hash             BLOB,
    client_id             TEXT    NOT NULL,
    user_id               TEXT    NOT NULL,
    sid                   TEXT,
    scope                 TEXT    NOT NULL,
    resource              TEXT,
    cnf                   TEXT,
    authorization_details TEXT,
    auth_time             INTEGER,
    acr                   TEXT,
    amr                   TEXT,
    session_bound         INTEGER NOT NULL CHECK (session_bound IN (0, 1)),
    userinfo_claims       TEXT,
    generation            INTEGER NOT NULL CHECK (generation > 0),
    -- The attempt that changed the row last: how the statements of one batch know what the first of them did.
    attempt               TEXT    NOT NULL,
    rotated_at            INTEGER,
    created_at            INTEGER NOT NULL,
    last_used_at          INTEGER NOT NULL,
    expires_at            INTEGER NOT NULL,
    max_ends_at           INTEGER NOT NULL,
    revoked_at            INTEGER,
    revocation_cause      TEXT,
    CONSTRAINT grants_id_key PRIMARY KEY (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX grants_code_hash_key ON grants (workspace_id, code_hash) WHERE code_hash IS NOT NULL;
CREATE INDEX grants_by_user ON grants (workspace_id, user_id, id);
CREATE INDEX grants_by_client ON grants (workspace_id, client_id, id);
CREATE INDEX grants_by_session ON grants (workspace_id, sid) WHERE session_bound;
CREATE INDEX grants_by_end ON grants (max_ends_at);

CREATE TABLE signing_keys (
    workspace_id TEXT    NOT NULL REFERENCES workspaces (id),
    kid          TEXT    NOT NULL,
    alg          TEXT    NOT NULL,
    public_jwk   TEXT    NOT NULL,
    sealed       BLOB    NOT NULL,
    created_at   INTEGER NOT NULL,
    activates_at INTEGER NOT NULL,
    retires_at   INTEGER,
    revoked_at   INTEGER,
    CONSTRAINT signing_keys_kid_key PRIMARY KEY (workspace_id, kid)
) STRICT;

CREATE TABLE revocations (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id TEXT    NOT NULL,
    kind         TEXT    NOT NULL CHECK (kind IN ('grant', 'jti', 'session', 'user', 'client', 'consent', 'workspace')),
    target       TEXT    NOT NULL,
    before_at    INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX revocations_by_creation ON revocations (created_at);
CREATE INDEX revocations_by_end ON revocations (expires_at);
CREATE INDEX revocations_by_target ON revocations (workspace_id, kind, target);

CREATE TABLE audit_events (
    tenant_id    TEXT    NOT NULL,
    workspace_id TEXT, -- NULL for events of the tenant itself
    id           TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    action       TEXT    NOT NULL,
    actor_kind   TEXT    NOT NULL,
    actor_id     TEXT    NOT NULL,
    target_kind  TEXT    NOT NULL,
    target_id    TEXT    NOT NULL,
    outcome      TEXT    NOT NULL,
    ip           TEXT    NOT NULL,
    trace_id     TEXT    NOT NULL,
    detail       TEXT,
    -- Leads with the moment, so that the table can be partitioned by time.
    CONSTRAINT audit_events_id_key PRIMARY KEY (at, id)
) STRICT;
CREATE INDEX audit_events_by_workspace ON audit_events (workspace_id, at, id);
CREATE INDEX audit_events_by_tenant ON audit_events (tenant_id, at, id);

-- Members are users of the tenant's workspace "admin", who cannot be deleted while they are members.
CREATE TABLE members (
    tenant_id    TEXT    NOT NULL REFERENCES tenants (id),
    workspace_id TEXT    NOT NULL,
    user_id      TEXT    NOT NULL,
    role         TEXT    NOT NULL CHECK (role IN ('owner', 'admin', 'auditor')),
    disabled     INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    version      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    CONSTRAINT members_user_id_key PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, user_id)
) STRICT;
CREATE INDEX members_by_user ON members (workspace_id, user_id);

CREATE TABLE invitations (
    tenant_id   TEXT    NOT NULL REFERENCES tenants (id),
    id          TEXT    NOT NULL,
    email       TEXT    NOT NULL,
    role        TEXT    NOT NULL CHECK (role IN ('owner', 'admin', 'auditor')),
    token_hash  BLOB    NOT NULL,
    invited_by  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    accepted_at INTEGER,
    CONSTRAINT invitations_id_key PRIMARY KEY (tenant_id, id),
    CONSTRAINT invitations_token_hash_key UNIQUE (tenant_id, token_hash)
) STRICT;
