create table agents (
  cluster text collate "C" not null,
  name text collate "C" not null,
  seen_at timestamp with time zone not null,
  observed_at timestamp with time zone,
  compared_at timestamp with time zone,
  unknown_jobs jsonb
);
alter table agents add constraint agents_pkey PRIMARY KEY (cluster, name);

create table clusters (
  name text collate "C" not null,
  description text not null default ''::text,
  labels jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  quota jsonb
);
alter table clusters add constraint clusters_pkey PRIMARY KEY (name);

create table decision_inputs (
  uid text collate "C" not null,
  number integer not null,
  decided_at timestamp with time zone not null,
  input json not null
);
CREATE INDEX decision_inputs_by_time ON public.decision_inputs USING btree (decided_at);
alter table decision_inputs add constraint decision_inputs_pkey PRIMARY KEY (uid, number);

create table decisions (
  uid text collate "C" not null,
  number integer not null,
  seq bigint not null,
  decided_at timestamp with time zone not null,
  action text not null,
  outcome text not null,
  asked text collate "C",
  record json not null
);
CREATE INDEX decisions_asked ON public.decisions USING btree (uid, asked) WHERE (asked IS NOT NULL);
CREATE INDEX decisions_by_time ON public.decisions USING btree (decided_at);
alter table decisions add constraint decisions_pkey PRIMARY KEY (uid, number);

create table events (
  uid text collate "C" not null,
  operation integer not null,
  seq bigint not null,
  at timestamp with time zone not null,
  type text not null,
  text text not null
);
CREATE INDEX events_by_time ON public.events USING btree (uid, at, operation, seq);
alter table events add constraint events_pkey PRIMARY KEY (uid, operation, seq);

create table grants (
  tenant text collate "C" not null,
  cluster text collate "C" not null,
  namespace text collate "C" not null,
  created_at timestamp with time zone not null default now()
);
alter table grants add constraint grants_pkey PRIMARY KEY (tenant, cluster, namespace);
alter table grants add constraint grants_tenant_fkey FOREIGN KEY (tenant) REFERENCES tenants(name) ON DELETE CASCADE;

create table idempotency_keys (
  tenant text collate "C" not null,
  key text collate "C" not null,
  body_hash text not null,
  status integer not null,
  answer json not null,
  created_at timestamp with time zone not null default now()
);
CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (created_at);
alter table idempotency_keys add constraint idempotency_keys_pkey PRIMARY KEY (tenant, key);

create table job_seen (
  uid text collate "C" not null,
  submission integer not null,
  attempt_ms bigint not null,
  seq bigint not null,
  seen jsonb not null
);
alter table job_seen add constraint job_seen_pkey PRIMARY KEY (uid);

create table jobs (
  uid text collate "C" not null,
  seq bigint not null,
  tenant text collate "C" not null,
  name text collate "C" not null,
  cluster text collate "C" not null,
  namespace text collate "C" not null,
  phase text not null,
  revision integer not null,
  labels jsonb not null,
  view json not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  removed_at timestamp with time zone
);
CREATE INDEX jobs_by_labels ON public.jobs USING gin (labels);
CREATE INDEX jobs_by_name ON public.jobs USING btree (tenant, name, created_at);
alter table jobs add constraint jobs_pkey PRIMARY KEY (uid);

create table metric_hours (
  series integer not null,
  count integer not null,
  at timestamp with time zone not null,
  min double precision not null,
  max double precision not null,
  sum double precision not null,
  last double precision not null,
  last_at timestamp with time zone not null
) partition by RANGE (at);
alter table metric_hours add constraint metric_hours_pkey PRIMARY KEY (series, at);

create table metric_minutes (
  series integer not null,
  count integer not null,
  at timestamp with time zone not null,
  min double precision not null,
  max double precision not null,
  sum double precision not null,
  last double precision not null,
  last_at timestamp with time zone not null
) partition by RANGE (at);
alter table metric_minutes add constraint metric_minutes_pkey PRIMARY KEY (series, at);

create table metric_samples (
  series integer not null,
  at timestamp with time zone not null,
  value double precision not null
) partition by RANGE (at);
alter table metric_samples add constraint metric_samples_pkey PRIMARY KEY (series, at);

create table metric_series (
  id integer not null,
  uid text collate "C" not null,
  vertex text collate "C" not null,
  metric text collate "C" not null,
  seen_at timestamp with time zone not null,
  vertex_name text
);
CREATE INDEX metric_series_by_age ON public.metric_series USING btree (seen_at);
alter table metric_series add constraint metric_series_pkey PRIMARY KEY (id);
alter table metric_series add constraint metric_series_uid_vertex_metric_key UNIQUE (uid, vertex, metric);

create table operations (
  uid text collate "C" not null,
  number integer not null,
  seq bigint not null,
  kind text not null,
  state text not null,
  requested_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  record json not null
);
alter table operations add constraint operations_pkey PRIMARY KEY (uid, number);

create table quota_reservations (
  uid text collate "C" not null,
  revision integer not null,
  slots double precision not null,
  cpu_cores double precision not null,
  memory_bytes double precision not null,
  made_at timestamp with time zone not null default now()
);
alter table quota_reservations add constraint quota_reservations_pkey PRIMARY KEY (uid);

create table revisions (
  uid text collate "C" not null,
  revision integer not null,
  spec json not null,
  spec_hash text not null,
  accepted_by text not null,
  accepted_at timestamp with time zone not null,
  given json
);
alter table revisions add constraint revisions_pkey PRIMARY KEY (uid, revision);

create table savepoints (
  uid text collate "C" not null,
  number integer not null,
  seq bigint not null,
  state text not null,
  origin text not null,
  taken_at timestamp with time zone not null,
  record json not null
);
alter table savepoints add constraint savepoints_pkey PRIMARY KEY (uid, number);

create table schema_migrations (
  version integer not null,
  name text not null,
  hash text not null,
  applied_at timestamp with time zone not null default now()
);
alter table schema_migrations add constraint schema_migrations_pkey PRIMARY KEY (version);

create table tenants (
  name text collate "C" not null,
  description text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  quota jsonb
);
alter table tenants add constraint tenants_pkey PRIMARY KEY (name);

create table tokens (
  hash bytea not null,
  name text not null,
  tenant text collate "C" not null,
  role text not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  cluster text collate "C"
);
alter table tokens add constraint tokens_cluster_check CHECK (((role = 'agent'::text) = (cluster IS NOT NULL)));
alter table tokens add constraint tokens_hash_check CHECK ((length(hash) = 32));
alter table tokens add constraint tokens_pkey PRIMARY KEY (hash);
alter table tokens add constraint tokens_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'admin'::text, 'agent'::text])));
