-- Decisions of the jobs' autoscalers, and apart from them all that each was made of: that is larger, and not kept as long.

create table decisions (
  uid        text collate "C" not null,
  number     integer not null,
  seq        bigint not null,
  decided_at timestamptz not null,
  action     text not null,
  outcome    text not null,
  -- Key of whoever asked for it.
  asked      text collate "C",
  record     json not null,
  primary key (uid, number)
);
create index decisions_by_time on decisions (decided_at);
create index decisions_asked on decisions (uid, asked) where asked is not null;

create table decision_inputs (
  uid        text collate "C" not null,
  number     integer not null,
  decided_at timestamptz not null,
  input      json not null,
  primary key (uid, number)
);
create index decision_inputs_by_time on decision_inputs (decided_at);

-- What of a revision's parallelism was given beside the applied spec; null: nothing.
alter table revisions add column given json;
