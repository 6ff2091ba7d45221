/// Whom a writer may write to. The statement that writes holds to it, so that nothing can change in between.
package enum Reach: Sendable, Hashable {
    /// Everybody: people write.
    case everybody
    /// The users of this connection.
    case own(PluginID)
    /// The connection's own users, and users of other sources whom nothing protects: neither a privileged role given by
    /// hand, nor the active provider, nor an administrator's decision, be it a refusal or the approval of another
    /// connection.
    case unguarded(PluginID)
}

extension ProvisioningPolicy.Matching {
    /// Whom a connection of this policy may write to without an administrator.
    package func reach(of plugin: PluginID) -> Reach {
        switch self {
        case .link: .unguarded(plugin)
        case .refuse, .review: .own(plugin)
        }
    }
}
