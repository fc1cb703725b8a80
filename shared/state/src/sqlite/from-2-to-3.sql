-- History and documents of version 2, moved. Documents of paths stay whole until a run writes them again.
-- Runs before tables.sql, which makes tables of the same names.

ALTER TABLE sightings RENAME TO old_sightings;
ALTER TABLE documents RENAME TO old_documents;
ALTER TABLE ground_partitions RENAME TO old_partitions;
