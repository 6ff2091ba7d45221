import Domain
import StrictJSON

/// The settings of a connection as a form shows them.
struct PluginForm {
    let plugin: Plugin
    let words: Catalogue

    var json: JSONObject {
        let policy = plugin.policy
        return [
            "name": .string(plugin.name), "isOn": .bool(plugin.isEnabled), "isPaused": .bool(plugin.isPaused),
            "isActive": .bool(plugin.isActiveProvider),
            "isStrict": .bool(policy.isStrict), "takesBareToken": .bool(plugin.acceptsBareToken),
            "roles": options(
                Role.allCases.filter(\.canBeProvisioned).map(\.rawValue), plugin.defaultRole.rawValue, "role"),
            "matching": options(
                ProvisioningPolicy.Matching.allCases.map(\.rawValue), policy.matching.rawValue, "matching"),
            "takeoverRoles": options(
                ProvisioningPolicy.TakeoverRoles.allCases.map(\.rawValue), policy.takeoverRoles.rawValue,
                "takeoverRoles"),
            "unknownMembers": options(
                ProvisioningPolicy.UnknownMembers.allCases.map(\.rawValue), policy.unknownMembers.rawValue,
                "unknownMembers"),
            "unknownAttributes": options(
                ProvisioningPolicy.UnknownAttributes.allCases.map(\.rawValue), policy.unknownAttributes.rawValue,
                "unknownAttributes"),
            "invites": options(
                ProvisioningPolicy.Invites.allCases.map(\.rawValue), policy.invites.rawValue, "invites"),
            "profiles": options(
                ProvisioningPolicy.RequiredProfile.allCases.map(\.rawValue), policy.requiredProfile.rawValue,
                "profile"),
        ]
    }

    private func options(_ values: [String], _ chosen: String, _ group: String) -> JSON {
        .array(
            values.map { value in
                [
                    "value": .string(value), "text": .string(words["\(group).\(value)"]),
                    "isChosen": .bool(value == chosen),
                ]
            })
    }
}
