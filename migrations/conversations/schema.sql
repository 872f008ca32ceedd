-- Where the migrations lead. Written by: npm run migrations

CREATE TABLE conversations.messages (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    parent_id uuid,
    branch_id uuid NOT NULL,
    depth integer NOT NULL,
    path_length bigint NOT NULL,
    role text NOT NULL,
    content text NOT NULL,
    status text NOT NULL,
    finish_reason text,
    failure jsonb,
    model_id text,
    generation jsonb,
    dispatched_at timestamp(3) with time zone,
    stop_requested_at timestamp(3) with time zone,
    last_seq integer DEFAULT 0 NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    completed_at timestamp(3) with time zone,
    search tsvector,
    tool_calls json,
    log_id uuid,
    reasoning text,
    reuse text,
    parked_until timestamp(3) with time zone,
    attachments jsonb,
    CONSTRAINT messages_reuse_check CHECK ((reuse = ANY (ARRAY['REQUEST_CACHE'::text, 'SEMANTIC_CACHE'::text])))
);

ALTER TABLE ONLY conversations.messages FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.conversation_summaries (
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    last_message_id uuid NOT NULL,
    prompt_version integer NOT NULL,
    branch_id uuid NOT NULL,
    depth integer NOT NULL,
    content text NOT NULL,
    tokens integer NOT NULL,
    model_id text,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY conversations.conversation_summaries FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.conversations (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    title text,
    model_policy text,
    system_prompt text,
    head_id uuid,
    pinned boolean DEFAULT false NOT NULL,
    archived boolean DEFAULT false NOT NULL,
    legal_hold boolean DEFAULT false NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp(3) with time zone,
    titling_since timestamp with time zone,
    read_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    summarised boolean DEFAULT false NOT NULL,
    summarising uuid,
    summarising_since timestamp with time zone,
    budget_usd numeric,
    collection_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL
);

ALTER TABLE ONLY conversations.conversations FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.imported_conversations (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    source text NOT NULL,
    source_id text NOT NULL,
    conversation_id uuid NOT NULL,
    transfer_id uuid NOT NULL
);

ALTER TABLE ONLY conversations.imported_conversations FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.message_chunks (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    seq integer NOT NULL,
    event json NOT NULL
);

ALTER TABLE ONLY conversations.message_chunks FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.outbox (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    routing_key text NOT NULL,
    message_id uuid NOT NULL,
    body jsonb NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY conversations.outbox FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.parked_replies (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    job jsonb,
    last_seq integer NOT NULL
);

ALTER TABLE ONLY conversations.parked_replies FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.reindexing (
    id smallint DEFAULT 1 NOT NULL,
    tenant_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    message_id uuid DEFAULT '00000000-0000-0000-0000-000000000000'::uuid NOT NULL,
    done_at timestamp with time zone,
    CONSTRAINT reindexing_id_check CHECK ((id = 1))
);

ALTER TABLE ONLY conversations.reindexing FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.sends (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    idempotency_key text NOT NULL,
    request_hash text NOT NULL,
    user_message_id uuid NOT NULL,
    assistant_message_id uuid NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY conversations.sends FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.shares (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    token_hash text NOT NULL,
    last_message_id uuid NOT NULL,
    message_count integer NOT NULL,
    title text,
    created_at timestamp(3) with time zone NOT NULL,
    expires_at timestamp(3) with time zone,
    revoked_at timestamp(3) with time zone,
    with_files boolean DEFAULT false NOT NULL,
    CONSTRAINT shares_message_count_check CHECK ((message_count > 0)),
    CONSTRAINT shares_token_hash_check CHECK ((token_hash ~ '^[0-9a-f]{64}$'::text))
);

ALTER TABLE ONLY conversations.shares FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.sharing_policies (
    tenant_id uuid NOT NULL,
    is_allowed boolean NOT NULL
);

ALTER TABLE ONLY conversations.sharing_policies FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.stored_bytes (
    tenant_id uuid NOT NULL,
    shard smallint NOT NULL,
    bytes bigint NOT NULL,
    CONSTRAINT stored_bytes_bytes_check CHECK ((bytes >= 0))
)
WITH (fillfactor='50');

ALTER TABLE ONLY conversations.stored_bytes FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.sweeps (
    id smallint DEFAULT 1 NOT NULL,
    holder uuid NOT NULL,
    leased_until timestamp with time zone NOT NULL,
    CONSTRAINT sweeps_id_check CHECK ((id = 1))
);

ALTER TABLE ONLY conversations.sweeps FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.tool_calls (
    tenant_id uuid NOT NULL,
    message_id uuid NOT NULL,
    call_id text NOT NULL,
    conversation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    tool text NOT NULL,
    server text,
    status text NOT NULL,
    decision text,
    decided_at timestamp(3) with time zone,
    called_at timestamp(3) with time zone NOT NULL,
    duration_ms integer,
    argument_bytes integer NOT NULL,
    result_bytes integer,
    CONSTRAINT tool_calls_decision_check CHECK ((decision = ANY (ARRAY['APPROVED'::text, 'DENIED'::text, 'EXPIRED'::text]))),
    CONSTRAINT tool_calls_status_check CHECK ((status = ANY (ARRAY['AWAITING_APPROVAL'::text, 'COMPLETED'::text, 'FAILED'::text])))
);

ALTER TABLE ONLY conversations.tool_calls FORCE ROW LEVEL SECURITY;

CREATE TABLE conversations.transfers (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind text NOT NULL,
    conversation_id uuid,
    format text,
    language text,
    file_id uuid,
    status text NOT NULL,
    done integer DEFAULT 0 NOT NULL,
    total integer,
    attempts integer DEFAULT 0 NOT NULL,
    holder uuid,
    leased_until timestamp(3) with time zone,
    blob_key text,
    byte_size bigint,
    file_name text,
    media_type text,
    failure jsonb,
    report jsonb,
    created_at timestamp(3) with time zone NOT NULL,
    completed_at timestamp(3) with time zone,
    expires_at timestamp(3) with time zone,
    CONSTRAINT transfers_format_check CHECK ((format = ANY (ARRAY['JSON'::text, 'MARKDOWN'::text, 'HTML'::text]))),
    CONSTRAINT transfers_kind_check CHECK ((kind = ANY (ARRAY['CONVERSATION_EXPORT'::text, 'DATA_EXPORT'::text, 'IMPORT'::text]))),
    CONSTRAINT transfers_status_check CHECK ((status = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text, 'READY'::text, 'FAILED'::text, 'EXPIRED'::text])))
);

ALTER TABLE ONLY conversations.transfers FORCE ROW LEVEL SECURITY;

ALTER TABLE ONLY conversations.conversation_summaries
    ADD CONSTRAINT conversation_summaries_pkey PRIMARY KEY (tenant_id, last_message_id, prompt_version);

ALTER TABLE ONLY conversations.conversations
    ADD CONSTRAINT conversations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY conversations.conversations
    ADD CONSTRAINT conversations_tenant_id_id_key UNIQUE (tenant_id, id);

ALTER TABLE ONLY conversations.imported_conversations
    ADD CONSTRAINT imported_conversations_pkey PRIMARY KEY (tenant_id, user_id, source, source_id);

ALTER TABLE ONLY conversations.message_chunks
    ADD CONSTRAINT message_chunks_pkey PRIMARY KEY (tenant_id, message_id, seq);

ALTER TABLE ONLY conversations.messages
    ADD CONSTRAINT messages_tenant_id_id_key UNIQUE (tenant_id, id);

ALTER TABLE ONLY conversations.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY conversations.parked_replies
    ADD CONSTRAINT parked_replies_pkey PRIMARY KEY (tenant_id, message_id);

ALTER TABLE ONLY conversations.reindexing
    ADD CONSTRAINT reindexing_pkey PRIMARY KEY (id);

ALTER TABLE ONLY conversations.sends
    ADD CONSTRAINT sends_pkey PRIMARY KEY (tenant_id, user_id, idempotency_key);

ALTER TABLE ONLY conversations.shares
    ADD CONSTRAINT shares_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY conversations.shares
    ADD CONSTRAINT shares_tenant_id_conversation_id_key UNIQUE (tenant_id, conversation_id);

ALTER TABLE ONLY conversations.shares
    ADD CONSTRAINT shares_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY conversations.sharing_policies
    ADD CONSTRAINT sharing_policies_pkey PRIMARY KEY (tenant_id);

ALTER TABLE ONLY conversations.stored_bytes
    ADD CONSTRAINT stored_bytes_pkey PRIMARY KEY (tenant_id, shard);

ALTER TABLE ONLY conversations.sweeps
    ADD CONSTRAINT sweeps_pkey PRIMARY KEY (id);

ALTER TABLE ONLY conversations.tool_calls
    ADD CONSTRAINT tool_calls_pkey PRIMARY KEY (tenant_id, message_id, call_id);

ALTER TABLE ONLY conversations.transfers
    ADD CONSTRAINT transfers_pkey PRIMARY KEY (tenant_id, id);

CREATE INDEX conversation_summaries_by_branch ON conversations.conversation_summaries USING btree (tenant_id, conversation_id, branch_id, depth);

CREATE INDEX conversations_by_owner ON conversations.conversations USING btree (tenant_id, owner_id, updated_at DESC, id DESC);

CREATE INDEX conversations_to_purge ON conversations.conversations USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);

CREATE INDEX messages_by_attachment ON conversations.messages USING gin (attachments jsonb_path_ops) WHERE (attachments IS NOT NULL);

CREATE UNIQUE INDEX messages_by_branch ON conversations.messages USING btree (tenant_id, branch_id, depth);

CREATE INDEX messages_by_conversation ON conversations.messages USING btree (conversation_id, created_at);

CREATE INDEX messages_by_parent ON conversations.messages USING btree (tenant_id, parent_id);

CREATE INDEX messages_in_flight ON conversations.messages USING btree (conversation_id, created_at) WHERE (status = ANY (ARRAY['QUEUED'::text, 'STREAMING'::text]));

CREATE UNIQUE INDEX messages_log ON conversations.messages USING btree (COALESCE(log_id, id));

CREATE INDEX messages_parked ON conversations.messages USING btree (parked_until) WHERE (parked_until IS NOT NULL);

CREATE INDEX messages_search ON conversations.messages USING gin (search);

CREATE INDEX outbox_by_age ON conversations.outbox USING btree (created_at);

CREATE INDEX sends_by_age ON conversations.sends USING brin (created_at);

CREATE INDEX tool_calls_by_time ON conversations.tool_calls USING btree (tenant_id, called_at DESC, message_id DESC, call_id DESC);

CREATE UNIQUE INDEX transfers_at_once ON conversations.transfers USING btree (tenant_id, user_id, kind) WHERE ((status = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text])) AND (kind = ANY (ARRAY['DATA_EXPORT'::text, 'IMPORT'::text])));

CREATE INDEX transfers_of_user ON conversations.transfers USING btree (tenant_id, user_id, id);

CREATE INDEX transfers_to_do ON conversations.transfers USING btree (created_at) WHERE (status = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text]));

CREATE INDEX transfers_to_purge ON conversations.transfers USING btree (expires_at) WHERE (blob_key IS NOT NULL);

CREATE TRIGGER count_chunks AFTER INSERT ON conversations.message_chunks REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION conversations.count_chunks();

CREATE TRIGGER count_conversation_change AFTER UPDATE OF system_prompt ON conversations.conversations FOR EACH ROW EXECUTE FUNCTION conversations.count_conversations_change();

CREATE TRIGGER count_conversation_come AFTER INSERT ON conversations.conversations REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION conversations.count_conversations();

CREATE TRIGGER count_conversation_go AFTER DELETE ON conversations.conversations REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION conversations.count_conversations();

CREATE TRIGGER count_message_change AFTER UPDATE OF content, tool_calls ON conversations.messages FOR EACH ROW EXECUTE FUNCTION conversations.count_messages_change();

CREATE TRIGGER count_message_come AFTER INSERT ON conversations.messages REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION conversations.count_messages();

CREATE TRIGGER count_message_go AFTER DELETE ON conversations.messages REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION conversations.count_messages();

CREATE TRIGGER count_summary_come AFTER INSERT ON conversations.conversation_summaries REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION conversations.count_summaries();

CREATE TRIGGER count_summary_go AFTER DELETE ON conversations.conversation_summaries REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION conversations.count_summaries();

CREATE TRIGGER drop_summaries AFTER UPDATE OF status ON conversations.messages FOR EACH ROW WHEN (((new.status = 'BLOCKED'::text) AND (old.status <> 'BLOCKED'::text))) EXECUTE FUNCTION conversations.drop_summaries();

CREATE TRIGGER index_text BEFORE INSERT OR UPDATE OF content ON conversations.messages FOR EACH ROW EXECUTE FUNCTION conversations.index_text();

CREATE TRIGGER revoke_blocked_shares AFTER UPDATE OF status ON conversations.messages FOR EACH ROW WHEN (((new.status = 'BLOCKED'::text) AND (old.status <> 'BLOCKED'::text))) EXECUTE FUNCTION conversations.revoke_blocked_shares();

ALTER TABLE ONLY conversations.conversation_summaries
    ADD CONSTRAINT conversation_summaries_tenant_id_conversation_id_fkey FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations.conversations(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY conversations.conversation_summaries
    ADD CONSTRAINT conversation_summaries_tenant_id_last_message_id_fkey FOREIGN KEY (tenant_id, last_message_id) REFERENCES conversations.messages(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY conversations.conversations
    ADD CONSTRAINT conversations_tenant_id_head_id_fkey FOREIGN KEY (tenant_id, head_id) REFERENCES conversations.messages(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY conversations.imported_conversations
    ADD CONSTRAINT imported_conversations_tenant_id_conversation_id_fkey FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations.conversations(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY conversations.message_chunks
    ADD CONSTRAINT message_chunks_tenant_id_message_id_fkey FOREIGN KEY (tenant_id, message_id) REFERENCES conversations.messages(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY conversations.messages
    ADD CONSTRAINT messages_tenant_id_conversation_id_fkey FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations.conversations(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY conversations.messages
    ADD CONSTRAINT messages_tenant_id_parent_id_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES conversations.messages(tenant_id, id);

ALTER TABLE ONLY conversations.parked_replies
    ADD CONSTRAINT parked_replies_tenant_id_message_id_fkey FOREIGN KEY (tenant_id, message_id) REFERENCES conversations.messages(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY conversations.shares
    ADD CONSTRAINT shares_tenant_id_conversation_id_fkey FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations.conversations(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY conversations.shares
    ADD CONSTRAINT shares_tenant_id_last_message_id_fkey FOREIGN KEY (tenant_id, last_message_id) REFERENCES conversations.messages(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY conversations.tool_calls
    ADD CONSTRAINT tool_calls_tenant_id_message_id_fkey FOREIGN KEY (tenant_id, message_id) REFERENCES conversations.messages(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY conversations.transfers
    ADD CONSTRAINT transfers_tenant_id_conversation_id_fkey FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations.conversations(tenant_id, id) ON DELETE SET NULL (conversation_id);

ALTER TABLE conversations.conversation_summaries ENABLE ROW LEVEL SECURITY;

ALTER TABLE conversations.conversations ENABLE ROW LEVEL SECURITY;

CREATE POLICY everybody ON conversations.reindexing FOR SELECT TO app_rw USING (true);

CREATE POLICY everybody ON conversations.sweeps FOR SELECT TO app_rw USING (true);

CREATE POLICY holder_reads ON conversations.shares FOR SELECT TO app_rw USING ((token_hash = NULLIF(current_setting('app.share'::text, true), ''::text)));

ALTER TABLE conversations.imported_conversations ENABLE ROW LEVEL SECURITY;

ALTER TABLE conversations.message_chunks ENABLE ROW LEVEL SECURITY;

ALTER TABLE conversations.messages ENABLE ROW LEVEL SECURITY;

ALTER TABLE conversations.outbox ENABLE ROW LEVEL SECURITY;

ALTER TABLE conversations.parked_replies ENABLE ROW LEVEL SECURITY;

ALTER TABLE conversations.reindexing ENABLE ROW LEVEL SECURITY;

ALTER TABLE conversations.sends ENABLE ROW LEVEL SECURITY;

ALTER TABLE conversations.shares ENABLE ROW LEVEL SECURITY;

ALTER TABLE conversations.sharing_policies ENABLE ROW LEVEL SECURITY;

ALTER TABLE conversations.stored_bytes ENABLE ROW LEVEL SECURITY;

ALTER TABLE conversations.sweeps ENABLE ROW LEVEL SECURITY;

CREATE POLICY system ON conversations.conversation_summaries TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.conversations TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.imported_conversations TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.message_chunks TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.messages TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.outbox TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.parked_replies TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.reindexing TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.sends TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.shares TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.sharing_policies TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.stored_bytes TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.sweeps TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.tool_calls TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON conversations.transfers TO app_system USING (true) WITH CHECK (true);

CREATE POLICY tenant ON conversations.conversation_summaries TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON conversations.conversations TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON conversations.imported_conversations TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON conversations.message_chunks TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON conversations.messages TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON conversations.outbox TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON conversations.parked_replies TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON conversations.sends TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON conversations.shares TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON conversations.sharing_policies TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON conversations.stored_bytes TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON conversations.tool_calls TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON conversations.transfers TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

ALTER TABLE conversations.tool_calls ENABLE ROW LEVEL SECURITY;

ALTER TABLE conversations.transfers ENABLE ROW LEVEL SECURITY;
