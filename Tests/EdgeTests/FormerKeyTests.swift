import Edge
import Testing
struct FormerKeyTests {
    private let old = [UInt8](repeating: 1, count: 32)
    private let new = [UInt8](repeating: 2, count: 32)

    @Test func `what a former key sealed is opened and sealed anew, and what none sealed is neither`() throws {
        let sealed = Sealer(key: old).seal([1, 2, 3], for: "a")
        let both = Sealer(key: new, former: [old])
        #expect(both.open(sealed, for: "a") == [1, 2, 3])
        #expect(both.open(sealed, for: "b") == nil)
        #expect(Sealer(key: new).open(sealed, for: "a") == nil)
        guard case .anew(let anew) = both.resealed(sealed, for: "a") else {
            Issue.record("not sealed anew")
            return
        }
        #expect(Sealer(key: new).open(anew, for: "a") == [1, 2, 3])
        #expect(both.resealed(anew, for: "a") == .current)
        #expect(both.resealed(sealed, for: "b") == .unreadable)
    }
}
