import Domain
import HTTPTypes
import Hummingbird
import Mustache
import NIOCore
import StrictJSON

/// Turns what a controller found into a page: template, words and the frame around them.
struct PageRenderer: Sendable {
    private let library: MustacheLibrary
    private let catalogues: [Language: Catalogue]
    /// Whether the product is reached by https, as it should be anywhere but on a developer's machine.
    private let isSecure: Bool

    init(isSecure: Bool) throws {
        self.isSecure = isSecure
        var templates: [String: MustacheTemplate] = [:]
        for (name, bytes) in Resources.templates {
            templates[name] = try MustacheTemplate(string: String(decoding: bytes, as: UTF8.self))
        }
        library = MustacheLibrary(templates: templates)
        catalogues = try Catalogue.all()
    }

    func words(_ language: Language) -> Catalogue { catalogues.words(language) }

    /// - Parameters:
    ///   - template: the name of the page's own part.
    ///   - frame: title, navigation and who is signed in.
    ///   - formTarget: the address of somebody else's that a form of the page leads to.
    func response(
        _ template: String, _ content: JSONObject, frame: PageFrame, status: HTTPResponse.Status = .ok,
        formTarget: String? = nil
    ) -> Response {
        var fields = content
        fields["t"] = words(frame.language).tree
        fields["frame"] = .object(frame.json)
        let html = library.render(JSON.object(fields).forTemplate, withTemplate: template) ?? ""
        let bytes = ByteBuffer(string: html)
        return Response(
            status: status,
            headers: headers("text/html; charset=utf-8", length: bytes.readableBytes, formTarget: formTarget),
            body: .init(byteBuffer: bytes))
    }

    /// See Other (RFC 9110 §15.4.4): what was sent is done, and reloading does not send it again.
    func redirect(to path: String) -> Response {
        var headers = headers("text/plain; charset=utf-8", length: 0)
        headers[.location] = path
        return Response(status: .seeOther, headers: headers)
    }

    func download(_ text: String, type: String, name: String) -> Response {
        let bytes = ByteBuffer(string: text)
        var headers = headers(type, length: bytes.readableBytes)
        headers[.contentDisposition] = "attachment; filename=\"\(name)\""
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: bytes))
    }

    func asset(_ name: String) -> Response? {
        guard let (type, bytes) = Resources.assets[name] else { return nil }
        var headers = headers(type, length: bytes.count)
        // The name holds the version of the program.
        headers[.cacheControl] = "public, max-age=31536000, immutable"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private func headers(_ type: String, length: Int, formTarget: String? = nil) -> HTTPFields {
        // The pages that the provider leads to are unknown, and a policy that allowed its first page only would block
        // them.
        let forms = formTarget == nil ? "'self'" : "https: http://127.0.0.1:* http://localhost:*"
        var headers: HTTPFields = [
            .contentType: type, .contentLength: "\(length)", .cacheControl: "no-store",
            .contentSecurityPolicy:
                "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
                + "form-action \(forms); base-uri 'none'; frame-ancestors 'none'",
            .referrerPolicy: "same-origin", .openerPolicy: "same-origin", .resourcePolicy: "same-origin",
            .permissionsPolicy: "camera=(), microphone=(), geolocation=()",
        ]
        if isSecure { headers[.strictTransportSecurity] = "max-age=31536000; includeSubDomains" }
        return headers
    }
}

extension JSON {
    /// As the template engine takes values; null is nothing at all.
    fileprivate var forTemplate: Any {
        switch self {
        case .null: Any?.none as Any
        case .bool(let value): value
        case .string(let text): text
        case .array(let values): values.map(\.forTemplate)
        case .object(let object):
            Dictionary(object.filter { $0.1 != .null }.map { ($0.0, $0.1.forTemplate) }) { $1 }
        case .integer, .decimal: text
        }
    }
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = Self("Referrer-Policy")!
    fileprivate static let openerPolicy = Self("Cross-Origin-Opener-Policy")!
    fileprivate static let resourcePolicy = Self("Cross-Origin-Resource-Policy")!
    fileprivate static let permissionsPolicy = Self("Permissions-Policy")!
}
