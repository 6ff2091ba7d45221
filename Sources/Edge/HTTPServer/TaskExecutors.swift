import Synchronization

/// The threads that run requests; connections take turns over them.
package final class TaskExecutors: Sendable {
    private let executors: [any TaskExecutor]
    private let turn = Atomic<Int>(0)

    package init(_ executors: [any TaskExecutor]) {
        precondition(!executors.isEmpty)
        self.executors = executors
    }

    func next() -> any TaskExecutor {
        executors[turn.wrappingAdd(1, ordering: .relaxed).newValue % executors.count]
    }
}
