from app.users u
left join app.users m on m.tenant_id = u.tenant_id and m.id = u.manager_id
