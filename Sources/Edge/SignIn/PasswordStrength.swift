import CZxcvbn
package import Domain
import Foundation

/// How hard passwords are to guess, by zxcvbn: it knows common passwords, names, words, patterns of the keyboard, dates
/// and the usual replacements of letters, and the text that a guesser would try first.
package enum PasswordStrength {
    /// The power of two that is the number of guesses.
    ///
    /// - Parameter words: more of those that a guesser would try first.
    package static func bits(of password: String, knowing words: [String]) -> Double {
        let copies = words.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        var list = copies.map { UnsafePointer($0) } + [nil]
        return ZxcvbnMatch(password, &list, nil)
    }
}

extension PasswordRule {
    /// Nil when the password is good.
    ///
    /// - Parameter names: of the user and the tenant, which are guessed first.
    package static func problem(with password: String, names: [String]) -> Problem? {
        problem(with: password, names: names, strength: PasswordStrength.bits)
    }
}
