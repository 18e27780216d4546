-- What was measured of jobs: as it came, by the minute and by the hour. Each table is cut by time into partitions, which
-- `metrics-partitions.ts` makes ahead and drops whole. A row names its series by a number, so that it stays small.

create table metric_series (
  id      integer generated always as identity primary key,
  uid     text collate "C" not null,
  -- '' for the job as a whole.
  vertex  text collate "C" not null,
  metric  text collate "C" not null,
  -- To the hour, so that it is rarely written.
  seen_at timestamptz not null,
  unique (uid, vertex, metric)
);
create index metric_series_by_age on metric_series (seen_at);

create table metric_samples (
  series integer not null,
  at     timestamptz not null,
  value  double precision not null,
  primary key (series, at)
) partition by range (at);

create table metric_minutes (
  series  integer not null,
  count   integer not null,
  -- The minute's beginning.
  at      timestamptz not null,
  min     double precision not null,
  max     double precision not null,
  sum     double precision not null,
  last    double precision not null,
  last_at timestamptz not null,
  primary key (series, at)
) partition by range (at);

create table metric_hours (
  like metric_minutes,
  primary key (series, at)
) partition by range (at);

-- Agents bring them, each with a token that is good for one cluster and for nothing else.
alter table tokens
  add column cluster text collate "C",
  drop constraint tokens_role_check,
  add constraint tokens_role_check check (role in ('viewer', 'operator', 'admin', 'agent')),
  add constraint tokens_cluster_check check ((role = 'agent') = (cluster is not null));
