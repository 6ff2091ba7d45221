import Domain
import Foundation
import LecternTesting
import Testing

@testable import SMTP

/// Against a mail server of somebody else's making.
@Suite(.serialized) struct SMTPTransportTests {
    /// The server, for as long as somebody has it.
    private final class MailServer {
        private let process: ChildProcess
        private let output: URL
        private(set) var port = ""

        init() async throws {
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Mail/mailserver.py")
            output = FileManager.default.temporaryDirectory.appendingPathComponent("mail-\(UUID().uuidString).log")
            _ = FileManager.default.createFile(atPath: output.path, contents: nil)
            let log = try FileHandle(forWritingTo: output)
            process = try ChildProcess(
                "/usr/bin/python3", [script.path], environment: ProcessInfo.processInfo.environment,
                output: log.fileDescriptor, errors: log.fileDescriptor)
            guard try await eventually({ lines().first.flatMap { Int($0) } != nil }) else {
                Issue.record("no mail server: \(lines())")
                return
            }
            port = lines()[0]
        }

        deinit {
            process.kill(SIGKILL)
            process.wait()
            try? FileManager.default.removeItem(at: output)
        }

        private func lines() -> [String] {
            ((try? String(contentsOf: output, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
        }

        func mails() throws -> [[String: Any]] {
            try lines().dropFirst().map { line in
                try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
        }
    }

    private func transport(_ port: String, host: String = "127.0.0.1") -> SMTPTransport {
        SMTPTransport(
            url: "smtp://\(host):\(port)", sender: "training@lectern.example",
            now: { Timestamp(microseconds: 1_763_757_917_000_000) }, random: { 0xABC })
    }

    @Test func `mail arrives as it was written`() async throws {
        let server = try await MailServer()
        let text = "Grüße aus Zürich,\n\n" + String(repeating: "a long line with ünïcode ", count: 60) + "\n.\nEnd"
        let name = "Jürgen & Söhne \"GmbH\" with a name that does not fit into one encoded word of a header"
        try await transport(server.port).send(
            MailMessage(
                recipient: "ann@x.example", senderName: name, subject: "Prüfung ✓: set it\r\nBcc: eve@x.example",
                text: text))
        let mail = try #require(try server.mails().first)
        #expect(mail["from"] as? String == "training@lectern.example" && mail["to"] as? [String] == ["ann@x.example"])
        #expect((mail["sender"] as? String)?.contains("<training@lectern.example>") == true)
        #expect((mail["sender"] as? String)?.contains("Jürgen & Söhne") == true)
        // A line break in a name or a title makes no further header.
        #expect(mail["subject"] as? String == "Prüfung ✓: set itBcc: eve@x.example")
        #expect((mail["text"] as? String)?.replacing("\r\n", with: "\n").hasPrefix(text) == true)
        #expect(mail["date"] as? String == "Fri, 21 Nov 2025 20:45:17 +0000")
        #expect(mail["id"] as? String == "<abc@lectern.example>")
        #expect((mail["defects"] as? [String])?.isEmpty == true && mail["long"] as? Int ?? 999 <= 100)
    }

    @Test func `what is refused for good is told from what is refused for now`() async throws {
        let server = try await MailServer()
        let message = { (recipient: String) in
            MailMessage(recipient: recipient, senderName: "x", subject: "x", text: "x")
        }
        let forGood = await #expect(throws: MailFailure.self) {
            try await transport(server.port).send(message("refused@x.example"))
        }
        #expect(forGood?.isFinal == true && forGood?.reason.contains("550") == true)
        let forNow = await #expect(throws: MailFailure.self) {
            try await transport(server.port).send(message("later@x.example"))
        }
        #expect(forNow?.isFinal == false && forNow?.reason.contains("451") == true)
        let nobody = await #expect(throws: MailFailure.self) {
            try await transport("1").send(message("ann@x.example"))
        }
        #expect(nobody?.isFinal == false)
        // Without TLS nothing goes to another machine: this server offers none.
        let open = await #expect(throws: MailFailure.self) {
            try await transport(server.port, host: "127.1").send(message("ann@x.example"))
        }
        #expect(open?.isFinal == false)
        #expect(try server.mails().isEmpty)
    }
}
