// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let csv = Target.Dependency.product(name: "SwiftCSV", package: "SwiftCSV")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")

let package = Package(
    name: "lectern",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "SCIM", targets: ["SCIM"]),
        .library(name: "SAML", targets: ["SAML"]),
        .executable(name: "lectern", targets: ["Lectern"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.1"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.1"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV.git", from: "0.10.0"),
    ],
    targets: [
        // Floor 0: no room of ours below.
        .target(name: "StrictJSON", swiftSettings: settings),
        .target(name: "PRECIS", swiftSettings: settings),
        .target(name: "SCIM", dependencies: ["PRECIS", "StrictJSON"], swiftSettings: settings),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CEpoll"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CZxcvbn", providers: [.apt(["libzxcvbn-dev"])]),
        .target(name: "Postgres", dependencies: ["CLibPQ", "CEpoll", deque], swiftSettings: settings),
        .target(
            name: "Migrations", path: "migrations", exclude: ["schema.sql"],
            resources: [.embedInCode("sql")], swiftSettings: settings),
        .systemLibrary(name: "COath", pkgConfig: "liboath", providers: [.apt(["liboath-dev"])]),
        // Debian's libunbound.pc asks for files of packages that it does not bring.
        .systemLibrary(name: "CUnbound", providers: [.apt(["libunbound-dev"])]),
        .systemLibrary(name: "CQRencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(
            name: "XMLSecurity", dependencies: ["CLibCrypto", crypto, cryptoExtras, x509, asn1],
            swiftSettings: settings),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "SAML", dependencies: ["XMLSecurity", "CZlib"], swiftSettings: settings),
        .target(name: "TOTP", dependencies: ["COath", "CQRencode"], swiftSettings: settings),
        .target(name: "Domain", dependencies: ["PRECIS", "StrictJSON"], swiftSettings: settings),

        // Floor 1
        .target(
            name: "Persistence", dependencies: ["Domain", "Postgres", "Migrations", "StrictJSON", crypto],
            swiftSettings: settings),
        .target(
            name: "Edge",
            dependencies: [
                "CArgon2", "CZxcvbn", "Domain", "StrictJSON", hummingbird, hummingbirdCore, httpTypes, nioCore,
                nioPosix,
                nioHTTP1,
                nioHTTPTypes, logging, metrics, coreMetrics, lifecycle, crypto, deque,
            ],
            swiftSettings: settings),

        .target(
            name: "Download", dependencies: ["Domain", nioCore, nioPosix, nioHTTP1, httpClient], swiftSettings: settings
        ),
        .target(name: "SMTP", dependencies: ["CCurl", "Domain", nioPosix], swiftSettings: settings),
        .target(name: "DNS", dependencies: ["CUnbound", nioPosix], swiftSettings: settings),

        // Floor 2
        .target(
            name: "SCIMAdapter",
            dependencies: ["SCIM", "StrictJSON", "Domain", "Edge", hummingbird, httpTypes, nioCore, logging],
            swiftSettings: settings),
        .target(
            name: "OAuthAdapter",
            dependencies: [
                "StrictJSON", "Domain", "Edge", hummingbird, httpTypes, nioCore, logging, jwt,
            ],
            swiftSettings: settings),
        .target(
            name: "SAMLAdapter",
            dependencies: [
                "SAML", "XMLSecurity", "StrictJSON", "Domain", "Edge", hummingbird, httpTypes, nioCore, nioPosix,
                logging,
            ],
            swiftSettings: settings),
        .target(
            name: "Manage",
            dependencies: [
                "StrictJSON", "TOTP", "Domain", "Edge", hummingbird, httpTypes, nioCore, logging, mustache, csv,
            ],
            resources: [
                .embedInCode("templates"), .embedInCode("messages"), .embedInCode("assets"),
            ], swiftSettings: settings),

        // Floor 3
        .executableTarget(
            name: "Lectern",
            dependencies: [
                "SCIMAdapter", "OAuthAdapter", "SAMLAdapter", "Manage", "SMTP", "SCIM", "Edge", "Persistence", "Domain",
                "Postgres",
                "DNS", "Download", "Migrations",
                "StrictJSON", hummingbird,
                hummingbirdCore, httpTypes, nioCore, nioPosix, logging, coreMetrics, lifecycle, signals, crypto,
                arguments,
                configuration,
            ],
            swiftSettings: settings),

        // Tests mirror the rooms.
        .target(
            name: "LecternTesting", dependencies: ["Postgres", "Persistence", "Domain", "Migrations"],
            path: "Tests/LecternTesting", swiftSettings: settings),
        .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"], swiftSettings: settings),
        .testTarget(name: "PRECISTests", dependencies: ["PRECIS"], swiftSettings: settings),
        .testTarget(name: "SCIMTests", dependencies: ["SCIM", "StrictJSON"], swiftSettings: settings),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "LecternTesting"], swiftSettings: settings),
        .testTarget(name: "DomainTests", dependencies: ["Domain", "StrictJSON"], swiftSettings: settings),
        .testTarget(
            name: "PersistenceTests",
            dependencies: ["Persistence", "Domain", "Postgres", "Migrations", "StrictJSON", "LecternTesting"],
            swiftSettings: settings),
        .testTarget(
            name: "EdgeTests",
            dependencies: [
                "Edge", "Domain", "Persistence", "Postgres", "LecternTesting", hummingbird, hummingbirdCore, httpTypes,
                nioCore,
                nioPosix, logging,
                lifecycle, nioEmbedded, coreMetrics,
            ], swiftSettings: settings),
        .testTarget(
            name: "SCIMAdapterTests",
            dependencies: [
                "SCIMAdapter", "SCIM", "StrictJSON", "Edge", "Domain", "Persistence", "Postgres", "LecternTesting",
                hummingbird, httpTypes, nioCore, nioEmbedded, logging,
            ], swiftSettings: settings),
        .testTarget(
            name: "OAuthAdapterTests",
            dependencies: [
                "OAuthAdapter", "StrictJSON", "Edge", "Domain", "Persistence", "Postgres", "LecternTesting",
                hummingbird, httpTypes, nioCore, nioEmbedded, logging, jwt, cryptoExtras,
            ], swiftSettings: settings),
        .testTarget(
            name: "SAMLAdapterTests",
            dependencies: [
                "SAMLAdapter", "SAML", "XMLSecurity", "Manage", "StrictJSON", "Edge", "Domain", "Persistence",
                "Postgres",
                "LecternTesting", hummingbird, httpTypes, nioCore, nioEmbedded, logging, crypto, cryptoExtras, x509,
                asn1,
            ], swiftSettings: settings),
        .testTarget(
            name: "ManageTests",
            dependencies: [
                "Manage", "SAML", "SAMLAdapter", "XMLSecurity", "StrictJSON", "TOTP", "Edge", "Domain", "Persistence",
                "Postgres",
                "LecternTesting",
                hummingbird,
                httpTypes, nioCore, nioEmbedded, logging,
            ], swiftSettings: settings),
        .testTarget(
            name: "XMLSecurityTests", dependencies: ["XMLSecurity", "LecternTesting", crypto], swiftSettings: settings),
        .testTarget(name: "TOTPTests", dependencies: ["TOTP"], swiftSettings: settings),
        .testTarget(name: "DownloadTests", dependencies: ["Download", "Domain"], swiftSettings: settings),
        .testTarget(
            name: "SAMLTests", dependencies: ["SAML", "XMLSecurity", "LecternTesting", crypto], swiftSettings: settings),
        .testTarget(name: "SMTPTests", dependencies: ["SMTP", "Domain", "LecternTesting"], swiftSettings: settings),
        .testTarget(name: "DNSTests", dependencies: ["DNS", "LecternTesting"], swiftSettings: settings),
        .testTarget(
            name: "LecternTests", dependencies: ["Lectern", "LecternTesting", "Postgres", "StrictJSON"],
            swiftSettings: settings),
        .testTarget(name: "TidyTests", swiftSettings: settings),
    ]
)
