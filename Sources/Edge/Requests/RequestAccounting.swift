import Domain
package import HTTPTypes
package import Hummingbird
package import Logging
import Synchronization

/// Gives each request its identifier, counts and times it, logs what failed, and adds the headers that every answer
/// has.
package struct RequestAccounting: Sendable {
    private let environment: Environment
    private let metrics: RequestMetrics
    private let logger: Logger
    private let identifiers: RequestIdentifiers
    private let proxies: TrustedProxies

    package init(environment: Environment, metrics: RequestMetrics, proxies: TrustedProxies, logger: Logger) {
        self.environment = environment
        self.proxies = proxies
        self.metrics = metrics
        self.logger = logger
        identifiers = RequestIdentifiers(environment)
    }

    /// Whatever happens inside, there is an answer.
    package func answer(
        _ request: Request, context: EdgeContext, next: (Request, EdgeContext) async throws -> Response
    ) async -> Response {
        let start = environment.now()
        var context = context
        context.requestID = RequestIdentifiers.accept(request.headers[.requestID]) ?? identifiers.next()
        context.clientAddress = proxies.client(remote: context.remoteAddress, request.headers)
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPError {
            response = Response(status: error.status)
        } catch {
            logger.error(
                "request failed",
                metadata: ["request_id": "\(context.requestID)", "error": "\(String(reflecting: type(of: error)))"])
            response = Response(status: .internalServerError)
        }
        response.headers[.requestID] = context.requestID
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        let duration = environment.now().microseconds - start.microseconds
        metrics.record(method: request.method, status: response.status.code, microseconds: duration)
        if response.status.code >= 500 || logger.logLevel <= .debug {
            logger.log(
                level: response.status.code >= 500 ? .warning : .debug, "request answered",
                metadata: [
                    "request_id": "\(context.requestID)", "method": "\(request.method.rawValue)",
                    "status": "\(response.status.code)", "microseconds": "\(duration)",
                ])
        }
        return response
    }
}

/// `X-Request-Id`: ours, or a client's that is short and plain. Ours are unique, not secret.
private final class RequestIdentifiers: Sendable {
    private let process: String
    private let count = Atomic<Int>(0)

    init(_ environment: Environment) {
        process = "r" + String(UInt32(truncatingIfNeeded: environment.random()), radix: 36) + "-"
    }

    func next() -> String {
        process + String(count.wrappingAdd(1, ordering: .relaxed).newValue, radix: 36)
    }

    static func accept(_ text: String?) -> String? {
        guard let text, (1...64).contains(text.utf8.count) else { return nil }
        return text.utf8.allSatisfy(isPlain) ? text : nil
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

extension HTTPField.Name {
    package static let requestID = Self("X-Request-Id")!
    static let xContentTypeOptions = Self("X-Content-Type-Options")!
}
