-- What people call a vertex; null for the job as a whole, and for what was measured before names were told.
alter table metric_series add column vertex_name text;
