#!/usr/bin/env python3
"""(i) Somebody of one tenant signs in over 50 connections, with the right password and with wrong ones: people of another
tenant still sign in, within three times the time that it takes when nobody else does."""

import asyncio
import sys
import time

from faults import PASSWORD, Browser, Checks, Crowd, Server, make_user, quantile, setting

CONNECTIONS, SECONDS, SIGN_INS = 50, 8, 30
# The time that a busy machine adds to a measurement of a few milliseconds.
FLOOR = 0.1


async def sign_ins(tenant_url, name, seconds):
    """Signs in again and again as one person does; gives the times and the statuses."""
    browser, times, statuses, end = Browser(tenant_url, "198.51.100.1"), [], [], time.monotonic() + seconds
    while len(times) < SIGN_INS and time.monotonic() < end:
        browser.cookies = {}
        response = await browser.sign_in(name)
        times.append(response.seconds)
        statuses.append(response.status)
        await asyncio.sleep(0.05)
    browser.connection.close()
    return times, statuses


async def flood(tenant_url, name, password):
    """Gives the statuses of all that the connections got."""
    statuses, end = [], time.monotonic() + SECONDS
    await asyncio.gather(*(connection(tenant_url, name, password, statuses, end) for _ in range(CONNECTIONS)))
    return statuses


async def connection(tenant_url, name, password, statuses, end):
    browser = Browser(tenant_url, "203.0.113.7")
    while time.monotonic() < end:
        browser.cookies = {}
        try:
            statuses.append((await browser.sign_in(name, password)).status)
        except (OSError, EOFError, asyncio.TimeoutError) as error:
            statuses.append(type(error).__name__)
            browser.connection.close()
    browser.connection.close()


def trial(checks, base, base2):
    quiet, statuses = asyncio.run(sign_ins(base2, "quiet@faults.example", 30))
    checks.that("a person signs in while nobody else does", set(statuses) == {303}, set(statuses))
    bound = max(3 * quantile(quiet, 0.99), FLOOR)
    for what, password in (("the right password", PASSWORD), ("wrong passwords", "not the password of anybody")):
        crowd = Crowd(flood, base, "loud@faults.example", password)
        time.sleep(0.5)
        times, statuses = asyncio.run(sign_ins(base2, "quiet@faults.example", SECONDS - 1))
        noise = crowd.result()
        counts = {status: noise.count(status) for status in set(noise)}
        checks.that(f"beside {CONNECTIONS} connections with {what} every sign-in succeeds", set(statuses) == {303}, statuses)
        checks.that(
            f"and its p99 is at most three times that of a quiet server, {bound * 1e3:.0f} ms",
            quantile(times, 0.99) <= bound, f"{quantile(times, 0.99) * 1e3:.0f} ms in {len(times)} sign-ins")
        checks.that("whoever floods is answered or held back, and never with a failure", set(counts) <= {303, 422, 429}, counts)


def main():
    checks, base, base2 = Checks(), setting("BASE"), setting("BASE2")
    with Server(setting("START"), base, setting("LOG")):
        make_user(base, "loud@faults.example")
        make_user(base2, "quiet@faults.example")
        trial(checks, base, base2)
    checks.end()


if __name__ == "__main__":
    sys.exit(main())
