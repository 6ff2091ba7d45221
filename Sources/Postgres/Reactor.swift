import CEpoll
import Glibc
import Synchronization

/// One thread that runs the tasks of requests and watches the sockets of their database connections.
///
/// A task that waits for PostgreSQL is resumed on the very thread that read the answer: no lock, no wake-up, no hop
/// between the two. Everything a reactor owns is touched on its thread only. A reactor lives until `endAll`, which the
/// program calls before it exits.
package final class Reactor: TaskExecutor, @unchecked Sendable {
    /// Something that the reactor's thread looks after.
    protocol Watcher: AnyObject {
        func ready(_ descriptor: Int32)
        /// Does what is due and says when it wants to be called again at the latest.
        func tick(now: MonotonicTime) -> MonotonicTime?
        /// Gives up everything at once: the thread ends.
        func end()
    }

    private let epoll: Int32
    private let wakeUp: Int32
    /// The work that other threads submit.
    private enum Work {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    private let inbox = Mutex<[Work]>([])
    private let asleep = Atomic<Bool>(false)
    private let threadID = Atomic<UInt>(0)
    private let ending = Atomic<Bool>(false)
    private let ended = Atomic<Bool>(false)
    private var hasEnded: Bool { ended.load(ordering: .sequentiallyConsistent) }

    // Confined to the thread.
    private var work: [Work] = []
    private var watchers: [any Watcher] = []
    private var watched: [Int32: Watched] = [:]
    private var registrations: UInt32 = 0

    private struct Watched {
        let watcher: any Watcher
        /// Tells a socket from an earlier one with the same number, whose events may still be on their way.
        let registration: UInt32
    }

    /// The reactors whose threads run, with their threads.
    private static let running = Mutex<[(reactor: Reactor, thread: pthread_t)]>([])

    package init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        precondition(epoll >= 0 && wakeUp >= 0, "no file descriptor left for an event loop")
        control(EPOLL_CTL_ADD, wakeUp, EPOLLIN.rawValue)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let status = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Reactor>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context)
        precondition(status == 0, "no thread for an event loop: \(status)")
        Self.running.withLock { $0.append((self, thread)) }
    }

    /// Ends the threads of all reactors, with the connections that they look after.
    ///
    /// A process that exits tears down OpenSSL, and a thread that uses a TLS connection at that moment crashes.
    ///
    /// - Returns: whether all of them have ended; one that looks up a name may not do so in time.
    package static func endAll(within patience: Duration) -> Bool {
        let reactors = running.withLock { running in
            defer { running = [] }
            return running
        }
        for (reactor, _) in reactors {
            reactor.ending.store(true, ordering: .sequentiallyConsistent)
            reactor.submit {}
        }
        let end = now() + patience
        while now() < end, !reactors.allSatisfy(\.reactor.hasEnded) { usleep(500) }
        let ended = reactors.filter(\.reactor.hasEnded)
        // These threads only have to return and to run the exit handlers of libraries.
        for (_, thread) in ended { pthread_join(thread, nil) }
        return ended.count == reactors.count
    }

    package var isCurrent: Bool { threadID.load(ordering: .relaxed) == UInt(pthread_self()) }

    package static func now() -> MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent { work.append(.job(job)) } else { post(.job(job)) }
    }

    /// Runs something on the thread: now when called there, else soon.
    func submit(_ call: @escaping @Sendable () -> Void) {
        if isCurrent { call() } else { post(.call(call)) }
    }

    private func post(_ work: Work) {
        inbox.withLock { $0.append(work) }
        wake()
    }

    // MARK: For watchers, on the thread

    func add(_ watcher: any Watcher) { watchers.append(watcher) }

    func watch(_ descriptor: Int32, writing: Bool, by watcher: any Watcher) {
        let events = writing ? EPOLLIN.rawValue | EPOLLOUT.rawValue : EPOLLIN.rawValue
        let known = watched[descriptor]
        if known == nil { registrations &+= 1 }
        let registration = known?.registration ?? registrations
        watched[descriptor] = Watched(watcher: watcher, registration: registration)
        control(known != nil ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, events, registration: registration)
    }

    func unwatch(_ descriptor: Int32) {
        watched[descriptor] = nil
        control(EPOLL_CTL_DEL, descriptor, 0)
    }

    // MARK: The thread

    private func run() {
        threadID.store(UInt(pthread_self()), ordering: .sequentiallyConsistent)
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        var deadline: MonotonicTime?
        while !ending.load(ordering: .sequentiallyConsistent) {
            runWork()
            let now = Self.now()
            deadline = watchers.lazy.compactMap { $0.tick(now: now) }.min()
            // Work that the ticks added runs before the reactor sleeps, and is followed by ticks of its own.
            if !work.isEmpty { deadline = now }
            let count = sleep(until: deadline, into: &events)
            for index in 0..<max(count, 0) {
                let data = events[index].data.u64
                let descriptor = Int32(truncatingIfNeeded: data)
                if descriptor == wakeUp {
                    var value: UInt64 = 0
                    _ = read(wakeUp, &value, 8)
                } else if let found = watched[descriptor], found.registration == UInt32(data >> 32) {
                    found.watcher.ready(descriptor)
                }
            }
        }
        watchers.forEach { $0.end() }
        watchers = []
        watched = [:]
        ended.store(true, ordering: .sequentiallyConsistent)
    }

    private func runWork() {
        repeat {
            inbox.withLock { inbox in
                if !inbox.isEmpty {
                    work.append(contentsOf: inbox)
                    inbox.removeAll(keepingCapacity: true)
                }
            }
            // Work that runs may add more at the end.
            var index = 0
            while index < work.count {
                switch work[index] {
                case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
                case .call(let call): call()
                }
                index += 1
            }
            work.removeAll(keepingCapacity: true)
        } while !inbox.withLock(\.isEmpty)
    }

    private func sleep(until deadline: MonotonicTime?, into events: inout [epoll_event]) -> Int {
        asleep.store(true, ordering: .sequentiallyConsistent)
        defer { asleep.store(false, ordering: .sequentiallyConsistent) }
        // A job that came between the last look and the line above would otherwise wait for the next event.
        let timeout: Int32
        if !inbox.withLock(\.isEmpty) {
            timeout = 0
        } else if let deadline {
            let left = (deadline.nanoseconds - Self.now().nanoseconds + 999_999) / 1_000_000
            timeout = Int32(clamping: max(left, 0))
        } else {
            timeout = -1
        }
        return Int(epoll_wait(epoll, &events, Int32(events.count), timeout))
    }

    private func wake() {
        if asleep.exchange(false, ordering: .sequentiallyConsistent) {
            var one: UInt64 = 1
            _ = write(wakeUp, &one, 8)
        }
    }

    private func control(
        _ operation: Int32, _ descriptor: Int32, _ events: UInt32, registration: UInt32 = 0
    ) {
        var event = epoll_event()
        event.events = events
        event.data.u64 = UInt64(registration) << 32 | UInt64(UInt32(bitPattern: descriptor))
        // A socket that libpq closed and opened again under the same number is unknown to epoll by now.
        if epoll_ctl(epoll, operation, descriptor, &event) != 0, errno == ENOENT, operation == EPOLL_CTL_MOD {
            _ = epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
        }
    }
}
