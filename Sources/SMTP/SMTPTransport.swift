import CCurl
package import Domain
import Foundation
import NIOPosix

/// Mail through a server that speaks SMTP (RFC 5321), by libcurl.
package final class SMTPTransport: MailTransport {
    private let url: String
    private let sender: String
    private let requiresTLS: Bool
    private let threads = NIOThreadPool(numberOfThreads: 1)
    private let now: @Sendable () -> Timestamp
    private let random: @Sendable () -> UInt128

    private static let connectSeconds = 10
    private static let wholeSeconds = 30

    /// Whether libcurl can be used at all; asked once, before any thread uses it.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// - Parameters:
    ///   - url: `smtps://user:password@host:465`, or `smtp://…:587` with TLS from within the conversation, which only
    ///     a server on this machine may lack.
    ///   - sender: the address that the mail comes from.
    ///   - random: what no other mail is called.
    package init(
        url: String, sender: String, now: @escaping @Sendable () -> Timestamp,
        random: @escaping @Sendable () -> UInt128
    ) {
        self.url = url
        self.sender = sender
        self.now = now
        self.random = random
        let host = url.drop { $0 != "/" }.drop { $0 == "/" }
        let authority = host.prefix { $0 != "/" }.split(separator: "@").last ?? ""
        requiresTLS = !["127.0.0.1", "localhost", "[::1]"].contains { authority.hasPrefix($0) }
        threads.start()
    }

    package func send(_ message: MailMessage) async throws(MailFailure) {
        let id = String(random(), radix: 16)
        let date = now()
        let result: Result<Void, MailFailure>
        do { result = try await threads.runIfActive { [self] in deliver(message, id: id, at: date) } } catch {
            throw MailFailure(reason: "The server is stopping.", isFinal: false)
        }
        try result.get()
    }

    private func deliver(_ message: MailMessage, id: String, at date: Timestamp) -> Result<Void, MailFailure> {
        guard Self.isReady, let curl = curl_easy_init(), let mime = curl_mime_init(curl),
            let part = curl_mime_addpart(mime)
        else { return .failure(MailFailure(reason: "libcurl cannot be used.", isFinal: false)) }
        let recipients = curl_slist_append(nil, message.recipient)
        var headers: UnsafeMutablePointer<curl_slist>?
        for (name, value) in [
            ("From", "\(MailHeader.encoded(message.senderName))\r\n <\(sender)>"), ("To", "<\(message.recipient)>"),
            ("Subject", MailHeader.encoded(message.subject)), ("Date", MailHeader.date(date)),
            ("Message-ID", "<\(id)@\(sender.split(separator: "@").last ?? "localhost")>"),
            ("Auto-Submitted", "auto-generated"),
        ] { headers = curl_slist_append(headers, "\(name): \(value)") }
        defer {
            curl_slist_free_all(headers)
            curl_slist_free_all(recipients)
            curl_mime_free(mime)
            curl_easy_cleanup(curl)
        }
        curl_mime_data(part, message.text, message.text.utf8.count)
        curl_mime_type(part, "text/plain; charset=utf-8")
        curl_mime_encoder(part, "quoted-printable")
        _ = lectern_curl_set_text(curl, CURLOPT_URL, url)
        _ = lectern_curl_set_text(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        let tls = requiresTLS ? CURLUSESSL_ALL : CURLUSESSL_TRY
        _ = lectern_curl_set_number(curl, CURLOPT_USE_SSL, Int(tls.rawValue))
        _ = lectern_curl_set_text(curl, CURLOPT_MAIL_FROM, sender)
        _ = lectern_curl_set_list(curl, CURLOPT_MAIL_RCPT, recipients)
        _ = lectern_curl_set_list(curl, CURLOPT_HTTPHEADER, headers)
        _ = lectern_curl_set_mime(curl, mime)
        _ = lectern_curl_set_number(curl, CURLOPT_NOSIGNAL, 1)
        _ = lectern_curl_set_number(curl, CURLOPT_CONNECTTIMEOUT, Self.connectSeconds)
        _ = lectern_curl_set_number(curl, CURLOPT_TIMEOUT, Self.wholeSeconds)
        let status = curl_easy_perform(curl)
        if status == CURLE_OK { return .success(()) }
        let code = lectern_curl_response_code(curl)
        let words = String(cString: curl_easy_strerror(status))
        return .failure(
            MailFailure(
                reason: code > 0 ? "\(words) (\(code))" : words,
                // Replies of 5yz to the recipient or the message are for good (RFC 5321 §4.2.1).
                isFinal: (550...559).contains(code)))
    }
}

/// Values of mail headers (RFC 5322).
enum MailHeader {
    /// Text as an unstructured header takes it: encoded words (RFC 2047 §2) of at most 75 characters, unless it is
    /// plain.
    static func encoded(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy {
            (0x20...0x7E).contains($0) && !"\"<>@,;:\\()[]".utf8.contains($0)
        }
        if isPlain, text.utf8.count <= 60, !text.contains("=?") { return text }
        var words: [String] = []
        var piece: [UInt8] = []
        for character in text where !character.isNewline {
            if piece.count + character.utf8.count > 36 {
                words.append(word(piece))
                piece = []
            }
            piece += character.utf8
        }
        words.append(word(piece))
        return words.joined(separator: "\r\n ")
    }

    private static func word(_ bytes: [UInt8]) -> String { "=?UTF-8?B?\(Data(bytes).base64EncodedString())?=" }

    /// `Sat, 21 Nov 2026 21:05:17 +0000` (RFC 5322 §3.3).
    static func date(_ time: Timestamp) -> String {
        var seconds = time_t(time.microseconds / 1_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) "
            + "\(1900 + parts.tm_year) \(clock) +0000"
    }
}
