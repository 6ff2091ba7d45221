import Foundation

/// Runs a name server of somebody else's making for as long as the body does.
///
/// - Parameters:
///   - known: what `Tests/DNS/nameserver.py` takes.
///   - body: gets its address, as the configuration takes it.
package func withNameServer<Result>(
    knowing known: [String: Any], _ body: (_ address: String) async throws -> Result
) async throws -> Result {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("DNS/nameserver.py")
    let json = String(decoding: try JSONSerialization.data(withJSONObject: known), as: UTF8.self)
    let output = FileManager.default.temporaryDirectory.appendingPathComponent("dns-\(UUID().uuidString).log")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: output) }
    let log = try FileHandle(forWritingTo: output)
    let process = try ChildProcess(
        "/usr/bin/python3", [script.path, json], environment: ProcessInfo.processInfo.environment,
        output: log.fileDescriptor, errors: log.fileDescriptor)
    defer {
        process.kill(SIGKILL)
        process.wait()
    }
    let said = { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }
    guard try await eventually({ said().hasSuffix("\n") || !process.isRunning }), let port = Int(said().dropLast())
    else { throw NoNameServer(description: "no name server: \(said())") }
    return try await body("127.0.0.1@\(port)")
}

private struct NoNameServer: Error, CustomStringConvertible { let description: String }
