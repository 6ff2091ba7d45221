package import HTTPTypes

/// A kind of request whose body may be larger than that of others, once it is known who sends it.
package struct LargeBodies: Sendable {
    package let bytes: Int
    /// From the end of the header to the end of the body.
    package let time: Duration
    /// Whether a request is of this kind, by its method and path.
    package let matches: @Sendable (HTTPRequest) -> Bool
    /// Whether somebody sends it who may: asked before more is read than of any other request.
    package let admits: @Sendable (HTTPRequest) async -> Bool

    package init(
        bytes: Int, time: Duration, matches: @escaping @Sendable (HTTPRequest) -> Bool,
        admits: @escaping @Sendable (HTTPRequest) async -> Bool
    ) {
        self.bytes = bytes
        self.time = time
        self.matches = matches
        self.admits = admits
    }
}
