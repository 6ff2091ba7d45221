import Testing

@testable import Edge

struct ClientNetworkTests {
    @Test func `addresses of one network are one, however they are written`() {
        for (one, other) in [
            ("203.0.113.5", "203.0.113.250"), ("::ffff:203.0.113.5", "203.0.113.9"),
            ("2600:3c00::1:1:1:1", "2600:3c00:0:0:ffff::9"), ("2001:db8:1:2:a::", "2001:0db8:0001:0002::b"),
        ] { #expect(ClientNetwork.name(of: one) == ClientNetwork.name(of: other), "\(one) \(other)") }
        for (one, other) in [
            ("203.0.113.5", "203.0.114.5"), ("2600:3c00::1", "2600:3c00:0:1::1"), ("::1", "0.0.0.1"), ("unix", "::1"),
        ] { #expect(ClientNetwork.name(of: one) != ClientNetwork.name(of: other), "\(one) \(other)") }
    }
}
