import CoreMetrics
import Domain
import Edge
import HTTPTypes
import Hummingbird
import Persistence
import Postgres

/// The routes for load balancers and monitoring: `/healthz`, `/readyz`, `/metrics`.
struct OperationsRoutes {
    let services: Services
    let registry: PrometheusRegistry
    let connections: ConnectionMetrics
    let drain: Drain
    let startUp: StartUp
    let hold: ActionHold

    func add(to router: Router<EdgeContext>) {
        router.get("/") { _, _ in Self.text("Lectern is running. The console of a tenant is at /t/{tenant}/manage.\n") }
        router.get("healthz") { _, _ in Self.text("ok\n") }
        router.get("readyz") { request, context in await readiness(request, context) }
        router.get("metrics") { request, context in metrics(request, context) }
    }

    /// The process can do its work: it is not about to end, the database answers, the schema is the one it knows.
    private func readiness(_ request: Request, _ context: EdgeContext) async -> Response {
        if drain.isDraining { return Self.text("draining\n", status: .serviceUnavailable) }
        if let reason = startUp.waitsFor {
            // Names of machines are for this machine only.
            let detail = context.isLocal && !request.hasPassedProxy ? ": \(reason)" : ""
            return Self.text("starting\(detail)\n", status: .serviceUnavailable)
        }
        do throws(Migrator.Failure) {
            let pending = try await Migrator(services.database).pending()
            return pending.isEmpty
                ? Self.text("ready\n") : Self.text("migrations missing\n", status: .serviceUnavailable)
        } catch {
            return Self.text("database unavailable\n", status: .serviceUnavailable)
        }
    }

    /// For whoever has the token; without one configured, for this machine only, and not through a proxy on it.
    private func metrics(_ request: Request, _ context: EdgeContext) -> Response {
        if let token = services.configuration.metricsToken {
            guard case .bearer(let shown) = BearerToken(request.headers),
                TokenDigest(of: shown) == TokenDigest(of: token)
            else {
                var response = Self.text("unauthorized\n", status: .unauthorized)
                response.headers[.wwwAuthenticate] = "Bearer realm=\"metrics\""
                return response
            }
        } else if !context.isLocal || request.hasPassedProxy {
            return Self.text("forbidden\n", status: .forbidden)
        }
        recordPool()
        return Self.text(registry.text() + connections.text(), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    private func recordPool() {
        let pool = services.database.statistics
        let gauges = [
            ("lectern_database_connections", pool.connectionsReady), ("lectern_database_under_way", pool.underWay),
            ("lectern_database_waiting", pool.waiting), ("lectern_database_transactions", pool.transactions),
            ("lectern_database_round_trips", pool.roundTrips),
            ("lectern_database_errors", pool.errors), ("lectern_database_refusals", pool.refusals),
            ("lectern_database_connections_lost", pool.connectionsLost), ("lectern_held", hold.isHeld ? 1 : 0),
        ]
        for (label, value) in gauges {
            registry.makeRecorder(label: label, dimensions: [], aggregate: false).record(Int64(value))
        }
    }

    private static func text(
        _ text: String, status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type, .contentLength: "\(text.utf8.count)"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
