import Manage
import ServiceLifecycle

/// Goes on with imports that a process has left, for as long as the server runs.
struct ImportWork: Service {
    let startUp: StartUp
    let console: ManageResponder

    /// Between two looks. An import that its process has left is free for another after thirty seconds.
    private static let pause = Duration.seconds(15)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            try? await startUp.finished()
            while !Task.isCancelled {
                await console.resumeImports()
                try? await Task.sleep(for: Self.pause)
            }
        }
    }
}

/// Sends mail for as long as the server runs.
struct MailWork: Service {
    let startUp: StartUp
    let courier: MailCourier?

    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard let courier, (try? await startUp.finished()) != nil else { return }
            await courier.run()
        }
        try? await gracefulShutdown()
    }
}
