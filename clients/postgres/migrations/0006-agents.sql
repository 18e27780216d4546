-- What agents say of themselves every few seconds, by this server's clock. Old rows of a cluster go when another agent of it says
-- something: the last one of a cluster whose agents are all gone stays.
create table agents (
  cluster     text collate "C" not null,
  name        text collate "C" not null,
  seen_at     timestamptz not null,
  -- When it last said that it observes jobs.
  observed_at timestamptz,
  primary key (cluster, name)
);
