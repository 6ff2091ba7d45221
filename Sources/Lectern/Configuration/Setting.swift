/// One key of the configuration: its name in the environment, its default, and why somebody would change it.
struct Setting: Sendable, Hashable {
    let name: String
    let defaultValue: String
    let reason: String
    var isSecret = false
}

extension Setting {
    static let httpHost = Setting(
        name: "LECTERN_HTTP_HOST", defaultValue: "127.0.0.1", reason: "the address to listen on")
    static let httpPort = Setting(name: "LECTERN_HTTP_PORT", defaultValue: "8080", reason: "the port to listen on")
    static let publicURL = Setting(
        name: "LECTERN_PUBLIC_URL", defaultValue: "", reason: "what URLs shown to people start with; http://host:port")
    static let baseDomain = Setting(
        name: "LECTERN_BASE_DOMAIN", defaultValue: "",
        reason: "tenants also live at {tenant}.<base domain> when this is set")
    static let trustedProxies = Setting(
        name: "LECTERN_TRUSTED_PROXIES", defaultValue: "127.0.0.0/8,::1",
        reason: "the reverse proxies whose X-Forwarded-For or Forwarded tells the client's address")
    static let dataDirectory = Setting(
        name: "LECTERN_DATA_DIR", defaultValue: ".lectern", reason: "the private PostgreSQL and the secret key")
    static let demo = Setting(
        name: "LECTERN_DEMO", defaultValue: "off",
        reason: "make the tenant demo in an empty database and print its secrets; script/server does for its own")
    static let databaseURL = Setting(
        name: "DATABASE_URL", defaultValue: "", reason: "the database; several hosts are allowed", isSecret: true)
    static let migrationDatabaseURL = Setting(
        name: "LECTERN_MIGRATION_DATABASE_URL", defaultValue: "",
        reason: "the database for `lectern migrate` and `tenant delete`, as the schema's owner; DATABASE_URL",
        isSecret: true)
    static let databaseRole = Setting(
        name: "LECTERN_DATABASE_ROLE", defaultValue: "lectern_app",
        reason: "the role every session takes; none keeps the role that logs in")
    static let secretKeyFile = Setting(
        name: "LECTERN_SECRET_KEY_FILE", defaultValue: "",
        reason: "the key of secrets at rest; secret.key in the data dir")
    static let logLevel = Setting(
        name: "LECTERN_LOG_LEVEL", defaultValue: "info", reason: "trace, debug, info, notice, warning or error")
    static let metricsToken = Setting(
        name: "LECTERN_METRICS_TOKEN", defaultValue: "",
        reason: "the bearer token of /metrics; without one it answers loopback only", isSecret: true)

    static let mailURL = Setting(
        name: "LECTERN_MAIL_URL", defaultValue: "",
        reason: "the mail server, smtps://user:password@host:465 or smtp://host:587; without one nothing is mailed",
        isSecret: true)
    static let mailFrom = Setting(
        name: "LECTERN_MAIL_FROM", defaultValue: "", reason: "the address that mail comes from")
    static let nameServer = Setting(
        name: "LECTERN_DNS_SERVER", defaultValue: "",
        reason: "the name server asked for the records of mail domains, address or address@port; the system's")

    static let reactors = Setting(
        name: "LECTERN_REACTORS", defaultValue: "0", reason: "threads that run requests; 0 is half of the cores")
    static let readConnections = Setting(
        name: "LECTERN_DATABASE_CONNECTIONS_READ", defaultValue: "1",
        reason: "database connections for short reads, per reactor")
    static let scanConnections = Setting(
        name: "LECTERN_DATABASE_CONNECTIONS_SCAN", defaultValue: "2",
        reason: "database connections for reads that may take long, per reactor")
    static let writeConnections = Setting(
        name: "LECTERN_DATABASE_CONNECTIONS_WRITE", defaultValue: "4",
        reason: "database connections for writes, per reactor")
    static let sharedFlush = Setting(
        name: "LECTERN_DATABASE_SHARED_FLUSH", defaultValue: "on",
        reason: "off when one connection leads to several servers that each keep a log of their own")
    static let databaseQueue = Setting(
        name: "LECTERN_DATABASE_QUEUE", defaultValue: "512",
        reason: "transactions that may wait for a connection before the answer is 503")
    static let databasePrepare = Setting(
        name: "LECTERN_DATABASE_PREPARE", defaultValue: "on",
        reason: "off behind a pooler that cannot keep prepared statements")

    static let headerBytes = Setting(
        name: "LECTERN_LIMIT_HEADER_BYTES", defaultValue: "32768", reason: "the header of a request")
    static let headerFields = Setting(
        name: "LECTERN_LIMIT_HEADER_FIELDS", defaultValue: "100", reason: "fields in a header")
    static let urlBytes = Setting(name: "LECTERN_LIMIT_URL_BYTES", defaultValue: "8192", reason: "the URL of a request")
    static let bodyBytes = Setting(
        name: "LECTERN_LIMIT_BODY_BYTES", defaultValue: "1048576", reason: "the body of a request")
    static let scimBodyBytes = Setting(
        name: "LECTERN_LIMIT_SCIM_BODY_BYTES", defaultValue: "8388608",
        reason: "the body of a SCIM request whose token is good")
    static let uploadBytes = Setting(
        name: "LECTERN_LIMIT_UPLOAD_BYTES", defaultValue: "16777216",
        reason: "the body of a request that brings a file of users")
    static let bufferedBytes = Setting(
        name: "LECTERN_LIMIT_BUFFERED_BYTES", defaultValue: "50331648",
        reason: "the memory of all bodies of requests together")
    static let networkBufferedBytes = Setting(
        name: "LECTERN_LIMIT_NETWORK_BUFFERED_BYTES", defaultValue: "33554432",
        reason: "the memory of bodies of requests from one network")
    static let jsonDepth = Setting(
        name: "LECTERN_LIMIT_JSON_DEPTH", defaultValue: "32", reason: "nesting of a JSON body")
    static let filterBytes = Setting(
        name: "LECTERN_LIMIT_FILTER_BYTES", defaultValue: "2048", reason: "the text of a filter")
    static let filterDepth = Setting(
        name: "LECTERN_LIMIT_FILTER_DEPTH", defaultValue: "20", reason: "nesting of a filter")
    static let filterTerms = Setting(
        name: "LECTERN_LIMIT_FILTER_TERMS", defaultValue: "50", reason: "comparisons in a filter")
    static let patchOperations = Setting(
        name: "LECTERN_LIMIT_PATCH_OPERATIONS", defaultValue: "1000", reason: "operations in a PATCH")
    static let bulkOperations = Setting(
        name: "LECTERN_LIMIT_BULK_OPERATIONS", defaultValue: "1000", reason: "operations in a bulk request")
    static let pageSize = Setting(
        name: "LECTERN_LIMIT_PAGE_SIZE", defaultValue: "100", reason: "resources in a page when nobody says")
    static let pageMaximum = Setting(
        name: "LECTERN_LIMIT_PAGE_MAXIMUM", defaultValue: "1000", reason: "resources in a page at most")
    static let tenantRate = Setting(
        name: "LECTERN_LIMIT_TENANT_RATE", defaultValue: "1000",
        reason: "requests a second of one tenant in the long run; 0 is no limit")
    static let tenantBurst = Setting(
        name: "LECTERN_LIMIT_TENANT_BURST", defaultValue: "5000", reason: "requests of one tenant at once after a pause"
    )
    static let concurrent = Setting(
        name: "LECTERN_LIMIT_CONCURRENT", defaultValue: "64", reason: "requests that run at once, of all tenants")
    static let tenantConcurrent = Setting(
        name: "LECTERN_LIMIT_TENANT_CONCURRENT", defaultValue: "8",
        reason: "requests of one tenant that run at once while other tenants send some")
    static let tenantWaiting = Setting(
        name: "LECTERN_LIMIT_TENANT_WAITING", defaultValue: "100",
        reason: "requests of one tenant that wait for their turn")
    static let tokenRequestBytes = Setting(
        name: "LECTERN_LIMIT_TOKEN_REQUEST_BYTES", defaultValue: "16384", reason: "the body of a request for a token")
    static let tokenRate = Setting(
        name: "LECTERN_LIMIT_TOKEN_RATE", defaultValue: "20",
        reason: "requests for tokens a second, for each client and network; 0 is no limit")
    static let signInRate = Setting(
        name: "LECTERN_LIMIT_SAML_RATE", defaultValue: "50",
        reason: "sign-ins by identity providers a second, for each network; 0 is no limit")
    static let metricsConnections = Setting(
        name: "LECTERN_LIMIT_METRICS_CONNECTIONS", defaultValue: "2000",
        reason: "connections that have series of their own at /metrics")

    static let headerSeconds = Setting(
        name: "LECTERN_TIMEOUT_HEADER_SECONDS", defaultValue: "10", reason: "for the header of a request to arrive")
    static let bodySeconds = Setting(
        name: "LECTERN_TIMEOUT_BODY_SECONDS", defaultValue: "10", reason: "for the body of a request to arrive")
    static let uploadSeconds = Setting(
        name: "LECTERN_TIMEOUT_UPLOAD_SECONDS", defaultValue: "120", reason: "for a file of users to arrive")
    static let idleSeconds = Setting(
        name: "LECTERN_TIMEOUT_IDLE_SECONDS", defaultValue: "60", reason: "between two requests of a connection")
    static let drainSeconds = Setting(
        name: "LECTERN_TIMEOUT_DRAIN_SECONDS", defaultValue: "1",
        reason: "to go on accepting after the order to stop, for balancers to notice")
    static let shutdownSeconds = Setting(
        name: "LECTERN_TIMEOUT_SHUTDOWN_SECONDS", defaultValue: "10",
        reason: "to finish what is in flight when stopping")

    /// Every key, in the order in which `lectern config` prints them.
    static let all: [Setting] = [
        httpHost, httpPort, publicURL, baseDomain, trustedProxies, dataDirectory, demo, databaseURL,
        migrationDatabaseURL, databaseRole,
        secretKeyFile, logLevel, metricsToken, mailURL, mailFrom, nameServer, reactors, readConnections,
        scanConnections, writeConnections,
        sharedFlush, databaseQueue, databasePrepare, headerBytes, headerFields, urlBytes, bodyBytes, scimBodyBytes,
        uploadBytes,
        bufferedBytes, networkBufferedBytes, jsonDepth,
        filterBytes, filterDepth,
        filterTerms, patchOperations, bulkOperations, pageSize, pageMaximum, tenantRate, tenantBurst, concurrent,
        tenantConcurrent, tenantWaiting, tokenRequestBytes, tokenRate, signInRate, metricsConnections, headerSeconds,
        bodySeconds,
        uploadSeconds, idleSeconds,
        drainSeconds, shutdownSeconds,
    ]
}
