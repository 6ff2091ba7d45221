import Domain
import StrictJSON

/// How a moment is shown: how long ago or ahead, and exactly, with its zone.
struct Moment {
    let time: Timestamp
    let now: Timestamp
    let words: Catalogue

    /// The values that the template `time` takes.
    var json: JSON { ["iso": .string(iso), "exact": .string(exact), "relative": .string(relative)] }

    private var parts: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        let seconds = Int(time.microseconds.floorDivided(by: 1_000_000))
        let (day, rest) = (seconds.floorDivided(by: 86_400), ((seconds % 86_400) + 86_400) % 86_400)
        // Days since 1970 to a date of the Gregorian calendar, counted in eras of 400 years from March.
        let shifted = day + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1,
            rest / 3600, rest / 60 % 60, rest % 60
        )
    }

    var iso: String {
        let parts = parts
        return
            "\(parts.year)-\(two(parts.month))-\(two(parts.day))T\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second))Z"
    }

    var exact: String {
        let parts = parts
        return words[
            "time.exact",
            [
                "day": "\(parts.day)", "month": words["time.month\(parts.month)"], "year": "\(parts.year)",
                "time": "\(two(parts.hour)):\(two(parts.minute))",
            ]]
    }

    var relative: String {
        let seconds = (now.microseconds - time.microseconds) / 1_000_000
        let distance = Int(seconds.magnitude)
        let key = seconds >= 0 ? "time.ago" : "time.in"
        switch distance {
        case ..<60: return words[seconds >= 0 ? "time.now" : "time.soon"]
        case ..<3570: return words.counted("\(key)Minute", (distance + 30) / 60)
        case ..<84_600: return words.counted("\(key)Hour", (distance + 1800) / 3600)
        default: return words.counted("\(key)Day", (distance + 43_200) / 86_400)
        }
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension BinaryInteger {
    fileprivate func floorDivided(by divisor: Self) -> Self {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
