package import Domain
import Foundation

/// The world outside the program's rules: the time, and randomness. The only place where they come from.
package struct Environment: Sendable {
    package var now: @Sendable () -> Timestamp
    package var random: @Sendable () -> UInt128

    package init(now: @escaping @Sendable () -> Timestamp, random: @escaping @Sendable () -> UInt128) {
        self.now = now
        self.random = random
    }

    package static let system = Environment(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
        },
        random: {
            var generator = SystemRandomNumberGenerator()
            return UInt128(generator.next()) << 64 | UInt128(generator.next())
        })

    /// Identifiers in the order of time.
    package var identifiers: IdentifierSource {
        IdentifierSource { [self] in UUIDv7.make(milliseconds: now().microseconds / 1000, random: random()) }
    }

    /// 32 random bytes.
    package func secretBytes() -> [UInt8] {
        (0..<2).flatMap { _ in withUnsafeBytes(of: random().bigEndian) { Array($0) } }
    }

    /// A secret of 256 random bits, in the form that is shown once.
    package func secret(for use: PlainToken.Use) -> PlainToken { PlainToken(secret: secretBytes(), for: use) }
}
