package import CoreMetrics
import HTTPTypes

/// How many requests were answered how, and how long it took. Made once, so that a request finds its counter by
/// index.
package struct RequestMetrics: Sendable {
    private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OTHER"]
    /// Classes of answers. A 503 is an outage or an overload and counts apart from the 5xx that are mistakes.
    private static let statuses = ["1xx", "2xx", "3xx", "4xx", "5xx", "503"]

    private let counters: [[Counter]]
    private let timers: [Timer]

    package init(factory: any MetricsFactory) {
        counters = Self.methods.map { method in
            Self.statuses.map { status in
                Counter(
                    label: "lectern_http_requests_total", dimensions: [("method", method), ("status", status)],
                    factory: factory)
            }
        }
        timers = Self.methods.map { method in
            Timer(label: "lectern_http_request_duration_seconds", dimensions: [("method", method)], factory: factory)
        }
    }

    func record(method: HTTPRequest.Method, status: Int, microseconds: Int64) {
        let index = Self.methods.firstIndex(of: method.rawValue) ?? Self.methods.count - 1
        counters[index][status == 503 ? 5 : min(max(status / 100, 1), 5) - 1].increment()
        timers[index].recordNanoseconds(microseconds * 1000)
    }
}
