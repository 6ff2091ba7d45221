import CoreMetrics
import Domain
import Edge
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
        #expect(address.isOrigin("https://lectern.example"))
        #expect(!address.isElsewhere(host: "anything.example", from: Slug("acme")!))
        for origin in [
            "http://lectern.example", "https://lectern.example.evil", "https://acme.lectern.example", "null",
        ] {
            #expect(!address.isOrigin(origin), "\(origin)")
        }
    }

    @Test func `or at the root of its own name`() {
        let address = TenantAddress(publicURL: "https://lectern.example:8443", baseDomain: "lectern.example")
        #expect(address.url(of: Slug("acme")!) == "https://acme.lectern.example:8443")
        #expect(address.path(host: "ACME.lectern.example:8443", path: "/scim/v2/Users") == "/t/acme/scim/v2/Users")
        #expect(address.path(host: "lectern.example", path: "/t/acme/x") == "/t/acme/x")
        #expect(address.path(host: "acme.evil.example", path: "/x") == "/x")
        // What lies outside of tenants does so at any host.
        #expect(address.path(host: "acme.lectern.example", path: "/saml/c/acs") == "/saml/c/acs")
        let (acme, hosts) = (Slug("acme")!, ["lectern.example", "beta.lectern.example", "xacme.lectern.example", nil])
        for host in hosts { #expect(address.isElsewhere(host: host, from: acme), "\(host ?? "")") }
        #expect(!address.isElsewhere(host: "Acme.lectern.example:8443", from: acme))
        #expect(address.path(of: Slug("acme")!) == "")
        #expect(address.isOrigin("https://acme.lectern.example:8443"))
        #expect(!address.isOrigin("https://evil-lectern.example") && !address.isOrigin("http://acme.lectern.example"))
    }
}

struct ClientAddressTests {
    @Test func `of the addresses that proxies name the nearest one's counts, if it is one`() {
        #expect(EdgeContext.forwardedAddress("203.0.113.9") == "203.0.113.9")
        #expect(EdgeContext.forwardedAddress("198.51.100.1, 2001:db8::7") == "2001:db8::7")
        for text in [nil, "", "unknown", "203.0.113.9:443x", "<b>", String(repeating: "1", count: 60)] {
            #expect(EdgeContext.forwardedAddress(text) == nil)
        }
    }

    @Test func `a proxy on this machine is believed, and nobody else`() {
        let channel = NIOAsyncTestingChannel()
        var context = EdgeContext(source: .init(channel: channel, logger: Logger(label: "test")))
        context.forwardedFor = "203.0.113.9"
        // No address at all is a socket of this machine.
        #expect(context.isLocal && context.clientAddress == "203.0.113.9")
        context.forwardedFor = nil
        #expect(context.clientAddress == "unix")
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
    }
}
