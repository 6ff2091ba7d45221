#!/usr/bin/env python3
"""What must not grow with size: membership of a large group, its head, memory, and a walk while others are deleted.
Started by script/bench scale."""
import http.client, json, os, statistics, sys, threading, time
from urllib.parse import quote, urlsplit

import bench

USERS = 100_000
WALKED, DELETED = 20_000, 1_000
ROUNDS = 300
MOST = 1.5


class Client:
    """One connection of an identity provider."""

    def __init__(self, url, token):
        self.url = urlsplit(url)
        self.token = token
        self.connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=30)

    def send(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"}
        self.connection.request(method, self.url.path + path, json.dumps(body) if body else None, headers)
        response = self.connection.getresponse()
        text = response.read()
        if response.status >= 400:
            raise SystemExit(f"{method} {path}: {response.status} {text[:300]}")
        return json.loads(text) if text else None

    def timed(self, *request):
        start = time.perf_counter()
        self.send(*request)
        return time.perf_counter() - start


def group(b, name, members):
    """A group of the first users; made by the product, filled by SQL."""
    client = Client(b.url, b.token)
    schema = "urn:ietf:params:scim:schemas:core:2.0:Group"
    identifier = client.send("POST", "/Groups", {"schemas": [schema], "displayName": name})["id"]
    b.sql(f"""
        insert into app.group_members (tenant_id, group_id, member_id, member_type)
        select g.tenant_id, g.id, ('{bench.SEEDED}' || lpad(n::text, 12, '0'))::uuid, 'User'
        from app.groups g, generate_series(1, {members}) n where g.id = '{identifier}';
        analyze app.group_members;""")
    return identifier


def membership(client, identifier, user):
    """Seconds to put one user in and to take it out again."""
    def patch(op):
        return client.timed("PATCH", f"/Groups/{identifier}", {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": op, "path": "members", "value": [{"value": user}]}]})
    return patch("add") + patch("remove")


def compare(name, large, small):
    ratio = statistics.median(large) / statistics.median(small)
    print(f"{name:<44}{ratio:>6.2f} × (at most {MOST}) {'pass' if ratio <= MOST else 'FAIL'}")
    return ratio <= MOST


def walk(b):
    """Everybody, page by page, while others delete some of them."""
    stay = {f"{bench.SEEDED}{n:012d}" for n in range(1, WALKED + 1)}
    leave = [f"{bench.SEEDED}{n:012d}" for n in range(7, WALKED, WALKED // DELETED)][:DELETED]
    b.sql(f"update app.users set deleted_at = now() where id::text > '{bench.SEEDED}{WALKED:012d}'")

    def delete():
        client = Client(b.url, b.token)
        for user in leave:
            client.send("DELETE", f"/Users/{user}")

    deleting = threading.Thread(target=delete)
    client, cursor, seen = Client(b.url, b.token), "", []
    deleting.start()
    while cursor is not None:
        page = client.send("GET", f"/Users?attributes=userName&count=100&cursor={quote(cursor)}")
        seen += [user["id"] for user in page["Resources"]]
        cursor = page.get("nextCursor")
    deleting.join()
    lost = stay - set(leave) - set(seen)
    print(f"walk over {WALKED:,} users, {len(leave):,} deleted meanwhile: {len(lost)} lost, "
          f"{len(seen) - len(set(seen))} twice {'pass' if not lost and len(seen) == len(set(seen)) else 'FAIL'}")
    return not lost and len(seen) == len(set(seen))


def main():
    sys.argv += ["--users", str(USERS)]
    a = bench.arguments()
    b = bench.Bench(a)
    b.seed()
    small, large = group(b, "small", 10), group(b, "large", USERS - 1)
    client, user = Client(b.url, b.token), f"{bench.SEEDED}{USERS:012d}"
    for identifier in (small, large):
        for _ in range(20):
            membership(client, identifier, user)
    before = bench.peak_megabytes(a.server_pid)
    times = {name: ([], []) for name in ("member", "head")}
    for _ in range(ROUNDS):
        for place, identifier in enumerate((large, small)):
            times["member"][place].append(membership(client, identifier, user))
            times["head"][place].append(client.timed("GET", f"/Groups/{identifier}?excludedAttributes=members"))
    grown = bench.peak_megabytes(a.server_pid) - before
    print(f"a group of {USERS:,} against a group of 10, medians of {ROUNDS} in turn:")
    passed = [compare("add and remove a member", *times["member"]), compare("read without members", *times["head"])]
    print(f"{'memory grown meanwhile':<44}{grown:>6.1f} MB (at most 4) {'pass' if grown <= 4 else 'FAIL'}")
    passed += [grown <= 4, walk(b)]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
