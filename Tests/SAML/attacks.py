"""The corpus of good and hostile responses, posted by the outside suite's own driver."""

import datetime
import json
import subprocess
import sys

import generate

HAVE = "sp_enc,idp_cert2,idp_ec,oaep11,slo,second_idp"
# Nothing listens there, and nothing has to.
IDP = ["--sso-url", "http://127.0.0.1:7999/sso", "--slo-url", "http://127.0.0.1:7999/slo"]
GOOD = ("ok", "ok-refused", "tolerated")


def judge(checks, product, suite, scratch):
    keys = scratch / "keys"
    # Strangers would be created, so that only their domain keeps them out.
    connection = product.tenant("acme").connection("Attacks", "--auto-create")
    other = product.tenant("beta").connection("Attacked")
    for connected, name, certificates in ((connection, "a", "idp,idp2,idpec"), (other, "b", "idpb")):
        file = scratch / f"idp-{name}.xml"
        subprocess.run([sys.executable, suite / "attacks" / "generate.py", "idp-metadata", "--keys", keys,
                        "--idp-entity-id", f"https://idp-{name}.test/metadata", *IDP, "--certs", certificates,
                        "--out", file], check=True)
        connected.take(file)

    def run(mode, *options):
        found = scratch / "found.json"
        found.unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, suite / "attacks" / "run.py", "--keys", keys, "--sp-metadata", connection.metadata,
             "--whoami-url", connection.tenant.account, "--login-url", connection.login, "--mode", mode, "--have", HAVE,
             "--idp-b-entity-id", "https://idp-b.test/metadata", "--sp-b-entity-id", other.entity_id,
             "--acs-b-url", other.acs, "--json", found, *options], capture_output=True, text=True)
        assert found.exists(), f"run.py ended with {done.returncode}: {done.stderr.strip()[-400:]}"
        return json.loads(found.read_text()), done.stdout.splitlines()

    for mode, switch in (("solicited", "--no-idp-initiated"), ("unsolicited", "--idp-initiated")):
        connection.update(switch)
        results, lines = run(mode)
        for one in results:
            checks.that(f"{mode} {one['name']}", one["result"] in GOOD,
                        f"{one['result']} HTTP {one['status']} {one['secs']} s {'; '.join(one['notes'])}")
        for line in lines:
            if line.startswith("ORACLE"):
                checks.fail(mode, line)
        # A case for a feature that our metadata does not offer is left out silently.
        expected = {case["name"] for case in generate.CASES
                    if mode in case["modes"] and set(case["needs"]) <= set(HAVE.split(","))}
        left_out = expected - {one["name"] for one in results}
        checks.that(f"{mode}: every case was tried", not left_out, sorted(left_out))
        if mode == "solicited":
            switched_off(checks, run, "unsolicited", "v-unsolicited", "an answer to nothing, switched off")
    connection.update("--no-cbc")
    switched_off(checks, run, "unsolicited", "v-enc-aes256cbc-entra", "CBC, switched off")
    soon = datetime.date.today() + datetime.timedelta(days=30)
    connection.update("--cbc", "--sha1-until", soon.isoformat())
    results, _ = run("unsolicited", "--only", "^al-rsa-sha1$")
    checks.that("SHA-1 for as long as it is allowed", [one["result"] for one in results] == ["ACCEPTED"], seen(results))


def switched_off(checks, run, mode, name, what):
    """A good document that is refused while a switch is off, and by an answer of ours."""
    results, _ = run(mode, "--only", f"^{name}$")
    checks.that(what, [(one["result"], 400 <= one["status"] < 500) for one in results] == [("FALSE-REJECT", True)],
                seen(results))


def seen(results):
    return [(one["name"], one["result"], one["status"]) for one in results]
