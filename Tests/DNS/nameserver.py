"""A name server on a free port of this machine, by UDP and TCP: prints its port, then answers until it is ended.

Its argument is what it knows, as JSON: names with the texts of their TXT records, a list for a text that comes in
several character-strings. Instead of its records a name can have one of the WORDS, or another name that it is an alias
of; "late" has none at the first question. Every other name does not exist.
"""
import json
import sys
import time

from dnslib import CNAME, QTYPE, RCODE, RR, TXT
from dnslib.server import DNSHandler, DNSServer

WORDS = {
    "nothing": RCODE.NOERROR, "failing": RCODE.SERVFAIL, "refused": RCODE.REFUSED, "silent": None, "late": None,
}
known = json.loads(sys.argv[1])
asked = set()


class Zone:
    def resolve(self, request, handler):
        reply = request.reply()
        # Resolvers may ask in any case and want it back as it was.
        name = str(request.q.qname).rstrip(".").lower()
        value = known.get(name)
        if value == "late":
            value = ["here"] if name in asked else None
            asked.add(name)
        elif isinstance(value, str) and value not in WORDS:
            reply.add_answer(RR(name, QTYPE.CNAME, rdata=CNAME(value)))
            name, value = value, known.get(value)
        if value == "silent":
            time.sleep(600)
        elif value is None:
            reply.header.rcode = RCODE.NXDOMAIN
        elif isinstance(value, str):
            reply.header.rcode = WORDS[value]
        else:
            for text in value:
                strings = [text] if isinstance(text, str) else text
                reply.add_answer(RR(name, QTYPE.TXT, ttl=300, rdata=TXT([string.encode() for string in strings])))
        return reply


class Handler(DNSHandler):
    # A longer answer has to be asked for again by TCP (RFC 1035 section 4.2.1).
    udplen = 512


class Quiet:
    def __getattr__(self, name):
        return lambda *arguments: None


udp = DNSServer(Zone(), address="127.0.0.1", port=0, logger=Quiet(), handler=Handler)
port = udp.server.server_address[1]
tcp = DNSServer(Zone(), address="127.0.0.1", port=port, tcp=True, logger=Quiet(), handler=Handler)
tcp.start_thread()
print(port, flush=True)
udp.start()
