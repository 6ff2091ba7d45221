#!/usr/bin/env python3
"""(j) 200 connections without a session or a token send large bodies, as fast as they are taken and then slowly, to every
path that takes one: the server's memory stays bounded, and others are served within three times the usual time."""

import asyncio
import sys
import time

from faults import USER, Browser, Checks, Connection, Crowd, Server, quantile, setting

CONNECTIONS, SECONDS, BODY, MEMORY = 200, 12, 16 << 20, 128
FLOOR = 0.05


def paths(tenant):
    """Where bodies are taken, and what looks like that: the path of an upload behind other paths and in queries."""
    upload = "manage/users/imports"
    return [
        f"{tenant}/{upload}", f"{tenant}/login?next=/{upload}", f"{tenant}/x/{upload}", f"{tenant}/scim/v2/Users",
        f"{tenant}/scim/v2/Bulk", f"{tenant}/login", f"{tenant}/oauth2/token", f"/t/nobody-here/{upload}",
        f"{tenant}/scim/v2/{upload}", f"/saml/nothing/acs",
    ]


async def flood(base):
    """Gives the statuses of all that the connections got."""
    statuses, end = [], time.monotonic() + SECONDS
    targets, root = paths(Browser(base).base), base[: base.index("/t/")]
    await asyncio.gather(*(
        send(root, targets[number % len(targets)], statuses, end) for number in range(CONNECTIONS)))
    return statuses


async def send(base, path, statuses, end):
    """Sends a body without an end, again and again: fast at first, then a little at a time, as who wants to stay does."""
    chunk = b"x" * 65536
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    while time.monotonic() < end:
        connection = Connection(base)
        try:
            await asyncio.wait_for(connection.open(), 5)
            connection.writer.write(connection.head("POST", path, BODY, kind))
            sent = 0
            while sent < BODY - len(chunk) and time.monotonic() < end:
                connection.writer.write(chunk)
                await asyncio.wait_for(connection.writer.drain(), 2)
                sent += len(chunk)
                if sent > BODY // 2:
                    await asyncio.sleep(0.2)
        except (OSError, asyncio.TimeoutError):
            pass
        try:
            statuses.append((await asyncio.wait_for(connection.response(time.monotonic()), 0.2)).status)
        except (OSError, EOFError, ValueError, IndexError, AttributeError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            statuses.append("none")
        connection.close()
        await asyncio.sleep(0.05)


async def serve(base, token, seconds):
    """What another tenant's provider does meanwhile; gives the times and the statuses."""
    connection, times, statuses, end = Connection(base, token), [], [], time.monotonic() + seconds
    number = 0
    while time.monotonic() < end:
        number += 1
        if number % 5:
            response = await connection.request("GET", '/Users?filter=userName%20eq%20%22nobody@faults.example%22')
        else:
            name = f"j{time.monotonic_ns()}@faults.example"
            response = await connection.request("POST", "/Users", {"schemas": [USER], "userName": name})
        times.append(response.seconds)
        statuses.append(response.status)
        await asyncio.sleep(0.02)
    connection.close()
    return times, statuses


async def watch(memory):
    figures, end = [], time.monotonic() + SECONDS
    while time.monotonic() < end:
        figures.append(memory())
        await asyncio.sleep(0.1)
    return figures


def trial(checks, server, base, base2, token2):
    quiet, statuses = asyncio.run(serve(base2, token2, 4))
    checks.that("another tenant's provider is served while nobody else comes", set(statuses) == {200, 201}, set(statuses))
    before = server.memory()
    crowd, watching = Crowd(flood, base), Crowd(watch, server.memory)
    time.sleep(1)
    times, statuses = asyncio.run(serve(base2, token2, SECONDS - 3))
    answers, figures = crowd.result(), watching.result()
    bound = max(3 * quantile(quiet, 0.99), FLOOR)
    checks.that(
        f"the server's memory stays at {MEMORY} MB", max(figures) <= MEMORY,
        f"{before:.0f} MB before, {max(figures):.0f} MB at most")
    checks.that(f"beside {CONNECTIONS} connections every request succeeds", set(statuses) <= {200, 201}, set(statuses))
    checks.that(
        f"and their p99 is at most three times that of a quiet server, {bound * 1e3:.0f} ms",
        quantile(times, 0.99) <= bound, f"{quantile(times, 0.99) * 1e3:.0f} ms, {len(times)} requests")
    counts = {status: answers.count(status) for status in set(answers)}
    checks.that("nobody without a session or token gets in, and nothing fails", not set(counts) & {200, 201, 204, 500}, counts)


def main():
    checks, base = Checks(), setting("BASE")
    with Server(setting("START"), base, setting("LOG")) as server:
        trial(checks, server, base, setting("BASE2"), setting("TOKEN2"))
    checks.end()


if __name__ == "__main__":
    sys.exit(main())
