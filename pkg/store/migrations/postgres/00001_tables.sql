-- The tables. Conventions, which tests hold both dialects to:
--   * keys lead with workspace_id or tenant_id;
--   * a unique constraint is named <table>_<field>_key, after its last column, the field that a conflict names;
--   * moments are bigint, microseconds since 1970; NULL is "never";
--   * identifiers compare byte for byte (COLLATE "C");
--   * the ledgers (grants, credential_usage, revocations, audit_events) have no foreign keys: each of their rows
--     would lock the one row it points at, and theirs is the hot path. Who deletes the parent tends to them.

-- +goose Up
CREATE TABLE tenants (
    id                 uuid    NOT NULL,
    tid                text    COLLATE "C" NOT NULL CHECK (tid ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(tid) BETWEEN 2 AND 40),
    display_name       text    NOT NULL,
    state              text    COLLATE "C" NOT NULL CHECK (state IN ('active', 'suspended', 'deleted')),
    admin_workspace_id uuid    NOT NULL,
    email_verified     boolean NOT NULL,
    version            bigint  NOT NULL,
    created_at         bigint  NOT NULL,
    updated_at         bigint  NOT NULL,
    CONSTRAINT tenants_id_key PRIMARY KEY (id),
    -- A deleted tenant keeps its row, and with it its slug for ever.
    CONSTRAINT tenants_tid_key UNIQUE (tid)
);

CREATE TABLE workspaces (
    tenant_id    uuid   NOT NULL REFERENCES tenants (id),
    id           uuid   NOT NULL,
    aid          text   COLLATE "C" NOT NULL CHECK (aid ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(aid) BETWEEN 2 AND 40),
    -- NULL where the issuer follows from the public URL; a value is a custom domain's.
    issuer       text   COLLATE "C",
    display_name text   NOT NULL,
    state        text   COLLATE "C" NOT NULL CHECK (state IN ('active', 'suspended', 'deleted')),
    settings     jsonb  NOT NULL,
    version      bigint NOT NULL,
    created_at   bigint NOT NULL,
    updated_at   bigint NOT NULL,
    CONSTRAINT workspaces_id_key PRIMARY KEY (id),
    CONSTRAINT workspaces_aid_key UNIQUE (tenant_id, aid),
    CONSTRAINT workspaces_issuer_key UNIQUE (issuer)
);

CREATE TABLE clients (
    workspace_id uuid    NOT NULL REFERENCES workspaces (id),
    client_id    text    COLLATE "C" NOT NULL CHECK (client_id ~ '^[A-Za-z0-9_-]{1,128}$' AND client_id !~ '^usr_'),
    client_name  text    NOT NULL,
    metadata     jsonb   NOT NULL, -- the members of RFC 7591, and the client's own lifetimes
    trusted      boolean NOT NULL,
    disabled     boolean NOT NULL,
    built_in     boolean NOT NULL,
    version      bigint  NOT NULL,
    created_at   bigint  NOT NULL,
    updated_at   bigint  NOT NULL,
    CONSTRAINT clients_client_id_key PRIMARY KEY (workspace_id, client_id)
);
CREATE INDEX clients_by_creation ON clients (workspace_id, created_at, client_id);

CREATE TABLE client_secrets (
    workspace_id uuid   NOT NULL,
    client_id    text   COLLATE "C" NOT NULL,
    id           uuid   NOT NULL,
    label        text   NOT NULL,
    form         text   COLLATE "C" NOT NULL CHECK (form IN ('hmac:v1', 'sealed')),
    value        bytea  NOT NULL,
    created_at   bigint NOT NULL,
    expires_at   bigint,
    CONSTRAINT client_secrets_id_key PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, client_id) REFERENCES clients (workspace_id, client_id) ON DELETE CASCADE
);
CREATE INDEX client_secrets_by_client ON client_secrets (workspace_id, client_id);

CREATE TABLE credential_usage (
    workspace_id  uuid   NOT NULL,
    client_id     text   COLLATE "C" NOT NULL,
    credential_id text   COLLATE "C" NOT NULL,
    last_used_at  bigint NOT NULL,
    uses          bigint NOT NULL,
    CONSTRAINT credential_usage_credential_id_key PRIMARY KEY (workspace_id, client_id, credential_id)
);

CREATE TABLE services (
    workspace_id uuid    NOT NULL REFERENCES workspaces (id),
    service_id   text    COLLATE "C" NOT NULL,
    name         text    NOT NULL,
    audience     text    COLLATE "C" NOT NULL,
    client_ids   jsonb, -- the clients that stand for the service
    built_in     boolean NOT NULL,
    version      bigint  NOT NULL,
    created_at   bigint  NOT NULL,
    updated_at   bigint  NOT NULL,
    CONSTRAINT services_service_id_key PRIMARY KEY (workspace_id, service_id),
    CONSTRAINT services_audience_key UNIQUE (workspace_id, audience)
);

CREATE TABLE scopes (
    workspace_id uuid    NOT NULL REFERENCES workspaces (id),
    name         text    COLLATE "C" NOT NULL,
    description  text    NOT NULL,
    is_default   boolean NOT NULL,
    service_id   text    COLLATE "C", -- NULL for the workspace's own
    built_in     boolean NOT NULL,
    version      bigint  NOT NULL,
    created_at   bigint  NOT NULL,
    updated_at   bigint  NOT NULL,
    CONSTRAINT scopes_name_key PRIMARY KEY (workspace_id, name),
    FOREIGN KEY (workspace_id, service_id) REFERENCES services (workspace_id, service_id)
);

CREATE TABLE users (
    workspace_id        uuid    NOT NULL REFERENCES workspaces (id),
    user_id             text    COLLATE "C" NOT NULL CHECK (user_id ~ '^usr_.'),
    email               text    NOT NULL,
    email_verified      boolean NOT NULL,
    username            text    NOT NULL,
    name                text    NOT NULL,
    given_name          text    NOT NULL,
    family_name         text    NOT NULL,
    picture             text    NOT NULL,
    locale              text    NOT NULL,
    password_hash       text    COLLATE "C" NOT NULL,
    password_changed_at bigint,
    disabled            boolean NOT NULL,
    version             bigint  NOT NULL,
    created_at          bigint  NOT NULL,
    updated_at          bigint  NOT NULL,
    CONSTRAINT users_user_id_key PRIMARY KEY (workspace_id, user_id)
);
CREATE INDEX users_by_creation ON users (workspace_id, created_at, user_id);

-- What a user may type to log in, in canonical form: unique over e-mail addresses and usernames together.
CREATE TABLE user_logins (
    workspace_id uuid NOT NULL,
    login        text COLLATE "C" NOT NULL,
    user_id      text COLLATE "C" NOT NULL,
    kind         text COLLATE "C" NOT NULL CHECK (kind IN ('email', 'username')),
    CONSTRAINT user_logins_login_key PRIMARY KEY (workspace_id, login),
    CONSTRAINT user_logins_kind_key UNIQUE (workspace_id, user_id, kind),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, user_id) ON DELETE CASCADE
);

CREATE TABLE verifications (
    workspace_id uuid   NOT NULL,
    token_hash   bytea  NOT NULL,
    user_id      text   COLLATE "C" NOT NULL,
    email        text   NOT NULL,
    created_at   bigint NOT NULL,
    expires_at   bigint NOT NULL,
    used_at      bigint,
    CONSTRAINT verifications_token_hash_key PRIMARY KEY (workspace_id, token_hash),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, user_id) ON DELETE CASCADE
);
CREATE INDEX verifications_by_user ON verifications (workspace_id, user_id);

CREATE TABLE sessions (
    workspace_id uuid   NOT NULL,
    id           uuid   NOT NULL,
    token_hash   bytea  NOT NULL,
    user_id      text   COLLATE "C" NOT NULL,
    auth_time    bigint NOT NULL,
    acr          text   COLLATE "C",
    amr          jsonb,
    created_at   bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    expires_at   bigint NOT NULL,
    max_ends_at  bigint NOT NULL,
    ended_at     bigint,
    user_agent   text   NOT NULL,
    ip           text   COLLATE "C" NOT NULL,
    CONSTRAINT sessions_id_key PRIMARY KEY (workspace_id, id),
    CONSTRAINT sessions_token_hash_key UNIQUE (workspace_id, token_hash),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, user_id) ON DELETE CASCADE
);
CREATE INDEX sessions_by_user ON sessions (workspace_id, user_id, created_at);
CREATE INDEX sessions_by_creation ON sessions (workspace_id, created_at, id);
CREATE INDEX sessions_by_end ON sessions (max_ends_at);

CREATE TABLE consents (
    workspace_id uuid   NOT NULL,
    user_id      text   COLLATE "C" NOT NULL,
    client_id    text   COLLATE "C" NOT NULL,
    scope        text   COLLATE "C" NOT NULL,
    created_at   bigint NOT NULL,
    updated_at   bigint NOT NULL,
    CONSTRAINT consents_client_id_key PRIMARY KEY (workspace_id, user_id, client_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, user_id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, client_id) REFERENCES clients (workspace_id, client_id) ON DELETE CASCADE
);
CREATE INDEX consents_by_client ON consents (workspace_id, client_id);

-- One row per redeemed code. It outlives its usefulness until pruned: its code_hash is what refuses a second redemption.
CREATE TABLE grants (
    workspace_id          uuid    NOT NULL,
    id                    uuid    NOT NULL,
    code_hash             bytea,
    client_id             text    COLLATE "C" NOT NULL,
    user_id               text    COLLATE "C" NOT NULL,
    sid                   uuid,
    scope                 text    COLLATE "C" NOT NULL,
    resource              jsonb,
    cnf                   jsonb,
    authorization_details jsonb,
    auth_time             bigint,
    acr                   text    COLLATE "C",
    amr                   jsonb,
    session_bound         boolean NOT NULL,
    userinfo_claims       jsonb,
    generation            bigint  NOT NULL CHECK (generation > 0),
    -- The attempt that changed the row last: how the statements of one batch know what the first of them did.
    attempt               uuid    NOT NULL,
    rotated_at            bigint,
    created_at            bigint  NOT NULL,
    last_used_at          bigint  NOT NULL,
    expires_at            bigint  NOT NULL,
    max_ends_at           bigint  NOT NULL,
    revoked_at            bigint,
    revocation_cause      text    COLLATE "C",
    CONSTRAINT grants_id_key PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX grants_code_hash_key ON grants (workspace_id, code_hash) WHERE code_hash IS NOT NULL;
CREATE INDEX grants_by_user ON grants (workspace_id, user_id, id);
CREATE INDEX grants_by_client ON grants (workspace_id, client_id, id);
CREATE INDEX grants_by_session ON grants (workspace_id, sid) WHERE session_bound;
CREATE INDEX grants_by_end ON grants (max_ends_at);

CREATE TABLE signing_keys (
    workspace_id uuid   NOT NULL REFERENCES workspaces (id),
    kid          text   COLLATE "C" NOT NULL,
    alg          text   COLLATE "C" NOT NULL,
    public_jwk   jsonb  NOT NULL,
    sealed       bytea  NOT NULL,
    created_at   bigint NOT NULL,
    activates_at bigint NOT NULL,
    retires_at   bigint,
    revoked_at   bigint,
    CONSTRAINT signing_keys_kid_key PRIMARY KEY (workspace_id, kid)
);

CREATE TABLE revocations (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    workspace_id uuid   NOT NULL,
    kind         text   COLLATE "C" NOT NULL CHECK (kind IN ('grant', 'jti', 'session', 'user', 'client', 'consent', 'workspace')),
    target       text   COLLATE "C" NOT NULL,
    before_at    bigint NOT NULL,
    expires_at   bigint NOT NULL,
    created_at   bigint NOT NULL,
    CONSTRAINT revocations_id_key PRIMARY KEY (id)
);
CREATE INDEX revocations_by_creation ON revocations (created_at);
CREATE INDEX revocations_by_end ON revocations (expires_at);
CREATE INDEX revocations_by_target ON revocations (workspace_id, kind, target);

CREATE TABLE audit_events (
    tenant_id    uuid   NOT NULL,
    workspace_id uuid, -- NULL for events of the tenant itself
    id           uuid   NOT NULL,
    at           bigint NOT NULL,
    action       text   COLLATE "C" NOT NULL,
    actor_kind   text   COLLATE "C" NOT NULL,
    actor_id     text   COLLATE "C" NOT NULL,
    target_kind  text   COLLATE "C" NOT NULL,
    target_id    text   COLLATE "C" NOT NULL,
    outcome      text   COLLATE "C" NOT NULL,
    ip           text   COLLATE "C" NOT NULL,
    trace_id     text   COLLATE "C" NOT NULL,
    detail       jsonb,
    -- Leads with the moment, so that the table can be partitioned by time.
    CONSTRAINT audit_events_id_key PRIMARY KEY (at, id)
);
CREATE INDEX audit_events_by_workspace ON audit_events (workspace_id, at, id);
CREATE INDEX audit_events_by_tenant ON audit_events (tenant_id, at, id);

-- Members are users of the tenant's workspace "admin", who cannot be deleted while they are members.
CREATE TABLE members (
    tenant_id    uuid    NOT NULL REFERENCES tenants (id),
    workspace_id uuid    NOT NULL,
    user_id      text    COLLATE "C" NOT NULL,
    role         text    COLLATE "C" NOT NULL CHECK (role IN ('owner', 'admin', 'auditor')),
    disabled     boolean NOT NULL,
    version      bigint  NOT NULL,
    created_at   bigint  NOT NULL,
    updated_at   bigint  NOT NULL,
    CONSTRAINT members_user_id_key PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, user_id)
);
CREATE INDEX members_by_user ON members (workspace_id, user_id);

CREATE TABLE invitations (
    tenant_id   uuid   NOT NULL REFERENCES tenants (id),
    id          uuid   NOT NULL,
    email       text   NOT NULL,
    role        text   COLLATE "C" NOT NULL CHECK (role IN ('owner', 'admin', 'auditor')),
    token_hash  bytea  NOT NULL,
    invited_by  text   COLLATE "C" NOT NULL,
    created_at  bigint NOT NULL,
    expires_at  bigint NOT NULL,
    accepted_at bigint,
    CONSTRAINT invitations_id_key PRIMARY KEY (tenant_id, id),
    CONSTRAINT invitations_token_hash_key UNIQUE (tenant_id, token_hash)
);
