import Domain
import Hummingbird
import SCIM
import StrictJSON

/// `/Bulk` (RFC 7644 §3.7). Each operation is a transaction of its own: those that succeed stay, whatever becomes of
/// the others.
struct BulkController {
    let identifiers: IdentifierSource
    /// Performs what a request by itself would.
    let perform: @Sendable (SCIMRoute, SCIMRequest) async throws -> Response

    func run(_ request: SCIMRequest) async throws -> Response {
        let limits = BulkLimits(maxOperations: request.limits.bulkOperations)
        let bulk = try BulkRequest(parsing: try request.json(), limits: limits)
        var run = BulkRun(bulk, request, identifiers, perform)
        let results = await run.results()
        return SCIMResponse.json(BulkResponse(operations: results).json.utf8)
    }
}

/// One bulk request being worked off, in its order, but what an operation refers to before the operation itself.
private struct BulkRun {
    private let bulk: BulkRequest
    private let request: SCIMRequest
    private let perform: @Sendable (SCIMRoute, SCIMRequest) async throws -> Response
    /// The identifiers that new resources will have, made beforehand so that they can refer to each other in a circle.
    private let ids: [String: String]
    /// The position of the operation that creates the resource of each `bulkId`.
    private var makers: [String: Int] = [:]
    /// The references of each operation, and the positions of the referenced operations that have not been visited yet.
    private let references: [Set<String>]
    private var needs: [[Int]] = []
    private var outcomes: [Int: BulkResult] = [:]
    private var failures = 0

    init(
        _ bulk: BulkRequest, _ request: SCIMRequest, _ identifiers: IdentifierSource,
        _ perform: @escaping @Sendable (SCIMRoute, SCIMRequest) async throws -> Response
    ) {
        self.bulk = bulk
        self.request = request
        self.perform = perform
        var ids: [String: String] = [:]
        for (index, operation) in bulk.operations.enumerated() {
            guard operation.method == .post, operation.fault == nil, let name = operation.bulkId else { continue }
            ids[name] = UserID(rawValue: identifiers.next()).description
            makers[name] = index
        }
        self.ids = ids
        references = bulk.operations.map(\.references)
        needs = references.map { names in names.compactMap { makers[$0] } }
    }

    mutating func results() async -> [BulkResult] {
        for index in bulk.operations.indices {
            if hasEnough { break }
            // A list of what is to be done, deepest last: each has what it refers to above it.
            var (path, isOnPath): ([Int], Set<Int>) = ([index], [index])
            while let current = path.last {
                if let next = needs[current].popLast() {
                    if outcomes[next] == nil, isOnPath.insert(next).inserted { path.append(next) }
                    continue
                }
                path.removeLast()
                isOnPath.remove(current)
                if outcomes[current] == nil, !hasEnough { await settle(current) }
            }
        }
        return bulk.operations.indices.compactMap { outcomes[$0] }
    }

    private var hasEnough: Bool { bulk.failOnErrors.map { failures >= $0 } ?? false }

    private mutating func settle(_ index: Int) async {
        let result = await outcome(of: bulk.operations[index], references[index])
        if result.status >= 400 { failures += 1 }
        outcomes[index] = result
    }

    private func outcome(of operation: BulkOperation, _ references: Set<String>) async -> BulkResult {
        let resolved = operation.resolvingReferences { ids[$0] }
        let location = resolved.target.map { target in
            request.baseURL + target.endpoint + (target.id.map { "/\($0)" } ?? "")
        }
        do {
            if let fault = operation.fault { throw fault }
            try check(references)
            if containsItself(operation, references) {
                throw SCIMError.conflict("Groups cannot contain each other in a circle.")
            }
            guard let method = resolved.method, let target = resolved.target else { throw SCIMError.invalidPath("") }
            let response = try await perform(
                SCIMRoute(
                    HTTPRequest.Method(method.rawValue) ?? .get,
                    [String(target.endpoint.dropFirst())] + [target.id].compactMap(\.self)),
                request.operation(resolved, makes: operation.bulkId.flatMap { ids[$0] }))
            if response.status.code >= 400 {
                throw SCIMError(status: response.status.code, detail: response.status.reasonPhrase)
            }
            return BulkResult(
                method: operation.methodText, bulkId: operation.bulkId, version: response.headers[.eTag],
                location: response.headers[.location] ?? location, status: response.status.code)
        } catch {
            return BulkResult(operation, failed: scimError(error), location: location)
        }
    }

    /// Checks that every referenced resource is created by another operation, and that none of these has failed.
    private func check(_ references: Set<String>) throws(SCIMError) {
        for name in references {
            guard let maker = makers[name] else {
                throw .invalidValue("No operation makes the resource that bulkId:\(name) refers to.")
            }
            if let outcome = outcomes[maker], outcome.status >= 400 {
                throw .conflict("The resource that bulkId:\(name) refers to could not be made.")
            }
        }
    }

    /// Is the operation part of a circle of groups? People may manage each other in a circle.
    private func containsItself(_ operation: BulkOperation, _ references: Set<String>) -> Bool {
        guard operation.makesGroup, let name = operation.bulkId else { return false }
        var (seen, open): (Set<String>, [String]) = ([], Array(references))
        while let next = open.popLast() {
            if next == name { return true }
            guard seen.insert(next).inserted, let maker = makers[next], bulk.operations[maker].makesGroup else {
                continue
            }
            open += self.references[maker]
        }
        return false
    }

    private func scimError(_ error: any Error) -> SCIMError {
        if let error = error as? SCIMError { return error }
        let error = error as? DomainError ?? .unexpected("\(type(of: error))")
        return error.scimError(requestID: request.requestID)
    }
}

extension SCIMRequest {
    /// The request that an operation stands for.
    fileprivate func operation(_ operation: BulkOperation, makes id: String?) -> SCIMRequest {
        var headers = HTTPFields()
        headers[.ifMatch] = operation.version
        return SCIMRequest(
            client: client, credentials: credentials, baseURL: baseURL,
            method: HTTPRequest.Method(operation.methodText) ?? method, headers: headers, query: [],
            body: .json(operation.data ?? .null),
            requestID: requestID, limits: limits, cursors: cursors, assignedID: id)
    }
}

extension BulkOperation {
    fileprivate var makesGroup: Bool { method == .post && target?.endpoint == ResourceSchema.group.endpoint }
}
