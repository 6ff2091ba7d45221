import CUnbound
import Glibc

/// A resolver of libunbound for one question.
///
/// It has a memory, and so is not used again: who has set a record a moment ago is not told what was there before.
final class Resolver {
    private let context: OpaquePointer

    /// - Parameter server: nil for the servers of the system.
    init(server: NameServer?) throws(DNSFailure) {
        guard let context = ub_ctx_create() else { throw DNSFailure(reason: "libunbound cannot be used.") }
        self.context = context
        // Debug output is discarded; otherwise it goes to standard error.
        ub_ctx_debugout(context, nil)
        // Resolvers of the system are often on the same machine.
        try Self.check(ub_ctx_set_option(context, "do-not-query-localhost:", "no"))
        try Self.check(server.map { ub_ctx_set_fwd(context, $0.description) } ?? ub_ctx_resolvconf(context, nil))
        // The waiting is ours, so that it can end.
        try Self.check(ub_ctx_async(context, 1))
        // It would itself answer that there is nothing below .test (RFC 6761 §6.2), where developers have servers.
        try Self.check(ub_ctx_zone_remove(context, "test."))
    }

    deinit { ub_ctx_delete(context) }

    private static func check(_ status: Int32) throws(DNSFailure) {
        if status != 0 { throw DNSFailure(reason: String(cString: ub_strerror(status))) }
    }

    /// Type TXT and class IN (RFC 1035 §3.2.2, §3.2.4), and the codes of §4.1.1 that are answers.
    private static let (txt, internet): (Int32, Int32) = (16, 1)
    private static let (noError, nameError): (Int32, Int32) = (0, 3)

    /// The result that the callback stores.
    private final class Answer {
        let limit: Int
        var texts: Result<[String], DNSFailure>?

        init(limit: Int) { self.limit = limit }

        /// - Parameter result: nil unless the status is 0; freed by who calls.
        func take(_ status: Int32, _ result: UnsafeMutablePointer<ub_result>?) {
            guard status == 0, let found = result?.pointee else {
                texts = .failure(DNSFailure(reason: String(cString: ub_strerror(status))))
                return
            }
            guard [Resolver.noError, Resolver.nameError].contains(found.rcode) else {
                texts = .failure(DNSFailure(reason: "The servers could not tell (code \(found.rcode))."))
                return
            }
            var list: [String] = []
            while list.count < limit, let record = found.data?[list.count], let length = found.len?[list.count] {
                list.append(Self.text(UnsafeRawBufferPointer(start: record, count: Int(length))))
            }
            texts = .success(list)
        }

        /// The character-strings of a record, each behind its length (RFC 1035 §3.3), as one text.
        private static func text(_ record: UnsafeRawBufferPointer) -> String {
            var bytes: [UInt8] = []
            var rest = record[...]
            while let length = rest.popFirst() {
                bytes += rest.prefix(Int(length))
                rest = rest.dropFirst(Int(length))
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Waits for the answer, on the thread that calls it.
    func texts(of name: String, atMost limit: Int, within patience: Duration) throws(DNSFailure) -> [String] {
        let end = ContinuousClock.now + patience
        let answer = Answer(limit: limit)
        var question: Int32 = 0
        try Self.check(
            ub_resolve_async(
                context, name, Self.txt, Self.internet, Unmanaged.passUnretained(answer).toOpaque(),
                { answer, status, result in
                    guard let answer else { return }
                    Unmanaged<Answer>.fromOpaque(answer).takeUnretainedValue().take(status, result)
                    ub_resolve_free(result)
                }, &question))
        while true {
            if let texts = answer.texts { return try texts.get() }
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero else {
                ub_cancel(context, question)
                throw DNSFailure(reason: "No server has answered in time.")
            }
            var socket = pollfd(fd: ub_fd(context), events: Int16(POLLIN), revents: 0)
            poll(&socket, 1, Int32(left / .milliseconds(1)) + 1)
            try Self.check(ub_process(context))
        }
    }
}
