import Domain

extension Catalogue {
    /// Why somebody has a role: which groups or app roles of which connection give it, if some do still.
    func reason(for grant: RoleGrant, among reasons: [RoleReason]) -> String {
        let found = reasons.filter { $0.explains(grant) }.map { reason in
            let values = ["name": reason.pluginName, "value": reason.value ?? ""]
            return self["originOf.\(reason.origin)", values]
        }
        return found.isEmpty ? self["origin.\(grant.origin)"] : found.joined(separator: ", ")
    }
}
