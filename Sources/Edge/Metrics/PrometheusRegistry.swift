package import CoreMetrics
import Synchronization

/// A metrics backend that keeps what it is told and prints it in Prometheus' text format (version 0.0.4).
package final class PrometheusRegistry: MetricsFactory {
    private struct Key: Hashable {
        let name: String
        let labels: String
    }

    private let series = Mutex<[Key: any PrometheusSeries]>([:])

    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        find(label, dimensions, PrometheusCounter.init)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        find(label, dimensions, PrometheusGauge.init)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        find(label, dimensions, PrometheusHistogram.init)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// The whole exposition, sorted, each metric's type before its series.
    package func text() -> String {
        let all = series.withLock { Array($0) }.sorted { ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels) }
        var text = ""
        var last = ""
        for (key, series) in all {
            if key.name != last { text += "# TYPE \(key.name) \(series.type)\n" }
            last = key.name
            series.write(name: key.name, labels: key.labels, to: &text)
        }
        return text
    }

    private func find<Series: PrometheusSeries>(
        _ label: String, _ dimensions: [(String, String)], _ make: () -> Series
    ) -> Series {
        let labels = dimensions.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
        let key = Key(name: label, labels: labels)
        return series.withLock { series in
            if let known = series[key] as? Series { return known }
            let new = make()
            series[key] = new
            return new
        }
    }
}

private protocol PrometheusSeries: AnyObject, Sendable {
    var type: String { get }
    func write(name: String, labels: String, to text: inout String)
}

private func braces(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

private final class PrometheusCounter: PrometheusSeries, CounterHandler {
    private let value = Atomic<Int64>(0)
    let type = "counter"

    func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { value.store(0, ordering: .relaxed) }

    func write(name: String, labels: String, to text: inout String) {
        text += "\(name)\(braces(labels)) \(value.load(ordering: .relaxed))\n"
    }
}

private final class PrometheusGauge: PrometheusSeries, RecorderHandler {
    private let bits = Atomic<UInt64>(0)
    let type = "gauge"

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    func write(name: String, labels: String, to text: inout String) {
        text += "\(name)\(braces(labels)) \(Double(bitPattern: bits.load(ordering: .relaxed)))\n"
    }
}

/// Durations in fixed buckets from half a millisecond to ten seconds.
private final class PrometheusHistogram: PrometheusSeries, TimerHandler {
    private static let bounds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    private struct State {
        var counts = [Int64](repeating: 0, count: bounds.count + 1)
        var nanoseconds: Int64 = 0
    }

    private let state = Mutex(State())
    let type = "histogram"

    func recordNanoseconds(_ duration: Int64) {
        let seconds = Double(duration) / 1e9
        let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        state.withLock {
            $0.counts[bucket] += 1
            $0.nanoseconds &+= duration
        }
    }

    func write(name: String, labels: String, to text: inout String) {
        let state = state.withLock { $0 }
        let prefix = labels.isEmpty ? "" : labels + ","
        var sum: Int64 = 0
        for (bound, count) in zip(Self.bounds, state.counts) {
            sum += count
            text += "\(name)_bucket{\(prefix)le=\"\(bound)\"} \(sum)\n"
        }
        sum += state.counts[Self.bounds.count]
        text += "\(name)_bucket{\(prefix)le=\"+Inf\"} \(sum)\n"
        text += "\(name)_sum\(braces(labels)) \(Double(state.nanoseconds) / 1e9)\n"
        text += "\(name)_count\(braces(labels)) \(sum)\n"
    }
}
