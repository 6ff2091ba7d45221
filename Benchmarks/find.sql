\set n random(1, :users)
\startpipeline
begin read only;
{opening.sql}
select {columns.sql}, null::text
{tables.sql} where u.tenant_id = :tenant and u.deleted_at is null
    and (u.user_name_key = 'user' || :n || '@contoso.example')
order by u.created_at, u.id limit :limit + 1 offset :offset;
commit;
\endpipeline
