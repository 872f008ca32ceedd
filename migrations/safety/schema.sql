-- Where the migrations lead. Written by: npm run migrations

CREATE TABLE safety.cases (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    stage text NOT NULL,
    user_id uuid NOT NULL,
    excerpt text NOT NULL,
    status text DEFAULT 'OPEN'::text NOT NULL,
    note text,
    resolved_by uuid,
    opened_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    resolved_at timestamp(3) with time zone
);

ALTER TABLE ONLY safety.cases FORCE ROW LEVEL SECURITY;

CREATE TABLE safety.output_thresholds (
    tenant_id uuid NOT NULL,
    category text NOT NULL,
    flag_at double precision,
    block_at double precision,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_by uuid NOT NULL,
    CONSTRAINT output_thresholds_block_at_check CHECK (((block_at >= (0)::double precision) AND (block_at <= (1)::double precision))),
    CONSTRAINT output_thresholds_flag_at_check CHECK (((flag_at >= (0)::double precision) AND (flag_at <= (1)::double precision)))
);

ALTER TABLE ONLY safety.output_thresholds FORCE ROW LEVEL SECURITY;

CREATE TABLE safety.policies (
    tenant_id uuid NOT NULL,
    output_mode text DEFAULT 'AFTER'::text NOT NULL,
    hold_characters integer DEFAULT 64 NOT NULL,
    input_providers text[] DEFAULT '{}'::text[] NOT NULL,
    output_providers text[] DEFAULT '{}'::text[] NOT NULL,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_by uuid NOT NULL,
    pii text DEFAULT 'OFF'::text NOT NULL,
    CONSTRAINT policies_hold_characters_check CHECK (((hold_characters >= 1) AND (hold_characters <= 1000)))
);

ALTER TABLE ONLY safety.policies FORCE ROW LEVEL SECURITY;

CREATE TABLE safety.thresholds (
    tenant_id uuid NOT NULL,
    category text NOT NULL,
    flag_at double precision,
    block_at double precision,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_by uuid NOT NULL,
    CONSTRAINT thresholds_block_at_check CHECK (((block_at >= (0)::double precision) AND (block_at <= (1)::double precision))),
    CONSTRAINT thresholds_flag_at_check CHECK (((flag_at >= (0)::double precision) AND (flag_at <= (1)::double precision)))
);

ALTER TABLE ONLY safety.thresholds FORCE ROW LEVEL SECURITY;

CREATE TABLE safety.verdicts (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    stage text NOT NULL,
    conversation_id uuid NOT NULL,
    action text NOT NULL,
    categories jsonb NOT NULL,
    version text NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY safety.verdicts FORCE ROW LEVEL SECURITY;

ALTER TABLE ONLY safety.cases
    ADD CONSTRAINT cases_pkey PRIMARY KEY (id);

ALTER TABLE ONLY safety.cases
    ADD CONSTRAINT cases_tenant_id_message_id_stage_key UNIQUE (tenant_id, message_id, stage);

ALTER TABLE ONLY safety.output_thresholds
    ADD CONSTRAINT output_thresholds_pkey PRIMARY KEY (tenant_id, category);

ALTER TABLE ONLY safety.policies
    ADD CONSTRAINT policies_pkey PRIMARY KEY (tenant_id);

ALTER TABLE ONLY safety.thresholds
    ADD CONSTRAINT thresholds_pkey PRIMARY KEY (tenant_id, category);

ALTER TABLE ONLY safety.verdicts
    ADD CONSTRAINT verdicts_pkey PRIMARY KEY (tenant_id, message_id, stage);

CREATE INDEX cases_by_age ON safety.cases USING btree (tenant_id, opened_at DESC, id DESC);

CREATE INDEX cases_of_user ON safety.cases USING btree (tenant_id, user_id);

ALTER TABLE ONLY safety.cases
    ADD CONSTRAINT cases_tenant_id_message_id_stage_fkey FOREIGN KEY (tenant_id, message_id, stage) REFERENCES safety.verdicts(tenant_id, message_id, stage);

ALTER TABLE safety.cases ENABLE ROW LEVEL SECURITY;

ALTER TABLE safety.output_thresholds ENABLE ROW LEVEL SECURITY;

ALTER TABLE safety.policies ENABLE ROW LEVEL SECURITY;

CREATE POLICY system ON safety.cases TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON safety.output_thresholds TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON safety.policies TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON safety.thresholds TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON safety.verdicts TO app_system USING (true) WITH CHECK (true);

CREATE POLICY tenant ON safety.cases TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON safety.output_thresholds TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON safety.policies TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON safety.thresholds TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON safety.verdicts TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

ALTER TABLE safety.thresholds ENABLE ROW LEVEL SECURITY;

ALTER TABLE safety.verdicts ENABLE ROW LEVEL SECURITY;
