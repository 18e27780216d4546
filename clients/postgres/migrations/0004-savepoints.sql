-- Savepoints of jobs, with their whole records: the job itself remembers only those that it may start from.

create table savepoints (
  uid      text collate "C" not null,
  -- That of the operation that took it.
  number   integer not null,
  seq      bigint not null,
  state    text not null,
  origin   text not null,
  taken_at timestamptz not null,
  record   json not null,
  primary key (uid, number)
);
