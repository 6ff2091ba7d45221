import CoreMetrics
import Domain
import Edge
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Testing

struct TenantAddressTests {
    @Test func `a tenant lives below the public URL`() {
        let address = TenantAddress(publicURL: "https://lectern.example/", baseDomain: nil)
        #expect(address.url(of: Slug("acme")!) == "https://lectern.example/t/acme")
        #expect(address.path(host: "acme.lectern.example", path: "/scim/v2/Users") == "/scim/v2/Users")
        #expect(address.path(of: Slug("acme")!) == "/t/acme")
        let acme = Slug("acme")!
        #expect(address.isOrigin("https://lectern.example", of: acme))
        #expect(!address.isElsewhere(host: "anything.example", from: Slug("acme")!))
        for origin in [
            "http://lectern.example", "https://lectern.example.evil", "https://acme.lectern.example", "null",
        ] {
            #expect(!address.isOrigin(origin, of: acme), "\(origin)")
        }
    }

    @Test func `or at the root of its own name`() {
        let address = TenantAddress(publicURL: "https://lectern.example:8443", baseDomain: "lectern.example")
        #expect(address.url(of: Slug("acme")!) == "https://acme.lectern.example:8443")
        #expect(address.path(host: "ACME.lectern.example:8443", path: "/scim/v2/Users") == "/t/acme/scim/v2/Users")
        #expect(address.path(host: "lectern.example", path: "/t/acme/x") == "/t/acme/x")
        #expect(address.path(host: "acme.evil.example", path: "/x") == "/x")
        // A path outside of tenants is the same at any host.
        #expect(address.path(host: "acme.lectern.example", path: "/saml/c/acs") == "/saml/c/acs")
        let (acme, hosts) = (Slug("acme")!, ["lectern.example", "beta.lectern.example", "xacme.lectern.example", nil])
        for host in hosts { #expect(address.isElsewhere(host: host, from: acme), "\(host ?? "")") }
        #expect(!address.isElsewhere(host: "Acme.lectern.example:8443", from: acme))
        #expect(address.path(of: Slug("acme")!) == "")
        for origin in ["https://acme.lectern.example:8443", "https://lectern.example:8443"] {
            #expect(address.isOrigin(origin, of: acme), "\(origin)")
        }
        for origin in [
            "https://evil-lectern.example:8443", "http://acme.lectern.example:8443", "https://acme.lectern.example",
            "https://beta.lectern.example:8443", "https://x.acme.lectern.example:8443", "null", "",
        ] { #expect(!address.isOrigin(origin, of: acme), "\(origin)") }
    }

    @Test func `a tenant's host serves that tenant only`() {
        let address = TenantAddress(publicURL: "https://lectern.example", baseDomain: "lectern.example")
        for (path, expected) in [
            ("/t/acme/manage", "/t/acme/manage"), ("/t/acme", "/t/acme"),
            ("/t/beta/manage", "/t/acme/t/beta/manage"), ("/t/acmeco/scim/v2/Users", "/t/acme/t/acmeco/scim/v2/Users"),
            ("/t/", "/t/acme/t/"), ("/healthz", "/t/acme/healthz"),
        ] { #expect(address.path(host: "acme.lectern.example", path: path) == expected, "\(path)") }
    }
}

struct TrustedProxiesTests {
    private let proxies = TrustedProxies("10.0.0.0/8, 2001:db8:1::/48,127.0.0.1")!

    private func client(_ remote: String?, _ fields: [(String, String)]) -> String {
        var headers = HTTPFields()
        for (name, value) in fields { headers.append(HTTPField(name: .init(name)!, value: value)) }
        return proxies.client(remote: remote.flatMap { NetworkAddress($0) }, headers)
    }

    @Test func `the last address that is no proxy's is the client's, whatever stands before it`() {
        for (noted, expected) in [
            ("203.0.113.9", "203.0.113.9"), ("198.51.100.1, 2001:DB8::7", "2001:db8::7"),
            ("8.8.8.8, 203.0.113.9, 10.1.1.1, 10.2.2.2", "203.0.113.9"), ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::7]:4711,2001:db8:1::5", "2001:db8::7"), ("::ffff:203.0.113.9", "203.0.113.9"),
            // Proxies only: the first of them asked.
            ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
            // An entry that is no address ends the list, and nothing before it is trusted.
            ("8.8.8.8, unknown, 10.2.2.2", "10.2.2.2"), ("203.0.113.9, <b>", "10.0.0.1"), ("", "10.0.0.1"),
            (String(repeating: "1", count: 60), "10.0.0.1"), ("8.8.8.8, ,", "10.0.0.1"),
        ] { #expect(client("10.0.0.1", [("X-Forwarded-For", noted)]) == expected, "\(noted)") }
        let twice = [("X-Forwarded-For", "8.8.8.8"), ("X-Forwarded-For", "203.0.113.9, 10.1.1.1")]
        #expect(client("10.0.0.1", twice) == "203.0.113.9")
        let long = Array(repeating: "10.0.0.9", count: 40).joined(separator: ",")
        #expect(client("10.0.0.1", [("X-Forwarded-For", "8.8.8.8,\(long)")]) == "10.0.0.9")
    }

    @Test func `Forwarded is read like RFC 7239 says`() {
        for (noted, expected) in [
            ("for=203.0.113.9", "203.0.113.9"), ("For=\"[2001:db8::7]:4711\";proto=https", "2001:db8::7"),
            ("for=8.8.8.8, for=203.0.113.9;by=10.1.1.1 , for=10.2.2.2", "203.0.113.9"),
            ("proto=https;for=203.0.113.9", "203.0.113.9"), ("host=\"a,for=8.8.8.8\";for=203.0.113.9", "203.0.113.9"),
            ("for=_hidden", "10.0.0.1"), ("for=unknown, for=10.2.2.2", "10.2.2.2"), ("proto=https", "10.0.0.1"),
        ] { #expect(client("10.0.0.1", [("Forwarded", noted)]) == expected, "\(noted)") }
    }

    @Test func `nobody but a trusted proxy is believed, nor two headers that disagree`() {
        let spoofed = [("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=203.0.113.9")]
        #expect(client("192.0.2.1", spoofed) == "192.0.2.1" && client("11.0.0.1", spoofed) == "11.0.0.1")
        #expect(client("10.0.0.1", spoofed) == "203.0.113.9")
        // A client can send a whole header that its proxy does not know.
        #expect(client("10.0.0.1", [("X-Forwarded-For", "203.0.113.9"), ("Forwarded", "for=8.8.8.8")]) == "10.0.0.1")
        // No address at all is a socket of this machine.
        #expect(client(nil, [("X-Forwarded-For", "203.0.113.9")]) == "203.0.113.9" && client(nil, []) == "unix")
        #expect(client("::ffff:10.0.0.1", spoofed) == "203.0.113.9")
        let none = TrustedProxies("")
        #expect(none?.client(remote: NetworkAddress("127.0.0.1"), HTTPFields()) == "127.0.0.1")
    }

    @Test func `a range is an address and the number of its bits`() throws {
        for text in [
            "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "x", "::/129", "10.0.0.0/8/8", "10.0.0.0/", "10.0.0.0/+8",
        ] {
            #expect(TrustedProxies(text) == nil, "\(text)")
        }
        let range = try #require(NetworkRange("192.0.2.128/25"))
        #expect(range.contains(NetworkAddress("192.0.2.128")!) && range.contains(NetworkAddress("192.0.2.255")!))
        #expect(!range.contains(NetworkAddress("192.0.2.127")!) && !range.contains(NetworkAddress("::1")!))
        let all = try #require(NetworkRange("0.0.0.0/0"))
        #expect(all.contains(NetworkAddress("255.0.0.1")!) && !all.contains(NetworkAddress("2001:db8::1")!))
        let one = try #require(NetworkRange("::1"))
        #expect(one.contains(NetworkAddress("0:0::1")!) && !one.contains(NetworkAddress("::2")!))
    }
}

struct PercentEncodingTests {
    @Test func `escapes are decoded, and a plus where it is a blank`() {
        #expect(PercentEncoding.decode("a%20b+c%C3%A9".utf8, plusIsBlank: true) == "a b cé")
        #expect(PercentEncoding.decode("a+b".utf8, plusIsBlank: false) == "a+b")
    }

    @Test(arguments: ["%", "%2", "%zz", "%c0%af", "%ff"]) func `what is no UTF-8 is nothing`(text: String) {
        #expect(PercentEncoding.decode(text.utf8, plusIsBlank: true) == nil)
    }
}

struct PrometheusTests {
    @Test func `counters, gauges and histograms are printed in Prometheus' text format`() {
        let registry = PrometheusRegistry()
        registry.makeCounter(label: "requests_total", dimensions: [("status", "2xx")]).increment(by: 3)
        registry.makeCounter(label: "requests_total", dimensions: [("status", "2xx")]).increment(by: 1)
        registry.makeRecorder(label: "connections", dimensions: [], aggregate: false).record(Int64(7))
        registry.makeTimer(label: "seconds", dimensions: []).recordNanoseconds(3_000_000)
        let text = registry.text()
        #expect(text.contains("# TYPE requests_total counter\nrequests_total{status=\"2xx\"} 4\n"))
        #expect(text.contains("# TYPE connections gauge\nconnections 7.0\n"))
        #expect(text.contains("seconds_bucket{le=\"0.0025\"} 0\nseconds_bucket{le=\"0.005\"} 1\n"))
        #expect(text.contains("seconds_bucket{le=\"+Inf\"} 1\nseconds_sum 0.003\nseconds_count 1\n"))
        // A time beyond the last bound is counted as well.
        registry.makeTimer(label: "seconds", dimensions: []).recordNanoseconds(1_000_000_000_000)
        let later = registry.text()
        #expect(later.contains("seconds_bucket{le=\"10.0\"} 1\nseconds_bucket{le=\"+Inf\"} 2\n"))
        #expect(later.contains("seconds_count 2\n"))
    }
}
