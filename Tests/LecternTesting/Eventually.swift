/// Waits for what happens elsewhere, a minute at most: on a busy machine it takes its time.
///
/// - Returns: whether it has happened.
package func eventually(_ hasHappened: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<2400 {
        if try await hasHappened() { return true }
        try await Task.sleep(for: .milliseconds(25))
    }
    return false
}
