#!/usr/bin/env python3
"""(l) Two PostgreSQL, a leader and its follower, and an address that gives no answer, which the connection string names first,
second or last: the server starts, and within five seconds of the follower's promotion it writes to it."""

import asyncio
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

from faults import USER, Checks, Connection, Server, setting

BOUND, PAUSE, PATIENCE = 5, 0.1, 30


def postgres(program, *arguments):
    """Runs a program of PostgreSQL as the user whom the clusters belong to."""
    command = [f"{setting('PG_BIN')}/{program}", *arguments]
    if os.geteuid() == 0:
        user = setting("PG_OSUSER")
        command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--", *command]
    # pg_ctl leaves a server behind, which must hold none of our files.
    subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, close_fds=True)


class Cluster:
    """A PostgreSQL cluster in a directory, on a port of loopback."""

    def __init__(self, directory, port):
        self.directory, self.port = pathlib.Path(directory), port

    @property
    def data(self):
        return str(self.directory / "data")

    @property
    def process(self):
        return int((self.directory / "data/postmaster.pid").read_text().splitlines()[0])

    def start(self):
        postgres("pg_ctl", "start", "-w", "-s", "-t", "60", "-D", self.data, "-l", str(self.directory / "log/start.log"))

    def follow(self, leader):
        """Becomes a fresh copy of the leader that follows it."""
        shutil.rmtree(self.data, ignore_errors=True)
        sockets = setting("PAIR_SOCKETS")
        postgres(
            "pg_basebackup", "-D", self.data, "-R", "-c", "fast", "-h", sockets, "-p", str(leader.port), "-U", "postgres")
        with open(self.directory / "data/postgresql.auto.conf", "a") as file:
            file.write(f"port = {self.port}\n")
        self.start()

    def die(self):
        """The whole cluster ends at once, as if its machine had lost its power."""
        # The clusters of pg_ctl are sessions of their own; the postmaster's children end when it is gone.
        os.kill(self.process, signal.SIGKILL)

    def promote(self):
        postgres("pg_ctl", "promote", "-w", "-s", "-t", "60", "-D", self.data)


@contextlib.contextmanager
def black_hole():
    """A port that takes connections into its queue and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1024)
        yield listener.getsockname()[1]


async def write(base, token):
    """The status of a creation, 0 when no answer came."""
    connection = Connection(base, token, timeout=PATIENCE)
    try:
        user = {"schemas": [USER], "userName": f"l{time.monotonic_ns()}@faults.example"}
        return (await connection.request("POST", "/Users", user)).status
    except (OSError, EOFError, asyncio.TimeoutError):
        return 0
    finally:
        connection.close()


async def first_write(base, token):
    """How long it takes until a creation succeeds, in seconds, when one is asked for ten times a second."""
    begin, requests = time.monotonic(), []
    while time.monotonic() < begin + PATIENCE:
        requests.append(asyncio.create_task(write(base, token)))
        await asyncio.sleep(PAUSE)
        if any(request.done() and request.result() == 201 for request in requests):
            seconds = time.monotonic() - begin
            await asyncio.gather(*requests)
            return seconds
    return PATIENCE


def trial(checks, leader, follower, hole, place):
    ports = [leader.port, follower.port]
    ports.insert(place, hole)
    url = setting("PAIR_URL").replace("SERVERS", ",".join(f"127.0.0.1:{port}" for port in ports))
    base, token, where = setting("BASE"), setting("TOKEN"), ("first", "second", "last")[place]
    begin = time.monotonic()
    with Server(setting("PAIR_START").replace("PAIR_URL", f"'{url}'"), base, setting("LOG")):
        started = time.monotonic() - begin
        checks.that(
            f"the server is ready within {BOUND} s with the silent address {where}", started <= BOUND, f"{started:.1f} s")
        checks.that("it writes", asyncio.run(write(base, token)) == 201)
        leader.die()
        follower.promote()
        seconds = asyncio.run(first_write(base, token))
        checks.that(f"it writes to the new leader within {BOUND} s of its promotion", seconds <= BOUND, f"{seconds:.1f} s")
        statuses = [asyncio.run(write(base, token)) for _ in range(20)]
        checks.that("and goes on with it", statuses == [201] * 20, statuses)


def main():
    checks = Checks()
    first = Cluster(setting("PAIR_LEADER"), int(setting("PAIR_LEADER_PORT")))
    second = Cluster(setting("PAIR_FOLLOWER"), int(setting("PAIR_FOLLOWER_PORT")))
    leader, follower = first, second
    with black_hole() as hole:
        for place in range(3):
            follower.follow(leader)
            trial(checks, leader, follower, hole, place)
            leader, follower = follower, leader
    checks.end()


if __name__ == "__main__":
    sys.exit(main())
