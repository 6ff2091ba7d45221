"""Requests of an identity provider."""

import json
import urllib.error
import urllib.request


def scim(a, token, method, path, body=None):
    request = urllib.request.Request(
        f"{a.base}/scim/v2{path}", method=method, data=json.dumps(body).encode() if body else None,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")
