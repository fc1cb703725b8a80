-- History and documents of version 2, moved. That of single paths is left behind: routes and accesses begin with the next run.
-- Runs before tables.sql, which makes tables of the same names.

ALTER TABLE sightings RENAME TO old_sightings;
ALTER TABLE documents RENAME TO old_documents;
ALTER TABLE ground_partitions RENAME TO old_partitions;
