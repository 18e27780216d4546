-- What agents see of jobs, past Temporal: one row for each job, written over and over. No column is indexed but the key, and pages
-- have room, so that an update stays on its page and leaves nothing for indexes to carry.

create table job_seen (
  uid        text collate "C" primary key,
  -- Which of two facts is newer: the submission, the attempt that saw it, by Temporal's clock, and a count within that.
  submission integer not null,
  attempt_ms bigint not null,
  seq        bigint not null,
  seen       jsonb not null
) with (fillfactor = 60);
