\set n random(1, :users)
\startpipeline
begin read only;
{opening.sql}
select {columns.sql}
{tables.sql} where u.tenant_id = :tenant and u.id = (:seeded || lpad(:n, 12, '0'))::uuid and u.deleted_at is null;
commit;
\endpipeline
