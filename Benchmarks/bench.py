#!/usr/bin/env python3
"""Lectern against pgbench: the same statements on the same database, taking turns. Started by script/bench."""
import argparse, glob, http.client, json, os, random, re, statistics, subprocess, sys, tempfile, time, urllib.request
from urllib.parse import urlsplit

here = os.path.dirname(os.path.abspath(__file__))
TARGETS = {"get": 0.5, "find": 0.5, "create": 0.8, "patch": 0.8, "member": 0.7, "group": 0.7, "head": 0.7, "mix": 0.6,
           "acs": 0.5}
# Scripts that pgbench takes turns with, and how often.
MIXED = {"mix": {"find": 7, "patch": 2, "create": 1}}
GROUPS = 1000
MEMBERS = 10
MEMORY_TARGET = 64.0
SEEDED = "01990000-0000-7000-8000-"
GROUPED = "01990001-0000-7000-8000-"


def arguments():
    p = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    p.add_argument("--quick", action="store_true", help="one round of two seconds: shows that it works, not how fast it is")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--seconds", type=int, default=5, help="length of one measurement")
    p.add_argument("--clients", default="16,32", help="connections of wrk, and of pgbench")
    p.add_argument("--operations", default=",".join(TARGETS))
    p.add_argument("--users", type=int, default=20000)
    p.add_argument("--json", metavar="FILE", help="also write everything that was measured there")
    p.add_argument("--server-pid", type=int, help=argparse.SUPPRESS)
    p.add_argument("--postmaster-pid", type=int, help=argparse.SUPPRESS)
    a = p.parse_args()
    a.clients = [int(n) for n in a.clients.split(",")]
    a.operations = a.operations.split(",")
    if unknown := set(a.operations) - set(TARGETS):
        p.error(f"no such operation: {' '.join(unknown)}")
    if a.quick:
        a.rounds, a.seconds = 1, 2
    return a


# The work of the machine and of the processes so far, in seconds of CPU.

def process_seconds(pid, with_children=False):
    """With children: those that are gone, from the parent's account, and those that still run."""
    total = 0
    for path in glob.glob("/proc/[0-9]*/stat") if with_children else [f"/proc/{pid}/stat"]:
        try:
            fields = open(path).read().rpartition(")")[2].split()
        except OSError:
            continue
        if path == f"/proc/{pid}/stat":
            total += sum(map(int, fields[11:15] if with_children else fields[11:13]))
        elif int(fields[1]) == pid:
            total += sum(map(int, fields[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


def machine_seconds():
    user, nice, system, idle, wait, irq, softirq, *_ = map(int, open("/proc/stat").readline().split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{pid}/status").read())[1]) / 1024


class Meter:
    """CPU seconds of the server, of PostgreSQL, of the client that made the load, and of everything else."""

    def __init__(self, a):
        self.a = a

    def read(self):
        times = os.times()
        return {"server": process_seconds(self.a.server_pid), "machine": machine_seconds(), "wall": time.monotonic(),
                "postgres": process_seconds(self.a.postmaster_pid, True),
                "client": times.user + times.system + times.children_user + times.children_system}

    def __enter__(self):
        self.before = self.read()
        return self

    def __exit__(self, *_):
        time.sleep(0.1)  # until PostgreSQL has taken leave of pgbench's sessions
        self.spent = {key: value - self.before[key] for key, value in self.read().items()}

    def report(self, operations):
        ours = sum(self.spent[name] for name in ("server", "postgres", "client"))
        cpu = {name: self.spent[name] / max(operations, 1) * 1e6 for name in ("server", "postgres", "client")}
        return {"cpu_us": cpu, "foreign_cores": max(0, self.spent["machine"] - ours) / self.spent["wall"]}


class Failure(Exception):
    """A measurement that could not be made. The others stand."""


class Bench:
    def __init__(self, a):
        self.a = a
        self.meter = Meter(a)
        self.bin = os.environ["POSTGRES_BIN"]
        self.url, self.token = os.environ["BENCH_TENANT_URL"], os.environ["BENCH_TOKEN"]
        self.scratch = tempfile.TemporaryDirectory()
        self.patched = 0
        self.responses, self.most_signed_in = [], 2000

    def sql(self, text):
        command = [f"{self.bin}/psql", "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", os.environ["BENCH_OWNER_URL"]]
        run = subprocess.run(command, input=text, capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(f"psql: {run.stderr}")
        return run.stdout.strip()

    def seed(self):
        """The product makes one user, named {name}; the others are its rows with another name in them."""
        request = urllib.request.Request(
            self.url + "/Users", open(f"{here}/user.json", "rb").read(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"})
        identifier = json.load(urllib.request.urlopen(request, timeout=10))["id"]
        row = self.sql(f"""
            select c.tenant_id, c.actor_id, c.plugin_id, u.attributes, c.difference
            from app.users u join app.changes c on c.id = u.change_id where u.id = '{identifier}'""")
        self.variables = dict(zip(("tenant", "token", "plugin", "document", "difference"), row.split("\t")))
        self.variables["settings"] = self.sql(
            f"select version + settings_version from app.plugins where id = '{self.variables['plugin']}'")
        self.variables["suspended"] = self.variables["document"].replace('"active": true', '"active": false')
        # pgbench would take the colons of a literal for variables.
        self.variables["manager_path"] = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"
        self.variables |= {"users": self.a.users, "seeded": SEEDED, "version": 1, "limit": 100, "offset": 0, "i": 0}
        self.sql(f"""
            begin;
            create temporary table sample on commit drop as select * from app.users where id = '{identifier}';
            create temporary table seed on commit drop as
                select n, 'user' || n as name, ('{SEEDED}' || lpad(n::text, 12, '0'))::uuid as id
                from generate_series(1, {self.a.users}) n;
            insert into app.users (tenant_id, id, plugin_id, user_name, user_name_key, external_id, employee_number,
                active, attributes, change_id, created_at, updated_at)
            select u.tenant_id, s.id, u.plugin_id, replace(u.user_name, '{{name}}', name),
                replace(u.user_name_key, '{{name}}', name), name, name, u.active,
                replace(u.attributes::text, '{{name}}', name)::jsonb, s.id,
                u.created_at + n * interval '1 ms', u.updated_at + n * interval '1 ms'
            from sample u, seed s;
            insert into app.user_roles (tenant_id, user_id, role, origin)
            select r.tenant_id, s.id, r.role, r.origin from app.user_roles r join sample u on u.id = r.user_id, seed s;
            insert into app.user_emails (tenant_id, user_id, address_key)
            select e.tenant_id, s.id, replace(e.address_key, '{{name}}', name)
            from app.user_emails e join sample u on u.id = e.user_id, seed s;
            insert into app.user_words (tenant_id, word, user_id)
            select distinct w.tenant_id, replace(w.word, 'name', name), s.id
            from app.user_words w join sample u on u.id = w.user_id, seed s on conflict do nothing;
            insert into app.changes (tenant_id, id, at, actor, actor_id, plugin_id, action, subject, subject_id,
                difference, request_id)
            select c.tenant_id, s.id, c.at, c.actor, c.actor_id, c.plugin_id, c.action, c.subject, s.id,
                replace(c.difference::text, '{{name}}', name)::jsonb, c.request_id
            from app.changes c join sample u on u.change_id = c.id, seed s;
            commit;""")
        self.seed_groups()
        self.sql("vacuum (analyze);")

    def seed_groups(self):
        """One group by the product, the others as copies of it, each with some of the users."""
        request = urllib.request.Request(
            self.url + "/Groups",
            b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"{name}"}',
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"})
        identifier = json.load(urllib.request.urlopen(request, timeout=10))["id"]
        self.sql(f"""
            insert into app.groups (tenant_id, id, plugin_id, display_name, display_name_key, external_id, attributes,
                change_id)
            select g.tenant_id, ('{GROUPED}' || lpad(n::text, 12, '0'))::uuid, g.plugin_id, 'group' || n, 'group' || n,
                null, replace(g.attributes::text, '{{name}}', 'group' || n)::jsonb, g.change_id
            from app.groups g, generate_series(1, {GROUPS}) n where g.id = '{identifier}';
            insert into app.group_members (tenant_id, group_id, member_id, member_type)
            select g.tenant_id, g.id,
                ('{SEEDED}' || lpad((1 + (row_number() over () * {MEMBERS} + m) % {self.a.users})::text, 12, '0'))::uuid,
                'User'
            from app.groups g, generate_series(1, {MEMBERS}) m where g.id <> '{identifier}' on conflict do nothing;""")
        self.variables |= {"grouped": GROUPED, "groups": GROUPS}

    def cli(self, *command):
        run = subprocess.run([os.environ["BENCH_LECTERN"], *command, "--tenant", "bench", "--json"],
                             stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(f"lectern {' '.join(command)}: {run.stderr}")
        return json.loads(run.stdout) if run.stdout.strip() else None

    def seed_sign_in(self):
        """A connection by which everybody has signed in once: the product lets one in, the others are copies of it."""
        from provider import Provider
        self.provider = Provider()
        metadata = f"{self.scratch.name}/metadata.xml"
        with open(metadata, "w") as file:
            file.write(self.provider.metadata)
        self.cli("plugin", "create", "--kind", "saml", "--name", "SSO")
        self.cli("saml", "import", "--plugin", "SSO", "--metadata", metadata)
        self.cli("saml", "update", "--plugin", "SSO", "--idp-initiated", "--no-auto-create")
        self.connection = self.cli("saml", "show", "--plugin", "SSO")
        acs = urlsplit(self.connection["acs_url"])
        self.sql("""
            insert into app.saml_identities (tenant_id, plugin_id, name_id, user_id)
            select u.tenant_id, p.id, u.user_name, u.id from app.users u
            join app.plugins p on p.tenant_id = u.tenant_id and p.kind = 'saml';
            update app.users set first_signed_in_at = now();""")
        client = http.client.HTTPConnection(acs.netloc, timeout=10)
        client.request("POST", acs.path, self.response(), {"Content-Type": "application/x-www-form-urlencoded"})
        if (status := client.getresponse().status) != 303:
            raise SystemExit(f"nobody signed in: {status}")
        row = self.sql("select plugin_id, report from app.saml_sign_ins")
        self.variables |= zip(("connection", "report"), row.split("\t"))
        # Colons, again.
        self.variables["name_format"] = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
        # Without rows to learn from, PostgreSQL would plan for tables that have next to none.
        self.sql("""
            insert into app.saml_assertions (tenant_id, plugin_id, digest, expires_at)
            select a.tenant_id, a.plugin_id, sha256(u.id::text::bytea), a.expires_at
            from app.saml_assertions a join app.users u on u.tenant_id = a.tenant_id;
            insert into app.sessions (tenant_id, id, user_id, digest, address, user_agent, roles, plugin_id, name_id)
            select s.tenant_id, u.id, u.id, sha256(u.id::text::bytea), s.address, s.user_agent, s.roles, s.plugin_id,
                u.user_name
            from app.sessions s join app.users u on u.tenant_id = s.tenant_id;
            insert into app.saml_sign_ins (tenant_id, id, plugin_id, purpose, user_id, name_id, address, report)
            select s.tenant_id, u.id, s.plugin_id, s.purpose, u.id, u.user_name, s.address, s.report
            from app.saml_sign_ins s join app.users u on u.tenant_id = s.tenant_id;
            vacuum (analyze);""")

    def response(self):
        return self.provider.form(
            self.connection["entity_id"], self.connection["acs_url"],
            random.randint(self.a.users // 2 + 1, self.a.users))  # the others are disabled and enabled by `patch`

    def script(self, operation):
        """The pgbench script with its pieces put in, and the tenant, because SET takes no parameters."""
        text = open(f"{here}/{operation}.sql").read()
        for piece in ("opening.sql", "columns.sql", "tables.sql", "roles.sql"):
            text = text.replace("{" + piece + "}", open(f"{here}/{piece}").read().strip())
        path = f"{self.scratch.name}/{operation}.sql"
        with open(path, "w") as file:
            file.write(text.replace("{tenant}", self.variables["tenant"]))
        return path

    def pgbench(self, operation, clients, seconds):
        prefix = f"{self.scratch.name}/latency"
        variables = self.variables | {"fresh": f"{time.time_ns() // 1_000_000:012x}70008"}
        command = [f"{self.bin}/pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(seconds),
                   "-l", "--log-prefix", prefix, "--sampling-rate", "0.2"]
        for name, weight in MIXED.get(operation, {operation: 1}).items():
            command += ["-f", f"{self.script(name)}@{weight}"]
        for name, value in variables.items():
            command += ["-D", f"{name}={value}"]
        with self.meter as meter:
            # PostgreSQL would plan some of these anew each time, because of how their values are put together here.
            run = subprocess.run(command + [os.environ["DATABASE_URL"]], capture_output=True, text=True,
                                 env=os.environ | {"PGOPTIONS": "-c plan_cache_mode=force_generic_plan"})
        found = {name: re.search(pattern, run.stdout) for name, pattern in (
            ("rate", r"tps = ([\d.]+) \(without"), ("count", r"actually processed: (\d+)"),
            ("failed", r"failed transactions: (\d+)"))}
        if run.returncode or not all(found.values()):
            raise Failure(f"pgbench could not {operation}: {(run.stderr or run.stdout)[-1500:]}")
        latencies = []
        for path in glob.glob(prefix + ".*"):
            with open(path) as file:
                latencies += [int(line.split()[2]) for line in file]
            os.unlink(path)
        if operation == "acs":
            # The product keeps the last of them, and would clear up after pgbench.
            self.sql("delete from app.saml_sign_ins where at < (select at from app.saml_sign_ins order by at desc"
                     " offset 500 limit 1); vacuum app.saml_sign_ins;")
        latencies.sort()
        def quantile(q): return latencies[int(q * (len(latencies) - 1))] / 1000
        return {"rate": float(found["rate"][1]), "p50_ms": quantile(0.5), "p99_ms": quantile(0.99),
                "errors": int(found["failed"][1])} | meter.report(int(found["count"][1]))

    def product(self, operation, clients, seconds):
        url = urlsplit(self.url)
        environment = dict(
            os.environ, BENCH_OPERATION=operation, BENCH_PATH=url.path, BENCH_HOST=url.netloc, BENCH_SEEDED=SEEDED,
            BENCH_USERS=str(self.a.users), BENCH_GROUPED=GROUPED, BENCH_GROUPS=str(GROUPS), BENCH_FRESH=f"{time.time_ns() // 1_000_000:x}-",
            BENCH_COUNT=str(self.patched if operation in ("patch", "mix") else 0), BENCH_DOCUMENT=f"{here}/user.json")
        if operation == "acs":
            # Responses that were left over the last time are still valid.
            while len(self.responses) < 2 * self.most_signed_in * seconds:
                self.responses.append(self.response())
            environment |= {"BENCH_ACS": urlsplit(self.connection["acs_url"]).path,
                            "BENCH_RESPONSES": f"{self.scratch.name}/responses"}
            with open(environment["BENCH_RESPONSES"], "w") as file:
                file.writelines(f"{response}\n" for response in self.responses)
        command = ["wrk", "-t", "1", "-c", str(clients), "-d", f"{seconds}s", "--timeout", "10s",
                   "-s", f"{here}/load.lua", f"http://{url.netloc}/"]
        with self.meter as meter:
            run = subprocess.run(command, env=environment, capture_output=True, text=True)
        if run.returncode or not run.stdout.strip().endswith("}"):
            raise Failure(f"wrk could not {operation}: {(run.stderr or run.stdout)[-1500:]}")
        seen = json.loads(run.stdout.strip().splitlines()[-1])
        if operation in ("patch", "mix"):
            self.patched += seen["requests"] + clients  # some were under way at the end
        if operation == "acs":
            del self.responses[:seen["requests"] + clients + 1]
            self.most_signed_in = max(self.most_signed_in, seen["requests"] // seconds)
        answered = max(0, seen["requests"] - seen["refused"])
        return {"rate": answered / seen["microseconds"] * 1e6, "p50_ms": seen["p50"] / 1000, "p99_ms": seen["p99"] / 1000,
                "errors": seen["refused"] + seen["broken"]} | meter.report(seen["requests"])

    def measure(self, operation, clients, seconds, turn):
        """Both sides, one after the other; who goes first changes from round to round."""
        result = {"operation": operation, "clients": clients}
        for side in ("product", "pgbench") if turn % 2 == 0 else ("pgbench", "product"):
            before = self.sql("select pg_current_wal_insert_lsn()")
            result[side] = getattr(self, side)(operation, clients, seconds)
            written = int(self.sql(f"select pg_current_wal_insert_lsn() - '{before}'::pg_lsn"))
            result[side]["wal_bytes"] = written / max(1, result[side]["rate"] * seconds)
        result["ratio"] = result["product"]["rate"] / result["pgbench"]["rate"]
        return result


def median(runs, *path):
    values = []
    for run in runs:
        for key in path:
            run = run[key]
        values.append(run)
    return statistics.median(values)


def summary(runs):
    """Medians over the rounds; the ratio is the median of each round's own, so that a slow minute counts on both sides."""
    sides = {side: {key: median(runs, side, key) for key in ("rate", "p50_ms", "p99_ms", "wal_bytes", "foreign_cores")}
             | {"cpu_us": {name: median(runs, side, "cpu_us", name) for name in ("server", "postgres", "client")},
                "errors": sum(run[side]["errors"] for run in runs)} for side in ("product", "pgbench")}
    ratios = [run["ratio"] for run in runs]
    ratio, target = statistics.median(ratios), TARGETS[runs[0]["operation"]]
    return {"operation": runs[0]["operation"], "clients": runs[0]["clients"], **sides, "ratio": ratio,
            "ratio_range": [min(ratios), max(ratios)], "target": target, "pass": ratio >= target}


def table(rows, peak):
    print(f"{'':16}{'requests/s':>21}{'ratio':>20}{'target':>8}      {'p50 ms':>12}{'p99 ms':>14}"
          f"{'CPU µs a request':>25}{'WAL bytes':>14}{'errors':>9}")
    print(f"{'':16}{'lectern':>11}{'pgbench':>10}{'median (range)':>20}{'':8}      {'lect':>6}{'pgb':>6}{'lect':>8}{'pgb':>6}"
          f"{'server':>9}{'its PG':>8}{'pgb PG':>8}{'lect':>8}{'pgb':>6}{'lect':>6}{'pgb':>3}")
    for r in rows:
        p, g = r["product"], r["pgbench"]
        spread = f"{r['ratio']:.2f} ({r['ratio_range'][0]:.2f}-{r['ratio_range'][1]:.2f})"
        print(f"{r['operation']:<8}{r['clients']:>3} conn{p['rate']:>11,.0f}{g['rate']:>10,.0f}{spread:>20}{r['target']:>8.1f} "
              f"{'pass' if r['pass'] else 'FAIL'} {p['p50_ms']:>6.1f}{g['p50_ms']:>6.1f}{p['p99_ms']:>8.1f}{g['p99_ms']:>6.1f}"
              f"{p['cpu_us']['server']:>9.0f}{p['cpu_us']['postgres']:>8.0f}{g['cpu_us']['postgres']:>8.0f}"
              f"{p['wal_bytes']:>8.0f}{g['wal_bytes']:>6.0f}{p['errors']:>6}{g['errors']:>3}")
    print(f"server memory, peak RSS: {peak:.1f} MB of {MEMORY_TARGET:.0f} MB {'pass' if peak <= MEMORY_TARGET else 'FAIL'}")


def main():
    a = arguments()
    if not a.server_pid:
        sys.exit("script/bench starts this")
    bench = Bench(a)
    def say(text): print(f"bench: {text}", file=sys.stderr, flush=True)
    say(f"seeding {a.users:,} users")
    bench.seed()
    if "acs" in a.operations:
        bench.seed_sign_in()
    pairs = [(operation, clients) for operation in a.operations for clients in a.clients]
    runs, failures = {pair: [] for pair in pairs}, {}

    def measure(pair, seconds, turn, keep=True):
        if pair[0] in failures:
            return
        try:
            found = bench.measure(*pair, seconds, turn)
            if keep:
                runs[pair].append(found)
        except Failure as failure:
            failures[pair[0]] = str(failure)
            say(f"{pair[0]} is left out from here on: {failure}")

    for operation in a.operations:
        measure((operation, max(a.clients)), 1, 0, keep=False)  # fills caches and prepares statements
    for turn in range(a.rounds):
        say(f"round {turn + 1} of {a.rounds}")
        for pair in pairs:
            measure(pair, a.seconds, turn)
    pairs = [pair for pair in pairs if runs[pair]]
    if not pairs:
        sys.exit("bench: nothing could be measured")
    rows, peak = [summary(runs[pair]) for pair in pairs], peak_megabytes(a.server_pid)
    print(f"{a.rounds} rounds of {a.seconds} s, {a.users:,} users, {os.cpu_count()} cores")
    table(rows, peak)
    foreign = [side["foreign_cores"] for row in rows for side in (row["product"], row["pgbench"])]
    print(f"other work on the machine: {statistics.median(foreign):.1f} cores (at most {max(foreign):.1f})")
    if a.json:
        with open(a.json, "w") as file:
            json.dump({"rounds": a.rounds, "seconds": a.seconds, "users": a.users, "summary": rows,
                       "failures": failures, "peak_rss_mb": peak, "peak_rss_target_mb": MEMORY_TARGET,
                       "runs": [run for pair in pairs for run in runs[pair]]}, file, indent=1)
    if failures:
        sys.exit(f"bench: could not measure {', '.join(failures)}; the figures above stand")


if __name__ == "__main__":
    main()
