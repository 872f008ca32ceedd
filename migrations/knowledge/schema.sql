-- Where the migrations lead. Written by: npm run migrations

CREATE TABLE knowledge.collections (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    name text NOT NULL,
    description text,
    access text NOT NULL,
    embedding_model text NOT NULL,
    next_model text,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY knowledge.collections FORCE ROW LEVEL SECURITY;

CREATE TABLE knowledge.chunks (
    tenant_id uuid NOT NULL,
    index_id uuid NOT NULL,
    ordinal integer NOT NULL,
    page integer,
    heading text NOT NULL,
    content text NOT NULL,
    terms tsvector NOT NULL,
    embedding knowledge.vector
)
WITH (toast_tuple_target='8160');

ALTER TABLE ONLY knowledge.chunks FORCE ROW LEVEL SECURITY;

CREATE TABLE knowledge.collection_documents (
    tenant_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    file_id uuid NOT NULL,
    added_by uuid NOT NULL,
    added_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY knowledge.collection_documents FORCE ROW LEVEL SECURITY;

CREATE TABLE knowledge.collection_readers (
    tenant_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    user_id uuid NOT NULL
);

ALTER TABLE ONLY knowledge.collection_readers FORCE ROW LEVEL SECURITY;

CREATE TABLE knowledge.document_indexes (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    file_id uuid NOT NULL,
    model text NOT NULL,
    status text NOT NULL,
    failure_message text,
    dimensions integer DEFAULT 0 NOT NULL,
    chunk_count integer DEFAULT 0 NOT NULL,
    term_count bigint DEFAULT 0 NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    requested_at timestamp(3) with time zone,
    terms_version integer DEFAULT 0 NOT NULL
);

ALTER TABLE ONLY knowledge.document_indexes FORCE ROW LEVEL SECURITY;

CREATE TABLE knowledge.doomed_blobs (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    key text NOT NULL,
    due_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY knowledge.doomed_blobs FORCE ROW LEVEL SECURITY;

CREATE TABLE knowledge.files (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    purpose text NOT NULL,
    name text NOT NULL,
    declared_type text NOT NULL,
    media_type text NOT NULL,
    byte_size bigint NOT NULL,
    sha256 text NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    failure_code text,
    failure_message text,
    page_count integer,
    text_length integer,
    has_preview boolean DEFAULT false NOT NULL,
    upload_expires_at timestamp(3) with time zone NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    signed_parts integer DEFAULT 0 NOT NULL,
    CONSTRAINT files_byte_size_check CHECK ((byte_size >= 0)),
    CONSTRAINT files_signed_parts_check CHECK ((signed_parts >= 0))
);

ALTER TABLE ONLY knowledge.files FORCE ROW LEVEL SECURITY;

CREATE TABLE knowledge.measured_days (
    day date NOT NULL,
    measured_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY knowledge.measured_days FORCE ROW LEVEL SECURITY;

CREATE TABLE knowledge.outbox (
    id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    routing_key text NOT NULL,
    message_id uuid NOT NULL,
    body jsonb NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY knowledge.outbox FORCE ROW LEVEL SECURITY;

CREATE TABLE knowledge.storage (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    bytes bigint DEFAULT 0 NOT NULL,
    files integer DEFAULT 0 NOT NULL,
    CONSTRAINT storage_bytes_check CHECK ((bytes >= 0)),
    CONSTRAINT storage_files_check CHECK ((files >= 0))
);

ALTER TABLE ONLY knowledge.storage FORCE ROW LEVEL SECURITY;

CREATE TABLE knowledge.tenant_storage (
    tenant_id uuid NOT NULL,
    bytes bigint DEFAULT 0 NOT NULL,
    CONSTRAINT tenant_storage_bytes_check CHECK ((bytes >= 0))
);

ALTER TABLE ONLY knowledge.tenant_storage FORCE ROW LEVEL SECURITY;

ALTER TABLE ONLY knowledge.chunks
    ADD CONSTRAINT chunks_pkey PRIMARY KEY (tenant_id, index_id, ordinal);

ALTER TABLE ONLY knowledge.collection_documents
    ADD CONSTRAINT collection_documents_pkey PRIMARY KEY (tenant_id, collection_id, file_id);

ALTER TABLE ONLY knowledge.collection_readers
    ADD CONSTRAINT collection_readers_pkey PRIMARY KEY (tenant_id, collection_id, user_id);

ALTER TABLE ONLY knowledge.collections
    ADD CONSTRAINT collections_pkey PRIMARY KEY (id);

ALTER TABLE ONLY knowledge.collections
    ADD CONSTRAINT collections_tenant_id_id_key UNIQUE (tenant_id, id);

ALTER TABLE ONLY knowledge.document_indexes
    ADD CONSTRAINT document_indexes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY knowledge.document_indexes
    ADD CONSTRAINT document_indexes_tenant_id_file_id_model_key UNIQUE (tenant_id, file_id, model);

ALTER TABLE ONLY knowledge.document_indexes
    ADD CONSTRAINT document_indexes_tenant_id_id_key UNIQUE (tenant_id, id);

ALTER TABLE ONLY knowledge.doomed_blobs
    ADD CONSTRAINT doomed_blobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY knowledge.files
    ADD CONSTRAINT files_pkey PRIMARY KEY (id);

ALTER TABLE ONLY knowledge.files
    ADD CONSTRAINT files_tenant_id_id_key UNIQUE (tenant_id, id);

ALTER TABLE ONLY knowledge.measured_days
    ADD CONSTRAINT measured_days_pkey PRIMARY KEY (day);

ALTER TABLE ONLY knowledge.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY knowledge.storage
    ADD CONSTRAINT storage_pkey PRIMARY KEY (tenant_id, user_id);

ALTER TABLE ONLY knowledge.tenant_storage
    ADD CONSTRAINT tenant_storage_pkey PRIMARY KEY (tenant_id);

CREATE INDEX collections_of_file ON knowledge.collection_documents USING btree (tenant_id, file_id);

CREATE INDEX doomed_blobs_due ON knowledge.doomed_blobs USING btree (due_at);

CREATE INDEX files_awaiting_upload ON knowledge.files USING btree (upload_expires_at) WHERE (status = 'AWAITING_UPLOAD'::text);

CREATE INDEX files_of_user ON knowledge.files USING btree (tenant_id, user_id, id);

CREATE INDEX files_to_resume ON knowledge.files USING btree (tenant_id, user_id, sha256) WHERE (status = 'AWAITING_UPLOAD'::text);

CREATE INDEX outbox_by_age ON knowledge.outbox USING btree (created_at);

ALTER TABLE ONLY knowledge.chunks
    ADD CONSTRAINT chunks_tenant_id_index_id_fkey FOREIGN KEY (tenant_id, index_id) REFERENCES knowledge.document_indexes(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY knowledge.collection_documents
    ADD CONSTRAINT collection_documents_tenant_id_collection_id_fkey FOREIGN KEY (tenant_id, collection_id) REFERENCES knowledge.collections(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY knowledge.collection_documents
    ADD CONSTRAINT collection_documents_tenant_id_file_id_fkey FOREIGN KEY (tenant_id, file_id) REFERENCES knowledge.files(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY knowledge.collection_readers
    ADD CONSTRAINT collection_readers_tenant_id_collection_id_fkey FOREIGN KEY (tenant_id, collection_id) REFERENCES knowledge.collections(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY knowledge.document_indexes
    ADD CONSTRAINT document_indexes_tenant_id_file_id_fkey FOREIGN KEY (tenant_id, file_id) REFERENCES knowledge.files(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE knowledge.chunks ENABLE ROW LEVEL SECURITY;

ALTER TABLE knowledge.collection_documents ENABLE ROW LEVEL SECURITY;

ALTER TABLE knowledge.collection_readers ENABLE ROW LEVEL SECURITY;

ALTER TABLE knowledge.collections ENABLE ROW LEVEL SECURITY;

ALTER TABLE knowledge.document_indexes ENABLE ROW LEVEL SECURITY;

ALTER TABLE knowledge.doomed_blobs ENABLE ROW LEVEL SECURITY;

CREATE POLICY everybody ON knowledge.measured_days FOR SELECT TO app_rw USING (true);

ALTER TABLE knowledge.files ENABLE ROW LEVEL SECURITY;

ALTER TABLE knowledge.measured_days ENABLE ROW LEVEL SECURITY;

ALTER TABLE knowledge.outbox ENABLE ROW LEVEL SECURITY;

ALTER TABLE knowledge.storage ENABLE ROW LEVEL SECURITY;

CREATE POLICY system ON knowledge.chunks TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON knowledge.collection_documents TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON knowledge.collection_readers TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON knowledge.collections TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON knowledge.document_indexes TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON knowledge.doomed_blobs TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON knowledge.files TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON knowledge.measured_days TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON knowledge.outbox TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON knowledge.storage TO app_system USING (true) WITH CHECK (true);

CREATE POLICY system ON knowledge.tenant_storage TO app_system USING (true) WITH CHECK (true);

CREATE POLICY tenant ON knowledge.chunks TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON knowledge.collection_documents TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON knowledge.collection_readers TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON knowledge.collections TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON knowledge.document_indexes TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON knowledge.doomed_blobs TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON knowledge.files TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON knowledge.outbox TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON knowledge.storage TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

CREATE POLICY tenant ON knowledge.tenant_storage TO app_rw USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));

ALTER TABLE knowledge.tenant_storage ENABLE ROW LEVEL SECURITY;
