import Dispatch
import Edge
import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import Postgres
import ServiceLifecycle
import Synchronization

/// A server of one responder on a free port of loopback, and a client that sends it bytes as they are.
struct TestServer {
    let port: Int
    let drain: Drain

    private static let reactor = Reactor()

    /// Runs `body` beside the server, which is stopped afterwards.
    static func run(
        limits: HTTPLimits = HTTPLimits(), largeBodies: [LargeBodies] = [], drainPause: Duration = .zero,
        patience: Duration = .seconds(10),
        responder: @escaping RequestChannel.Responder = { request, _ in
            let body = (try? await request.body.collect(upTo: .max)) ?? ByteBuffer()
            return Response(
                status: .ok, headers: [.contentLength: "\(body.readableBytes)"], body: .init(byteBuffer: body))
        },
        _ body: @escaping @Sendable (TestServer, @escaping @Sendable () async -> Void) async throws -> Void
    ) async throws {
        let drain = Drain()
        let channel = RequestChannel(
            limits: limits, largeBodies: largeBodies, drain: drain, executors: TaskExecutors([reactor]),
            responder: responder)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let server = DrainingServer(
            channel: channel, address: .hostname("127.0.0.1", port: 0), drain: drain, pause: drainPause,
            patience: patience,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger
        ) { port.yield($0.localAddress?.port ?? 0) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let number = await iterator.next() ?? 0
            do {
                try await body(TestServer(port: number, drain: drain)) { await group.triggerGracefulShutdown() }
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    func connect() throws -> RawConnection { try RawConnection(port: port) }

    /// Sends everything, closes our side, and gives all that comes back.
    func exchange(_ text: String) async throws -> String {
        let connection = try connect()
        try await connection.send(text)
        connection.finishSending()
        return await connection.readAll()
    }
}

/// A TCP connection without any idea of HTTP.
final class RawConnection: Sendable {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        if status != 0 { throw ConnectionRefused() }
    }

    struct ConnectionRefused: Error {}

    deinit { close(descriptor) }

    func send(_ text: String) async throws {
        await Self.blocking { self.write(text) }
    }

    private func write(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }  // the server may have closed already, which is for the test to see
            sent += count
        }
    }

    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Reads until the other side closes, or nothing more comes for ten seconds.
    func readAll() async -> String { await read(until: nil) }

    /// Whether the other side closes the connection within a minute and sends nothing before.
    func closesWithoutAnswer() async -> Bool {
        await Self.blocking {
            for _ in 0..<6 {
                var byte: UInt8 = 0
                let count = recv(self.descriptor, &byte, 1, 0)
                // A read ends without a byte after ten seconds, too.
                if count >= 0 { return count == 0 }
            }
            return false
        }
    }

    private func readSome() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// Reads until the text has come.
    func read(until text: String?) async -> String {
        await Self.blocking {
            var all = ""
            while text.map({ !all.contains($0) }) ?? true, let more = self.readSome() {
                all += String(decoding: more, as: UTF8.self)
            }
            return all
        }
    }

    /// Waits on a thread that nobody else needs.
    private static func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: body()) }
        }
    }
}
