-- What was seen of a job is deleted when the job is removed. The first releases that kept it did not do that: their rows stayed.
delete from job_seen
where not exists (select from jobs where jobs.uid = job_seen.uid and jobs.phase <> 'REMOVED');
