import Foundation
import Glibc
import Synchronization

/// A TCP port on loopback that passes bytes to a server and back, until it is frozen. From then on it takes
/// connections and is silent on all of them, as a machine is whose processes are stopped.
package final class FreezableProxy: Sendable {
    private struct State {
        var isFrozen: Bool
        var isClosed = false
        var connections = 0
    }

    /// How many clients have connected.
    package var connections: Int { state.withLock { $0.connections } }

    package let port: Int
    private let listener: Int32
    private let target: String
    private let state: Mutex<State>

    /// - Parameter target: the path of a Unix socket or a port of 127.0.0.1; nil for silence from the beginning.
    package init(to target: String?) throws {
        let (listener, port) = try LoopbackSocket.listening()
        self.listener = listener
        self.port = port
        self.target = target ?? ""
        state = Mutex(State(isFrozen: target == nil))
        Thread.detachNewThread { self.acceptConnections() }
    }

    package func freeze() { state.withLock { $0.isFrozen = true } }
    package func thaw() { state.withLock { $0.isFrozen = false } }

    /// Ends its threads and, with them, its connections.
    package func close() {
        state.withLock { $0.isClosed = true }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func acceptConnections() {
        while true {
            let client = accept(listener, nil, nil)
            if client < 0 { break }
            state.withLock { $0.connections += 1 }
            Thread.detachNewThread { self.serve(client) }
        }
        Glibc.close(listener)
    }

    private func serve(_ client: Int32) {
        defer { Glibc.close(client) }
        while isFrozen == true { usleep(10_000) }
        guard isFrozen == false, let server = try? LoopbackSocket.connected(to: target) else { return }
        defer { Glibc.close(server) }
        var buffer = [UInt8](repeating: 0, count: 65536)
        while let isFrozen {
            var polled = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            if isFrozen {
                usleep(10_000)
                continue
            }
            poll(&polled, 2, 10)
            for (index, other) in [(0, server), (1, client)] where polled[index].revents != 0 {
                if self.isFrozen != false { break }
                let count = read(polled[index].fd, &buffer, buffer.count)
                if count <= 0 { return }
                var sent = 0
                while sent < count {
                    let step = buffer[sent..<count].withUnsafeBytes {
                        send(other, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    if step <= 0 { return }
                    sent += step
                }
            }
        }
    }

    /// Nil when it is closed.
    private var isFrozen: Bool? { state.withLock { $0.isClosed ? nil : $0.isFrozen } }
}
