import Synchronization

/// Whether the process is about to end: every answer then asks its client to connect anew, elsewhere.
package final class Drain: Sendable {
    private let draining = Atomic<Bool>(false)

    package init() {}

    package var isDraining: Bool { draining.load(ordering: .relaxed) }

    package func begin() { draining.store(true, ordering: .relaxed) }
}
