import Domain
import Foundation

/// A day in UTC, as a field for dates gives it: `2026-02-28`.
struct Day {
    let start: Timestamp

    /// Nil unless it is a day of the calendar, written so.
    init?(_ text: String) {
        guard let date = try? Date(text + "T00:00:00Z", strategy: .iso8601),
            date.formatted(.iso8601.year().month().day()) == text
        else { return nil }
        start = Timestamp(microseconds: Int64(date.timeIntervalSince1970) * 1_000_000)
    }

    /// When the next one begins.
    var end: Timestamp { start.adding(seconds: 86_400) }
}
