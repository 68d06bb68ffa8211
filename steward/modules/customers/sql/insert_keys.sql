INSERT INTO kernel_person_key (id, wrapped, master_version)
SELECT * FROM unnest(%(key_ids)s::bigint[], %(wrapped)s::bytea[], %(versions)s::smallint[])
