CREATE SCHEMA app;
ALTER SCHEMA app OWNER TO lectern_owner;
CREATE FUNCTION app.admit(admitted boolean) RETURNS void
    LANGUAGE plpgsql STABLE
    AS $$
begin
    if admitted is not true then
        raise exception 'not admitted' using errcode = 'invalid_authorization_specification';
    end if;
end
$$;
ALTER FUNCTION app.admit(admitted boolean) OWNER TO lectern_owner;
CREATE FUNCTION app.analyze_grown_tables() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    grown regclass;
    number bigint := 0;
begin
    for grown in
        select c.oid::regclass from pg_class c
        where c.relnamespace = 'app'::regnamespace and c.relkind = 'r'
            and pg_relation_size(c.oid) / current_setting('block_size')::bigint > 2 * c.relpages
    loop
        -- Another process may be doing it at this moment.
        execute format('analyze (skip_locked) %s', grown);
        number := number + 1;
    end loop;
    return number;
end
$$;
ALTER FUNCTION app.analyze_grown_tables() OWNER TO lectern_owner;
CREATE FUNCTION app.consequence_id(change uuid, subject uuid) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    AS $$
    select encode(
        set_byte(b, 6, get_byte(b, 6) & 15 | 112),
        'hex')::uuid
    from (
        select overlay(
            set_byte(digest, 8, get_byte(digest, 8) & 63 | 128)
            placing substring(uuid_send(change) from 1 for 6) from 1)
        from substring(sha256(uuid_send(change) || uuid_send(subject)) from 1 for 16) h(digest)
    ) x(b)
$$;
ALTER FUNCTION app.consequence_id(change uuid, subject uuid) OWNER TO lectern_owner;
CREATE FUNCTION app.fold(input text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select case when octet_length(input) = length(input) then lower(input collate "C") else app.fold_letters(input) end
$$;
ALTER FUNCTION app.fold(input text) OWNER TO lectern_owner;
CREATE FUNCTION app.fold_letters(input text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
declare
    folded text := replace(lower(input collate "und-x-icu"), U&'\03C2', U&'\03C3');
begin
    -- Other lower-case forms, full and half width, and capitals that are newer than Unicode 14: some versions of the
    -- ICU library know them, others do not.
    if input ~ ('[\u00B5\u017F\u03D0\u03D1\u03D5\u03D6\u03F0\u03F1\u03F5'
        '\u1C80-\u1C89\u1E9B\u1FBE\u3000\uA7CB-\uA7DC\uFF01-\uFFEE\U00010D50-\U00010D65\U00016EA0-\U00016EB8]') then
        folded := translate(folded,
        E'\u00B5\u017F\u03D0\u03D1\u03D5\u03D6\u03F0\u03F1\u03F5'
        '\u1C80\u1C81\u1C82\u1C83\u1C84\u1C85\u1C86\u1C87\u1C88\u1E9B\u1FBE'
        '\u3000\uFF01\uFF02\uFF03\uFF04\uFF05\uFF06\uFF07\uFF08\uFF09\uFF0A\uFF0B\uFF0C\uFF0D\uFF0E\uFF0F'
        '\uFF10\uFF11\uFF12\uFF13\uFF14\uFF15\uFF16\uFF17\uFF18\uFF19\uFF1A\uFF1B\uFF1C\uFF1D\uFF1E\uFF1F'
        '\uFF20\uFF21\uFF22\uFF23\uFF24\uFF25\uFF26\uFF27\uFF28\uFF29\uFF2A\uFF2B\uFF2C\uFF2D\uFF2E\uFF2F'
        '\uFF30\uFF31\uFF32\uFF33\uFF34\uFF35\uFF36\uFF37\uFF38\uFF39\uFF3A\uFF3B\uFF3C\uFF3D\uFF3E\uFF3F'
        '\uFF40\uFF41\uFF42\uFF43\uFF44\uFF45\uFF46\uFF47\uFF48\uFF49\uFF4A\uFF4B\uFF4C\uFF4D\uFF4E\uFF4F'
        '\uFF50\uFF51\uFF52\uFF53\uFF54\uFF55\uFF56\uFF57\uFF58\uFF59\uFF5A\uFF5B\uFF5C\uFF5D\uFF5E\uFF5F'
        '\uFF60\uFF61\uFF62\uFF63\uFF64\uFF65\uFF66\uFF67\uFF68\uFF69\uFF6A\uFF6B\uFF6C\uFF6D\uFF6E\uFF6F'
        '\uFF70\uFF71\uFF72\uFF73\uFF74\uFF75\uFF76\uFF77\uFF78\uFF79\uFF7A\uFF7B\uFF7C\uFF7D\uFF7E\uFF7F'
        '\uFF80\uFF81\uFF82\uFF83\uFF84\uFF85\uFF86\uFF87\uFF88\uFF89\uFF8A\uFF8B\uFF8C\uFF8D\uFF8E\uFF8F'
        '\uFF90\uFF91\uFF92\uFF93\uFF94\uFF95\uFF96\uFF97\uFF98\uFF99\uFF9A\uFF9B\uFF9C\uFF9D\uFF9E\uFF9F'
        '\uFFA0\uFFA1\uFFA2\uFFA3\uFFA4\uFFA5\uFFA6\uFFA7\uFFA8\uFFA9\uFFAA\uFFAB\uFFAC\uFFAD\uFFAE\uFFAF'
        '\uFFB0\uFFB1\uFFB2\uFFB3\uFFB4\uFFB5\uFFB6\uFFB7\uFFB8\uFFB9\uFFBA\uFFBB\uFFBC\uFFBD\uFFBE\uFFC2'
        '\uFFC3\uFFC4\uFFC5\uFFC6\uFFC7\uFFCA\uFFCB\uFFCC\uFFCD\uFFCE\uFFCF\uFFD2\uFFD3\uFFD4\uFFD5\uFFD6'
        '\uFFD7\uFFDA\uFFDB\uFFDC\uFFE0\uFFE1\uFFE2\uFFE3\uFFE4\uFFE5\uFFE6\uFFE8\uFFE9\uFFEA\uFFEB\uFFEC'
        '\uFFED\uFFEE'
        '\u1C89\uA7CB\uA7CC\uA7CE\uA7D2\uA7D4\uA7DA\uA7DC'
        '\U00010D50\U00010D51\U00010D52\U00010D53\U00010D54\U00010D55\U00010D56\U00010D57\U00010D58\U00010D59'
        '\U00010D5A\U00010D5B\U00010D5C\U00010D5D\U00010D5E\U00010D5F\U00010D60\U00010D61\U00010D62\U00010D63'
        '\U00010D64\U00010D65'
        '\U00016EA0\U00016EA1\U00016EA2\U00016EA3\U00016EA4\U00016EA5\U00016EA6\U00016EA7\U00016EA8\U00016EA9'
        '\U00016EAA\U00016EAB\U00016EAC\U00016EAD\U00016EAE\U00016EAF\U00016EB0\U00016EB1\U00016EB2\U00016EB3'
        '\U00016EB4\U00016EB5\U00016EB6\U00016EB7\U00016EB8',
        E'\u03BCs\u03B2\u03B8\u03C6\u03C0\u03BA\u03C1\u03B5'
        '\u0432\u0434\u043E\u0441\u0442\u0442\u044A\u0463\uA64B\u1E61\u03B9'
        ' !"#$%&''()*+,-./'
        '0123456789:;<=>?'
        '@abcdefghijklmno'
        'pqrstuvwxyz[\\]^_'
        '`abcdefghijklmno'
        'pqrstuvwxyz{|}~\u2985'
        '\u2986\u3002\u300C\u300D\u3001\u30FB\u30F2\u30A1\u30A3\u30A5\u30A7\u30A9\u30E3\u30E5\u30E7\u30C3'
        '\u30FC\u30A2\u30A4\u30A6\u30A8\u30AA\u30AB\u30AD\u30AF\u30B1\u30B3\u30B5\u30B7\u30B9\u30BB\u30BD'
        '\u30BF\u30C1\u30C4\u30C6\u30C8\u30CA\u30CB\u30CC\u30CD\u30CE\u30CF\u30D2\u30D5\u30D8\u30DB\u30DE'
        '\u30DF\u30E0\u30E1\u30E2\u30E4\u30E6\u30E8\u30E9\u30EA\u30EB\u30EC\u30ED\u30EF\u30F3\u3099\u309A'
        '\u3164\u3131\u3132\u3133\u3134\u3135\u3136\u3137\u3138\u3139\u313A\u313B\u313C\u313D\u313E\u313F'
        '\u3140\u3141\u3142\u3143\u3144\u3145\u3146\u3147\u3148\u3149\u314A\u314B\u314C\u314D\u314E\u314F'
        '\u3150\u3151\u3152\u3153\u3154\u3155\u3156\u3157\u3158\u3159\u315A\u315B\u315C\u315D\u315E\u315F'
        '\u3160\u3161\u3162\u3163\u00A2\u00A3\u00AC\u00AF\u00A6\u00A5\u20A9\u2502\u2190\u2191\u2192\u2193'
        '\u25A0\u25CB'
        '\u1C8A\u0264\uA7CD\uA7CF\uA7D3\uA7D5\uA7DB\u019B'
        '\U00010D70\U00010D71\U00010D72\U00010D73\U00010D74\U00010D75\U00010D76\U00010D77\U00010D78\U00010D79'
        '\U00010D7A\U00010D7B\U00010D7C\U00010D7D\U00010D7E\U00010D7F\U00010D80\U00010D81\U00010D82\U00010D83'
        '\U00010D84\U00010D85'
        '\U00016EBB\U00016EBC\U00016EBD\U00016EBE\U00016EBF\U00016EC0\U00016EC1\U00016EC2\U00016EC3\U00016EC4'
        '\U00016EC5\U00016EC6\U00016EC7\U00016EC8\U00016EC9\U00016ECA\U00016ECB\U00016ECC\U00016ECD\U00016ECE'
        '\U00016ECF\U00016ED0\U00016ED1\U00016ED2\U00016ED3');
    end if;
    return normalize(folded, nfc);
end
$_$;
ALTER FUNCTION app.fold_letters(input text) OWNER TO lectern_owner;
CREATE FUNCTION app.isolate(table_name text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'app', 'pg_temp'
    AS $$
begin
    execute format('alter table app.%I enable row level security', table_name);
    execute format('alter table app.%I force row level security', table_name);
    execute format(
        'create policy tenant on app.%I using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)',
        table_name);
end
$$;
ALTER FUNCTION app.isolate(table_name text) OWNER TO lectern_owner;
CREATE FUNCTION app.refuse(refused boolean, reason text) RETURNS void
    LANGUAGE plpgsql STABLE
    AS $$
begin
    if refused then
        raise exception '%', reason using errcode = 'LR001';
    end if;
end
$$;
ALTER FUNCTION app.refuse(refused boolean, reason text) OWNER TO lectern_owner;
CREATE FUNCTION app.search_words(attributes jsonb) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
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
$_$;
ALTER FUNCTION app.search_words(attributes jsonb) OWNER TO lectern_owner;
CREATE TABLE app.attempts (
    tenant_id uuid NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    key bytea NOT NULL,
    count bigint NOT NULL,
    last_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone,
    CONSTRAINT attempts_key_check CHECK ((octet_length(key) = 32)),
    CONSTRAINT attempts_kind_check CHECK ((kind ~ '^[a-z-]{1,40}$'::text))
);
ALTER TABLE ONLY app.attempts FORCE ROW LEVEL SECURITY;
ALTER TABLE app.attempts OWNER TO lectern_owner;
CREATE TABLE app.changes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    actor_id uuid,
    plugin_id uuid,
    action text NOT NULL,
    subject text NOT NULL,
    subject_id uuid NOT NULL,
    difference jsonb NOT NULL,
    request_id text NOT NULL,
    CONSTRAINT changes_actor_check CHECK ((actor = ANY (ARRAY['token'::text, 'admin'::text, 'operator'::text, 'sign-in'::text, 'rule'::text]))),
    CONSTRAINT changes_subject_check CHECK ((subject = ANY (ARRAY['tenant'::text, 'plugin'::text, 'token'::text, 'user'::text, 'group'::text, 'role'::text, 'client'::text, 'secret'::text])))
);
ALTER TABLE ONLY app.changes FORCE ROW LEVEL SECURITY;
ALTER TABLE app.changes OWNER TO lectern_owner;
CREATE TABLE app.client_assertions (
    tenant_id uuid NOT NULL,
    client_id uuid NOT NULL,
    digest bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT client_assertions_digest_check CHECK ((octet_length(digest) = 32))
);
ALTER TABLE ONLY app.client_assertions FORCE ROW LEVEL SECURITY;
ALTER TABLE app.client_assertions OWNER TO lectern_owner;
CREATE TABLE app.client_secrets (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    client_id uuid NOT NULL,
    digest bytea NOT NULL,
    prefix text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    name text DEFAULT ''::text NOT NULL,
    last_used_at timestamp with time zone,
    last_used_from text,
    CONSTRAINT client_secrets_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT client_secrets_name_check CHECK ((char_length(name) <= 100))
);
ALTER TABLE ONLY app.client_secrets FORCE ROW LEVEL SECURITY;
ALTER TABLE app.client_secrets OWNER TO lectern_owner;
CREATE TABLE app.custom_attributes (
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL,
    multi_valued boolean DEFAULT false NOT NULL,
    case_exact boolean DEFAULT false NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT custom_attributes_type_check CHECK ((type = ANY (ARRAY['string'::text, 'boolean'::text, 'integer'::text, 'decimal'::text, 'dateTime'::text, 'reference'::text])))
);
ALTER TABLE ONLY app.custom_attributes FORCE ROW LEVEL SECURITY;
ALTER TABLE app.custom_attributes OWNER TO lectern_owner;
CREATE TABLE app.group_members (
    tenant_id uuid NOT NULL,
    group_id uuid NOT NULL,
    member_id uuid NOT NULL,
    member_type text NOT NULL,
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT group_members_member_type_check CHECK ((member_type = ANY (ARRAY['User'::text, 'Group'::text])))
);
ALTER TABLE ONLY app.group_members FORCE ROW LEVEL SECURITY;
ALTER TABLE app.group_members OWNER TO lectern_owner;
CREATE TABLE app.group_supervisors (
    tenant_id uuid NOT NULL,
    group_id uuid NOT NULL,
    user_id uuid NOT NULL
);
ALTER TABLE ONLY app.group_supervisors FORCE ROW LEVEL SECURITY;
ALTER TABLE app.group_supervisors OWNER TO lectern_owner;
CREATE TABLE app.groups (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    plugin_id uuid,
    display_name text NOT NULL,
    display_name_key text NOT NULL COLLATE pg_catalog."C",
    external_id text COLLATE pg_catalog."C",
    attributes jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    change_id uuid NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    external_id_shared boolean DEFAULT false NOT NULL
)
WITH (fillfactor='70');
ALTER TABLE ONLY app.groups FORCE ROW LEVEL SECURITY;
ALTER TABLE app.groups OWNER TO lectern_owner;
CREATE TABLE app.ignored_attributes (
    tenant_id uuid NOT NULL,
    plugin_id uuid NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    last_at timestamp with time zone NOT NULL,
    CONSTRAINT ignored_attributes_name_check CHECK ((char_length(name) <= 200))
);
ALTER TABLE ONLY app.ignored_attributes FORCE ROW LEVEL SECURITY;
ALTER TABLE app.ignored_attributes OWNER TO lectern_owner;
CREATE TABLE app.installation (
    name text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL
);
ALTER TABLE app.installation OWNER TO lectern_owner;
CREATE TABLE app.link_reviews (
    tenant_id uuid NOT NULL,
    plugin_id uuid NOT NULL,
    user_id uuid NOT NULL,
    first_asked_at timestamp with time zone DEFAULT now() NOT NULL,
    last_asked_at timestamp with time zone DEFAULT now() NOT NULL,
    decision text,
    decided_at timestamp with time zone,
    act text,
    difference jsonb,
    linked_at timestamp with time zone,
    CONSTRAINT link_reviews_act_check CHECK ((act = ANY (ARRAY['update'::text, 'disable'::text, 'enable'::text, 'delete'::text]))),
    CONSTRAINT link_reviews_check CHECK (((decision IS NULL) = (decided_at IS NULL))),
    CONSTRAINT link_reviews_decision_check CHECK ((decision = ANY (ARRAY['approved'::text, 'refused'::text])))
);
ALTER TABLE ONLY app.link_reviews FORCE ROW LEVEL SECURITY;
ALTER TABLE app.link_reviews OWNER TO lectern_owner;
CREATE TABLE app.mails (
    tenant_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    kind text NOT NULL,
    user_id uuid NOT NULL,
    topic text COLLATE pg_catalog."C",
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_try_at timestamp with time zone DEFAULT now() NOT NULL,
    problem text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT mails_kind_check CHECK ((kind = ANY (ARRAY['invitation'::text, 'reset'::text, 'welcome'::text, 'secret-ends'::text, 'certificate-ends'::text, 'codes-guessed'::text]))),
    CONSTRAINT mails_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'failed'::text])))
);
ALTER TABLE ONLY app.mails FORCE ROW LEVEL SECURITY;
ALTER TABLE app.mails OWNER TO lectern_owner;
CREATE TABLE app.oauth_clients (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    plugin_id uuid NOT NULL,
    token_seconds integer NOT NULL,
    issuer text,
    subject text,
    audience text,
    jwks_url text,
    change_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT oauth_clients_check CHECK ((num_nulls(issuer, subject, audience, jwks_url) = ANY (ARRAY[0, 4]))),
    CONSTRAINT oauth_clients_token_seconds_check CHECK (((token_seconds >= 3600) AND (token_seconds <= 21600)))
);
ALTER TABLE ONLY app.oauth_clients FORCE ROW LEVEL SECURITY;
ALTER TABLE app.oauth_clients OWNER TO lectern_owner;
CREATE TABLE app.password_links (
    tenant_id uuid NOT NULL,
    digest bytea NOT NULL,
    user_id uuid NOT NULL,
    purpose text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT password_links_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT password_links_purpose_check CHECK ((purpose = ANY (ARRAY['invitation'::text, 'reset'::text])))
);
ALTER TABLE ONLY app.password_links FORCE ROW LEVEL SECURITY;
ALTER TABLE app.password_links OWNER TO lectern_owner;
CREATE TABLE app.passwords (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    hash text NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY app.passwords FORCE ROW LEVEL SECURITY;
ALTER TABLE app.passwords OWNER TO lectern_owner;
CREATE TABLE app.pending_members (
    tenant_id uuid NOT NULL,
    group_id uuid NOT NULL,
    value text NOT NULL COLLATE pg_catalog."C",
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    value_key text GENERATED ALWAYS AS (app.fold(value)) STORED NOT NULL COLLATE pg_catalog."C"
);
ALTER TABLE ONLY app.pending_members FORCE ROW LEVEL SECURITY;
ALTER TABLE app.pending_members OWNER TO lectern_owner;
CREATE TABLE app.plugins (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL COLLATE pg_catalog."C",
    enabled boolean DEFAULT true NOT NULL,
    bare_token boolean DEFAULT false NOT NULL,
    default_role text DEFAULT 'trainee'::text NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    change_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    unknown_members text DEFAULT 'keep'::text NOT NULL,
    matching text DEFAULT 'link'::text NOT NULL,
    required_profile text DEFAULT 'standard'::text NOT NULL,
    strict_profile boolean DEFAULT false NOT NULL,
    lists_roles boolean DEFAULT false NOT NULL,
    token_header text COLLATE pg_catalog."C",
    active_provider boolean DEFAULT false NOT NULL,
    invites text DEFAULT 'never'::text NOT NULL,
    paused boolean DEFAULT false NOT NULL,
    throttled_at timestamp with time zone,
    unknown_attributes text DEFAULT 'ignore'::text NOT NULL,
    settings_version bigint DEFAULT 0 NOT NULL,
    takeover_roles text DEFAULT 'keep'::text NOT NULL,
    CONSTRAINT plugins_active_provider_check CHECK (((NOT active_provider) OR (kind = 'scim'::text))),
    CONSTRAINT plugins_default_role_check CHECK ((default_role = ANY (ARRAY['admin'::text, 'editor'::text, 'instructor'::text, 'trainee'::text]))),
    CONSTRAINT plugins_invites_check CHECK ((invites = ANY (ARRAY['never'::text, 'at-once'::text, 'first-sign-in'::text]))),
    CONSTRAINT plugins_kind_check CHECK ((kind = ANY (ARRAY['scim'::text, 'saml'::text]))),
    CONSTRAINT plugins_matching_check CHECK ((matching = ANY (ARRAY['link'::text, 'refuse'::text, 'review'::text]))),
    CONSTRAINT plugins_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT plugins_required_profile_check CHECK ((required_profile = ANY (ARRAY['standard'::text, 'velpic'::text, 'vault-platform'::text, 'peripass'::text]))),
    CONSTRAINT plugins_takeover_roles_check CHECK ((takeover_roles = ANY (ARRAY['keep'::text, 'follow'::text]))),
    CONSTRAINT plugins_token_header_check CHECK ((token_header ~ '^[a-z0-9-]{1,64}$'::text)),
    CONSTRAINT plugins_unknown_attributes_check CHECK ((unknown_attributes = ANY (ARRAY['ignore'::text, 'refuse'::text]))),
    CONSTRAINT plugins_unknown_members_check CHECK ((unknown_members = ANY (ARRAY['keep'::text, 'refuse'::text])))
);
ALTER TABLE ONLY app.plugins FORCE ROW LEVEL SECURITY;
ALTER TABLE app.plugins OWNER TO lectern_owner;
CREATE TABLE app.recovery_codes (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT recovery_codes_digest_check CHECK ((octet_length(digest) = 32))
);
ALTER TABLE ONLY app.recovery_codes FORCE ROW LEVEL SECURITY;
ALTER TABLE app.recovery_codes OWNER TO lectern_owner;
CREATE TABLE app.refused_requests (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    plugin_id uuid NOT NULL,
    token_id uuid NOT NULL,
    method text NOT NULL,
    resource_type text,
    resource_id text,
    status integer NOT NULL,
    scim_type text,
    reason text NOT NULL,
    request_id text NOT NULL,
    name text
);
ALTER TABLE ONLY app.refused_requests FORCE ROW LEVEL SECURITY;
ALTER TABLE app.refused_requests OWNER TO lectern_owner;
CREATE TABLE app.role_mappings (
    tenant_id uuid NOT NULL,
    plugin_id uuid NOT NULL,
    origin text NOT NULL,
    value text NOT NULL,
    value_key text NOT NULL COLLATE pg_catalog."C",
    role text NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    group_id uuid,
    CONSTRAINT role_mappings_group_check CHECK (((group_id IS NULL) OR (origin = 'group'::text))),
    CONSTRAINT role_mappings_origin_check CHECK ((origin = ANY (ARRAY['app-role'::text, 'group'::text]))),
    CONSTRAINT role_mappings_role_check CHECK ((role = ANY (ARRAY['admin'::text, 'editor'::text, 'instructor'::text, 'trainee'::text])))
);
ALTER TABLE ONLY app.role_mappings FORCE ROW LEVEL SECURITY;
ALTER TABLE app.role_mappings OWNER TO lectern_owner;
CREATE TABLE app.saml_assertions (
    tenant_id uuid NOT NULL,
    plugin_id uuid NOT NULL,
    digest bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT saml_assertions_digest_check CHECK ((octet_length(digest) = 32))
);
ALTER TABLE ONLY app.saml_assertions FORCE ROW LEVEL SECURITY;
ALTER TABLE app.saml_assertions OWNER TO lectern_owner;
CREATE TABLE app.saml_connections (
    tenant_id uuid NOT NULL,
    plugin_id uuid NOT NULL,
    issuer text,
    sso_url text,
    sso_binding text,
    slo_url text,
    slo_binding text,
    slo_response_url text,
    certificates text[] DEFAULT '{}'::text[] NOT NULL,
    certificates_end timestamp with time zone,
    metadata_url text,
    metadata_read_at timestamp with time zone,
    pending_metadata text,
    auto_create boolean DEFAULT false NOT NULL,
    allowed_domains text[] DEFAULT '{}'::text[] NOT NULL,
    idp_initiated boolean DEFAULT false NOT NULL,
    allows_cbc boolean DEFAULT false NOT NULL,
    sha1_until timestamp with time zone,
    name_id_format text,
    forces_authentication boolean DEFAULT false NOT NULL,
    claims jsonb DEFAULT '{}'::jsonb NOT NULL,
    tested_at timestamp with time zone,
    version bigint DEFAULT 0 NOT NULL,
    unusable_certificates jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT saml_connections_check CHECK ((((issuer IS NULL) = (sso_url IS NULL)) AND ((issuer IS NULL) = (sso_binding IS NULL)))),
    CONSTRAINT saml_connections_check1 CHECK (((slo_url IS NULL) = (slo_binding IS NULL))),
    CONSTRAINT saml_connections_slo_binding_check CHECK ((slo_binding = ANY (ARRAY['redirect'::text, 'post'::text]))),
    CONSTRAINT saml_connections_sso_binding_check CHECK ((sso_binding = ANY (ARRAY['redirect'::text, 'post'::text])))
);
ALTER TABLE ONLY app.saml_connections FORCE ROW LEVEL SECURITY;
ALTER TABLE app.saml_connections OWNER TO lectern_owner;
CREATE TABLE app.saml_identities (
    tenant_id uuid NOT NULL,
    plugin_id uuid NOT NULL,
    name_id text NOT NULL COLLATE pg_catalog."C",
    user_id uuid NOT NULL,
    linked_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY app.saml_identities FORCE ROW LEVEL SECURITY;
ALTER TABLE app.saml_identities OWNER TO lectern_owner;
CREATE TABLE app.saml_keys (
    tenant_id uuid NOT NULL,
    plugin_id uuid NOT NULL,
    id uuid NOT NULL,
    certificate text NOT NULL,
    sealed_key text NOT NULL,
    state text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT saml_keys_state_check CHECK ((state = ANY (ARRAY['next'::text, 'current'::text, 'previous'::text])))
);
ALTER TABLE ONLY app.saml_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE app.saml_keys OWNER TO lectern_owner;
CREATE TABLE app.saml_logouts (
    tenant_id uuid NOT NULL,
    plugin_id uuid NOT NULL,
    digest bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT saml_logouts_digest_check CHECK ((octet_length(digest) = 32))
);
ALTER TABLE ONLY app.saml_logouts FORCE ROW LEVEL SECURITY;
ALTER TABLE app.saml_logouts OWNER TO lectern_owner;
CREATE TABLE app.saml_requests (
    tenant_id uuid NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    plugin_id uuid NOT NULL,
    browser bytea NOT NULL,
    purpose text NOT NULL,
    target text NOT NULL,
    session_id uuid,
    user_id uuid,
    message text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    network text DEFAULT ''::text NOT NULL,
    CONSTRAINT saml_requests_browser_check CHECK ((octet_length(browser) = 32)),
    CONSTRAINT saml_requests_network_check CHECK ((char_length(network) <= 200)),
    CONSTRAINT saml_requests_purpose_check CHECK ((purpose = ANY (ARRAY['sign-in'::text, 'trial'::text, 'link'::text, 'confirmation'::text, 'logout'::text])))
);
ALTER TABLE ONLY app.saml_requests FORCE ROW LEVEL SECURITY;
ALTER TABLE app.saml_requests OWNER TO lectern_owner;
CREATE TABLE app.saml_sign_ins (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    plugin_id uuid NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    purpose text NOT NULL,
    failed_rule text,
    user_id uuid,
    name_id text,
    address text NOT NULL,
    report jsonb NOT NULL,
    repeats bigint DEFAULT 0 NOT NULL,
    last_at timestamp with time zone,
    CONSTRAINT saml_sign_ins_repeats_check CHECK ((repeats >= 0))
);
ALTER TABLE ONLY app.saml_sign_ins FORCE ROW LEVEL SECURITY;
ALTER TABLE app.saml_sign_ins OWNER TO lectern_owner;
CREATE TABLE app.scim_tokens (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    plugin_id uuid NOT NULL,
    digest bytea NOT NULL,
    prefix text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    last_used_from text,
    client_id uuid,
    secret_id uuid,
    name text DEFAULT ''::text NOT NULL,
    CONSTRAINT scim_tokens_access_check CHECK ((((secret_id IS NULL) OR (client_id IS NOT NULL)) AND ((client_id IS NULL) OR (expires_at IS NOT NULL)))),
    CONSTRAINT scim_tokens_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT scim_tokens_name_check CHECK ((char_length(name) <= 100))
);
ALTER TABLE ONLY app.scim_tokens FORCE ROW LEVEL SECURITY;
ALTER TABLE app.scim_tokens OWNER TO lectern_owner;
CREATE TABLE app.second_factors (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    secret text NOT NULL,
    confirmed_at timestamp with time zone,
    last_step bigint DEFAULT 0 NOT NULL
);
ALTER TABLE ONLY app.second_factors FORCE ROW LEVEL SECURITY;
ALTER TABLE app.second_factors OWNER TO lectern_owner;
CREATE TABLE app.security_events (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    minute timestamp with time zone NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    fold bytea NOT NULL,
    count bigint DEFAULT 1 NOT NULL,
    at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    user_id uuid,
    plugin_id uuid,
    client_id uuid,
    claimed bytea,
    address text NOT NULL,
    reason text NOT NULL,
    request_id text NOT NULL,
    CONSTRAINT security_events_address_check CHECK ((char_length(address) <= 100)),
    CONSTRAINT security_events_claimed_check CHECK ((octet_length(claimed) = 32)),
    CONSTRAINT security_events_fold_check CHECK ((octet_length(fold) = 32)),
    CONSTRAINT security_events_kind_check CHECK ((kind ~ '^[a-z-]{1,40}$'::text)),
    CONSTRAINT security_events_reason_check CHECK ((char_length(reason) <= 200)),
    CONSTRAINT security_events_request_id_check CHECK ((char_length(request_id) <= 100))
);
ALTER TABLE ONLY app.security_events FORCE ROW LEVEL SECURITY;
ALTER TABLE app.security_events OWNER TO lectern_owner;
CREATE TABLE app.sessions (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    digest bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    authenticated_at timestamp with time zone DEFAULT now() NOT NULL,
    address text NOT NULL,
    user_agent text NOT NULL,
    roles text[] DEFAULT '{}'::text[] NOT NULL,
    plugin_id uuid,
    name_id text,
    session_index text,
    ends_at timestamp with time zone,
    name_format text,
    name_qualifier text,
    sp_name_qualifier text,
    CONSTRAINT sessions_digest_check CHECK ((octet_length(digest) = 32)),
    CONSTRAINT sessions_user_agent_check CHECK ((char_length(user_agent) <= 300))
);
ALTER TABLE ONLY app.sessions FORCE ROW LEVEL SECURITY;
ALTER TABLE app.sessions OWNER TO lectern_owner;
CREATE TABLE app.sign_in_steps (
    tenant_id uuid NOT NULL,
    digest bytea NOT NULL,
    browser bytea NOT NULL,
    user_id uuid NOT NULL,
    attempts bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT sign_in_steps_browser_check CHECK ((octet_length(browser) = 32)),
    CONSTRAINT sign_in_steps_digest_check CHECK ((octet_length(digest) = 32))
);
ALTER TABLE ONLY app.sign_in_steps FORCE ROW LEVEL SECURITY;
ALTER TABLE app.sign_in_steps OWNER TO lectern_owner;
CREATE TABLE app.strangers (
    tenant_id uuid NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    address text NOT NULL,
    CONSTRAINT strangers_kind_check CHECK ((kind = ANY (ARRAY['absent'::text, 'malformed'::text, 'mistyped'::text, 'unknown'::text])))
);
ALTER TABLE ONLY app.strangers FORCE ROW LEVEL SECURITY;
ALTER TABLE app.strangers OWNER TO lectern_owner;
CREATE TABLE app.tenant_domains (
    tenant_id uuid NOT NULL,
    domain text NOT NULL COLLATE pg_catalog."C",
    challenge text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    verified_at timestamp with time zone,
    checked_at timestamp with time zone,
    vouched_for boolean DEFAULT false NOT NULL,
    CONSTRAINT tenant_domains_check CHECK (((NOT vouched_for) OR (verified_at IS NOT NULL)))
);
ALTER TABLE ONLY app.tenant_domains FORCE ROW LEVEL SECURITY;
ALTER TABLE app.tenant_domains OWNER TO lectern_owner;
CREATE TABLE app.tenant_slugs (
    slug text NOT NULL COLLATE pg_catalog."C",
    tenant_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT tenant_slugs_slug_check CHECK ((slug ~ '^[a-z0-9-]{2,63}$'::text))
);
ALTER TABLE app.tenant_slugs OWNER TO lectern_owner;
CREATE TABLE app.tenants (
    id uuid NOT NULL,
    slug text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    plan text NOT NULL,
    entitlements text[] NOT NULL,
    default_language text DEFAULT 'en'::text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    log_retention_days integer DEFAULT 90 NOT NULL,
    sign_in text DEFAULT 'both'::text NOT NULL,
    CONSTRAINT tenants_log_retention_days_check CHECK (((log_retention_days >= 1) AND (log_retention_days <= 3650))),
    CONSTRAINT tenants_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT tenants_sign_in_check CHECK ((sign_in = ANY (ARRAY['password'::text, 'saml'::text, 'both'::text]))),
    CONSTRAINT tenants_slug_check CHECK ((slug ~ '^[a-z0-9-]{2,63}$'::text)),
    CONSTRAINT tenants_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text])))
);
ALTER TABLE app.tenants OWNER TO lectern_owner;
CREATE TABLE app.user_emails (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    address_key text NOT NULL COLLATE pg_catalog."C"
);
ALTER TABLE ONLY app.user_emails FORCE ROW LEVEL SECURITY;
ALTER TABLE app.user_emails OWNER TO lectern_owner;
CREATE TABLE app.user_import_rows (
    tenant_id uuid NOT NULL,
    import_id uuid NOT NULL,
    line integer NOT NULL,
    user_id uuid NOT NULL,
    fields jsonb NOT NULL,
    role text,
    outcome text,
    subject_id uuid,
    reason text,
    field text,
    hopeless boolean DEFAULT false NOT NULL,
    CONSTRAINT user_import_rows_outcome_check CHECK ((outcome = ANY (ARRAY['created'::text, 'updated'::text, 'unchanged'::text, 'refused'::text])))
);
ALTER TABLE ONLY app.user_import_rows FORCE ROW LEVEL SECURITY;
ALTER TABLE app.user_import_rows OWNER TO lectern_owner;
CREATE TABLE app.user_imports (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    made_by uuid NOT NULL,
    file_name text NOT NULL,
    mode text NOT NULL,
    trial boolean NOT NULL,
    state text NOT NULL,
    ignored_columns text[] NOT NULL,
    row_count integer NOT NULL,
    claimed_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    invites boolean DEFAULT false NOT NULL,
    CONSTRAINT user_imports_file_name_check CHECK ((char_length(file_name) <= 200)),
    CONSTRAINT user_imports_mode_check CHECK ((mode = ANY (ARRAY['create'::text, 'update-by-email'::text, 'update-by-employee-number'::text]))),
    CONSTRAINT user_imports_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'stopped'::text])))
);
ALTER TABLE ONLY app.user_imports FORCE ROW LEVEL SECURITY;
ALTER TABLE app.user_imports OWNER TO lectern_owner;
CREATE TABLE app.user_roles (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    origin text NOT NULL,
    granted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT user_roles_origin_check CHECK ((origin = ANY (ARRAY['default'::text, 'app-role'::text, 'group'::text, 'admin'::text, 'operator'::text, 'kept'::text]))),
    CONSTRAINT user_roles_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'editor'::text, 'instructor'::text, 'trainee'::text])))
);
ALTER TABLE ONLY app.user_roles FORCE ROW LEVEL SECURITY;
ALTER TABLE app.user_roles OWNER TO lectern_owner;
CREATE TABLE app.user_words (
    tenant_id uuid NOT NULL,
    word text NOT NULL COLLATE pg_catalog."C",
    user_id uuid NOT NULL
);
ALTER TABLE ONLY app.user_words FORCE ROW LEVEL SECURITY;
ALTER TABLE app.user_words OWNER TO lectern_owner;
CREATE TABLE app.users (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    plugin_id uuid,
    user_name text NOT NULL,
    user_name_key text NOT NULL COLLATE pg_catalog."C",
    external_id text COLLATE pg_catalog."C",
    employee_number text COLLATE pg_catalog."C",
    active boolean DEFAULT true NOT NULL,
    manager_value text COLLATE pg_catalog."C",
    manager_id uuid,
    attributes jsonb NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    change_id uuid NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    updated_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    first_signed_in_at timestamp with time zone,
    external_id_shared boolean DEFAULT false NOT NULL,
    stated_active boolean GENERATED ALWAYS AS (((attributes -> 'active'::text) IS DISTINCT FROM 'false'::jsonb)) STORED NOT NULL,
    suspended_at timestamp(3) with time zone,
    suspended_by uuid,
    manager_key text GENERATED ALWAYS AS (app.fold(manager_value)) STORED COLLATE pg_catalog."C",
    employee_number_key text GENERATED ALWAYS AS (app.fold(employee_number)) STORED COLLATE pg_catalog."C",
    CONSTRAINT users_activity_check CHECK (((NOT active) OR (stated_active AND (suspended_at IS NULL))))
)
WITH (fillfactor='85');
ALTER TABLE ONLY app.users FORCE ROW LEVEL SECURITY;
ALTER TABLE app.users OWNER TO lectern_owner;
ALTER TABLE ONLY app.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (tenant_id, kind, key);
ALTER TABLE ONLY app.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.client_assertions
    ADD CONSTRAINT client_assertions_pkey PRIMARY KEY (tenant_id, client_id, digest);
ALTER TABLE ONLY app.client_secrets
    ADD CONSTRAINT client_secrets_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.custom_attributes
    ADD CONSTRAINT custom_attributes_pkey PRIMARY KEY (tenant_id, name_key);
ALTER TABLE ONLY app.group_members
    ADD CONSTRAINT group_members_pkey PRIMARY KEY (tenant_id, group_id, member_id);
ALTER TABLE ONLY app.group_supervisors
    ADD CONSTRAINT group_supervisors_pkey PRIMARY KEY (tenant_id, group_id, user_id);
ALTER TABLE ONLY app.groups
    ADD CONSTRAINT groups_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.ignored_attributes
    ADD CONSTRAINT ignored_attributes_pkey PRIMARY KEY (tenant_id, plugin_id, name);
ALTER TABLE ONLY app.installation
    ADD CONSTRAINT installation_pkey PRIMARY KEY (name);
ALTER TABLE ONLY app.link_reviews
    ADD CONSTRAINT link_reviews_pkey PRIMARY KEY (tenant_id, plugin_id, user_id);
ALTER TABLE ONLY app.mails
    ADD CONSTRAINT mails_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.mails
    ADD CONSTRAINT mails_tenant_id_topic_user_id_key UNIQUE (tenant_id, topic, user_id);
ALTER TABLE ONLY app.oauth_clients
    ADD CONSTRAINT oauth_clients_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.password_links
    ADD CONSTRAINT password_links_pkey PRIMARY KEY (tenant_id, digest);
ALTER TABLE ONLY app.passwords
    ADD CONSTRAINT passwords_pkey PRIMARY KEY (tenant_id, user_id);
ALTER TABLE ONLY app.pending_members
    ADD CONSTRAINT pending_members_pkey PRIMARY KEY (tenant_id, group_id, value);
ALTER TABLE ONLY app.plugins
    ADD CONSTRAINT plugins_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.plugins
    ADD CONSTRAINT plugins_tenant_id_kind_name_key_key UNIQUE (tenant_id, kind, name_key);
ALTER TABLE ONLY app.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (tenant_id, user_id, digest);
ALTER TABLE ONLY app.refused_requests
    ADD CONSTRAINT refused_requests_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.role_mappings
    ADD CONSTRAINT role_mappings_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.saml_assertions
    ADD CONSTRAINT saml_assertions_pkey PRIMARY KEY (tenant_id, plugin_id, digest);
ALTER TABLE ONLY app.saml_connections
    ADD CONSTRAINT saml_connections_pkey PRIMARY KEY (tenant_id, plugin_id);
ALTER TABLE ONLY app.saml_identities
    ADD CONSTRAINT saml_identities_pkey PRIMARY KEY (tenant_id, plugin_id, name_id);
ALTER TABLE ONLY app.saml_keys
    ADD CONSTRAINT saml_keys_pkey PRIMARY KEY (tenant_id, plugin_id, id);
ALTER TABLE ONLY app.saml_logouts
    ADD CONSTRAINT saml_logouts_pkey PRIMARY KEY (tenant_id, plugin_id, digest);
ALTER TABLE ONLY app.saml_requests
    ADD CONSTRAINT saml_requests_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.saml_sign_ins
    ADD CONSTRAINT saml_sign_ins_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.scim_tokens
    ADD CONSTRAINT scim_tokens_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.scim_tokens
    ADD CONSTRAINT scim_tokens_tenant_id_digest_key UNIQUE (tenant_id, digest);
ALTER TABLE ONLY app.second_factors
    ADD CONSTRAINT second_factors_pkey PRIMARY KEY (tenant_id, user_id);
ALTER TABLE ONLY app.security_events
    ADD CONSTRAINT security_events_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.security_events
    ADD CONSTRAINT security_events_tenant_id_minute_kind_fold_key UNIQUE (tenant_id, minute, kind, fold);
ALTER TABLE ONLY app.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.sessions
    ADD CONSTRAINT sessions_tenant_id_digest_key UNIQUE (tenant_id, digest);
ALTER TABLE ONLY app.sign_in_steps
    ADD CONSTRAINT sign_in_steps_pkey PRIMARY KEY (tenant_id, digest);
ALTER TABLE ONLY app.strangers
    ADD CONSTRAINT strangers_pkey PRIMARY KEY (tenant_id, kind);
ALTER TABLE ONLY app.tenant_domains
    ADD CONSTRAINT tenant_domains_pkey PRIMARY KEY (tenant_id, domain);
ALTER TABLE ONLY app.tenant_slugs
    ADD CONSTRAINT tenant_slugs_pkey PRIMARY KEY (slug);
ALTER TABLE ONLY app.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);
ALTER TABLE ONLY app.tenants
    ADD CONSTRAINT tenants_slug_key UNIQUE (slug);
ALTER TABLE ONLY app.user_emails
    ADD CONSTRAINT user_emails_pkey PRIMARY KEY (tenant_id, user_id, address_key);
ALTER TABLE ONLY app.user_import_rows
    ADD CONSTRAINT user_import_rows_pkey PRIMARY KEY (tenant_id, import_id, line);
ALTER TABLE ONLY app.user_imports
    ADD CONSTRAINT user_imports_pkey PRIMARY KEY (tenant_id, id);
ALTER TABLE ONLY app.user_roles
    ADD CONSTRAINT user_roles_pkey PRIMARY KEY (tenant_id, user_id, role, origin);
ALTER TABLE ONLY app.user_words
    ADD CONSTRAINT user_words_pkey PRIMARY KEY (tenant_id, word, user_id);
ALTER TABLE ONLY app.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id);
CREATE INDEX attempts_last ON app.attempts USING btree (tenant_id, last_at);
CREATE INDEX changes_plugin ON app.changes USING btree (tenant_id, plugin_id, id) WHERE (plugin_id IS NOT NULL);
CREATE INDEX changes_removals ON app.changes USING btree (tenant_id, plugin_id, id) WHERE ((plugin_id IS NOT NULL) AND (subject = 'user'::text) AND (action = ANY (ARRAY['disable'::text, 'delete'::text])));
CREATE INDEX changes_subject ON app.changes USING btree (tenant_id, subject_id, id);
CREATE INDEX changes_token ON app.changes USING btree (tenant_id, actor_id, id) WHERE (actor = 'token'::text);
CREATE INDEX client_assertions_expiry ON app.client_assertions USING btree (tenant_id, expires_at);
CREATE INDEX client_secrets_client ON app.client_secrets USING btree (tenant_id, client_id);
CREATE INDEX group_members_groups ON app.group_members USING btree (tenant_id, group_id, member_id) WHERE (member_type = 'Group'::text);
CREATE INDEX group_members_member ON app.group_members USING btree (tenant_id, member_id);
CREATE INDEX group_supervisors_user ON app.group_supervisors USING btree (tenant_id, user_id);
CREATE UNIQUE INDEX groups_connection_display_name ON app.groups USING btree (tenant_id, plugin_id, display_name_key) WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX groups_connection_external_id ON app.groups USING btree (tenant_id, plugin_id, external_id) WHERE ((external_id IS NOT NULL) AND (deleted_at IS NULL) AND (NOT external_id_shared));
CREATE INDEX groups_created ON app.groups USING btree (tenant_id, created_at, id) WHERE (deleted_at IS NULL);
CREATE INDEX groups_deleted_display_name ON app.groups USING btree (tenant_id, display_name_key) WHERE (deleted_at IS NOT NULL);
CREATE INDEX groups_display_name ON app.groups USING btree (tenant_id, display_name_key) WHERE (deleted_at IS NULL);
CREATE INDEX groups_external_id ON app.groups USING btree (tenant_id, external_id) WHERE ((external_id IS NOT NULL) AND (deleted_at IS NULL));
CREATE INDEX groups_order ON app.groups USING btree (tenant_id, display_name_key COLLATE "und-x-icu") WHERE (deleted_at IS NULL);
CREATE INDEX link_reviews_user ON app.link_reviews USING btree (tenant_id, user_id);
CREATE INDEX mails_due ON app.mails USING btree (tenant_id, next_try_at) WHERE (state = 'waiting'::text);
CREATE INDEX mails_user ON app.mails USING btree (tenant_id, user_id, created_at);
CREATE INDEX oauth_clients_plugin ON app.oauth_clients USING btree (tenant_id, plugin_id);
CREATE INDEX password_links_user ON app.password_links USING btree (tenant_id, user_id);
CREATE INDEX pending_members_key ON app.pending_members USING btree (tenant_id, value_key);
CREATE UNIQUE INDEX plugins_active_provider ON app.plugins USING btree (tenant_id) WHERE active_provider;
CREATE INDEX refused_requests_plugin ON app.refused_requests USING btree (tenant_id, plugin_id, id);
CREATE INDEX refused_requests_token ON app.refused_requests USING btree (tenant_id, token_id, id);
CREATE UNIQUE INDEX role_mappings_group ON app.role_mappings USING btree (tenant_id, group_id, plugin_id, role) WHERE (group_id IS NOT NULL);
CREATE INDEX role_mappings_origin ON app.role_mappings USING btree (tenant_id, origin, value_key);
CREATE UNIQUE INDEX role_mappings_value ON app.role_mappings USING btree (tenant_id, plugin_id, origin, value_key, role) WHERE (group_id IS NULL);
CREATE INDEX saml_assertions_expiry ON app.saml_assertions USING btree (tenant_id, expires_at);
CREATE INDEX saml_identities_user ON app.saml_identities USING btree (tenant_id, user_id);
CREATE UNIQUE INDEX saml_keys_current ON app.saml_keys USING btree (tenant_id, plugin_id, state);
CREATE INDEX saml_logouts_expiry ON app.saml_logouts USING btree (tenant_id, expires_at);
CREATE INDEX saml_requests_age ON app.saml_requests USING btree (tenant_id, plugin_id, created_at);
CREATE INDEX saml_requests_browser ON app.saml_requests USING btree (tenant_id, plugin_id, browser);
CREATE INDEX saml_requests_expiry ON app.saml_requests USING btree (tenant_id, expires_at);
CREATE INDEX saml_requests_network ON app.saml_requests USING btree (tenant_id, plugin_id, network, created_at);
CREATE INDEX saml_sign_ins_age ON app.saml_sign_ins USING btree (tenant_id, at);
CREATE INDEX saml_sign_ins_latest ON app.saml_sign_ins USING btree (tenant_id, plugin_id, at DESC, id DESC);
CREATE INDEX saml_sign_ins_rule ON app.saml_sign_ins USING btree (tenant_id, plugin_id, failed_rule, at DESC, id DESC);
CREATE INDEX scim_tokens_client ON app.scim_tokens USING btree (tenant_id, client_id, expires_at) WHERE (client_id IS NOT NULL);
CREATE INDEX scim_tokens_plugin ON app.scim_tokens USING btree (tenant_id, plugin_id);
CREATE INDEX scim_tokens_secret ON app.scim_tokens USING btree (tenant_id, secret_id) WHERE (secret_id IS NOT NULL);
CREATE INDEX security_events_user ON app.security_events USING btree (tenant_id, user_id, id) WHERE (user_id IS NOT NULL);
CREATE INDEX sessions_user ON app.sessions USING btree (tenant_id, user_id);
CREATE INDEX sign_in_steps_user ON app.sign_in_steps USING btree (tenant_id, user_id);
CREATE INDEX tenant_slugs_tenant ON app.tenant_slugs USING btree (tenant_id);
CREATE INDEX user_emails_address ON app.user_emails USING btree (tenant_id, address_key);
CREATE INDEX user_import_rows_outcome ON app.user_import_rows USING btree (tenant_id, import_id, outcome, line);
CREATE INDEX user_imports_made_by ON app.user_imports USING btree (tenant_id, made_by);
CREATE INDEX user_roles_holders ON app.user_roles USING btree (tenant_id, role, user_id);
CREATE INDEX users_awaited_manager_key ON app.users USING btree (tenant_id, manager_key) WHERE ((manager_key IS NOT NULL) AND (manager_id IS NULL));
CREATE UNIQUE INDEX users_connection_external_id ON app.users USING btree (tenant_id, plugin_id, external_id) WHERE ((external_id IS NOT NULL) AND (deleted_at IS NULL) AND (NOT external_id_shared));
CREATE INDEX users_created ON app.users USING btree (tenant_id, created_at, id) WHERE (deleted_at IS NULL);
CREATE INDEX users_deleted ON app.users USING btree (tenant_id, deleted_at, id) WHERE (deleted_at IS NOT NULL);
CREATE INDEX users_deleted_external_id ON app.users USING btree (tenant_id, external_id) WHERE ((external_id IS NOT NULL) AND (deleted_at IS NOT NULL));
CREATE INDEX users_deleted_user_name ON app.users USING btree (tenant_id, user_name_key) WHERE (deleted_at IS NOT NULL);
CREATE INDEX users_employee_number_key ON app.users USING btree (tenant_id, employee_number_key) WHERE ((employee_number_key IS NOT NULL) AND (deleted_at IS NULL));
CREATE INDEX users_external_id ON app.users USING btree (tenant_id, external_id) WHERE ((external_id IS NOT NULL) AND (deleted_at IS NULL));
CREATE INDEX users_made_here ON app.users USING btree (tenant_id, user_name_key COLLATE "und-x-icu") WHERE ((deleted_at IS NULL) AND (plugin_id IS NULL));
CREATE INDEX users_manager ON app.users USING btree (tenant_id, manager_id) WHERE (manager_id IS NOT NULL);
CREATE INDEX users_order ON app.users USING btree (tenant_id, user_name_key COLLATE "und-x-icu") WHERE (deleted_at IS NULL);
CREATE INDEX users_source ON app.users USING btree (tenant_id, plugin_id, user_name_key COLLATE "und-x-icu") WHERE ((deleted_at IS NULL) AND (plugin_id IS NOT NULL));
CREATE INDEX users_state ON app.users USING btree (tenant_id, active, user_name_key COLLATE "und-x-icu") WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX users_user_name ON app.users USING btree (tenant_id, user_name_key) WHERE (deleted_at IS NULL);
ALTER TABLE ONLY app.attempts
    ADD CONSTRAINT attempts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.changes
    ADD CONSTRAINT changes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.client_assertions
    ADD CONSTRAINT client_assertions_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id) REFERENCES app.oauth_clients(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.client_secrets
    ADD CONSTRAINT client_secrets_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id) REFERENCES app.oauth_clients(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.client_secrets
    ADD CONSTRAINT client_secrets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.custom_attributes
    ADD CONSTRAINT custom_attributes_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.group_members
    ADD CONSTRAINT group_members_tenant_id_group_id_fkey FOREIGN KEY (tenant_id, group_id) REFERENCES app.groups(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.group_supervisors
    ADD CONSTRAINT group_supervisors_tenant_id_group_id_fkey FOREIGN KEY (tenant_id, group_id) REFERENCES app.groups(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.group_supervisors
    ADD CONSTRAINT group_supervisors_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.groups
    ADD CONSTRAINT groups_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.groups
    ADD CONSTRAINT groups_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.plugins(tenant_id, id);
ALTER TABLE ONLY app.ignored_attributes
    ADD CONSTRAINT ignored_attributes_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.plugins(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.link_reviews
    ADD CONSTRAINT link_reviews_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.plugins(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.link_reviews
    ADD CONSTRAINT link_reviews_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.mails
    ADD CONSTRAINT mails_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.oauth_clients
    ADD CONSTRAINT oauth_clients_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.oauth_clients
    ADD CONSTRAINT oauth_clients_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.plugins(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.password_links
    ADD CONSTRAINT password_links_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.passwords
    ADD CONSTRAINT passwords_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.pending_members
    ADD CONSTRAINT pending_members_tenant_id_group_id_fkey FOREIGN KEY (tenant_id, group_id) REFERENCES app.groups(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.plugins
    ADD CONSTRAINT plugins_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.recovery_codes
    ADD CONSTRAINT recovery_codes_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.refused_requests
    ADD CONSTRAINT refused_requests_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.plugins(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.role_mappings
    ADD CONSTRAINT role_mappings_tenant_id_group_id_fkey FOREIGN KEY (tenant_id, group_id) REFERENCES app.groups(tenant_id, id);
ALTER TABLE ONLY app.role_mappings
    ADD CONSTRAINT role_mappings_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.plugins(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.saml_assertions
    ADD CONSTRAINT saml_assertions_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.saml_connections(tenant_id, plugin_id) ON DELETE CASCADE;
ALTER TABLE ONLY app.saml_connections
    ADD CONSTRAINT saml_connections_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.plugins(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.saml_identities
    ADD CONSTRAINT saml_identities_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.saml_connections(tenant_id, plugin_id) ON DELETE CASCADE;
ALTER TABLE ONLY app.saml_identities
    ADD CONSTRAINT saml_identities_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.saml_keys
    ADD CONSTRAINT saml_keys_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.saml_connections(tenant_id, plugin_id) ON DELETE CASCADE;
ALTER TABLE ONLY app.saml_logouts
    ADD CONSTRAINT saml_logouts_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.saml_connections(tenant_id, plugin_id) ON DELETE CASCADE;
ALTER TABLE ONLY app.saml_requests
    ADD CONSTRAINT saml_requests_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.saml_connections(tenant_id, plugin_id) ON DELETE CASCADE;
ALTER TABLE ONLY app.saml_sign_ins
    ADD CONSTRAINT saml_sign_ins_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.saml_connections(tenant_id, plugin_id) ON DELETE CASCADE;
ALTER TABLE ONLY app.scim_tokens
    ADD CONSTRAINT scim_tokens_client_fkey FOREIGN KEY (tenant_id, client_id) REFERENCES app.oauth_clients(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.scim_tokens
    ADD CONSTRAINT scim_tokens_secret_fkey FOREIGN KEY (tenant_id, secret_id) REFERENCES app.client_secrets(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.scim_tokens
    ADD CONSTRAINT scim_tokens_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.scim_tokens
    ADD CONSTRAINT scim_tokens_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.plugins(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.second_factors
    ADD CONSTRAINT second_factors_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.security_events
    ADD CONSTRAINT security_events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.sessions
    ADD CONSTRAINT sessions_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.sign_in_steps
    ADD CONSTRAINT sign_in_steps_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.strangers
    ADD CONSTRAINT strangers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.tenant_domains
    ADD CONSTRAINT tenant_domains_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.tenant_slugs
    ADD CONSTRAINT tenant_slugs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.user_emails
    ADD CONSTRAINT user_emails_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.user_import_rows
    ADD CONSTRAINT user_import_rows_tenant_id_import_id_fkey FOREIGN KEY (tenant_id, import_id) REFERENCES app.user_imports(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.user_imports
    ADD CONSTRAINT user_imports_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.user_imports
    ADD CONSTRAINT user_imports_tenant_id_made_by_fkey FOREIGN KEY (tenant_id, made_by) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.user_roles
    ADD CONSTRAINT user_roles_tenant_id_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE;
ALTER TABLE ONLY app.user_words
    ADD CONSTRAINT user_words_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.users
    ADD CONSTRAINT users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE;
ALTER TABLE ONLY app.users
    ADD CONSTRAINT users_tenant_id_manager_id_fkey FOREIGN KEY (tenant_id, manager_id) REFERENCES app.users(tenant_id, id);
ALTER TABLE ONLY app.users
    ADD CONSTRAINT users_tenant_id_plugin_id_fkey FOREIGN KEY (tenant_id, plugin_id) REFERENCES app.plugins(tenant_id, id);
ALTER TABLE app.attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.client_assertions ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.client_secrets ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.custom_attributes ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.group_members ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.group_supervisors ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.groups ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.ignored_attributes ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.link_reviews ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.mails ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.oauth_clients ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.password_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.passwords ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.pending_members ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.plugins ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.recovery_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.refused_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.role_mappings ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.saml_assertions ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.saml_connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.saml_identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.saml_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.saml_logouts ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.saml_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.saml_sign_ins ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.scim_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.second_factors ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.security_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.sign_in_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.strangers ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON app.attempts USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.changes USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.client_assertions USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.client_secrets USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.custom_attributes USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.group_members USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.group_supervisors USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.groups USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.ignored_attributes USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.link_reviews USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.mails USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.oauth_clients USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.password_links USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.passwords USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.pending_members USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.plugins USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.recovery_codes USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.refused_requests USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.role_mappings USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.saml_assertions USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.saml_connections USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.saml_identities USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.saml_keys USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.saml_logouts USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.saml_requests USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.saml_sign_ins USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.scim_tokens USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.second_factors USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.security_events USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.sessions USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.sign_in_steps USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.strangers USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.tenant_domains USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.user_emails USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.user_import_rows USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.user_imports USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.user_roles USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.user_words USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
CREATE POLICY tenant ON app.users USING ((tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid));
ALTER TABLE app.tenant_domains ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.user_emails ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.user_import_rows ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.user_imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.user_roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.user_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA app TO lectern_app;
REVOKE ALL ON FUNCTION app.analyze_grown_tables() FROM PUBLIC;
GRANT ALL ON FUNCTION app.analyze_grown_tables() TO lectern_app;
REVOKE ALL ON FUNCTION app.isolate(table_name text) FROM PUBLIC;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.attempts TO lectern_app;
GRANT SELECT,INSERT ON TABLE app.changes TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.client_assertions TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.client_secrets TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.custom_attributes TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.group_members TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.group_supervisors TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.groups TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.ignored_attributes TO lectern_app;
GRANT SELECT,INSERT,UPDATE ON TABLE app.installation TO lectern_app;
GRANT SELECT,INSERT,UPDATE ON TABLE app.link_reviews TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.mails TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.oauth_clients TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.password_links TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.passwords TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.pending_members TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.plugins TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.recovery_codes TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.refused_requests TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.role_mappings TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.saml_assertions TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.saml_connections TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.saml_identities TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.saml_keys TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.saml_logouts TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.saml_requests TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.saml_sign_ins TO lectern_app;
GRANT UPDATE(repeats) ON TABLE app.saml_sign_ins TO lectern_app;
GRANT UPDATE(last_at) ON TABLE app.saml_sign_ins TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.scim_tokens TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.second_factors TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.security_events TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.sessions TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.sign_in_steps TO lectern_app;
GRANT SELECT,INSERT,UPDATE ON TABLE app.strangers TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.tenant_domains TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.tenant_slugs TO lectern_app;
GRANT SELECT,INSERT,UPDATE ON TABLE app.tenants TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.user_emails TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.user_import_rows TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.user_imports TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.user_roles TO lectern_app;
GRANT SELECT,INSERT,DELETE ON TABLE app.user_words TO lectern_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE app.users TO lectern_app;
