import Domain
import SCIM

/// The order in which a patch is judged: one that is wrong for every resource is 400 also where there is no such
/// resource, so that a client's mistake does not look like a missing user.
enum PatchOrder {
    static func checking<Result>(
        _ patch: PatchRequest, _ schema: ResourceSchema, _ options: PatchOptions,
        _ perform: () async throws -> Result
    ) async throws -> Result {
        do { return try await perform() } catch DomainError.notFound {
            try patch.check(schema: schema, options: options)
            throw DomainError.notFound
        }
    }
}
