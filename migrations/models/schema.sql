-- Where the migrations lead. Written by: npm run migrations

CREATE TABLE models.curated_replies (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    questions text[] NOT NULL,
    keys text[] NOT NULL,
    reply text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY models.curated_replies FORCE ROW LEVEL SECURITY;

CREATE TABLE models.generation_outcomes (
    message_id text NOT NULL,
    attempt integer NOT NULL,
    model_id text NOT NULL,
    failed boolean NOT NULL,
    queue_wait_ms double precision NOT NULL,
    first_token_ms double precision,
    duration_ms double precision NOT NULL,
    output_tokens integer NOT NULL,
    finished_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    tenant_id text DEFAULT ''::text NOT NULL
);

ALTER TABLE ONLY models.generation_outcomes FORCE ROW LEVEL SECURITY;

CREATE TABLE models.instances (
    worker_id text NOT NULL,
    model_id text NOT NULL,
    seen_at timestamp(3) with time zone NOT NULL
);

ALTER TABLE ONLY models.instances FORCE ROW LEVEL SECURITY;

CREATE TABLE models.mcp_servers (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    credentials text NOT NULL,
    credentials_kind text NOT NULL,
    timeout_ms integer NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    failure text,
    listed_at timestamp(3) with time zone,
    due_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    changed_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    approval text DEFAULT 'AFTER_UNTRUSTED'::text NOT NULL,
    CONSTRAINT mcp_servers_approval_check CHECK ((approval = ANY (ARRAY['NEVER'::text, 'AFTER_UNTRUSTED'::text, 'ALWAYS'::text]))),
    CONSTRAINT mcp_servers_timeout_ms_check CHECK ((timeout_ms > 0))
);

ALTER TABLE ONLY models.mcp_servers FORCE ROW LEVEL SECURITY;

CREATE TABLE models.mcp_tools (
    tenant_id uuid NOT NULL,
    server text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    parameters text NOT NULL,
    read_only boolean NOT NULL,
    hash text NOT NULL,
    approved_hash text,
    approved_description text,
    approved_parameters text,
    enabled boolean DEFAULT false NOT NULL,
    listed boolean DEFAULT true NOT NULL,
    changed_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY models.mcp_tools FORCE ROW LEVEL SECURITY;

CREATE TABLE models.models (
    id text NOT NULL,
    display_name text NOT NULL,
    provider text NOT NULL,
    pool text NOT NULL,
    context_window integer NOT NULL,
    max_output_tokens integer NOT NULL,
    capabilities text[] NOT NULL,
    tiers text[] NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    "position" integer NOT NULL,
    source text NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    CONSTRAINT models_context_window_check CHECK ((context_window > 0)),
    CONSTRAINT models_max_output_tokens_check CHECK ((max_output_tokens > 0))
);

ALTER TABLE ONLY models.models FORCE ROW LEVEL SECURITY;

CREATE TABLE models.prices (
    model_id text NOT NULL,
    effective_from timestamp(3) with time zone NOT NULL,
    input numeric(21,12) NOT NULL,
    cached_input numeric(21,12) NOT NULL,
    output numeric(21,12) NOT NULL,
    source text NOT NULL,
    cache_write numeric(21,12),
    CONSTRAINT prices_cache_write_check CHECK ((cache_write >= (0)::numeric)),
    CONSTRAINT prices_cached_input_check CHECK ((cached_input >= (0)::numeric)),
    CONSTRAINT prices_input_check CHECK ((input >= (0)::numeric)),
    CONSTRAINT prices_output_check CHECK ((output >= (0)::numeric))
);

ALTER TABLE ONLY models.prices FORCE ROW LEVEL SECURITY;

CREATE TABLE models.reply_caches (
    tenant_id uuid NOT NULL,
    epoch uuid NOT NULL,
    cleared_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY models.reply_caches FORCE ROW LEVEL SECURITY;

CREATE TABLE models.routing_policies (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    description text,
    model_ids text[] NOT NULL,
    requires text[] NOT NULL,
    strategy text NOT NULL,
    max_input_price numeric(21,12),
    max_output_price numeric(21,12),
    is_default boolean DEFAULT false NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    rules jsonb DEFAULT '[]'::jsonb NOT NULL,
    latency_target_ms integer,
    cost_ceiling_usd numeric(21,12),
    default_output_tokens integer,
    max_output_tokens integer,
    request_cache_seconds integer,
    similar_cache_seconds integer,
    uses_curated_replies boolean DEFAULT false NOT NULL,
    cache_share text DEFAULT 'USER'::text NOT NULL,
    CONSTRAINT routing_policies_cache_share_check CHECK ((cache_share = ANY (ARRAY['USER'::text, 'TENANT'::text]))),
    CONSTRAINT routing_policies_cost_ceiling_usd_check CHECK ((cost_ceiling_usd >= (0)::numeric)),
    CONSTRAINT routing_policies_default_output_tokens_check CHECK ((default_output_tokens > 0)),
    CONSTRAINT routing_policies_latency_target_ms_check CHECK ((latency_target_ms > 0)),
    CONSTRAINT routing_policies_max_output_tokens_check CHECK ((max_output_tokens > 0)),
    CONSTRAINT routing_policies_request_cache_seconds_check CHECK (((request_cache_seconds >= 1) AND (request_cache_seconds <= 3600))),
    CONSTRAINT routing_policies_similar_cache_seconds_check CHECK (((similar_cache_seconds >= 1) AND (similar_cache_seconds <= 3600)))
);

ALTER TABLE ONLY models.routing_policies FORCE ROW LEVEL SECURITY;

CREATE TABLE models.tools (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    parameters text NOT NULL,
    url text NOT NULL,
    timeout_ms integer NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    secret text NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    approval text DEFAULT 'NEVER'::text NOT NULL,
    CONSTRAINT tools_approval_check CHECK ((approval = ANY (ARRAY['NEVER'::text, 'AFTER_UNTRUSTED'::text, 'ALWAYS'::text]))),
    CONSTRAINT tools_timeout_ms_check CHECK ((timeout_ms > 0))
);

ALTER TABLE ONLY models.tools FORCE ROW LEVEL SECURITY;

ALTER TABLE ONLY models.curated_replies
    ADD CONSTRAINT curated_replies_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY models.generation_outcomes
    ADD CONSTRAINT generation_outcomes_pkey PRIMARY KEY (tenant_id, message_id, attempt, model_id);

ALTER TABLE ONLY models.instances
    ADD CONSTRAINT instances_pkey PRIMARY KEY (worker_id, model_id);

ALTER TABLE ONLY models.mcp_servers
    ADD CONSTRAINT mcp_servers_pkey PRIMARY KEY (tenant_id, name);

ALTER TABLE ONLY models.mcp_tools
    ADD CONSTRAINT mcp_tools_pkey PRIMARY KEY (tenant_id, server, name);

ALTER TABLE ONLY models.models
    ADD CONSTRAINT models_pkey PRIMARY KEY (id);

ALTER TABLE ONLY models.prices
    ADD CONSTRAINT prices_pkey PRIMARY KEY (model_id, effective_from);

ALTER TABLE ONLY models.reply_caches
    ADD CONSTRAINT reply_caches_pkey PRIMARY KEY (tenant_id);

ALTER TABLE ONLY models.routing_policies
    ADD CONSTRAINT routing_policies_pkey PRIMARY KEY (tenant_id, name);

ALTER TABLE ONLY models.tools
    ADD CONSTRAINT tools_pkey PRIMARY KEY (tenant_id, name);

CREATE INDEX generation_outcomes_by_age ON models.generation_outcomes USING btree (finished_at);

CREATE INDEX instances_by_age ON models.instances USING btree (seen_at);

CREATE INDEX mcp_servers_due ON models.mcp_servers USING btree (due_at) WHERE enabled;

CREATE UNIQUE INDEX routing_policies_default ON models.routing_policies USING btree (tenant_id) WHERE is_default;

ALTER TABLE ONLY models.generation_outcomes
    ADD CONSTRAINT generation_outcomes_model_id_fkey FOREIGN KEY (model_id) REFERENCES models.models(id);

ALTER TABLE ONLY models.instances
    ADD CONSTRAINT instances_model_id_fkey FOREIGN KEY (model_id) REFERENCES models.models(id);

ALTER TABLE ONLY models.mcp_tools
    ADD CONSTRAINT mcp_tools_tenant_id_server_fkey FOREIGN KEY (tenant_id, server) REFERENCES models.mcp_servers(tenant_id, name) ON DELETE CASCADE;

ALTER TABLE ONLY models.prices
    ADD CONSTRAINT prices_model_id_fkey FOREIGN KEY (model_id) REFERENCES models.models(id);

ALTER TABLE models.curated_replies ENABLE ROW LEVEL SECURITY;

CREATE POLICY everybody ON models.generation_outcomes FOR SELECT TO app_rw USING (true);

CREATE POLICY everybody ON models.instances FOR SELECT TO app_rw USING (true);

CREATE POLICY everybody ON models.models FOR SELECT TO app_rw USING (true);

CREATE POLICY everybody ON models.prices FOR SELECT TO app_rw USING (true);

ALTER TABLE models.generation_outcomes ENABLE ROW LEVEL SECURITY;

ALTER TABLE models.instances ENABLE ROW LEVEL SECURITY;

ALTER TABLE models.mcp_servers ENABLE ROW LEVEL SECURITY;

ALTER TABLE models.mcp_tools ENABLE ROW LEVEL SECURITY;

ALTER TABLE models.models ENABLE ROW LEVEL SECURITY;

ALTER TABLE models.prices ENABLE ROW LEVEL SECURITY;

ALTER TABLE models.reply_caches ENABLE ROW LEVEL SECURITY;

ALTER TABLE models.routing_policies ENABLE ROW LEVEL SECURITY;

CREATE POLICY system ON models.curated_replies TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON models.generation_outcomes TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON models.instances TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON models.mcp_servers TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON models.mcp_tools TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON models.models TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON models.prices TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON models.reply_caches TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON models.routing_policies TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON models.tools TO app_system USING (true) WITH CHECK (true);

CREATE POLICY tenant ON models.curated_replies TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON models.mcp_servers TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON models.mcp_tools TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON models.reply_caches TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON models.routing_policies TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON models.tools TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

ALTER TABLE models.tools ENABLE ROW LEVEL SECURITY;
