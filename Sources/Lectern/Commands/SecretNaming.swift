import ArgumentParser
import Domain
import StrictJSON

/// The name for a secret that a command creates.
struct SecretNaming: ParsableArguments {
    @Option(name: .customLong("name"), help: "What it is called in lists, to tell several apart.") var text = ""

    func name() throws(CommandFailure) -> SecretName {
        guard let name = SecretName(text) else {
            throw CommandFailure("--name takes one line of up to \(SecretName.maximumLength) characters.")
        }
        return name
    }
}

extension SecretMaker? {
    /// The admin's user name, or that it was the operator.
    var json: JSON {
        switch self {
        case .admin(let name, _): name.map { .string($0) } ?? .null
        case .operator: "operator"
        case nil: .null
        }
    }

    var hasLeft: JSON {
        if case .admin(_, let hasLeft) = self { .bool(hasLeft) } else { false }
    }
}
