-- Roles, grants and row-level security. What a role may do is the table "writers" of writers.go; a test holds this
-- file to it. The roles cannot log in: a service's login is a member of its role and takes it at connection start.

-- +goose Up
-- +goose StatementBegin
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['signet_platform', 'signet_tenant_admin', 'signet_authorization', 'signet_token', 'signet_standalone'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                -- tenant-admin is a member of platform but does not inherit from it: it works across tenants only
                -- inside a transaction that says so.
                EXECUTE format('CREATE ROLE %I NOLOGIN %s', wanted, CASE wanted WHEN 'signet_tenant_admin' THEN 'NOINHERIT' ELSE 'INHERIT' END);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another database of the cluster is being migrated at this moment
        END;
    END LOOP;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
DECLARE
    pair text[];
BEGIN
    FOREACH pair SLICE 1 IN ARRAY ARRAY[
        ['signet_platform', 'signet_tenant_admin'],
        ['signet_tenant_admin', 'signet_standalone'],
        ['signet_authorization', 'signet_standalone'],
        ['signet_token', 'signet_standalone']
    ] LOOP
        BEGIN
            IF NOT pg_has_role(pair[2], pair[1], 'MEMBER') THEN
                EXECUTE format('GRANT %I TO %I', pair[1], pair[2]);
            END IF;
        EXCEPTION WHEN unique_violation THEN
            NULL;
        END;
    END LOOP;
    -- The owner of the schema gives functions to platform below, and may run the whole product by itself.
    FOREACH pair SLICE 1 IN ARRAY ARRAY[['signet_platform', current_user::text], ['signet_standalone', current_user::text]] LOOP
        BEGIN
            IF NOT pg_has_role(pair[2], pair[1], 'MEMBER') THEN
                EXECUTE format('GRANT %I TO %I', pair[1], pair[2]);
            END IF;
        EXCEPTION WHEN unique_violation THEN
            NULL;
        END;
    END LOOP;
END $$;
-- +goose StatementEnd

GRANT USAGE ON SCHEMA public TO signet_platform, signet_tenant_admin, signet_authorization, signet_token;
GRANT SELECT ON goose_db_version TO signet_platform, signet_tenant_admin, signet_authorization, signet_token;

GRANT SELECT, UPDATE ON tenants TO signet_tenant_admin;
GRANT SELECT, INSERT, UPDATE ON tenants TO signet_platform;
GRANT SELECT, INSERT, UPDATE ON workspaces TO signet_tenant_admin;
GRANT SELECT ON workspaces TO signet_authorization;
GRANT SELECT ON workspaces TO signet_token;
GRANT SELECT, INSERT, UPDATE ON workspaces TO signet_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON clients TO signet_tenant_admin;
GRANT SELECT ON clients TO signet_authorization;
GRANT SELECT ON clients TO signet_token;
GRANT SELECT, INSERT, UPDATE, DELETE ON clients TO signet_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON client_secrets TO signet_tenant_admin;
GRANT SELECT ON client_secrets TO signet_authorization;
GRANT SELECT ON client_secrets TO signet_token;
GRANT SELECT, INSERT, UPDATE, DELETE ON client_secrets TO signet_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON credential_usage TO signet_tenant_admin;
GRANT SELECT, INSERT, UPDATE ON credential_usage TO signet_authorization;
GRANT SELECT, INSERT, UPDATE ON credential_usage TO signet_token;
GRANT SELECT, INSERT, UPDATE, DELETE ON credential_usage TO signet_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON services TO signet_tenant_admin;
GRANT SELECT ON services TO signet_authorization;
GRANT SELECT ON services TO signet_token;
GRANT SELECT, INSERT, UPDATE, DELETE ON services TO signet_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON scopes TO signet_tenant_admin;
GRANT SELECT ON scopes TO signet_authorization;
GRANT SELECT ON scopes TO signet_token;
GRANT SELECT, INSERT, UPDATE, DELETE ON scopes TO signet_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON users TO signet_tenant_admin;
GRANT SELECT, UPDATE ON users TO signet_authorization;
GRANT SELECT ON users TO signet_token;
GRANT SELECT, INSERT, UPDATE, DELETE ON users TO signet_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON user_logins TO signet_tenant_admin;
GRANT SELECT ON user_logins TO signet_authorization;
GRANT SELECT, INSERT, UPDATE, DELETE ON user_logins TO signet_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON verifications TO signet_tenant_admin;
GRANT SELECT, INSERT, UPDATE ON verifications TO signet_authorization;
GRANT SELECT, INSERT, UPDATE, DELETE ON verifications TO signet_platform;
GRANT SELECT, UPDATE, DELETE ON sessions TO signet_tenant_admin;
GRANT SELECT, INSERT, UPDATE ON sessions TO signet_authorization;
GRANT SELECT ON sessions TO signet_token;
GRANT SELECT, DELETE ON sessions TO signet_platform;
GRANT SELECT, DELETE ON consents TO signet_tenant_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON consents TO signet_authorization;
GRANT SELECT ON consents TO signet_token;
GRANT SELECT, DELETE ON consents TO signet_platform;
GRANT SELECT, UPDATE, DELETE ON grants TO signet_tenant_admin;
GRANT SELECT, UPDATE ON grants TO signet_authorization;
GRANT SELECT, INSERT, UPDATE ON grants TO signet_token;
GRANT SELECT, DELETE ON grants TO signet_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON signing_keys TO signet_tenant_admin;
GRANT SELECT ON signing_keys TO signet_authorization;
GRANT SELECT, INSERT, UPDATE ON signing_keys TO signet_token;
GRANT SELECT, INSERT, UPDATE, DELETE ON signing_keys TO signet_platform;
GRANT SELECT, INSERT ON revocations TO signet_tenant_admin;
GRANT SELECT, INSERT ON revocations TO signet_authorization;
GRANT SELECT, INSERT ON revocations TO signet_token;
GRANT SELECT, INSERT, DELETE ON revocations TO signet_platform;
GRANT SELECT, INSERT ON audit_events TO signet_tenant_admin;
GRANT INSERT ON audit_events TO signet_authorization;
GRANT INSERT ON audit_events TO signet_token;
GRANT SELECT, INSERT, DELETE ON audit_events TO signet_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON members TO signet_tenant_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON members TO signet_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON invitations TO signet_tenant_admin;
GRANT SELECT, INSERT, UPDATE, DELETE ON invitations TO signet_platform;

-- The setting that a transaction carries: the handle's workspace or tenant, or NULL, to which no row is equal.
-- +goose StatementBegin
CREATE FUNCTION app_workspace() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('app.workspace', true), '')::uuid;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION app_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN NULLIF(current_setting('app.tenant', true), '')::uuid;
-- +goose StatementEnd

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON tenants TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY tenant ON tenants USING (id = app_tenant());

ALTER TABLE workspaces ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspaces FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON workspaces TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY tenant ON workspaces USING (tenant_id = app_tenant());
CREATE POLICY workspace ON workspaces FOR SELECT USING (id = app_workspace());

ALTER TABLE clients ENABLE ROW LEVEL SECURITY;
ALTER TABLE clients FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON clients TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON clients USING (workspace_id = app_workspace());

ALTER TABLE client_secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE client_secrets FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON client_secrets TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON client_secrets USING (workspace_id = app_workspace());

ALTER TABLE credential_usage ENABLE ROW LEVEL SECURITY;
ALTER TABLE credential_usage FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON credential_usage TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON credential_usage USING (workspace_id = app_workspace());

ALTER TABLE services ENABLE ROW LEVEL SECURITY;
ALTER TABLE services FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON services TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON services USING (workspace_id = app_workspace());

ALTER TABLE scopes ENABLE ROW LEVEL SECURITY;
ALTER TABLE scopes FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON scopes TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON scopes USING (workspace_id = app_workspace());

ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON users TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON users USING (workspace_id = app_workspace());

ALTER TABLE user_logins ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_logins FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON user_logins TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON user_logins USING (workspace_id = app_workspace());

ALTER TABLE verifications ENABLE ROW LEVEL SECURITY;
ALTER TABLE verifications FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON verifications TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON verifications USING (workspace_id = app_workspace());

ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON sessions TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON sessions USING (workspace_id = app_workspace());

ALTER TABLE consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE consents FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON consents TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON consents USING (workspace_id = app_workspace());

ALTER TABLE grants ENABLE ROW LEVEL SECURITY;
ALTER TABLE grants FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON grants TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON grants USING (workspace_id = app_workspace());

ALTER TABLE signing_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE signing_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON signing_keys TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON signing_keys USING (workspace_id = app_workspace());

ALTER TABLE revocations ENABLE ROW LEVEL SECURITY;
ALTER TABLE revocations FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON revocations TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY workspace ON revocations USING (workspace_id = app_workspace());

ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON audit_events TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY tenant ON audit_events USING (tenant_id = app_tenant());
CREATE POLICY workspace ON audit_events USING (workspace_id = app_workspace());

ALTER TABLE members ENABLE ROW LEVEL SECURITY;
ALTER TABLE members FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON members TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY tenant ON members USING (tenant_id = app_tenant());

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY platform ON invitations TO signet_platform USING (true) WITH CHECK (true);
CREATE POLICY tenant ON invitations USING (tenant_id = app_tenant());

-- What every service must know before it has a workspace to speak of: which workspace a path names, and what has
-- ended anywhere. These functions answer that and nothing else, with the rights of platform.
-- +goose StatementBegin
CREATE FUNCTION find_tenant(wanted_tid text) RETURNS SETOF tenants
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT t.* FROM public.tenants t WHERE t.tid = wanted_tid $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION find_workspace(wanted_tid text, wanted_aid text) RETURNS SETOF workspaces
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT w.* FROM public.workspaces w JOIN public.tenants t ON t.id = w.tenant_id WHERE t.tid = wanted_tid AND w.aid = wanted_aid $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION find_revocations(after_id bigint, since bigint) RETURNS SETOF revocations
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$ SELECT r.* FROM public.revocations r WHERE r.id > after_id OR r.created_at >= since ORDER BY r.id $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION find_tenant(text), find_workspace(text, text), find_revocations(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_tenant(text), find_workspace(text, text), find_revocations(bigint, bigint)
    TO signet_platform, signet_tenant_admin, signet_authorization, signet_token;

-- A function's owner must be allowed to create in its schema, for this moment only.
GRANT CREATE ON SCHEMA public TO signet_platform;
ALTER FUNCTION find_tenant(text) OWNER TO signet_platform;
ALTER FUNCTION find_workspace(text, text) OWNER TO signet_platform;
ALTER FUNCTION find_revocations(bigint, bigint) OWNER TO signet_platform;
REVOKE CREATE ON SCHEMA public FROM signet_platform;
