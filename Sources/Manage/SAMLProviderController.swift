import Domain
import Edge
import HTTPTypes
import StrictJSON

/// Tells a connection who its provider is: by metadata from a file, as text or from an address, or by single values.
struct SAMLProviderController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let fields = ["text", "url", "issuer", "sso_url", "slo_url", "certificate"]

    /// Why nothing was taken, as the name of a sentence and of its field.
    private struct Problem: Error {
        let key: String
        let field: String
    }

    private func path(_ id: PluginID) -> String { "manage/integration/plugins/\(id)" }

    func provider(of id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let controller = SAMLController(parts)
        let connection = try await controller.connection(id, user)
        if request.method == .get { return try await page(connection, request) }
        do {
            let (found, document) = try await described(connection, request)
            let url = request.form.text("url")
            let chosen =
                request.form["entity_id"].flatMap { id in found.first { $0.provider.issuer == id } }
                ?? (found.count == 1
                    ? found[0] : found.first { $0.provider.issuer == connection.provider?.issuer })
            guard let chosen else { return choice(among: found, document, connection, request) }
            if try await isAsked(chosen, connection, request, user) {
                return .question(
                    request.words["samlProvider.lockOutAsk"], request, document: request.file == nil ? nil : document)
            }
            try await controller.changes(request, user).describe(
                connection, as: chosen, metadataURL: url, now: request.now, in: user.scope(.manageIntegration))
            let done = chosen.warnings.first.map { "metadata_\($0)" } ?? "providerTaken"
            return .redirect("\(path(id))?done=\(done)")
        } catch let problem as Problem {
            return try await page(connection, request, problem: problem)
        } catch DomainError.stale {
            return try await page(connection, request, problem: Problem(key: "plugin.stale", field: "text"))
        }
    }

    /// Whether another provider is to be the only one by whom people get in, before anybody has seen that it works.
    private func isAsked(
        _ description: ProviderDescription, _ connection: SAMLConnection, _ request: ConsoleRequest,
        _ user: SignedInUser
    ) async throws(DomainError) -> Bool {
        guard request.form["confirmed"] == nil, description.provider != connection.provider else { return false }
        return try await LockOut(parts, request, user).follows(from: connection.id.plugin, becoming: nil)
    }

    /// The providers that were described, and the document if it was one.
    private func described(
        _ connection: SAMLConnection, _ request: ConsoleRequest
    ) async throws -> (found: [ProviderDescription], document: [UInt8]) {
        let form = request.form
        var (document, field): ([UInt8]?, String) = (nil, "file")
        if let file = request.file {
            document = file.bytes
        } else if let text = form.text("text") {
            (document, field) = (Array(text.utf8), "text")
        } else if let url = form.text("url") {
            (document, field) = (try await fetched(url), "url")
        }
        do throws(ProviderMetadataProblem) {
            if let document {
                return (
                    try parts.metadata.providers(in: document, known: connection.provider, now: request.now), document
                )
            }
            guard let issuer = form.text("issuer"), let url = form.text("sso_url"),
                let certificate = form.text("certificate")
            else { throw ProviderMetadataProblem(key: "nothing") }
            field = "issuer"
            let found = try parts.metadata.provider(
                issuer: issuer, singleSignOnURL: url, singleLogoutURL: form.text("slo_url"),
                certificates: Array(certificate.utf8), now: request.now)
            return ([found], [])
        } catch { throw Problem(key: "metadata.\(error.key)", field: field) }
    }

    private func fetched(_ url: String) async throws -> [UInt8] {
        do throws(DownloadProblem) { return try await parts.fetchMetadata(url) } catch {
            throw Problem(key: "metadata.\(error.rawValue)", field: "url")
        }
    }

    private func page(
        _ connection: SAMLConnection, _ request: ConsoleRequest, problem: Problem? = nil
    ) async throws -> ConsoleAnswer {
        var content: JSONObject = [
            "href": .string("\(request.base)/\(path(connection.id.plugin))"),
            "problem": problem.map { .string(request.words[$0.key]) } ?? .null,
            "problemField": problem.map { .string($0.field) } ?? .null,
            "pending": pending(connection, request), "seen": .string(Self.name(of: connection.pendingMetadata ?? "")),
            "hasPending": .bool(connection.pendingMetadata != nil),
        ]
        // A private key that was entered by mistake is not sent back.
        let isShown = problem?.key != "metadata.privateKey"
        for field in Self.fields { content[field] = .string(isShown ? request.form[field] ?? "" : "") }
        if request.method == .get {
            for (field, value) in Self.known(connection) { content[field] = value }
        }
        content["readFrom"] =
            connection.metadataURL.map { .string(request.words["samlProvider.readFrom", ["url": $0]]) } ?? .null
        return .page(
            "saml-provider", title: request.words["samlProvider.title", ["name": connection.name]], content,
            section: .plugins, status: problem == nil ? .ok : .unprocessableContent, isError: problem != nil)
    }

    /// The current values, for correction when one of them changes.
    private static func known(_ connection: SAMLConnection) -> JSONObject {
        guard let provider = connection.provider else { return [:] }
        return [
            "url": .string(connection.metadataURL ?? ""), "issuer": .string(provider.issuer),
            "sso_url": .string(provider.singleSignOnURL), "slo_url": .string(provider.singleLogoutURL ?? ""),
            "certificate": .string(provider.certificates.map(PEM.certificate).joined()),
        ]
    }

    /// An aggregate describes several: people say which.
    private func choice(
        among found: [ProviderDescription], _ document: [UInt8], _ connection: SAMLConnection, _ request: ConsoleRequest
    ) -> ConsoleAnswer {
        .page(
            "saml-choice", title: request.words["samlChoice.title"],
            [
                "href": .string("\(request.base)/\(path(connection.id.plugin))/provider"),
                "text": .string(String(decoding: document, as: UTF8.self)),
                "url": request.form.text("url").map { .string($0) } ?? .null,
                "providers": .array(
                    found.enumerated().map { number, one in
                        [
                            "id": .string("provider-\(number)"), "value": .string(one.provider.issuer),
                            "name": .string(one.displayName ?? ""),
                        ]
                    }),
            ], section: .plugins)
    }

    // MARK: What waits for somebody

    private func pending(_ connection: SAMLConnection, _ request: ConsoleRequest) -> JSON {
        guard let text = connection.pendingMetadata, let known = connection.provider else { return .array([]) }
        do throws(ProviderMetadataProblem) {
            let found = try parts.metadata.differences(from: known, to: Array(text.utf8), now: request.now)
            return .array(
                found.differences.map {
                    ["what": .string(request.words["metadataDifference.\($0.key)"]), "value": .string($0.value)]
                })
        } catch {
            return [["what": .string(request.words["metadata.\(error.key)"]), "value": ""]]
        }
    }

    /// Takes what waits, or forgets it.
    func decide(
        about id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> ConsoleAnswer {
        let controller = SAMLController(parts)
        let connection = try await controller.connection(id, user)
        guard let text = connection.pendingMetadata, let known = connection.provider else {
            return .redirect(path(id))
        }
        // Nobody takes what they have not seen: what waits may be newer than the page.
        guard request.form["seen"] == Self.name(of: text) else {
            return try await page(connection, request, problem: Problem(key: "plugin.stale", field: "url"))
        }
        guard request.form["decision"] == "take" else {
            try await parts.saml.notePending(nil, readAt: request.now, of: id, in: user.scope(.manageIntegration))
            return .redirect("\(path(id))?done=metadataDismissed")
        }
        do {
            let found = try parts.metadata.differences(from: known, to: Array(text.utf8), now: request.now)
            if try await isAsked(found.next, connection, request, user) {
                return .question(request.words["samlProvider.lockOutAsk"], request)
            }
            try await take(found.next, connection, controller, request, user)
        } catch let error as ProviderMetadataProblem {
            return try await page(connection, request, problem: Problem(key: "metadata.\(error.key)", field: "url"))
        }
        return .redirect("\(path(id))?done=providerTaken")
    }

    /// The name of a document on the page that shows it.
    private static func name(of document: String) -> String {
        TokenDigest(of: document).bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func take(
        _ description: ProviderDescription, _ connection: SAMLConnection, _ controller: SAMLController,
        _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws(ProviderMetadataProblem) {
        do throws(DomainError) {
            try await controller.changes(request, user).describe(
                connection, as: description, metadataURL: connection.metadataURL, now: request.now,
                in: user.scope(.manageIntegration))
        } catch { throw ProviderMetadataProblem(key: "notTaken") }
    }
}
