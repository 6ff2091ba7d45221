import Domain
import Edge
import HTTPTypes
import StrictJSON

/// The last sign-ins of a connection, and how the answer of each stood against every rule.
struct SAMLTraceController {
    private let parts: ConsoleParts

    init(_ parts: ConsoleParts) { self.parts = parts }

    private static let pageLength = 50

    func signIns(of id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser) async throws -> ConsoleAnswer {
        let connection = try await SAMLController(parts).connection(id, user)
        let found = try await parts.saml.signIns(
            of: id, before: request.query["before"].flatMap { SAMLSignInID($0) }, limit: Self.pageLength + 1,
            in: user.scope(.manageIntegration))
        let shown = found.prefix(Self.pageLength)
        let href = "\(request.base)/manage/integration/plugins/\(id)"
        let older = found.count > Self.pageLength ? shown.last.map { "\(href)/sign-ins?before=\($0.id)" } : nil
        return .page(
            "saml-sign-ins", title: request.words["samlSignIn.all", ["name": connection.name]],
            [
                "href": .string(href), "isEmpty": .bool(shown.isEmpty),
                "signIns": .array(shown.map { SAMLSignInRow(signIn: $0, request: request).json }),
                "older": older.map { .string($0) } ?? .null,
            ], section: .plugins)
    }

    func signIn(
        _ trace: SAMLSignInID, of id: PluginID, _ request: ConsoleRequest, _ user: SignedInUser
    ) async throws -> ConsoleAnswer {
        let connection = try await SAMLController(parts).connection(id, user)
        let signIn = try await parts.saml.signIn(trace, in: user.scope(.manageIntegration))
        guard signIn.plugin == id else { throw DomainError.notFound }
        let (words, report) = (request.words, signIn.report)
        var content = SAMLSignInRow(signIn: signIn, request: request).fields
        content["href"] = .string("\(request.base)/manage/integration/plugins/\(id)")
        content["next"] = .string(signIn.failedRule.map { words["samlNext.\($0)"] } ?? words["samlSignIn.fine"])
        content["isTrial"] = .bool(signIn.purpose == .trial)
        let needsLink = report[SAMLSignIn.needsLink] == true
        let steps = needsLink ? [SAMLSetup.Step.link] : signIn.failedRule.map(SAMLSetup.steps) ?? []
        content["needsLink"] = .bool(needsLink)
        content["hasSteps"] = .bool(signIn.purpose == .trial && !steps.isEmpty)
        content["steps"] = SAMLSetup(connection: connection, request: request).json(steps)
        content["wouldCreate"] = .bool(signIn.purpose == .trial && signIn.failedRule == nil && signIn.user == nil)
        content["repeats"] =
            signIn.repeats == 0
            ? .null : .string(words["samlSignIn.repeats", ["count": "\(signIn.repeats)"]])
        content["lastAt"] = request.moment(signIn.lastAt)
        content["status"] = report["status"] ?? .null
        content["context"] = report["context"] ?? .null
        content["checks"] = .array((report["checks"]?.arrayValue ?? []).map { Self.check($0, words) })
        content["claims"] = report["claims"] ?? .null
        content["hasClaims"] = .bool(report["claims"]?.arrayValue?.isEmpty == false)
        content["format"] = report["format"] ?? .null
        content["request"] = report["request"] ?? .null
        content["document"] = report["document"] ?? .null
        content["decrypted"] = report["decrypted"] ?? .null
        let ticket = SAMLTicket(.trial, with: connection.id, for: user, target: "manage", now: request.now)
        content["again"] = .string("/saml/\(connection.id)/login?ticket=\(ticket.sealed(by: parts.ticketSealer))")
        return .page(
            "saml-sign-in", title: words["samlSignIn.title", ["name": connection.name]], content, section: .plugins)
    }

    private static func check(_ check: JSON, _ words: Catalogue) -> JSON {
        let state = check["state"]?.stringValue ?? ""
        let tags = ["passed": "fine", "failed": "bad"]
        let sentences = state == "failed" ? "samlFailed" : "samlRule"
        return [
            "rule": .string(words["\(sentences).\(check["rule"]?.stringValue ?? "")"]),
            "state": .string(words["samlCheck.\(state)"]), "class": .string(tags[state] ?? ""),
            "found": check["found"] ?? .null, "expected": check["expected"] ?? .null,
        ]
    }
}

/// A sign-in in a list.
struct SAMLSignInRow {
    let signIn: SAMLSignIn
    let request: ConsoleRequest

    var json: JSON { .object(fields) }

    var fields: JSONObject {
        let words = request.words
        return [
            "page": .string("\(request.base)/manage/integration/plugins/\(signIn.plugin)/sign-ins/\(signIn.id)"),
            "at": request.moment(signIn.at), "purpose": .string(words["samlPurpose.\(signIn.purpose.rawValue)"]),
            "outcome": .string(words[signIn.failedRule == nil ? "samlSignIn.accepted" : "samlSignIn.refused"]),
            "class": .string(signIn.failedRule == nil ? "fine" : "bad"),
            "rule": signIn.failedRule.map { .string(words["samlFailed.\($0)"]) } ?? .null,
            "userName": signIn.userName.map { .string($0) } ?? .null,
            "userPage": signIn.userName == nil
                ? .null : signIn.user.map { .string("\(request.base)/manage/users/\($0)") } ?? .null,
            "nameID": signIn.nameID.map { .string($0) } ?? .null, "address": .string(signIn.address),
            "trace": .string(signIn.id.description),
        ]
    }
}
