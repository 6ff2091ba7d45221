"""One judge of the SAML room, against a running server: judge.py SUITE NAME --lectern … --public … --scratch …

Prints a line for each failed check and 'N passed, N failed' last; the exit status is 1 after a failure. SUITE is the
outside suite: its identity providers, its corpus and its driver of conversations.
"""

import argparse
import pathlib
import signal
import sys

suite = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
sys.path[:0] = [str(suite / "idps" / "common"), str(suite / "attacks")]

import attacks  # noqa: E402
import logout  # noqa: E402
import metadata  # noqa: E402
import providers  # noqa: E402
import rollover  # noqa: E402
import tenants  # noqa: E402
from checks import Checks  # noqa: E402
from product import Product  # noqa: E402

JUDGES = {"attacks": attacks, "metadata": metadata, "providers": providers, "logout": logout, "rollover": rollover,
          "tenants": tenants}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite")
    parser.add_argument("judge", choices=JUDGES)
    for name in ("lectern", "public", "scratch", "password"):
        parser.add_argument(f"--{name}", required=True)
    a = parser.parse_args()
    # The processes that were started are stopped at the end, also when this one is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    scratch = pathlib.Path(a.scratch) / a.judge
    scratch.mkdir(parents=True, exist_ok=True)
    checks = Checks()
    with checks.part("everything was tried"):
        JUDGES[a.judge].judge(checks, Product(a.lectern, a.public, a.password), suite, scratch)
    print(f"{checks.passed} passed, {checks.failed} failed")
    sys.exit(1 if checks.failed or not checks.passed else 0)


if __name__ == "__main__":
    main()
