u.id, u.version, u.created_at, u.updated_at, u.attributes, m.id, m.attributes->>'displayName',
    case when exists
        (select from app.group_members x where x.tenant_id = u.tenant_id and x.member_id = u.id offset 0)
    then (
        with recursive above(id, direct) as (
            select x.group_id, true from app.group_members x
            where x.tenant_id = u.tenant_id and x.member_id = u.id
            union
            select x.group_id, false from app.group_members x join above a on x.member_id = a.id
            where x.tenant_id = u.tenant_id)
        select jsonb_agg(jsonb_build_array(g.id, g.display_name, a.direct) order by g.id)
        from (select id, bool_or(direct) as direct from above group by id) a
        join app.groups g on g.tenant_id = u.tenant_id and g.id = a.id and g.deleted_at is null)
    end, u.plugin_id, u.active, u.suspended_at, u.suspended_by
