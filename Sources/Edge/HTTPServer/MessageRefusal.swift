import NIOHTTP1

/// The answer to bytes that are no acceptable HTTP message. Whose they are is unknown: who asks for pages gets one, and
/// everybody else what most of our callers read, a SCIM error (RFC 7644 §3.12).
struct MessageRefusal {
    let status: HTTPResponseStatus
    /// Whether it is a browser that reads the answer.
    let isPage: Bool

    /// - Parameter header: of the message, as far as it was read.
    init(_ status: HTTPResponseStatus, to header: HTTPHeaders?) {
        self.status = status
        isPage = header?["accept"].contains { $0.contains("text/html") } ?? false
    }

    var mediaType: String { isPage ? "text/html; charset=utf-8" : "application/scim+json" }

    var body: [UInt8] { Array((isPage ? page : error).utf8) }

    private var detail: String {
        switch status {
        case .payloadTooLarge: "The request body is larger than this service takes."
        case .uriTooLong: "The URL is longer than this service takes."
        case .requestHeaderFieldsTooLarge: "The header of the request is larger than this service takes."
        case .requestTimeout: "The request did not arrive in time."
        case .unauthorized: "A body of this size needs credentials."
        case .serviceUnavailable: "The service is busy for a moment. Please try again."
        case .notImplemented: "This transfer coding is not supported."
        default: "The request is not a well-formed HTTP/1.1 message."
        }
    }

    private var error: String {
        #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"#
            + #""status":"\#(status.code)","detail":"\#(detail)"}"#
    }

    /// Nobody knows yet which language is read here.
    private var page: String {
        let (title, words): (String, (english: String, german: String)) =
            switch status {
            case .payloadTooLarge:
                (
                    "Too large · Zu groß",
                    (
                        "What you sent is larger than is taken here. Nothing was changed. Go back, and send a smaller file or less text.",
                        "Was Sie gesendet haben, ist größer als erlaubt. Es wurde nichts geändert. Gehen Sie zurück und senden Sie eine kleinere Datei oder weniger Text."
                    )
                )
            case .requestTimeout:
                (
                    "Too slow · Zu langsam",
                    (
                        "What you sent did not arrive in time. Nothing was changed. Go back and try again.",
                        "Was Sie gesendet haben, kam nicht rechtzeitig an. Es wurde nichts geändert. Gehen Sie zurück und versuchen Sie es noch einmal."
                    )
                )
            case .unauthorized:
                (
                    "Sign in again · Erneut anmelden",
                    (
                        "You are not signed in any more, or may not send files here. Nothing was changed. Go back, sign in and send the file again.",
                        "Sie sind nicht mehr angemeldet oder dürfen hier keine Dateien senden. Es wurde nichts geändert. Gehen Sie zurück, melden Sie sich an und senden Sie die Datei noch einmal."
                    )
                )
            case .serviceUnavailable:
                (
                    "Busy · Ausgelastet",
                    (
                        "The service is busy for a moment. Nothing was changed. Go back and try again.",
                        "Der Dienst ist einen Augenblick ausgelastet. Es wurde nichts geändert. Gehen Sie zurück und versuchen Sie es noch einmal."
                    )
                )
            default:
                (
                    "Not understood · Nicht verstanden",
                    (
                        "Your browser has asked in a way that is not understood here. Go back and try again.",
                        "Ihr Browser hat auf eine Weise gefragt, die hier nicht verstanden wird. Gehen Sie zurück und versuchen Sie es noch einmal."
                    )
                )
            }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark"><title>\(title)</title></head>
            <body><main><h1>\(title)</h1><p>\(words.english)</p><p lang="de">\(words.german)</p></main></body></html>
            """
    }
}
