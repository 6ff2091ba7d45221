import Domain
import LecternTesting
import SAMLAdapter
import Testing

/// Which refusals are the same.
struct RefusedSignInsTests {
    private let now = Timestamp(microseconds: 1_000_000_000_000_000)
    private let plugin = PluginID(rawValue: 1)

    private func id() -> SAMLSignInID { SAMLSignInID(rawValue: TestDatabase.identifiers.next()) }

    private func key(_ number: Int = 0, rule: String = "message") -> RefusedSignIns.Key {
        RefusedSignIns.Key(plugin: plugin, rule: rule, network: "192.0.2.\(number)", nameID: nil)
    }

    @Test func `a repeat is counted at the earlier one, and written with a pause between`() {
        let refusals = RefusedSignIns()
        let first = id()
        #expect(refusals.note(key(), as: first, now: now) == (first, .trace))
        let soon = now.adding(seconds: RefusedSignIns.pause - 1)
        for _ in 0..<2 { #expect(refusals.note(key(), as: id(), now: soon) == (first, .nothing)) }
        let later = now.adding(seconds: RefusedSignIns.pause)
        #expect(refusals.note(key(), as: id(), now: later) == (first, .repeats(3)))
        #expect(refusals.note(key(), as: id(), now: later) == (first, .nothing))
        let next = id()
        let end = now.adding(seconds: RefusedSignIns.window)
        #expect(refusals.note(key(), as: next, now: end) == (next, .trace))
    }

    @Test func `another rule, network, connection or signed name is another refusal`() {
        let refusals = RefusedSignIns()
        var keys = [key(), key(1), key(rule: "document"), key(), key()]
        keys[3].plugin = PluginID(rawValue: 2)
        keys[4].nameID = "ann"
        for key in keys { #expect(refusals.note(key, as: id(), now: now).write == .trace) }
    }

    @Test func `refusals from everywhere end as one trace for each rule of the connection`() {
        let refusals = RefusedSignIns()
        var writes = 0
        for number in 0..<1000 {
            let key = RefusedSignIns.Key(plugin: plugin, rule: "message", network: "\(number)", nameID: nil)
            if refusals.note(key, as: id(), now: now).write != .nothing { writes += 1 }
        }
        #expect(writes <= 101)
        // The other connection is none the worse for it.
        var other = key()
        other.plugin = PluginID(rawValue: 2)
        #expect(refusals.note(other, as: id(), now: now).write == .trace)
    }
}
