-- What the TaskManagers of a tenant's jobs, and those on a cluster, may take in all; null: as much as there is.

alter table tenants add column quota jsonb;
alter table clusters add column quota jsonb;

-- Room that an autoscaler has asked for: it counts until the job's own record says what the job is to have.
create table quota_reservations (
  uid          text collate "C" primary key,
  -- The job's when it was asked; a newer one has what was reserved, or gave it up.
  revision     integer not null,
  slots        double precision not null,
  cpu_cores    double precision not null,
  memory_bytes double precision not null,
  made_at      timestamptz not null default now()
);
