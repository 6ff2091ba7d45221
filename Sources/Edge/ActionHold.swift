import Synchronization

/// Whether the server acts on the world by itself: sends mail, asks providers, resumes imports.
///
/// A database that was restored or copied holds work that another server has done or will do. Until an operator has said
/// that this one is the right one to do it, it answers requests and does nothing else.
package final class ActionHold: Sendable {
    private let reason: Mutex<String?>

    /// - Parameter reason: nil for a server that acts.
    package init(reason: String? = nil) { self.reason = Mutex(reason) }

    package var isHeld: Bool { reason.withLock { $0 != nil } }

    package func hold(because reason: String) { self.reason.withLock { $0 = reason } }
    package func release() { reason.withLock { $0 = nil } }

    /// Returns once the server may act, or throws when the task is cancelled before.
    package func released() async throws {
        while isHeld { try await Task.sleep(for: .milliseconds(200)) }
    }
}
