import Domain
import SCIM
import StrictJSON

/// The attributes that a connection's profile wants every user to have.
struct RequiredAttributes {
    private let places: [Place]

    /// The place of an attribute: its path as people read it, and the way to find its value.
    private enum Place {
        case core(String)
        case name(String)
        case enterprise(String)
        /// Of the element of type `work`, or of any while there is none of that type.
        case work(list: String, part: String)

        var path: String {
            switch self {
            case .core(let name): name
            case .name(let part): "name.\(part)"
            case .enterprise(let name): "\(SchemaURN.enterpriseUser):\(name)"
            case .work(let list, let part): "\(list)[type eq \"work\"].\(part)"
            }
        }

        func isPresent(in document: JSONObject) -> Bool {
            switch self {
            case .core(let name): return document[name] != nil
            case .name(let part): return document["name"]?[part] != nil
            case .enterprise(let name): return document[SchemaURN.enterpriseUser]?[name] != nil
            case .work(let list, let part):
                return document[list]?.arrayValue?.contains {
                    $0["type"]?.stringValue?.lowercased() == "work" && $0[part] != nil
                } == true
            }
        }
    }

    init(_ profile: ProvisioningPolicy.RequiredProfile) {
        switch profile {
        case .standard: places = []
        case .velpic: places = [.name("givenName"), .name("familyName"), .work(list: "emails", part: "value")]
        case .peripass: places = [.work(list: "emails", part: "value")]
        case .vaultPlatform:
            places = [
                .core("externalId"), .core("title"), .name("givenName"), .name("familyName"),
                .work(list: "emails", part: "value"), .work(list: "addresses", part: "locality"),
                .work(list: "addresses", part: "country"), .enterprise("employeeNumber"), .enterprise("department"),
            ]
        }
    }

    /// The paths of those that a user lacks.
    func missing(in document: JSONObject) -> [String] {
        places.filter { !$0.isPresent(in: document) }.map(\.path)
    }
}

extension UserController {
    /// Applies the profile of the connection to a user as it is to be.
    ///
    /// A strict one refuses who lacks something, except that nothing keeps a connection from disabling a user, or from
    /// changing one who lacked it before.
    func checkProfile(
        _ after: UserAttributes, before: JSONObject? = nil, _ request: SCIMRequest
    ) throws(SCIMError) {
        let policy = request.client.policy
        let required = RequiredAttributes(policy.requiredProfile)
        let missing = required.missing(in: after.document)
        if missing.isEmpty { return }
        let known = before.map { required.missing(in: $0) } ?? []
        let new = missing.filter { !known.contains($0) }
        if policy.isStrict, after.isActive, !new.isEmpty {
            throw .invalidValue("This connection requires \(new.joined(separator: ", ")).")
        }
        log.noteMissing(missing, request)
    }
}
