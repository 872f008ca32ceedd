-- Where the migrations lead. Written by: npm run migrations

CREATE TABLE usage.reservations (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    user_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    tokens bigint NOT NULL,
    day_start timestamp with time zone NOT NULL,
    minute_start timestamp with time zone NOT NULL,
    status text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    id uuid NOT NULL,
    kind text DEFAULT 'REPLY'::text NOT NULL,
    cost_usd numeric DEFAULT 0 NOT NULL,
    send_id uuid,
    CONSTRAINT reservations_cost_usd_check CHECK ((cost_usd >= (0)::numeric)),
    CONSTRAINT reservations_kind_check CHECK ((kind = ANY (ARRAY['REPLY'::text, 'TITLE'::text]))),
    CONSTRAINT reservations_status_check CHECK ((status = ANY (ARRAY['HELD'::text, 'SETTLED'::text, 'RELEASED'::text, 'EXPIRED'::text]))),
    CONSTRAINT reservations_tokens_check CHECK ((tokens >= 0))
);

ALTER TABLE ONLY usage.reservations FORCE ROW LEVEL SECURITY;

CREATE TABLE usage.usage_events (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    kind text NOT NULL,
    user_id uuid NOT NULL,
    conversation_id uuid,
    attempt integer NOT NULL,
    status text NOT NULL,
    model_id text,
    provider text,
    pool text,
    input_tokens bigint NOT NULL,
    cached_input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    reasoning_tokens bigint NOT NULL,
    counted_by text NOT NULL,
    input_price numeric,
    cached_input_price numeric,
    output_price numeric,
    cost_usd numeric NOT NULL,
    queue_wait_ms double precision NOT NULL,
    first_token_ms double precision,
    duration_ms double precision NOT NULL,
    occurred_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    attempts jsonb DEFAULT '[]'::jsonb NOT NULL,
    cache_write_tokens bigint DEFAULT 0 NOT NULL,
    cache_write_price numeric,
    caches_asked text[] DEFAULT '{}'::text[] NOT NULL,
    served_by text,
    saved_usd numeric DEFAULT 0 NOT NULL,
    bytes bigint,
    byte_price numeric,
    CONSTRAINT usage_events_bytes_check CHECK ((bytes >= 0))
);

ALTER TABLE ONLY usage.usage_events FORCE ROW LEVEL SECURITY;

CREATE TABLE usage.api_keys (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    secret_hash text NOT NULL,
    roles jsonb NOT NULL,
    scopes jsonb NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    expires_at timestamp(3) with time zone,
    last_used_at timestamp(3) with time zone,
    revoked_at timestamp(3) with time zone,
    CONSTRAINT api_keys_secret_hash_check CHECK ((secret_hash ~ '^[0-9a-f]{64}$'::text))
);

ALTER TABLE ONLY usage.api_keys FORCE ROW LEVEL SECURITY;

CREATE TABLE usage.plan_quotas (
    plan text NOT NULL,
    tenant_tokens_per_day bigint NOT NULL,
    tenant_tokens_per_minute bigint NOT NULL,
    user_tokens_per_day bigint NOT NULL,
    user_tokens_per_minute bigint NOT NULL,
    default_output_tokens integer,
    max_output_tokens integer,
    CONSTRAINT plan_quotas_check CHECK ((max_output_tokens >= default_output_tokens)),
    CONSTRAINT plan_quotas_default_output_tokens_check CHECK ((default_output_tokens > 0)),
    CONSTRAINT plan_quotas_tenant_tokens_per_day_check CHECK ((tenant_tokens_per_day >= 0)),
    CONSTRAINT plan_quotas_tenant_tokens_per_minute_check CHECK ((tenant_tokens_per_minute >= 0)),
    CONSTRAINT plan_quotas_user_tokens_per_day_check CHECK ((user_tokens_per_day >= 0)),
    CONSTRAINT plan_quotas_user_tokens_per_minute_check CHECK ((user_tokens_per_minute >= 0))
);

ALTER TABLE ONLY usage.plan_quotas FORCE ROW LEVEL SECURITY;

CREATE TABLE usage.tenants (
    id uuid NOT NULL,
    name text NOT NULL,
    plan text DEFAULT 'FREE'::text NOT NULL,
    tokens_per_day bigint,
    tokens_per_minute bigint,
    user_tokens_per_day bigint,
    user_tokens_per_minute bigint,
    monthly_budget_usd numeric,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    granted_tokens_per_day bigint,
    granted_tokens_per_minute bigint,
    granted_user_tokens_per_day bigint,
    granted_user_tokens_per_minute bigint,
    CONSTRAINT tenants_granted_tokens_per_day_check CHECK ((granted_tokens_per_day >= 0)),
    CONSTRAINT tenants_granted_tokens_per_minute_check CHECK ((granted_tokens_per_minute >= 0)),
    CONSTRAINT tenants_granted_user_tokens_per_day_check CHECK ((granted_user_tokens_per_day >= 0)),
    CONSTRAINT tenants_granted_user_tokens_per_minute_check CHECK ((granted_user_tokens_per_minute >= 0)),
    CONSTRAINT tenants_monthly_budget_usd_check CHECK ((monthly_budget_usd >= (0)::numeric)),
    CONSTRAINT tenants_tokens_per_day_check CHECK ((tokens_per_day >= 0)),
    CONSTRAINT tenants_tokens_per_minute_check CHECK ((tokens_per_minute >= 0)),
    CONSTRAINT tenants_user_tokens_per_day_check CHECK ((user_tokens_per_day >= 0)),
    CONSTRAINT tenants_user_tokens_per_minute_check CHECK ((user_tokens_per_minute >= 0))
);

ALTER TABLE ONLY usage.tenants FORCE ROW LEVEL SECURITY;

CREATE VIEW usage.tenant_limits WITH (security_invoker='true') AS
 SELECT t.id AS tenant_id,
    t.plan,
    t.monthly_budget_usd,
    granted.tenant_day AS granted_tenant_day,
    granted.tenant_minute AS granted_tenant_minute,
    granted.user_day AS granted_user_day,
    granted.user_minute AS granted_user_minute,
    LEAST(t.tokens_per_day, granted.tenant_day) AS tenant_day,
    LEAST(t.tokens_per_minute, granted.tenant_minute) AS tenant_minute,
    t.user_tokens_per_day AS set_user_day,
    t.user_tokens_per_minute AS set_user_minute
   FROM ((usage.tenants t
     JOIN usage.plan_quotas p ON ((p.plan = t.plan)))
     CROSS JOIN LATERAL ( SELECT COALESCE(t.granted_tokens_per_day, p.tenant_tokens_per_day) AS tenant_day,
            COALESCE(t.granted_tokens_per_minute, p.tenant_tokens_per_minute) AS tenant_minute,
            COALESCE(t.granted_user_tokens_per_day, p.user_tokens_per_day) AS user_day,
            COALESCE(t.granted_user_tokens_per_minute, p.user_tokens_per_minute) AS user_minute) granted);

CREATE TABLE usage.users (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    email text,
    role text DEFAULT 'USER'::text NOT NULL,
    tokens_per_day bigint,
    tokens_per_minute bigint,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    assigned_role text,
    access_version integer DEFAULT 0 NOT NULL,
    name text,
    deleted_at timestamp(3) with time zone,
    announce_again_at timestamp(3) with time zone,
    CONSTRAINT users_assigned_role_check CHECK ((assigned_role = ANY (ARRAY['USER'::text, 'ADMIN'::text, 'BILLING_ADMIN'::text]))),
    CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['USER'::text, 'ADMIN'::text, 'BILLING_ADMIN'::text]))),
    CONSTRAINT users_tokens_per_day_check CHECK ((tokens_per_day >= 0)),
    CONSTRAINT users_tokens_per_minute_check CHECK ((tokens_per_minute >= 0))
);

ALTER TABLE ONLY usage.users FORCE ROW LEVEL SECURITY;

CREATE VIEW usage.limits WITH (security_invoker='true') AS
 SELECT u.tenant_id,
    u.id AS user_id,
    t.plan,
    t.monthly_budget_usd,
    t.tenant_day,
    t.tenant_minute,
    LEAST(COALESCE(u.tokens_per_day, t.set_user_day), t.granted_user_day) AS user_day,
    LEAST(COALESCE(u.tokens_per_minute, t.set_user_minute), t.granted_user_minute) AS user_minute
   FROM (usage.users u
     JOIN usage.tenant_limits t ON ((t.tenant_id = u.tenant_id)));

CREATE TABLE usage.outbox (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    routing_key text NOT NULL,
    message_id uuid NOT NULL,
    body jsonb NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY usage.outbox FORCE ROW LEVEL SECURITY;

CREATE TABLE usage.quota_windows (
    tenant_id uuid NOT NULL,
    user_id uuid,
    day_start timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    day_tokens bigint DEFAULT 0 NOT NULL,
    minute_start timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    minute_tokens bigint DEFAULT 0 NOT NULL,
    month_start timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    month_cost_usd numeric DEFAULT 0 NOT NULL,
    held_cost_usd numeric DEFAULT 0 NOT NULL,
    CONSTRAINT quota_windows_day_tokens_check CHECK ((day_tokens >= 0)),
    CONSTRAINT quota_windows_held_cost_usd_check CHECK ((held_cost_usd >= (0)::numeric)),
    CONSTRAINT quota_windows_minute_tokens_check CHECK ((minute_tokens >= 0))
);

ALTER TABLE ONLY usage.quota_windows FORCE ROW LEVEL SECURITY;

CREATE VIEW usage.quotas WITH (security_invoker='true') AS
 SELECT w.tenant_id,
    w.user_id,
    t.plan,
    t.monthly_budget_usd,
    now_month.start AS month_start,
    now_day.start AS day_start,
    now_minute.start AS minute_start,
    date_trunc('month'::text, (now_month.start + '32 days'::interval), 'UTC'::text) AS month_end,
    (now_day.start + '24:00:00'::interval) AS day_end,
    (now_minute.start + '00:01:00'::interval) AS minute_end,
        CASE
            WHEN (w.month_start = now_month.start) THEN w.month_cost_usd
            ELSE (0)::numeric
        END AS month_cost_usd,
        CASE
            WHEN (w.day_start = now_day.start) THEN w.day_tokens
            ELSE (0)::bigint
        END AS day_tokens,
        CASE
            WHEN (w.minute_start = now_minute.start) THEN w.minute_tokens
            ELSE (0)::bigint
        END AS minute_tokens,
        CASE
            WHEN (w.user_id IS NULL) THEN t.tenant_day
            ELSE own.user_day
        END AS day_limit,
        CASE
            WHEN (w.user_id IS NULL) THEN t.tenant_minute
            ELSE own.user_minute
        END AS minute_limit,
    w.held_cost_usd
   FROM ((((((usage.quota_windows w
     JOIN usage.quota_windows whole ON (((whole.tenant_id = w.tenant_id) AND (whole.user_id IS NULL))))
     JOIN usage.tenant_limits t ON ((t.tenant_id = w.tenant_id)))
     LEFT JOIN usage.limits own ON (((own.tenant_id = w.tenant_id) AND (own.user_id = w.user_id))))
     CROSS JOIN LATERAL ( SELECT GREATEST(whole.month_start, date_trunc('month'::text, statement_timestamp(), 'UTC'::text)) AS start) now_month)
     CROSS JOIN LATERAL ( SELECT GREATEST(whole.day_start, date_trunc('day'::text, statement_timestamp(), 'UTC'::text)) AS start) now_day)
     CROSS JOIN LATERAL ( SELECT GREATEST(whole.minute_start, date_trunc('minute'::text, statement_timestamp(), 'UTC'::text)) AS start) now_minute);

ALTER TABLE ONLY usage.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY usage.api_keys
    ADD CONSTRAINT api_keys_secret_hash_key UNIQUE (secret_hash);

ALTER TABLE ONLY usage.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY usage.plan_quotas
    ADD CONSTRAINT plan_quotas_pkey PRIMARY KEY (plan);

ALTER TABLE ONLY usage.quota_windows
    ADD CONSTRAINT quota_windows_tenant_id_user_id_key UNIQUE NULLS NOT DISTINCT (tenant_id, user_id);

ALTER TABLE ONLY usage.reservations
    ADD CONSTRAINT reservations_pkey PRIMARY KEY (tenant_id, id, kind);

ALTER TABLE ONLY usage.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);

ALTER TABLE usage.usage_events
    ADD CONSTRAINT usage_events_kind_check CHECK ((kind = ANY (ARRAY['REPLY'::text, 'TITLE'::text, 'SUMMARY'::text, 'EMBEDDING'::text, 'STORAGE'::text]))) NOT VALID;

ALTER TABLE ONLY usage.usage_events
    ADD CONSTRAINT usage_events_pkey PRIMARY KEY (tenant_id, message_id, kind);

ALTER TABLE ONLY usage.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id);

CREATE INDEX api_keys_of_user ON usage.api_keys USING btree (tenant_id, user_id);

CREATE INDEX outbox_by_age ON usage.outbox USING btree (created_at);

CREATE INDEX reservations_by_message ON usage.reservations USING btree (tenant_id, message_id);

CREATE INDEX reservations_of_sends ON usage.reservations USING btree (tenant_id, send_id) WHERE ((status = 'HELD'::text) AND (send_id IS NOT NULL));

CREATE INDEX reservations_of_titles ON usage.reservations USING btree (tenant_id, conversation_id) WHERE (kind = 'TITLE'::text);

CREATE INDEX reservations_to_expire ON usage.reservations USING btree (expires_at) WHERE (status = 'HELD'::text);

CREATE INDEX reservations_to_forget ON usage.reservations USING btree (closed_at) WHERE (status <> 'HELD'::text);

CREATE INDEX usage_events_by_conversation ON usage.usage_events USING btree (tenant_id, conversation_id) INCLUDE (cost_usd);

CREATE INDEX usage_events_by_time ON usage.usage_events USING btree (tenant_id, occurred_at);

CREATE INDEX usage_events_by_user ON usage.usage_events USING btree (tenant_id, user_id, occurred_at);

CREATE INDEX users_decided ON usage.users USING btree (tenant_id, id) WHERE (access_version > 0);

CREATE INDEX users_to_announce ON usage.users USING btree (announce_again_at) WHERE (announce_again_at IS NOT NULL);

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.usage_events FOR EACH STATEMENT EXECUTE FUNCTION usage.refuse_change();

ALTER TABLE ONLY usage.api_keys
    ADD CONSTRAINT api_keys_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES usage.users(tenant_id, id);

ALTER TABLE ONLY usage.quota_windows
    ADD CONSTRAINT quota_windows_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES usage.tenants(id);

ALTER TABLE ONLY usage.quota_windows
    ADD CONSTRAINT quota_windows_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES usage.users(tenant_id, id);

ALTER TABLE ONLY usage.reservations
    ADD CONSTRAINT reservations_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES usage.users(tenant_id, id);

ALTER TABLE ONLY usage.tenants
    ADD CONSTRAINT tenants_plan_fkey FOREIGN KEY (plan) REFERENCES usage.plan_quotas(plan);

ALTER TABLE ONLY usage.usage_events
    ADD CONSTRAINT usage_events_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES usage.users(tenant_id, id);

ALTER TABLE ONLY usage.users
    ADD CONSTRAINT users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES usage.tenants(id);

ALTER TABLE usage.api_keys ENABLE ROW LEVEL SECURITY;

CREATE POLICY everybody ON usage.plan_quotas FOR SELECT TO app_rw USING (true);

CREATE POLICY holder_notes_use ON usage.api_keys FOR UPDATE TO app_rw USING ((secret_hash = ANY (string_to_array(NULLIF(current_setting('app.api_keys'::text, true), ''::text), ','::text))));

CREATE POLICY holder_reads ON usage.api_keys FOR SELECT TO app_rw USING ((secret_hash = ANY (string_to_array(NULLIF(current_setting('app.api_keys'::text, true), ''::text), ','::text))));

ALTER TABLE usage.outbox ENABLE ROW LEVEL SECURITY;

ALTER TABLE usage.plan_quotas ENABLE ROW LEVEL SECURITY;

ALTER TABLE usage.quota_windows ENABLE ROW LEVEL SECURITY;

ALTER TABLE usage.reservations ENABLE ROW LEVEL SECURITY;

CREATE POLICY system ON usage.api_keys TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON usage.outbox TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON usage.plan_quotas TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON usage.quota_windows TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON usage.reservations TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON usage.tenants TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON usage.usage_events TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON usage.users TO app_system USING (true) WITH CHECK (true);

CREATE POLICY tenant ON usage.api_keys TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON usage.outbox TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON usage.quota_windows TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON usage.reservations TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON usage.tenants TO app_rw USING ((id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON usage.usage_events TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON usage.users TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

ALTER TABLE usage.tenants ENABLE ROW LEVEL SECURITY;

ALTER TABLE usage.usage_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE usage.users ENABLE ROW LEVEL SECURITY;
