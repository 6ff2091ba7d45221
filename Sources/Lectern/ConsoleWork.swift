import Edge
import Manage
import ServiceLifecycle

/// Goes on with imports that a process has left, for as long as the server runs.
struct ImportWork: Service {
    let startUp: StartUp
    let hold: ActionHold
    let console: ManageResponder

    /// Between two looks. An import that its process has left is free for another after thirty seconds.
    private static let pause = Duration.seconds(15)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            try? await startUp.finished()
            try? await hold.released()
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
    let hold: ActionHold
    let courier: MailCourier?

    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard let courier, (try? await startUp.finished()) != nil, (try? await hold.released()) != nil else {
                return
            }
            await courier.run()
        }
        try? await gracefulShutdown()
    }
}
