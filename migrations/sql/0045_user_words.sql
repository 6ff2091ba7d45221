-- The words of a user's names, addresses and employee number, folded: what the console searches by. Of an address only
-- the part before the @, since the rest is everybody's; whole addresses are in app.user_emails.
create function app.search_words(attributes jsonb) returns text[]
    language plpgsql immutable parallel safe
    as $$
begin
    return regexp_split_to_array(
        regexp_replace(
            app.fold(concat_ws(' ', attributes ->> 'userName', attributes ->> 'displayName', attributes ->> 'nickName',
                attributes #>> '{name,formatted}', attributes #>> '{name,givenName}', attributes #>> '{name,middleName}',
                attributes #>> '{name,familyName}', jsonb_path_query_array(attributes, '$.emails[*].value')::text,
                attributes #>> '{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,employeeNumber}')),
            '@[^ "]*', ' ', 'g'),
        -- Everything in these blocks that is no letter and no digit.
        '[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00A9\u00AB-\u00B4\u00B6-\u00B9\u00BB-\u00BF'
        '\u2000-\u206F\u3000-\u3004\u3008-\u3020]+');
end
$$;

-- Users who were deleted keep theirs; they are not listed.
create table app.user_words (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    word text collate "C" not null,
    user_id uuid not null,
    primary key (tenant_id, word, user_id)
);

select app.isolate('user_words');

grant select, insert, delete on app.user_words to lectern_app;

-- The policy would hide the rows of all tenants, so it rests while their words are written.
alter table app.users no force row level security;

alter table app.user_words no force row level security;

insert into app.user_words (tenant_id, word, user_id)
select distinct u.tenant_id, left(w.word, 100), u.id from app.users u
cross join lateral unnest(app.search_words(u.attributes)) w(word) where w.word <> '';

alter table app.users force row level security;

alter table app.user_words force row level security;
