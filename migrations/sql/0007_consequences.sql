-- The identifier of what one change does to a further thing: version 7 (RFC 9562 §5.7) with the time of the change, so
-- that it sorts beside it; the rest follows from the two, so that the statement needs no clock and no randomness.
create function app.consequence_id(change uuid, subject uuid) returns uuid language sql immutable as $id$
    select encode(
        set_byte(b, 6, get_byte(b, 6) & 15 | 112),
        'hex')::uuid
    from (
        select overlay(
            set_byte(digest, 8, get_byte(digest, 8) & 63 | 128)
            placing substring(uuid_send(change) from 1 for 6) from 1)
        from substring(sha256(uuid_send(change) || uuid_send(subject)) from 1 for 16) h(digest)
    ) x(b)
$id$;
