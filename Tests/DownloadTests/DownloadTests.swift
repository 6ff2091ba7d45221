import Domain
import Testing

@testable import Download

struct DownloadTests {
    @Test(
        arguments: [
            "http://idp.example/metadata", "https://127.0.0.1/metadata", "https://localhost/metadata",
            "https://[::1]/metadata", "https://169.254.169.254/latest", "https://10.0.0.1/", "https://0x7f.1/",
            "https://2130706433/", "https://user@idp.example/", "https://idp.example:8443/", "https://idp.example/#x",
            "https:///metadata", "file:///etc/passwd", "ftp://idp.example/", "", "idp.example",
        ])
    func `what is not of the public Internet is never asked`(url: String) async throws {
        await #expect(throws: DownloadProblem.badAddress) {
            try await Download.fetch(url, accept: "application/xml")
        }
    }
}
