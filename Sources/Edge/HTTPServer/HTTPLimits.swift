/// The limits on the size of one HTTP message, applied before its content is read. Each has its key in the
/// configuration.
package struct HTTPLimits: Sendable, Hashable {
    package var headerBytes = 32_768
    package var headerFields = 100
    package var urlBytes = 8192
    package var bodyBytes = 1_048_576
    /// From the first byte of a request, or from connecting, to the end of its header.
    package var headerTime: Duration = .seconds(10)
    /// From the end of the header to the end of the body.
    package var bodyTime: Duration = .seconds(10)
    /// Of a file of users.
    package var uploadBytes = 16_777_216
    package var uploadTime: Duration = .seconds(120)
    /// Between two requests on one connection.
    package var idleTime: Duration = .seconds(60)

    /// The memory of all bodies together, and of those from one network.
    package var bufferedBytes = 50_331_648
    package var bufferedBytesOfNetwork = 33_554_432

    package init() {}
}
