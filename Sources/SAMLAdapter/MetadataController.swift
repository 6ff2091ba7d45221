import Domain
import Edge
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import SAML

/// `GET /saml/{connection}/metadata`: what a provider has to know about us (SAML 2.0 Metadata), signed.
struct MetadataController {
    let call: SAMLCall

    static let mediaType = "application/samlmetadata+xml"
    /// Seconds: how long the document is good, and for how long a copy may be kept.
    private static let (validity, cache): (Double, Int) = (14 * 86_400, 86_400)

    func respond() async throws -> Response {
        let keys = try await call.keys()
        let addresses = call.addresses
        var metadata = ServiceProviderMetadata(
            entityID: addresses.entityID, id: call.messageID(), signingCertificates: keys.published,
            encryptionCertificates: keys.published,
            assertionConsumers: [addresses[.acs]] + [addresses.own(.acs)].compactMap { $0 },
            singleLogout: addresses[.slo])
        // A file that was brought to a provider is not read again: it is good as long as the key.
        let isDownload = call.request.uri.query == "download"
        metadata.validUntil = isDownload ? keys.end.date : call.now.date.addingTimeInterval(Self.validity)
        metadata.cacheDuration = isDownload ? nil : Self.cache
        metadata.allowsCBC = call.connection.settings.takesCBC
        let name = "Lectern – \(call.tenant.name)"
        metadata.userInterface = .init(
            displayName: name, description: name, informationURL: call.parts.address.url(of: call.tenant.slug),
            language: call.tenant.defaultLanguage)
        // Of several formats providers take the first, and of attributes that are asked for some send nothing else.
        metadata.nameIDFormats =
            call.connection.settings.nameIDFormat.flatMap { NameIDFormat(rawValue: $0) }.map { [$0] } ?? []
        metadata.contacts = call.parts.contact.map { [.init(.support, mail: $0)] } ?? []
        let bytes = try metadata.signed(with: keys.signing)
        var headers: HTTPFields = [
            .contentType: Self.mediaType, .contentLength: "\(bytes.count)",
            .cacheControl: "public, max-age=300",
        ]
        if isDownload {
            headers[.contentDisposition] = "attachment; filename=\"lectern-\(call.tenant.slug)-metadata.xml\""
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
