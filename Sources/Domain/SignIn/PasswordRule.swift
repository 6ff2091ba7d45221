/// What a password must be (NIST SP 800-63B §5.1.1.2): long enough, and not one that is tried first.
package enum PasswordRule {
    package enum Problem: String, Error, Sendable, Hashable {
        case tooShort, tooLong, holdsName, common
    }

    package static let minimumLength = 12
    /// In bytes: more than anybody types, little enough to hash.
    package static let maximumBytes = 512

    /// Nil when the password is good.
    ///
    /// - Parameter names: of the user and the tenant, which are guessed first.
    package static func problem(with password: String, names: [String]) -> Problem? {
        if password.utf8.count > maximumBytes { return .tooLong }
        if password.unicodeScalars.count < minimumLength { return .tooShort }
        let key = FoldedKey(password).description
        let isCommon = common.contains(where: key.hasPrefix) && key.count < 16
        if isCommon || isPattern(key) || isRepetition(key) { return .common }
        for name in names.flatMap(parts) where key.contains(name) && key.count < name.count + minimumLength {
            return .holdsName
        }
        return nil
    }

    private static func parts(_ name: String) -> [String] {
        FoldedKey(name).description.split { !$0.isLetter && !$0.isNumber }.map(String.init).filter { $0.count > 3 }
    }

    /// Few different characters, or a run along the alphabet or the keyboard.
    private static func isPattern(_ key: String) -> Bool {
        if Set(key).count < 5 { return true }
        let rows = [
            "abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm",
            "qwertzuiopasdfghjklyxcvbnm",
        ]
        return rows.contains { row in row.contains(key) || String(row.reversed()).contains(key) }
    }

    /// A short piece over and over, which takes as long to guess as the piece.
    private static func isRepetition(_ key: String) -> Bool {
        let characters = Array(key)
        return (1..<minimumLength).contains { length in
            characters.count > length && characters.count.isMultiple(of: length)
                && characters.indices.allSatisfy { characters[$0] == characters[$0 % length] }
        }
    }

    private static let common = [
        "password", "passw0rd", "p@ssword", "p@ssw0rd", "letmein", "welcome", "changeme", "iloveyou", "administrator",
        "admin123", "qwerty", "qwertz", "123456", "111111", "abc123", "dragon", "football", "baseball", "monkey",
        "sunshine", "princess", "superman", "trustno1", "master", "shadow", "lectern", "company", "training", "summer",
        "winter", "spring", "autumn", "passwort", "hallo123", "geheim", "sommer", "willkommen",
    ]
}
