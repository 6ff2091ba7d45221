import Domain
import Edge
import Foundation
import StrictJSON

/// The settings of a connection to sign in by, as a form shows and sends them.
struct SAMLForm {
    let plugin: Plugin
    let connection: SAMLConnection
    let request: ConsoleRequest

    /// A problem with the form, as the name of a sentence and of its field.
    struct Problem: Error {
        let key: String
        let field: String
    }

    private var form: Form { request.form }
    /// Other forms of the page do not hold the settings.
    private var isSent: Bool { form["version"] != nil }

    static let formats = [
        "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
        "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
    ]

    var json: JSONObject {
        let settings = connection.settings
        return [
            "name": .string(form["name"] ?? plugin.name),
            "isOn": .bool(isSent ? form["enabled"] != nil : plugin.isEnabled),
            "isPaused": .bool(isSent ? form["paused"] != nil : plugin.isPaused),
            "createsUsers": .bool(isSent ? form["auto_create"] != nil : settings.createsUsers),
            "takesUnsolicited": .bool(isSent ? form["idp_initiated"] != nil : settings.takesUnsolicited),
            "takesCBC": .bool(isSent ? form["cbc"] != nil : settings.takesCBC),
            "forces": .bool(isSent ? form["force_authn"] != nil : settings.forcesAuthentication),
            "allowedDomains": .string(form["allowed_domains"] ?? settings.allowedDomains.joined(separator: ", ")),
            "sha1Until": .string(form["sha1_until"] ?? settings.takesSHA1Until.map(Self.day) ?? ""),
            "roles": .array(
                Role.allCases.filter(\.canBeProvisioned).map { role in
                    [
                        "value": .string(role.rawValue), "text": .string(request.words["role.\(role.rawValue)"]),
                        "isChosen": .bool(role.rawValue == form["default_role"] ?? plugin.defaultRole.rawValue),
                    ]
                }),
            "formats": .array(
                ([""] + Self.formats).map { format in
                    [
                        "value": .string(format),
                        "text": .string(
                            format.isEmpty
                                ? request.words["saml.formatAny"] : String(format.split(separator: ":").last ?? "")),
                        "isChosen": .bool(format == form["name_id_format"] ?? settings.nameIDFormat ?? ""),
                    ]
                }),
            "claims": .array(
                Claim.allCases.map { claim in
                    [
                        "id": .string("claim_\(claim.rawValue)"),
                        "label": .string(request.words["claim.\(claim.rawValue)"]),
                        "value": .string(
                            form["claim_\(claim.rawValue)"]
                                ?? settings.claims[claim]?.joined(separator: ", ") ?? ""),
                        "usual": .string(claim.usualNames.joined(separator: ", ")),
                    ]
                }),
        ]
    }

    /// Applies the form to the saved settings.
    func applied() throws(Problem) -> (plugin: Plugin, connection: SAMLConnection) {
        var (plugin, connection) = (plugin, connection)
        if form["name"] != nil { plugin.name = form.text("name") ?? "" }
        plugin.isEnabled = form["enabled"] != nil
        plugin.isPaused = form["paused"] != nil
        if let role = form["default_role"].flatMap({ Role(rawValue: $0) }), role.canBeProvisioned {
            plugin.defaultRole = role
        }
        connection.settings.createsUsers = form["auto_create"] != nil
        connection.settings.takesUnsolicited = form["idp_initiated"] != nil
        connection.settings.takesCBC = form["cbc"] != nil
        connection.settings.forcesAuthentication = form["force_authn"] != nil
        connection.settings.allowedDomains = try domains()
        connection.settings.takesSHA1Until = try sha1End()
        connection.settings.nameIDFormat = form.text("name_id_format").flatMap { Self.formats.contains($0) ? $0 : nil }
        connection.settings.claims = try claims()
        return (plugin, connection)
    }

    private func domains() throws(Problem) -> [String] {
        var found: [String] = []
        for name in Self.list(form["allowed_domains"]) {
            guard let domain = MailDomain(name) else { throw Problem(key: "domainProblem", field: "allowed_domains") }
            if !found.contains(domain.description) { found.append(domain.description) }
        }
        if found.count > SAMLConnection.Settings.mostDomains {
            throw Problem(key: "domainProblem", field: "allowed_domains")
        }
        return found
    }

    private func sha1End() throws(Problem) -> Timestamp? {
        guard let text = form.text("sha1_until") else { return nil }
        guard let date = try? Date(text + "T23:59:59Z", strategy: .iso8601) else {
            throw Problem(key: "sha1Problem", field: "sha1_until")
        }
        let end = Timestamp(microseconds: Int64(date.timeIntervalSince1970) * 1_000_000)
        guard SAMLConnection.Settings.takesSHA1(until: end, now: request.now) else {
            throw Problem(key: "sha1Problem", field: "sha1_until")
        }
        return end
    }

    private func claims() throws(Problem) -> [Claim: [String]] {
        var claims: [Claim: [String]] = [:]
        for claim in Claim.allCases {
            // Some names hold blanks.
            let names = (form["claim_\(claim.rawValue)"] ?? "").split(separator: ",")
                .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
            if names.isEmpty { continue }
            guard names.count <= Claim.mostNames, names.allSatisfy({ $0.utf8.count <= Claim.longestName }) else {
                throw Problem(key: "claimProblem", field: "claim_\(claim.rawValue)")
            }
            claims[claim] = names
        }
        return claims
    }

    /// Names between commas or blanks.
    private static func list(_ text: String?) -> [String] {
        (text ?? "").split { $0 == "," || $0.isWhitespace }.map(String.init)
    }

    private static func day(_ time: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(time.seconds)).formatted(.iso8601.year().month().day())
    }
}
