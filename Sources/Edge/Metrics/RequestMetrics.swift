package import CoreMetrics
import HTTPTypes

/// How many requests were answered how, and how long it took. Made once, so that a request finds its counter by
/// index.
package struct RequestMetrics: Sendable {
    private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OTHER"]

    private let counters: [[Counter]]
    private let timers: [Timer]

    package init(factory: any MetricsFactory) {
        counters = Self.methods.map { method in
            (1...5).map { digit in
                Counter(
                    label: "lectern_http_requests_total", dimensions: [("method", method), ("status", "\(digit)xx")],
                    factory: factory)
            }
        }
        timers = Self.methods.map { method in
            Timer(label: "lectern_http_request_duration_seconds", dimensions: [("method", method)], factory: factory)
        }
    }

    func record(method: HTTPRequest.Method, status: Int, microseconds: Int64) {
        let index = Self.methods.firstIndex(of: method.rawValue) ?? Self.methods.count - 1
        counters[index][min(max(status / 100, 1), 5) - 1].increment()
        timers[index].recordNanoseconds(microseconds * 1000)
    }
}
