import HTTPTypes
import Hummingbird
import NIOCore
import SCIM
import StrictJSON

/// Answers in SCIM's form.
enum SCIMResponse {
    static func resource(
        _ bytes: [UInt8], status: HTTPResponse.Status = .ok, location: String, tag: EntityTag
    ) -> Response {
        var response = json(bytes, status: status)
        response.headers[.location] = location
        response.headers[.eTag] = tag.description
        return response
    }

    static func noContent(location: String? = nil, tag: EntityTag? = nil) -> Response {
        var headers = HTTPFields()
        headers[.location] = location
        headers[.eTag] = tag?.description
        return Response(status: .noContent, headers: headers)
    }

    static func notModified(tag: EntityTag) -> Response {
        Response(status: .notModified, headers: [.eTag: tag.description])
    }

    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        let headers: HTTPFields = [.contentType: MediaType.scim, .contentLength: "\(bytes.count)"]
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func error(_ error: SCIMError) -> Response {
        json(error.json.utf8, status: .init(code: error.status))
    }
}
