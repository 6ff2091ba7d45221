/// The rule for passwords (NIST SP 800-63B §5.1.1.2): a password must be long enough and hard to guess.
package enum PasswordRule {
    package enum Problem: String, Error, Sendable, Hashable {
        case tooShort, tooLong, holdsName, common
    }

    package static let minimumLength = 12
    /// In bytes: more than anybody types, little enough to hash.
    package static let maximumBytes = 512
    /// The power of two of the guesses that a password has to withstand. Well-known passwords of twelve characters and
    /// more take up to 39; three words that have nothing to do with each other take 44.
    package static let minimumStrength = 40.0

    /// The power of two that is the number of guesses for a password, given words that a guesser would try first.
    package typealias Strength = (_ password: String, _ words: [String]) -> Double

    /// Nil when the password is good.
    ///
    /// - Parameter names: of the user and the tenant, which are guessed first.
    package static func problem(with password: String, names: [String], strength: Strength) -> Problem? {
        if password.utf8.count > maximumBytes { return .tooLong }
        if password.unicodeScalars.count < minimumLength { return .tooShort }
        let key = FoldedKey(password).description
        let parts = names.flatMap(parts)
        for name in parts where key.contains(name) && key.count < name.count + minimumLength { return .holdsName }
        return strength(password, parts + known) < minimumStrength ? .common : nil
    }

    private static func parts(_ name: String) -> [String] {
        FoldedKey(name).description.split { !$0.isLetter && !$0.isNumber }.map(String.init).filter { $0.count > 3 }
    }

    /// Words of this product and of its other language that passwords are made of here.
    private static let known = [
        "lectern", "passwort", "willkommen", "geheim", "hallo", "sommer", "winter", "herbst", "liebe", "ichliebedich",
        "qwertz", "qwertzuiop", "yxcvbnm", "1qay", "2wsx", "bayern", "muenchen", "deutschland",
    ]
}
