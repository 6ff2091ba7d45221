/// One of the servers that a connection string names.
struct ServerAddress: Sendable, Hashable {
    var host: String?
    var hostaddr: String?
    var port: String?

    init(host: String? = nil, hostaddr: String? = nil, port: String? = nil) {
        self.host = host
        self.hostaddr = hostaddr
        self.port = port
    }

    /// In the words of libpq's messages.
    var description: String {
        let name = "server at \"\(host ?? hostaddr ?? "the local socket")\""
        guard let port, !port.isEmpty else { return name }
        return "\(name), port \(port)"
    }
}

extension PostgresConfiguration {
    /// The servers that the connection string names, in an order of their own.
    package var serverNames: [String] {
        parts.addresses.map { "\($0.host ?? $0.hostaddr ?? "") \($0.port ?? "")" }.sorted()
    }

    package var databaseName: String { parts.values["dbname"] ?? "" }

    /// Whether every server is reached by a Unix socket or by loopback.
    package var isOnThisMachine: Bool {
        parts.addresses.allSatisfy { address in
            let host = address.hostaddr ?? address.host ?? ""
            return host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") || host == "localhost"
                || host.hasPrefix("127.") || host == "::1"
        }
    }
}

extension ConnectionString {
    /// The servers, in their order. One without a name when the connection string leaves them to the environment.
    ///
    /// Lists that do not fit together are left to libpq, which says what is wrong with them.
    var addresses: [ServerAddress] {
        let (hosts, hostaddrs, ports) = (list("host"), list("hostaddr"), list("port"))
        let count = max(hosts.count, hostaddrs.count)
        let whole = ServerAddress(host: values["host"], hostaddr: values["hostaddr"], port: values["port"])
        guard count > 1, hosts.isEmpty || hosts.count == count, hostaddrs.isEmpty || hostaddrs.count == count,
            ports.count <= 1 || ports.count == count
        else { return [whole] }
        return (0..<count).map { index in
            ServerAddress(
                host: hosts.isEmpty ? nil : hosts[index], hostaddr: hostaddrs.isEmpty ? nil : hostaddrs[index],
                port: ports.count > 1 ? ports[index] : ports.first)
        }
    }

    private func list(_ keyword: String) -> [String] {
        values[keyword]?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
    }

    /// The values of `target_session_attrs` to ask the servers for, one after the other.
    ///
    /// libpq's `prefer-standby` is about the whole list, so it becomes two rounds over it.
    var sessionKinds: [String] {
        switch values["target_session_attrs"] {
        case nil: ["read-write"]
        case "prefer-standby": ["standby", "any"]
        case let kind?: [kind]
        }
    }
}
