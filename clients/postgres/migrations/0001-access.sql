-- Who may do what, and where: Kubernetes clusters, tenants, what each tenant may use, and tokens.

create table clusters (
  name        text collate "C" primary key,
  description text not null default '',
  labels      jsonb not null default '{}',
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now()
);

create table tenants (
  name        text collate "C" primary key,
  description text not null default '',
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now()
);

create table grants (
  tenant     text collate "C" not null references tenants (name) on delete cascade,
  cluster    text collate "C" not null,
  -- A namespace, a beginning followed by '*', or '*' alone.
  namespace  text collate "C" not null,
  created_at timestamptz not null default now(),
  primary key (tenant, cluster, namespace)
);

create table tokens (
  -- SHA-256 of the token: who reads this table cannot use what it names.
  hash       bytea primary key check (length(hash) = 32),
  name       text not null,
  -- A tenant, or '*' for all.
  tenant     text collate "C" not null,
  role       text not null check (role in ('viewer', 'operator', 'admin')),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz
);
