-- What workflows report. No table refers to another, and no name is unique: rows arrive in any order, and a job that was
-- removed and made again may overlap with its past. What nobody searches in is `json`, which keeps the order of fields.

create table jobs (
  uid        text collate "C" primary key,
  seq        bigint not null,
  tenant     text collate "C" not null,
  name       text collate "C" not null,
  cluster    text collate "C" not null,
  namespace  text collate "C" not null,
  phase      text not null,
  revision   integer not null,
  labels     jsonb not null,
  view       json not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  removed_at timestamptz
);
create index jobs_by_name on jobs (tenant, name, created_at);
create index jobs_by_labels on jobs using gin (labels);

create table revisions (
  uid         text collate "C" not null,
  revision    integer not null,
  spec        json not null,
  spec_hash   text not null,
  accepted_by text not null,
  accepted_at timestamptz not null,
  primary key (uid, revision)
);

create table operations (
  uid          text collate "C" not null,
  number       integer not null,
  seq          bigint not null,
  kind         text not null,
  state        text not null,
  requested_at timestamptz not null,
  ended_at     timestamptz,
  record       json not null,
  primary key (uid, number)
);

create table events (
  uid       text collate "C" not null,
  -- 0 for what belongs to no operation.
  operation integer not null,
  seq       bigint not null,
  at        timestamptz not null,
  type      text not null,
  text      text not null,
  primary key (uid, operation, seq)
);
create index events_by_time on events (uid, at, operation, seq);
