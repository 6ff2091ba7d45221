#!/usr/bin/env python3
"""(k) Two servers on one database: what an administrator saves at one is in force for the very next request at the other,
and of 300 wrong codes of a second factor that come to both at once at most five are looked at."""

import asyncio
import re
import sys
import time

from faults import GROUP, PATCH, USER, Browser, Checks, Connection, Server, cli, make_user, one_time_code, setting, slug

ROUNDS, CODES, LOOKED_AT = 6, 300, 5


class Provider:
    """The identity provider of the connection at one server, and another provider's connection beside it."""

    def __init__(self, url, token, other_token):
        self.connection, self.other = Connection(url, token), Connection(url, other_token)

    async def foreign_user(self):
        name = f"k{time.monotonic_ns()}@faults.example"
        return (await self.other.request("POST", "/Users", {"schemas": [USER], "userName": name})).json["id"]

    async def take_over(self):
        user = await self.foreign_user()
        change = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "x"}]}
        return (await self.connection.request("PATCH", f"/Users/{user}", change)).status

    async def unknown_member(self):
        name = f"k{time.monotonic_ns()}"
        group = {"schemas": [GROUP], "displayName": name, "members": [{"value": f"{name}@faults.example"}]}
        return (await self.connection.request("POST", "/Groups", group)).status

    async def read(self):
        return (await self.connection.request("GET", "/Users?count=1")).status

    async def bare_token(self):
        headers = {"Authorization": self.connection.token}
        return (await self.connection.request("GET", "/Users?count=1", headers=headers)).status

    async def new_user(self):
        name = f"k{time.monotonic_ns()}@faults.example"
        return (await self.connection.request("POST", "/Users", {"schemas": [USER], "userName": name})).status


# The fields of the form that is saved, what the provider does next, and the status it gets then; each pair in turns.
SETTINGS = [
    ("matching", Provider.take_over, ({"matching": "refuse"}, 403), ({"matching": "link"}, 200)),
    ("unknown members", Provider.unknown_member, ({"unknown_members": "refuse"}, 400), ({"unknown_members": "keep"}, 201)),
    # Reading goes on during a pause, and so does taking access away.
    ("paused", Provider.new_user, ({"paused": "on"}, 503), ({"paused": None}, 201)),
    ("switched off", Provider.read, ({"enabled": None}, 403), ({"enabled": "on"}, 200)),
    ("bare tokens", Provider.bare_token, ({"bare_token": "on"}, 200), ({"bare_token": None}, 401)),
    (
        "required attributes", Provider.new_user, ({"required_profile": "velpic", "strict": "on"}, 400),
        ({"required_profile": "standard", "strict": None}, 201),
    ),
]


async def save(browser, plugin, changes):
    path = f"manage/integration/plugins/{plugin}"
    page = await browser.get(path)
    page.place = f"{browser.base}/{path}"
    response = await browser.submit(page, changes, having="matching")
    if response.status == 200 and "confirmed" in response.text:
        response.place = page.place
        response = await browser.submit(response, {}, having="confirmed")
    assert response.status == 303, f"{changes}: {response.status}"


async def settings(checks, base, url2, token, other_token, plugin):
    browser = Browser(base)
    assert (await browser.sign_in("owner@faults.example")).status == 303
    for name, act, *states in SETTINGS:
        provider, wrong = Provider(url2, token, other_token), []
        await provider.read()
        for number in range(ROUNDS):
            for changes, expected in states:
                await save(browser, plugin, changes)
                status = await act(provider)
                if status != expected:
                    wrong.append(f"round {number + 1}: {status} after {changes}")
        checks.that(f"{name}: saved at one server, in force for the next request at the other", not wrong, "; ".join(wrong[:3]))
        provider.connection.close()
        provider.other.close()


async def second_factor(checks, base, url2):
    """Somebody who has the password tries codes over both servers at once."""
    owner = Browser(base)
    assert (await owner.sign_in("coded@faults.example")).status == 303
    page = await owner.get("manage/account/second-factor")
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text).group(1).replace(" ", "")
    page.place = f"{owner.base}/manage/account/second-factor"
    assert (await owner.submit(page, {"code": one_time_code(secret)}, having="code")).status in (200, 303)

    # Judge i has flooded from another network.
    browser = Browser(base, "192.0.2.9")
    question = await browser.sign_in("coded@faults.example")
    for _ in range(3):
        if question.status != 303:
            break
        question = await browser.get(question.headers["location"])
    question.place = f"{browser.base}/login/code"
    browsers = [browser.at(base if number % 2 else url2) for number in range(CODES)]
    right = {one_time_code(secret, later) for later in (-1, 0, 1, 2)}
    wrong = [code for code in (f"{number:06d}" for number in range(CODES + 10)) if code not in right][:CODES]
    answers = await asyncio.gather(*(
        one.submit(question, {"code": code}, having="code") for one, code in zip(browsers, wrong)), return_exceptions=True)
    statuses = [getattr(answer, "status", type(answer).__name__) for answer in answers]
    looked_at = statuses.count(422)
    counts = {status: statuses.count(status) for status in set(statuses)}
    checks.that(f"of {CODES} wrong codes at both servers at once at most {LOOKED_AT} are looked at", looked_at <= LOOKED_AT, counts)
    checks.that("the others are held back or sent to sign in again, and none fails", set(counts) <= {422, 429, 303}, counts)
    late = await browsers[0].submit(question, {"code": one_time_code(secret, 1)}, having="code")
    is_in = late.status == 303 and "login" not in late.headers.get("location", "")
    checks.that("and the right code does not help whoever has tried so many", not is_in, late.status)
    for one in browsers:
        one.connection.close()


def main():
    checks, base, url2 = Checks(), setting("BASE"), setting("URL2")
    with Server(setting("START"), base, setting("LOG")), Server(setting("START2"), url2, setting("LOG") + ".2"):
        make_user(base, "owner@faults.example", "owner")
        make_user(base, "coded@faults.example", "admin")
        plugins = cli("plugin", "list", "--tenant", slug(base))
        plugins = plugins if isinstance(plugins, list) else next(value for value in plugins.values() if isinstance(value, list))
        plugin = next(one["plugin_id"] for one in plugins if one["name"] == "Microsoft Entra ID")
        other = cli("token", "create", "--tenant", slug(base), "--plugin", "Okta")["secret_token"]
        asyncio.run(settings(checks, base, url2, setting("TOKEN"), other, plugin))
        asyncio.run(second_factor(checks, base, url2))
    checks.end()


if __name__ == "__main__":
    sys.exit(main())
