import Glibc
import Synchronization

/// A program run beside the tests: `posix_spawn` and `waitpid`, nothing that needs a run loop.
package final class ChildProcess: Sendable {
    package struct Outcome: Sendable {
        /// The exit status, or the number of the signal that ended it plus 128.
        package let status: Int32
        package let output: String
        package let errors: String
    }

    private let pid: pid_t
    private let exit = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - output, errors: descriptors that become its standard output and error; both stay ours to close.
    package init(
        _ path: String, _ arguments: [String], environment: [String: String], output: Int32, errors: Int32
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        let argv = ([path] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid = pid_t()
        let status = OutputPipe.unmarked.withLock { _ in posix_spawnp(&pid, path, &actions, nil, argv, envp) }
        if status != 0 { throw NotFound(path: path) }
        self.pid = pid
    }

    package struct NotFound: Error { package let path: String }

    /// Runs it to its end, sixty seconds at most.
    package static func run(
        _ path: String, _ arguments: [String], environment: [String: String]
    ) throws -> Outcome {
        let (output, errors) = (OutputPipe(), OutputPipe())
        let child = try ChildProcess(
            path, arguments, environment: environment, output: output.writing, errors: errors.writing)
        output.closeWriting()
        errors.closeWriting()
        let (text, failures) = OutputPipe.drain(output, errors, until: time(nil) + 60)
        if text == nil { child.kill(SIGKILL) }
        return Outcome(status: child.wait(), output: text ?? "", errors: failures ?? "took too long")
    }

    package var isRunning: Bool { look(WNOHANG) == nil }

    package func kill(_ signal: Int32) { if isRunning { Glibc.kill(pid, signal) } }

    /// Waits for its end and gives its status.
    @discardableResult package func wait() -> Int32 { look(0) ?? -1 }

    private func look(_ options: Int32) -> Int32? {
        exit.withLock { known in
            if known != nil { return known }
            var status: Int32 = 0
            while true {
                let ended = waitpid(pid, &status, options)
                if ended == pid { break }
                if ended == -1, errno == EINTR { continue }
                return nil
            }
            let signal = status & 0x7F
            known = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
            return known
        }
    }
}

/// A pipe for what a child prints.
private final class OutputPipe {
    private let reading: Int32
    private(set) var writing: Int32

    /// Held while a pipe exists that a child would inherit: another's pipe that it kept open would never end.
    static let unmarked = Mutex(())

    init() {
        var ends: [Int32] = [0, 0]
        Self.unmarked.withLock { _ in
            precondition(pipe(&ends) == 0)
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        close(reading)
        if writing >= 0 { close(writing) }
    }

    func closeWriting() {
        close(writing)
        writing = -1
    }

    /// The output of both until both have ended; nothing if that takes too long.
    static func drain(_ first: OutputPipe, _ second: OutputPipe, until end: Int) -> (String?, String?) {
        var collected: [[UInt8]] = [[], []]
        var open = [first.reading, second.reading]
        var buffer = [UInt8](repeating: 0, count: 65536)
        while open.contains(where: { $0 >= 0 }) {
            if time(nil) > end { return (nil, nil) }
            var polled = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&polled, 2, 1000)
            for index in 0..<2 where polled[index].revents != 0 {
                let count = read(open[index], &buffer, buffer.count)
                if count > 0 {
                    collected[index] += buffer[..<count]
                } else if count == 0 || errno != EINTR {
                    open[index] = -1
                }
            }
        }
        return (String(decoding: collected[0], as: UTF8.self), String(decoding: collected[1], as: UTF8.self))
    }
}
