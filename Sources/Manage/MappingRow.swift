import Domain
import StrictJSON

/// A role mapping on the page of its connection.
struct MappingRow {
    let status: RoleMappingStatus
    let request: ConsoleRequest
    /// Whether there are mappings from more than one kind of thing.
    var showsOrigin = true

    var json: JSON {
        let (mapping, words) = (status.mapping, request.words)
        return [
            "origin": .string(mapping.origin.rawValue), "value": .string(mapping.value),
            "key": .string(status.key.value), "role": .string(mapping.role.rawValue),
            "originText": showsOrigin ? .string(words["mapping.\(mapping.origin.rawValue)"]) : .null,
            "roleText": .string(words["role.\(mapping.role.rawValue)"]),
            "people": .string(words.counted("mapping.people", status.people)),
            "page": page, "warning": warning,
        ]
    }

    private var page: JSON {
        switch status.group {
        case .found(let id), .ofAnother(let id): .string("\(request.base)/manage/groups/\(id)")
        case .awaited, .deleted, nil: .null
        }
    }

    private var warning: JSON {
        switch status.group {
        case .found, nil: .null
        case .awaited, .deleted, .ofAnother: .string(request.words["mapping.\(status.group?.name ?? "")"])
        }
    }
}
