/// A moment, read from an `xsd:dateTime` (RFC 7643 §2.3.5) and kept to the microsecond, as PostgreSQL does.
public struct SCIMDateTime: Sendable, Hashable, Comparable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public let microseconds: Int64

    /// A moment by its microseconds since the epoch.
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// Reads `YYYY-MM-DDThh:mm:ss[.f…][zone]` with a four-digit year; nil when the text is anything else.
    ///
    /// Decimals beyond the sixth are cut. Without a zone the time is taken as UTC. `24:00:00` is the next midnight.
    public init?(parsing text: String) {
        let parsed = text.utf8.withContiguousStorageIfAvailable { Self.parse($0) }
        guard let microseconds = parsed ?? Array(text.utf8).withUnsafeBufferPointer({ Self.parse($0) }) else {
            return nil
        }
        self.microseconds = microseconds
    }

    /// Earlier is less.
    public static func < (lhs: SCIMDateTime, rhs: SCIMDateTime) -> Bool { lhs.microseconds < rhs.microseconds }

    private static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard text.count >= 19, text.count <= 48 else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for place in range {
                guard text[place] &- 0x30 < 10 else { return nil }
                value = value * 10 + Int64(text[place] - 0x30)
            }
            return value
        }
        guard text[4] == 0x2D, text[7] == 0x2D, text[10] | 0x20 == 0x74, text[13] == 0x3A, text[16] == 0x3A,
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            year >= 1, (1...12).contains(month), day >= 1, day <= length(ofMonth: month, year: year),
            minute < 60, second < 60, hour < 24 || (hour == 24 && minute == 0 && second == 0)
        else { return nil }
        var at = 19
        var fraction: Int64 = 0
        if at < text.count, text[at] == 0x2E {
            at += 1
            let start = at
            var scale: Int64 = 100_000
            while at < text.count, text[at] &- 0x30 < 10 {
                fraction += Int64(text[at] - 0x30) * scale
                scale /= 10
                at += 1
            }
            guard at > start, hour < 24 || fraction == 0 else { return nil }
        }
        var offset: Int64 = 0
        if at < text.count {
            let sign = text[at]
            if sign | 0x20 == 0x7A {
                guard at + 1 == text.count else { return nil }
            } else {
                guard sign == 0x2B || sign == 0x2D, at + 6 == text.count, text[at + 3] == 0x3A,
                    let hours = number(at + 1..<at + 3), let minutes = number(at + 4..<at + 6),
                    hours <= 14, minutes < 60, hours < 14 || minutes == 0
                else { return nil }
                offset = (hours * 60 + minutes) * (sign == 0x2D ? -1 : 1)
            }
        }
        let minutes = (days(year: year, month: month, day: day) * 24 + hour) * 60 + minute - offset
        return (minutes * 60 + second) * 1_000_000 + fraction
    }

    private static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since the epoch in the Gregorian calendar, counting years from March so that leap days come last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension SCIMDateTime: CustomStringConvertible {
    /// The moment in UTC with milliseconds: `2026-01-31T12:34:56.789Z`. Years end at 0001 and 9999.
    public var description: String {
        let milliseconds = microseconds >= 0 ? microseconds / 1000 : (microseconds - 999) / 1000
        let earliest: Int64 = -62_135_596_800_000
        let latest: Int64 = 253_402_300_799_999
        let clamped = min(max(milliseconds, earliest), latest)
        let seconds = clamped >= 0 ? clamped / 1000 : (clamped - 999) / 1000
        let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let time = seconds - day * 86_400
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return String(unsafeUninitializedCapacity: 24) { text in
            func put(_ value: Int64, _ range: Range<Int>) {
                var rest = value
                for place in range.reversed() {
                    text[place] = UInt8(0x30 + rest % 10)
                    rest /= 10
                }
            }
            for (place, mark) in zip([4, 7, 10, 13, 16, 19, 23], "--T::.Z".utf8) { text[place] = mark }
            put(year, 0..<4)
            put(month, 5..<7)
            put(dayOfYear - (153 * march + 2) / 5 + 1, 8..<10)
            put(time / 3600, 11..<13)
            put(time / 60 % 60, 14..<16)
            put(time % 60, 17..<19)
            put(clamped - seconds * 1000, 20..<23)
            return 24
        }
    }
}
