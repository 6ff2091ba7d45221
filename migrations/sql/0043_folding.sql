-- The form under which text is compared where case does not count: full and half width, lower case and canonical form
-- as in RFC 8265 §3.3, and one letter for those that have several lower-case forms (ς and σ). `TextFolding` in the
-- module PRECIS is the same function; a test compares the two for every code point.
create function app.fold_letters(input text) returns text
    language plpgsql immutable parallel safe
    as $$
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
$$;

create function app.fold(input text) returns text
    language sql immutable parallel safe
    as $$
    select case when octet_length(input) = length(input) then lower(input collate "C") else app.fold_letters(input) end
$$;

-- Names that others go by while they are not there, and employee numbers, are folded by the same function.
alter table app.pending_members drop column value_key;

alter table app.pending_members add column value_key text collate "C" not null
    generated always as (app.fold(value)) stored;

create index pending_members_key on app.pending_members (tenant_id, value_key);

alter table app.users drop column manager_key, drop column employee_number_key;

alter table app.users
    add column manager_key text collate "C" generated always as (app.fold(manager_value)) stored,
    add column employee_number_key text collate "C" generated always as (app.fold(employee_number)) stored;

create index users_awaited_manager_key on app.users (tenant_id, manager_key)
    where manager_key is not null and manager_id is null;

create index users_employee_number_key on app.users (tenant_id, employee_number_key)
    where employee_number_key is not null and deleted_at is null;
