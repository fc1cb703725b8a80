-- History and documents of version 3, moved. That of single paths, which alone had steps, is left behind: routes and accesses begin with the next run.
-- Runs before tables.sql, which makes tables and views of the same names.

DROP VIEW sightings;
DROP VIEW documents;
DROP VIEW paths;
DROP VIEW findings;
DROP VIEW path_steps;
DROP INDEX IF EXISTS texts_by_workload;
DROP INDEX IF EXISTS texts_by_resource;
DROP TABLE steps;
ALTER TABLE things RENAME TO old_things;
ALTER TABLE texts RENAME TO old_texts;
ALTER TABLE ground_partitions RENAME TO old_partitions;
DROP TABLE newest;
