"""Counts what held and says what did not."""

import contextlib
import traceback

from browser import NoAnswer


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def that(self, what, holds, detail=""):
        if holds:
            self.passed += 1
        else:
            self.fail(what, detail)

    def fail(self, what, detail):
        self.failed += 1
        print(f"FAIL {what}: {' '.join(str(detail).split())}", flush=True)

    @contextlib.contextmanager
    def one(self, what, provider=None):
        """One check, which fails with what is raised inside. A provider that did not answer has said why."""
        try:
            yield
        except Exception as error:
            self.fail(what, said(error))
            for line in provider.last_words() if provider and isinstance(error, NoAnswer) else ():
                print(f"    {provider.name}: {line}", flush=True)
        else:
            self.passed += 1

    @contextlib.contextmanager
    def part(self, what):
        """Several checks, of which none can be made after something is raised: that is a failure too."""
        try:
            yield
        except Exception as error:
            self.fail(what, said(error))


def said(error):
    if isinstance(error, AssertionError):
        return error
    return f"{type(error).__name__} {error} at {traceback.extract_tb(error.__traceback__)[-1].line}"
