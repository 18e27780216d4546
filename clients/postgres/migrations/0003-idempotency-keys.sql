-- Answers to changes, kept longer than the job's workflow keeps them: the same key gets the same answer.

create table idempotency_keys (
  tenant     text collate "C" not null,
  key        text collate "C" not null,
  body_hash  text not null,
  status     integer not null,
  answer     json not null,
  created_at timestamptz not null default now(),
  primary key (tenant, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
