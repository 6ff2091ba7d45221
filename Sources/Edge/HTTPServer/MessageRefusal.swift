import NIOHTTP1

/// The answer to bytes that are no acceptable HTTP message. Whose they are is unknown, so it takes the form that
/// most of our callers read: a SCIM error (RFC 7644 §3.12).
struct MessageRefusal {
    let status: HTTPResponseStatus

    var body: [UInt8] {
        let detail =
            switch status {
            case .payloadTooLarge: "The request body is larger than this service takes."
            case .uriTooLong: "The URL is longer than this service takes."
            case .requestHeaderFieldsTooLarge: "The header of the request is larger than this service takes."
            case .requestTimeout: "The request did not arrive in time."
            case .notImplemented: "This transfer coding is not supported."
            default: "The request is not a well-formed HTTP/1.1 message."
            }
        let text = #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"#
        return Array((text + #""status":"\#(status.code)","detail":"\#(detail)"}"#).utf8)
    }
}
