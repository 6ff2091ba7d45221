"""What the fault tests of this directory share: servers, a small HTTP client, a browser that sends forms, and checks.

Standard library only, loopback only. Everything comes from the environment that script/faults sets: FAULT_START and
FAULT_START2 (commands that start a server in the foreground), FAULT_CLI (the operator's tool), FAULT_BASE and FAULT_BASE2
(the Tenant URLs of two tenants at the first server), FAULT_TOKEN and FAULT_TOKEN2, FAULT_URL2 (the first Tenant URL at the
second server)."""

import asyncio
import base64
import hashlib
import hmac
import html.parser
import json
import multiprocessing
import os
import re
import shlex
import signal
import struct
import subprocess
import sys
import time
import urllib.parse

PASSWORD = "seven grey herons wade"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def setting(name, default=None):
    value = os.environ.get(f"FAULT_{name}", default)
    if value is None:
        sys.exit(f"FAULT_{name} is not set; run this by script/faults")
    return value


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Checks:
    """Prints a line for each check, and at the end how many held."""

    def __init__(self):
        self.passed = self.failed = 0

    def that(self, what, holds, detail=""):
        self.passed += bool(holds)
        self.failed += not holds
        print(f"{'ok  ' if holds else 'FAIL'} {what}{f'  [{detail}]' if detail != '' else ''}", flush=True)

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)


class Crowd:
    """An asynchronous function in a process of its own, so that what it does costs those who measure no time."""

    def __init__(self, function, *arguments):
        context = multiprocessing.get_context("fork")
        self.results = context.SimpleQueue()
        self.process = context.Process(target=self.run, args=(function, arguments), daemon=True)
        self.process.start()

    def run(self, function, arguments):
        self.results.put(asyncio.run(function(*arguments)))

    def result(self):
        result = self.results.get()
        self.process.join()
        return result


class Server:
    """A server in a process group of its own, for as long as a `with` lasts."""

    def __init__(self, command, base, log):
        address = urllib.parse.urlsplit(base)
        if address.hostname not in ("127.0.0.1", "localhost", "::1"):
            sys.exit(f"{base} is not on loopback")
        self.command, self.host, self.port, self.log = command, address.hostname, address.port, log

    def __enter__(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                f"exec {self.command}", shell=True, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                start_new_session=True)
        end = time.monotonic() + 60
        while asyncio.run(self.status("/readyz")) != 200:
            if self.process.poll() is not None or time.monotonic() > end:
                self.__exit__()
                sys.exit(f"the server did not get ready; its log is {self.log}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    async def status(self, path):
        connection = Connection(f"http://{self.host}:{self.port}")
        try:
            return (await connection.request("GET", path)).status
        except (OSError, EOFError, asyncio.TimeoutError):
            return 0
        finally:
            connection.close()

    def memory(self):
        """The resident memory of the server in megabytes."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Response:
    def __init__(self, status, headers, body, seconds):
        self.status, self.headers, self.body, self.seconds = status, headers, body, seconds

    @property
    def text(self):
        return self.body.decode(errors="replace")

    @property
    def json(self):
        return json.loads(self.body) if self.body else {}


class Connection:
    """One connection that is kept; a request waits for its response. Nothing is sent twice."""

    def __init__(self, base, token=None, address=None, timeout=30):
        url = urllib.parse.urlsplit(base)
        self.host, self.port, self.path = url.hostname, url.port, url.path.rstrip("/")
        self.token, self.address, self.timeout = token, address, timeout
        self.reader = self.writer = None

    async def request(self, method, path, body=None, headers=None):
        return await asyncio.wait_for(self._request(method, path, body, headers or {}), self.timeout)

    async def open(self):
        if self.writer is None or self.writer.is_closing() or self.reader.at_eof():
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port, limit=1 << 24)

    def head(self, method, path, length, headers):
        fields = {"Host": f"{self.host}:{self.port}", "Content-Length": str(length)}
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        if self.address:
            fields["X-Forwarded-For"] = self.address
        lines = [f"{method} {self.path}{path} HTTP/1.1", *(f"{key}: {value}" for key, value in (fields | headers).items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def _request(self, method, path, body, headers):
        begun = time.monotonic()
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        if body is not None and not isinstance(body, bytes):
            headers = {"Content-Type": "application/scim+json"} | headers
        await self.open()
        self.writer.write(self.head(method, path, len(data), headers) + data)
        await self.writer.drain()
        return await self.response(begun)

    async def response(self, begun):
        line = await self.reader.readline()
        if not line:
            self.close()
            raise EOFError("closed before a response")
        fields = []
        while (field := (await self.reader.readline()).decode("latin-1").strip()) != "":
            name, _, value = field.partition(":")
            fields.append((name.lower(), value.strip()))
        headers = dict(fields)
        headers["set-cookie"] = [value for name, value in fields if name == "set-cookie"]
        body = b""
        if "content-length" in headers:
            body = await self.reader.readexactly(int(headers["content-length"]))
        elif headers.get("transfer-encoding") == "chunked":
            while size := int(await self.reader.readline(), 16):
                body += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readline()
        if headers.get("connection") == "close":
            self.close()
        return Response(int(line.split()[1]), headers, body, time.monotonic() - begun)

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


class Browser:
    """The console of a tenant as a browser uses it: it keeps cookies and sends forms as pages have them."""

    def __init__(self, tenant_url, address="192.0.2.1"):
        self.base = urllib.parse.urlsplit(tenant_url).path.removesuffix("/scim/v2")
        root = tenant_url[: tenant_url.index(self.base)]
        self.connection = Connection(root, address=address)
        self.cookies = {}

    def at(self, tenant_url):
        """The same browser at another server."""
        other = Browser(tenant_url, self.connection.address)
        other.cookies = dict(self.cookies)
        return other

    async def send(self, method, path, fields=None):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        path = path if path.startswith("/") else f"{self.base}/{path}"
        response = await self.connection.request(method, path, body, headers)
        for cookie in response.headers["set-cookie"]:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return response

    async def get(self, path):
        return await self.send("GET", path)

    async def submit(self, page, changes, having):
        """Sends the form of a page that has the field, with some of its values changed; None leaves one out."""
        form = next(form for form in Forms(page).found if having in form.fields)
        fields = form.fields | {"confirmed": "on"} | changes
        target = urllib.parse.urljoin(f"{self.base}/", form.action) if form.action else form.place
        return await self.send("POST", target, {key: value for key, value in fields.items() if value is not None})

    async def sign_in(self, name, password=PASSWORD):
        return await self.send("POST", "login", {"name": name, "password": password})


class Forms(html.parser.HTMLParser):
    """The forms of a page with what they would send."""

    class Form:
        def __init__(self, action, place):
            self.action, self.place, self.fields = action, place, {}

    def __init__(self, page):
        super().__init__()
        self.found, self.select = [], None
        self.place = page.place if hasattr(page, "place") else ""
        self.feed(page.text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.found.append(self.Form(values.get("action"), self.place))
        if not self.found:
            return
        fields, name = self.found[-1].fields, values.get("name")
        if tag == "input" and name:
            if values.get("type") not in ("checkbox", "radio") or "checked" in values and "disabled" not in values:
                fields[name] = values.get("value") or ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and ("selected" in values or self.select not in fields):
            fields[self.select] = values.get("value") or ""
        elif tag == "textarea" and name:
            fields[name] = ""


def cli(*arguments, stdin=""):
    """Runs the operator's tool; gives what it prints as JSON."""
    done = subprocess.run(
        [*shlex.split(setting("CLI")), *arguments, "--json"], input=stdin, capture_output=True, text=True, timeout=60)
    if done.returncode:
        sys.exit(f"{' '.join(arguments[:2])}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def slug(tenant_url):
    return re.search(r"/t/([^/]+)/", tenant_url).group(1)


def make_user(tenant_url, name, role="trainee"):
    cli(
        "user", "create", "--tenant", slug(tenant_url), "--user-name", name, "--email", name, "--role", role,
        "--password-stdin", stdin=f"{PASSWORD}\n")


def one_time_code(secret, later=0):
    """The code of this half minute, or of a later one (RFC 6238)."""
    step = struct.pack(">Q", int(time.time()) // 30 + later)
    digest = hmac.new(base64.b32decode(secret), step, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start:start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
