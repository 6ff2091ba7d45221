import CEpoll
import Glibc
import Synchronization

/// One thread that runs the tasks of requests and watches the sockets of their database connections.
///
/// A task that waits for PostgreSQL is resumed on the very thread that read the answer: no lock, no wake-up, no hop
/// between the two. Everything a reactor owns is touched on its thread only. A reactor lives as long as the process.
package final class Reactor: TaskExecutor, @unchecked Sendable {
    /// Something that the reactor's thread looks after.
    protocol Watcher: AnyObject {
        func ready(_ descriptor: Int32)
        /// Does what is due and says when it wants to be called again at the latest.
        func tick(now: MonotonicTime) -> MonotonicTime?
    }

    private let epoll: Int32
    private let wakeUp: Int32
    /// What other threads want run here.
    private enum Work {
        case job(UnownedJob)
        case call(@Sendable () -> Void)
    }

    private let inbox = Mutex<[Work]>([])
    private let asleep = Atomic<Bool>(false)
    private let threadID = Atomic<UInt>(0)

    // Confined to the thread.
    private var work: [Work] = []
    private var watchers: [any Watcher] = []
    private var watched: [Int32: any Watcher] = [:]

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
        pthread_detach(thread)
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
        let known = watched.updateValue(watcher, forKey: descriptor) != nil
        control(known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, events)
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
        while true {
            runWork()
            let now = Self.now()
            deadline = watchers.lazy.compactMap { $0.tick(now: now) }.min()
            // What the ticks made ready runs before any sleep, and is followed by ticks of its own.
            if !work.isEmpty { deadline = now }
            let count = sleep(until: deadline, into: &events)
            for index in 0..<max(count, 0) {
                let descriptor = events[index].data.fd
                if descriptor == wakeUp {
                    var value: UInt64 = 0
                    _ = read(wakeUp, &value, 8)
                } else {
                    watched[descriptor]?.ready(descriptor)
                }
            }
        }
    }

    private func runWork() {
        repeat {
            inbox.withLock { inbox in
                if !inbox.isEmpty {
                    work.append(contentsOf: inbox)
                    inbox.removeAll(keepingCapacity: true)
                }
            }
            // What runs may add more at the end.
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

    private func control(_ operation: Int32, _ descriptor: Int32, _ events: UInt32) {
        var event = epoll_event()
        event.events = events
        event.data.fd = descriptor
        // A socket that libpq closed and opened again under the same number is unknown to epoll by now.
        if epoll_ctl(epoll, operation, descriptor, &event) != 0, errno == ENOENT, operation == EPOLL_CTL_MOD {
            _ = epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
        }
    }
}
