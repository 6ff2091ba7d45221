internal import PRECIS

/// A user's name for signing in: spelled as it was given, unique within the tenant without regard to case
/// (RFC 7643 §4.1.1, RFC 8265 §3.3).
package struct UserName: Sendable, Hashable {
    package let spelling: String
    package var key: FoldedKey { FoldedKey(name: spelling) }

    package static let maximumBytes = 1024

    /// A name that somebody is given. Spaces around it are left away.
    ///
    /// - Throws: `invalid`, with a reason that names the character which no user name may contain.
    package init(_ text: String) throws(DomainError) {
        guard text.utf8.count <= Self.maximumBytes else {
            throw .invalid(field: Self.field, reason: "has at most \(Self.maximumBytes) bytes")
        }
        do throws(UsernameCaseMapped.Problem) { spelling = try UsernameCaseMapped.prepare(text) } catch {
            throw .invalid(field: Self.field, reason: error.reason)
        }
    }

    /// A name as it is stored. Those that were given before names were checked stay in use.
    package init(stored spelling: String) { self.spelling = spelling }

    /// The name that a document states: unchanged, or one that may be given.
    ///
    /// - Parameter before: the document before the change.
    package init(stated text: String, before: String?) throws(DomainError) {
        if text == before { self.init(stored: text) } else { try self.init(text) }
    }

    /// The code point (`U+200B`) that keeps a text from being a user name; nil if none does.
    package static func disallowedCharacter(in text: String) -> String? {
        do throws(UsernameCaseMapped.Problem) { _ = try UsernameCaseMapped.prepare(text) } catch {
            if case .disallowed(let scalar, _) = error { return scalar.codePoint }
        }
        return nil
    }

    private static let field = "userName"
}

extension GroupAttributes {
    /// The name that a group is given, without spaces around it.
    ///
    /// - Parameter before: the group's name before the change, which may stay as it is.
    package static func displayName(stated text: String, before: String?) throws(DomainError) -> String {
        if text == before { return text }
        do throws(UsernameCaseMapped.Problem) { return try FreeformText.prepare(text) } catch {
            throw .invalid(field: "displayName", reason: error.reason)
        }
    }
}

extension UsernameCaseMapped.Problem {
    /// The rest of a sentence that begins with the name of the attribute.
    fileprivate var reason: String {
        switch self {
        case .empty: "must not be empty"
        case .disallowed(let scalar, plain: nil): "contains \(scalar.codePoint), which is not allowed there; remove it"
        case .disallowed(let scalar, let plain?):
            "contains \(scalar.codePoint), which is not allowed there; write “\(plain)” instead"
        }
    }
}

extension Unicode.Scalar {
    /// `U+200B`.
    fileprivate var codePoint: String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
