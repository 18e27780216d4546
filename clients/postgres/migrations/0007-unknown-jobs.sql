-- What an agent has found in its cluster that no workflow knows, when it compared all jobs last: how many, and the first few by name.
alter table agents
  add column compared_at  timestamptz,
  add column unknown_jobs jsonb;
