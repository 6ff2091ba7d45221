select u.id, u.version, u.created_at, u.updated_at, u.attributes, m.id, m.attributes->>'displayName',
    (select jsonb_agg(jsonb_build_array(g.id, g.display_name, true) order by g.id)
        from app.group_members x
        join app.groups g on g.tenant_id = x.tenant_id and g.id = x.group_id
        where x.tenant_id = u.tenant_id and x.member_id = u.id), null::text
from app.users u
left join app.users m on m.tenant_id = u.tenant_id and m.id = u.manager_id
