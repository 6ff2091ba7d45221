import Foundation
import Glibc
import LecternTesting

/// `lectern serve` in a process of its own, on a free port.
final class RunningServer {
    let port: Int
    private let process: ChildProcess
    private let output: URL

    init(binary: URL, environment: [String: String]) throws {
        port = try Self.listenOnFreePort().release()
        output = FileManager.default.temporaryDirectory.appendingPathComponent("server-\(UUID().uuidString).log")
        let log = open(output.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(log) }
        let own = ["LECTERN_HTTP_PORT": "\(port)", "LECTERN_TIMEOUT_DRAIN_SECONDS": "0"]
        process = try ChildProcess(
            binary.path, ["serve"], environment: environment.merging(own) { $1 }, output: log, errors: log)
    }

    deinit { kill() }

    func outputSoFar() -> String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

    var hasEnded: Bool { !process.isRunning }

    /// Waits until the server says that it is, or has ended.
    func isReady() async throws -> Bool {
        try await eventually {
            if !process.isRunning { return true }
            return await isAnswering
        } && process.isRunning
    }

    private var isAnswering: Bool {
        get async { (try? await get("/readyz"))?.contains("200 OK") == true }
    }

    /// The whole answer as text, header and all.
    func get(_ path: String, header: String = "Accept: */*") async throws -> String {
        try ChildProcess.run(
            "curl", ["-si", "--max-time", "50", "-H", header, "http://127.0.0.1:\(port)\(path)"],
            environment: ProcessInfo.processInfo.environment
        ).output
    }

    /// A request with a body of JSON and a bearer token; the whole answer as text.
    func send(_ method: String, _ url: String, token: String, _ body: String = "{}") async throws -> String {
        try ChildProcess.run(
            "curl",
            [
                "-si", "--max-time", "50", "-X", method, "-H", "Authorization: Bearer \(token)",
                "-H", "Content-Type: application/scim+json", "-d", body, url,
            ], environment: ProcessInfo.processInfo.environment
        ).output
    }

    /// Tells it to end, and gives its status.
    func stop() -> Int32 {
        process.kill(SIGTERM)
        return process.wait()
    }

    func kill() {
        process.kill(SIGKILL)
        process.wait()
    }

    /// A socket that listens on a port nobody else has.
    static func listenOnFreePort() throws -> Listener { Listener() }

    final class Listener {
        let port: Int
        private let descriptor: Int32

        init() {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            self.descriptor = descriptor
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            port = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    bind(descriptor, address, length)
                    listen(descriptor, 1)
                    getsockname(descriptor, address, &length)
                }
                return Int(UInt16(bigEndian: pointer.pointee.sin_port))
            }
        }

        deinit { close(descriptor) }

        /// Lets the port go for somebody else to take.
        func release() -> Int { port }
    }
}
