import StrictJSON

/// The body of a patch as clients' oddities need it: changed before it is read.
extension JSON {
    /// The body with operations replaced; nil keeps one as it is.
    func mappingOperations(_ replacement: (JSONObject) -> JSONObject?) -> JSON {
        guard case .object(var message) = self, let (name, list) = message.member("operations"),
            case .array(var operations) = list
        else { return self }
        var isChanged = false
        for (index, operation) in operations.enumerated() {
            guard case .object(let object) = operation, let read = replacement(object) else { continue }
            operations[index] = .object(read)
            isChanged = true
        }
        guard isChanged else { return self }
        message[name] = .array(operations)
        return .object(message)
    }
}

extension JSONObject {
    /// The first member of a name in any case.
    func member(_ lowercasedName: String) -> (key: String, value: JSON)? {
        first { $0.key.lowercased() == lowercasedName }
    }
}
