#!/usr/bin/env python3
"""Mutation tests: writes many small mistakes into a copy of the sources, each behind a switch, builds the copy once,
and runs for each mistake the tests that reach it, until one fails.

    mutate.py prepare  the copy and its mutations, from --seed and --count
    mutate.py build    the copy; mutations that do not compile are taken out again
    mutate.py run      the tests without a mutation, then with each; what is known already is not run again
    mutate.py report   the score and those that nobody noticed

Everything is kept in --state; each step goes on where it was ended."""

import argparse
import glob
import hashlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import mutations

MODULES = [
    "Domain", "Persistence", "Edge", "SCIM", "SCIMAdapter", "OAuthAdapter", "Manage", "SAML", "SAMLAdapter",
    "XMLSecurity",
]
# They are about the text of the sources, about a whole server, or about modules in which nothing is mutated.
LEFT_OUT = {
    "TidyTests", "LecternTests", "PostgresTests", "DNSTests", "DownloadTests", "SMTPTests", "StrictJSONTests",
    "TOTPTests",
}
MOST_MEMORY = 4 << 30
COPIED = ["Sources", "Tests", "migrations", "Benchmarks", "config", "docs", "Package.resolved"]

# A module of its own, so that no module of the product gets another view of the C library.
SWITCH = '''import Glibc

/// Which mutation is in force, by the environment; and a file that is told which ones are met.
private enum Mutants {
    static let chosen = getenv("LECTERN_MUTANT").flatMap { Int(String(cString: $0)) } ?? 0
    static let trace = getenv("LECTERN_MUTANT_TRACE").map { open($0, O_WRONLY | O_CREAT | O_APPEND, 0o600) } ?? -1
    nonisolated(unsafe) static let met = calloc(8192, 1)!.assumingMemoryBound(to: UInt8.self)
}

package func isChosen(_ number: Int) -> Bool {
    if Mutants.trace >= 0, Mutants.met[number] != 1 {
        Mutants.met[number] = 1
        let line = Array("\\(number)\\n".utf8)
        _ = write(Mutants.trace, line, line.count)
    }
    return Mutants.chosen == number
}
'''
MODULE_SWITCH = '''import Mutation

func mutant(_ number: Int) -> Bool { isChosen(number) }
'''
SQL_SWITCH = '''import Postgres

func mutantSQL(_ number: Int, _ original: PostgresFragment, _ mutated: PostgresFragment) -> PostgresFragment {
    mutant(number) ? mutated : original
}
'''


class State:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.copy = self.directory / "copy"

    def read(self, name, default):
        path = self.directory / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else default

    def write(self, name, value):
        path = self.directory / f"{name}.json"
        with tempfile.NamedTemporaryFile("w", dir=self.directory, delete=False) as file:
            json.dump(value, file, indent=1)
        os.replace(file.name, path)

    def results(self):
        path = self.directory / "results.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return {record["id"]: record for record in map(json.loads, lines)}

    def add_result(self, record):
        with open(self.directory / "results.jsonl", "a") as file:
            file.write(json.dumps(record) + "\n")


# Preparing


def sources(root):
    found = {}
    for module in MODULES:
        paths = sorted(glob.glob(f"{root}/Sources/{module}/**/*.swift", recursive=True))
        found[module] = [
            mutations.load(os.path.relpath(path, root), pathlib.Path(path).read_text()) for path in paths
        ]
    return found


def prepare(state, root, count, seed, left_out=()):
    files = sources(root)
    by_module = {
        module: [one for source in files[module] for one in mutations.candidates(source, module == "Persistence")]
        for module in MODULES
    }
    chosen = mutations.choose(by_module, count, seed)
    state.directory.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        source, target = pathlib.Path(root) / name, state.copy / name
        if source.is_dir():
            synchronise(source, target)
        elif source.exists():
            put(target, source.read_text())
    put(state.copy / "Package.swift", package((pathlib.Path(root) / "Package.swift").read_text()))
    places = {}
    by_path = {}
    for mutation in chosen:
        if mutation.number not in left_out:
            by_path.setdefault(mutation.source.path, []).append(mutation)
    for path, ones in by_path.items():
        text, lines = mutations.written(ones[0].source, ones)
        put(state.copy / path, text)
        places[path] = {str(number): line for number, line in lines.items()}
    for module in MODULES:
        put(state.copy / f"Sources/{module}/Mutants.swift", MODULE_SWITCH)
    put(state.copy / "Sources/Mutation/Mutation.swift", SWITCH)
    put(state.copy / "Sources/Persistence/MutantSQL.swift", SQL_SWITCH)
    state.write("mutations", [one.record() for one in chosen if one.number not in left_out])
    state.write("places", places)
    return len(chosen) - len(left_out)


def package(text):
    """The manifest with the module of the switch, and without a word about warnings."""
    text = text.replace("    .treatAllWarnings(as: .error),\n", "")
    for module in MODULES:
        text, count = re.subn(rf'(name: "{module}",\s*dependencies: \[)', r'\1"Mutation", ', text, count=1)
        if count != 1:
            sys.exit(f"the manifest does not say what {module} depends on as expected")
    return text.replace("    targets: [\n", '    targets: [\n        .target(name: "Mutation"),\n', 1)


def put(path, text):
    """Writes only what differs, so that a build has little to do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def synchronise(source, target):
    wanted = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    for path in [path for path in target.rglob("*") if path.is_file()] if target.exists() else []:
        if path.relative_to(target) not in wanted and not path.name.startswith("Mutant"):
            path.unlink()
    for relative in wanted:
        original, copied = source / relative, target / relative
        copied.parent.mkdir(parents=True, exist_ok=True)
        if not copied.exists() or copied.read_bytes() != original.read_bytes():
            shutil.copyfile(original, copied)


# Building


def build(state, root, count, seed, command):
    left_out = set(state.read("left-out", []))
    prepare(state, root, count, seed, left_out)
    for _ in range(10):
        log = state.directory / "build.log"
        with open(log, "w") as file:
            status = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, cwd=state.copy).returncode
        if status == 0:
            return
        faulty = faulty_mutations(state, log.read_text())
        if not faulty:
            sys.exit(f"the copy does not build, and no mutation is to blame: {log}")
        print(f"{len(faulty)} mutations do not compile and are left out: {sorted(faulty)}", flush=True)
        left_out |= faulty
        state.write("left-out", sorted(left_out))
        prepare(state, root, count, seed, left_out)
    sys.exit("the copy still does not build")


def faulty_mutations(state, log):
    """The mutations on the lines of errors; where there are none, those nearest to each."""
    places, faulty = state.read("places", {}), set()
    for match in re.finditer(r"([^\s:]+\.swift):(\d+):\d+: error:", log):
        path = re.sub(r"^.*?/copy/", "", match.group(1))
        line = int(match.group(2))
        ones = {int(number): span for number, span in places.get(path, {}).items()}
        hit = {number for number, (first, last) in ones.items() if first <= line <= last}
        if not hit and ones:
            hit = {min(ones, key=lambda number: min(abs(line - ones[number][0]), abs(line - ones[number][1])))}
        faulty |= hit
    return faulty


# Running


class Tests:
    def __init__(self, state, database_url, psql):
        found = sorted(glob.glob(f"{state.copy}/.build/debug/*PackageTests.xctest"))
        if not found:
            sys.exit("the copy is not built")
        self.binary, self.cwd = found[0], state.copy
        self.database_url, self.psql = database_url, psql

    def command(self, *arguments):
        return [self.binary, "--testing-library", "swift-testing", *arguments]

    def suites(self):
        listed = subprocess.run(
            self.command("--list-tests"), capture_output=True, text=True, cwd=self.cwd, timeout=300).stdout
        names = {line.split("/", 1)[0] for line in listed.splitlines() if re.match(r"\w+\.\w+/", line)}
        return sorted(name for name in names if name.split(".")[0] not in LEFT_OUT)

    def run(self, suites, seconds, mutant=0, trace=None):
        """Gives `passed`, `failed`, `crashed` or `timed out`, the seconds, and the test that failed."""
        environment = dict(os.environ, LECTERN_TEST_DATABASE_URL=self.database_url, LECTERN_MUTANT=str(mutant))
        # A crash is enough to know; where it was takes long to find.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        if trace:
            environment["LECTERN_MUTANT_TRACE"] = str(trace)
        names = "|".join(re.escape(suite) for suite in suites)
        begun = time.monotonic()
        process = subprocess.Popen(
            self.command("--filter", f"^({names})/"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, env=environment, cwd=self.cwd,
            start_new_session=True, preexec_fn=bound_memory)
        os.set_blocking(process.stdout.fileno(), False)
        outcome, by, output = None, "", b""
        while outcome is None:
            if time.monotonic() - begun > seconds:
                outcome = "timed out"
                break
            ended = process.poll() is not None
            output += process.stdout.read() or b""
            failure = re.search(rb'Test (".*?"|\w+\(.*?\)).*recorded an issue', output)
            if failure:
                outcome, by = "failed", failure.group(1).decode(errors="replace")
            elif ended:
                status = process.returncode
                outcome = "passed" if status == 0 else "failed" if status > 0 else "crashed"
            else:
                time.sleep(0.05)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.forget_databases()
        return outcome, time.monotonic() - begun, by

    def forget_databases(self):
        """Each run makes databases of its own, and this cluster has no other user."""
        names = subprocess.run(
            [*self.psql, "-c", "select datname from pg_database where datname like 'test\\_%'"], capture_output=True,
            text=True).stdout.split()
        for name in names:
            subprocess.run([*self.psql, "-c", f'drop database "{name}" with (force)'], capture_output=True)


def bound_memory():
    """A loop without an end takes a process with it, not the machine."""
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))


def baseline(state, tests, until):
    """Runs each suite once without a mutation, and notes which mutations it meets."""
    known = state.read("suites", {})
    for suite in tests.suites():
        if suite in known:
            continue
        if time.monotonic() > until:
            break
        with tempfile.TemporaryDirectory() as directory:
            trace = pathlib.Path(directory) / "trace"
            outcome, seconds, by = tests.run([suite], 600, trace=trace)
            met = sorted({int(line) for line in trace.read_text().split()}) if trace.exists() else []
        known[suite] = {"outcome": outcome, "seconds": seconds, "meets": met, "by": by}
        print(f"{outcome:9} {seconds:6.1f} s  meets {len(met):3}  {suite} {by}", flush=True)
        state.write("suites", known)
    return known


def plan(mutation, suites):
    """The suites that meet a mutation, those first that meet few: they are about it. Bounded by their time."""
    meeting = [
        (len(suite["meets"]), suite["seconds"], name) for name, suite in suites.items()
        if suite["outcome"] == "passed" and mutation["id"] in suite["meets"]
    ]
    batches, batch, total = [], [], 0.0
    for _, seconds, name in sorted(meeting):
        if total > 90:
            break
        batch.append(name)
        total += seconds
        if len(batches) == 0 and total > 5 or total > 30 * (len(batches) + 1):
            batches.append(batch)
            batch = []
    return batches + ([batch] if batch else [])


def run(state, tests, minutes):
    until = time.monotonic() + minutes * 60
    suites = baseline(state, tests, until)
    results = state.results()
    for mutation in state.read("mutations", []):
        if mutation["id"] in results:
            continue
        if time.monotonic() > until:
            print("the time is over; run again to go on", flush=True)
            break
        begun, outcome, by = time.monotonic(), "not met", ""
        for batch in plan(mutation, suites):
            patience = 20 + 4 * sum(suites[name]["seconds"] for name in batch)
            outcome, _, by = tests.run(batch, patience, mutant=mutation["id"])
            if outcome != "passed":
                by = by or ", ".join(batch)
                break
        survived = outcome in ("passed", "not met")
        record = dict(
            mutation, outcome="survived" if survived else "killed", how=outcome, by=by,
            seconds=round(time.monotonic() - begun, 1))
        state.add_result(record)
        print(f"{record['outcome']:8} {how(record):9} {record['seconds']:6.1f} s  {place(record)}  {what(record)}", flush=True)


# Telling


def place(record):
    return f"{record['file'].removeprefix('Sources/')}:{record['line']}"


def how(record):
    return record["how"]


def what(record):
    def short(text):
        text = " ".join(text.split())
        return text if len(text) <= 70 else text[:67] + "..."

    return f"{record['kind']}: {short(record['before'])} -> {short(record['after']) or '(nothing)'}"


def report(state):
    results = sorted(state.results().values(), key=lambda record: record["id"])
    modules = sorted({record["file"].split("/")[1] for record in results})
    print(f"{'module':14}{'mutations':>10}{'killed':>8}{'survived':>10}{'not met':>9}")
    for module in modules:
        ones = [record for record in results if record["file"].split("/")[1] == module]
        killed = sum(record["outcome"] == "killed" for record in ones)
        unmet = sum(record["how"] == "not met" for record in ones)
        print(f"{module:14}{len(ones):10}{killed:8}{len(ones) - killed:10}{unmet:9}")
    print("\nNobody noticed:")
    for record in sorted(results, key=place):
        if record["outcome"] == "survived":
            print(f"  {place(record)}  {what(record)}{' (not met by any test)' if record['how'] == 'not met' else ''}")
    broken = [name for name, suite in state.read("suites", {}).items() if suite["outcome"] != "passed"]
    if broken:
        print("\nThese suites do not pass without a mutation and were not used: " + ", ".join(broken))
    left = len(state.read("mutations", [])) - len(results)
    if left:
        print(f"\n{left} mutations have not been tried yet.")
    killed = sum(record["outcome"] == "killed" for record in results)
    share = 100 * killed // max(len(results), 1)
    print(f"{len(results)} mutations, {killed} killed, {len(results) - killed} survived ({share} %)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["prepare", "build", "run", "report"])
    parser.add_argument("--root", required=True, help="the repository")
    parser.add_argument("--state", required=True, help="where the copy and the results are kept")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=260)
    parser.add_argument("--minutes", type=float, default=40, help="after so many no further mutation is begun")
    parser.add_argument("--psql", help="the command that asks the test cluster, for the names of databases")
    arguments = parser.parse_args()
    state = State(arguments.state)
    if arguments.step == "prepare":
        print(f"{prepare(state, arguments.root, arguments.count, arguments.seed)} mutations in {state.copy}")
    elif arguments.step == "build":
        build(
            state, arguments.root, arguments.count, arguments.seed,
            ["swift", "build", "--build-tests", "-Xswiftc", "-suppress-warnings"])
    elif arguments.step == "run":
        psql = json.loads(arguments.psql)
        run(state, Tests(state, os.environ["LECTERN_TEST_DATABASE_URL"], psql), arguments.minutes)
    else:
        report(state)


if __name__ == "__main__":
    main()
