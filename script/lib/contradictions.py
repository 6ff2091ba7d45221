#!/usr/bin/env python3
"""Runs a judge and passes over named checks that contradict what another judge demands.

usage: contradictions.py [--except TEXT]… -- COMMAND…
Prints the judge's output and, as the last line, how many checks passed, failed, and were passed over. The exit status
is 0 when every line that begins with FAIL or ERROR holds one of the texts, and there are no more such lines than texts.
"""
import re
import subprocess
import sys


def main():
    split = sys.argv.index("--")
    texts = sys.argv[2:split:2]
    run = subprocess.run(sys.argv[split + 1 :], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(run.stdout, end="")
    count = re.search(r"^(\d+) passed, (\d+) failed$", run.stdout, re.MULTILINE)
    if count is None:
        print("the judge gave no count")
        return 1
    failures = [line for line in run.stdout.splitlines() if line.startswith(("FAIL", "ERROR"))]
    passed_over = [line for line in failures if any(text in line for text in texts)]
    if len(passed_over) > len(texts):
        passed_over = []
    failed = int(count[2]) - len(passed_over)
    print(f"{count[1]} passed, {failed} failed, {len(passed_over)} passed over")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
