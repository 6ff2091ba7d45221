import Configuration
import DNS
import Domain
import Edge
import Foundation
import Logging
import Postgres
import SCIMAdapter

/// The whole configuration, read once from the environment; whoever gets it need not check anything again.
struct LecternConfiguration: Sendable {
    struct HTTP: Sendable {
        var host: String
        var port: Int
        var limits: HTTPLimits
        var proxies: TrustedProxies
        var drain: Duration
        var shutdown: Duration
    }

    var http: HTTP
    var address: TenantAddress
    var dataDirectory: URL
    var secretKeyFile: URL
    /// Whether an empty database gets a tenant to look at.
    var makesDemonstration: Bool
    var database: PostgresConfiguration
    var migrationDatabase: PostgresConfiguration
    var reactors: Int
    var scim: SCIMLimits
    var tenantRate: RequestRate?
    var fairness: FairLimits
    var tokenRequestBytes: Int
    var tokenRate: RequestRate?
    var signInRate: RequestRate?
    var logLevel: Logger.Level
    var metricsToken: String?
    var metricsConnections: Int
    var mail: MailServer?
    /// Nil for the system's.
    var nameServer: NameServer?

    init(_ source: SettingSource) throws(ConfigurationError) {
        guard let proxies = TrustedProxies(source.text(.trustedProxies)) else {
            throw ConfigurationError(
                "\(Setting.trustedProxies.name) must be addresses or ranges such as 10.0.0.0/8, separated by commas.")
        }
        http = HTTP(
            host: source.text(.httpHost), port: try source.number(.httpPort, in: 1...65535),
            limits: try HTTPLimits(source), proxies: proxies,
            drain: .seconds(try source.number(.drainSeconds, in: 0...60)),
            shutdown: .seconds(try source.number(.shutdownSeconds, in: 1...300)))
        let publicURL = source.text(.publicURL)
        if !publicURL.isEmpty, !publicURL.hasPrefix("https://"), !publicURL.hasPrefix("http://") {
            throw ConfigurationError("\(Setting.publicURL.name) must start with https:// (or http://).")
        }
        address = TenantAddress(
            publicURL: publicURL.isEmpty ? "http://\(http.host):\(http.port)" : publicURL,
            baseDomain: source.textOrNil(.baseDomain)?.lowercased())
        dataDirectory = URL(fileURLWithPath: source.text(.dataDirectory), isDirectory: true)
        secretKeyFile =
            source.textOrNil(.secretKeyFile).map { URL(fileURLWithPath: $0) }
            ?? dataDirectory.appendingPathComponent("secret.key")
        makesDemonstration = try source.isOn(.demo)
        reactors = try source.number(.reactors, in: 0...64)
        if reactors == 0 { reactors = max(1, ProcessInfo.processInfo.activeProcessorCount / 2) }
        database = try PostgresConfiguration(source, .databaseURL)
        database.role = source.textOrNil(.databaseRole)
        migrationDatabase = try PostgresConfiguration(
            source, source.textOrNil(.migrationDatabaseURL) == nil ? .databaseURL : .migrationDatabaseURL)
        scim = try SCIMLimits(source)
        let (rate, burst) = (
            try source.number(.tenantRate, in: 0...1_000_000), try source.number(.tenantBurst, in: 1...1_000_000)
        )
        tenantRate = rate == 0 ? nil : RequestRate(perSecond: rate, burst: burst)
        fairness = try FairLimits(source)
        tokenRequestBytes = try source.number(.tokenRequestBytes, in: 1024...1_048_576)
        let tokensPerSecond = try source.number(.tokenRate, in: 0...100_000)
        tokenRate = tokensPerSecond == 0 ? nil : RequestRate(perSecond: tokensPerSecond, burst: tokensPerSecond * 5)
        let signInsPerSecond = try source.number(.signInRate, in: 0...100_000)
        signInRate =
            signInsPerSecond == 0 ? nil : RequestRate(perSecond: signInsPerSecond, burst: signInsPerSecond * 10)
        guard let level = Logger.Level(rawValue: source.text(.logLevel).lowercased()) else {
            throw ConfigurationError("\(Setting.logLevel.name) must be \(Setting.logLevel.reason).")
        }
        logLevel = level
        metricsToken = source.textOrNil(.metricsToken)
        metricsConnections = try source.number(.metricsConnections, in: 1...100_000)
        mail = try MailServer(source)
        if let text = source.textOrNil(.nameServer) {
            guard let server = NameServer(text) else {
                throw ConfigurationError(
                    "\(Setting.nameServer.name) must be an IP address, with @ and a port where it is not 53.")
            }
            nameServer = server
        }
    }
}

/// A key whose value cannot be used; the text names the key and says what it should be.
struct ConfigurationError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Reads settings and turns them into numbers and switches.
struct SettingSource: Sendable {
    private let reader: ConfigReader

    init(reader: ConfigReader = ConfigReader(provider: EnvironmentVariablesProvider())) { self.reader = reader }

    /// Empty counts as not set.
    func textOrNil(_ setting: Setting) -> String? {
        let key = ConfigKey(setting.name.lowercased().split(separator: "_").map(String.init))
        guard let value = reader.string(forKey: key, isSecret: setting.isSecret), !value.isEmpty else {
            return setting.defaultValue.isEmpty ? nil : setting.defaultValue
        }
        return value
    }

    func text(_ setting: Setting) -> String { textOrNil(setting) ?? "" }

    func number(_ setting: Setting, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
        guard let number = Int(text(setting)), range.contains(number) else {
            throw ConfigurationError(
                "\(setting.name) must be a number from \(range.lowerBound) to \(range.upperBound), not “\(text(setting))”."
            )
        }
        return number
    }

    func isOn(_ setting: Setting) throws(ConfigurationError) -> Bool {
        switch text(setting).lowercased() {
        case "on", "true", "yes", "1": true
        case "off", "false", "no", "0": false
        default: throw ConfigurationError("\(setting.name) must be on or off, not “\(text(setting))”.")
        }
    }
}

extension HTTPLimits {
    init(_ source: SettingSource) throws(ConfigurationError) {
        self.init()
        headerBytes = try source.number(.headerBytes, in: 1024...1_048_576)
        headerFields = try source.number(.headerFields, in: 10...10_000)
        urlBytes = try source.number(.urlBytes, in: 256...65_536)
        bodyBytes = try source.number(.bodyBytes, in: 1024...104_857_600)
        uploadBytes = try source.number(.uploadBytes, in: 1_048_576...104_857_600)
        bufferedBytes = try source.number(.bufferedBytes, in: 1_048_576...1_099_511_627_776)
        bufferedBytesOfNetwork = try source.number(.networkBufferedBytes, in: 1_048_576...1_099_511_627_776)
        uploadTime = .seconds(try source.number(.uploadSeconds, in: 1...600))
        headerTime = .seconds(try source.number(.headerSeconds, in: 1...300))
        bodyTime = .seconds(try source.number(.bodySeconds, in: 1...300))
        idleTime = .seconds(try source.number(.idleSeconds, in: 1...3600))
    }
}

extension SCIMLimits {
    init(_ source: SettingSource) throws(ConfigurationError) {
        self.init()
        bodyBytes = try source.number(.scimBodyBytes, in: 1024...104_857_600)
        jsonDepth = try source.number(.jsonDepth, in: 4...256)
        filterBytes = try source.number(.filterBytes, in: 64...65_536)
        filterDepth = try source.number(.filterDepth, in: 1...100)
        filterTerms = try source.number(.filterTerms, in: 1...1000)
        patchOperations = try source.number(.patchOperations, in: 1...100_000)
        pageSize = try source.number(.pageSize, in: 1...10_000)
        bulkOperations = try source.number(.bulkOperations, in: 1...10_000)
        pageMaximum = try source.number(.pageMaximum, in: 1...10_000)
    }
}

extension FairLimits {
    init(_ source: SettingSource) throws(ConfigurationError) {
        self.init()
        total = try source.number(.concurrent, in: 1...10_000)
        share = try source.number(.tenantConcurrent, in: 1...10_000)
        waiting = try source.number(.tenantWaiting, in: 0...100_000)
    }
}

extension PostgresConfiguration {
    init(_ source: SettingSource, _ setting: Setting) throws(ConfigurationError) {
        guard let string = source.textOrNil(setting) else {
            throw ConfigurationError(
                "\(Setting.databaseURL.name) is not set; script/server and script/lectern bring a private PostgreSQL of their own."
            )
        }
        self.init(connectionString: string)
        if let problem = connectionStringProblem {
            throw ConfigurationError("\(setting.name) cannot be read: \(problem)")
        }
        readConnections = try source.number(.readConnections, in: 1...64)
        scanConnections = try source.number(.scanConnections, in: 1...64)
        sharesFlush = try source.isOn(.sharedFlush)
        writeConnections = try source.number(.writeConnections, in: 1...256)
        queue = try source.number(.databaseQueue, in: 1...100_000)
        preparesStatements = try source.isOn(.databasePrepare)
    }
}

/// The server that mail is sent through.
struct MailServer: Sendable {
    var url: String
    var sender: String

    /// Nil when there is none.
    init?(_ source: SettingSource) throws(ConfigurationError) {
        guard let url = source.textOrNil(.mailURL) else { return nil }
        guard url.hasPrefix("smtp://") || url.hasPrefix("smtps://") else {
            throw ConfigurationError("\(Setting.mailURL.name) must start with smtps:// or smtp://.")
        }
        let sender = source.text(.mailFrom)
        guard MailAddress(sender) != nil else {
            throw ConfigurationError("\(Setting.mailFrom.name) must be the address that mail comes from.")
        }
        self.url = url
        self.sender = sender
    }
}
