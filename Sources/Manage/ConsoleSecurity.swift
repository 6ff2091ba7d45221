package import Domain
package import Edge

/// The services that protect sign-in to the console and record it.
package struct ConsoleSecurity: Sendable {
    let attempts: AttemptGuard
    let steps: any SignInStepRepository
    let log: any SecurityEventRecorder
    let events: any SecurityEventRepository
    let names: KeyedHash

    /// - Parameter names: of names in the log that belong to nobody.
    package init(
        attempts: any AttemptRepository, steps: any SignInStepRepository, log: any SecurityEventRecorder,
        events: any SecurityEventRepository, names: KeyedHash
    ) {
        self.attempts = AttemptGuard(attempts: attempts, hash: names)
        self.steps = steps
        self.log = log
        self.events = events
        self.names = names
    }

    func record(
        _ kind: SecurityEvent.Kind, _ subject: SecurityEvent.Subject, _ request: ConsoleRequest, _ reason: String = ""
    ) {
        log.record(
            SecurityEvent(
                kind, subject, from: request.address, reason: reason, requestID: request.requestID, at: request.now),
            of: request.tenant.id)
    }

    /// A name that was typed and belongs to nobody, as it is kept.
    func claimed(_ name: String, _ request: ConsoleRequest) -> SecurityEvent.Subject {
        .claimed(names.digest(ofName: name, in: request.tenant.id))
    }
}

extension ConsoleParts {
    /// The subject of an event about a typed name: the user with this name, or the name's hash if no user has it.
    func subject(named name: String, _ request: ConsoleRequest) async throws(DomainError) -> SecurityEvent.Subject {
        let user = try await signIn.user(named: name, in: request.tenant.id)
        return user.map { .user($0) } ?? security.claimed(name, request)
    }
}
