\set g random(1, :groups)
\startpipeline
begin read only;
{opening.sql}
select g.id, g.version, g.created_at, g.updated_at, g.display_name, g.attributes from app.groups g
where g.tenant_id = :tenant and g.id = (:grouped || lpad(:g, 12, '0'))::uuid and g.deleted_at is null;
commit;
\endpipeline
