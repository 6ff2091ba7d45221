\set g random(1, :groups)
\startpipeline
begin read only;
{opening.sql}
select g.id, g.version, g.created_at, g.updated_at, g.display_name, g.attributes from app.groups g
where g.tenant_id = :tenant and g.id = (:grouped || lpad(:g, 12, '0'))::uuid and g.deleted_at is null;
select m.group_id, m.member_id, m.member_type,
    coalesce(u.attributes->>'displayName', u.user_name, g.display_name)
from app.group_members m
left join app.users u on u.tenant_id = m.tenant_id and u.id = m.member_id and m.member_type = 'User'
left join app.groups g on g.tenant_id = m.tenant_id and g.id = m.member_id and m.member_type = 'Group'
where m.tenant_id = :tenant and m.group_id = (:grouped || lpad(:g, 12, '0'))::uuid
order by m.group_id, m.member_id limit 501;
commit;
\endpipeline
