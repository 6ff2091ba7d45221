import Foundation
import Testing

/// The rules of the house that a compiler does not know.
struct TidyTests {
    private static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private struct SourceFile {
        let room: String
        let path: String
        let text: String

        var imports: Set<String> {
            Set(
                text.split(separator: "\n").filter { $0.contains("import ") && !$0.hasPrefix("//") }
                    .compactMap { line -> String? in
                        let words = line.split(separator: " ")
                        guard let place = words.firstIndex(of: "import"), place <= 2, words.count == place + 2 else {
                            return nil
                        }
                        let before = words[..<place].joined(separator: " ")
                        let known = ["", "public", "package", "internal", "@testable"]
                        return known.contains(before) ? String(words[place + 1]) : nil
                    })
        }
    }

    private static let sources: [SourceFile] = {
        let root = repository.appendingPathComponent("Sources")
        let files = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".swift") }.sorted().map { path in
            SourceFile(
                room: String(path.split(separator: "/")[0]), path: path,
                text: (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)) ?? "")
        }
    }()

    /// The modules that each module may import: arrows point downward only.
    private static let allowed: [String: Set<String>] = [
        "StrictJSON": [],
        "PRECIS": ["Foundation"],
        "SCIM": ["PRECIS", "StrictJSON"],
        "Postgres": ["CLibPQ", "CEpoll", "DequeModule", "Glibc", "Synchronization"],
        "XMLSecurity": ["CLibCrypto", "Crypto", "CryptoExtras", "X509", "SwiftASN1", "Foundation"],
        "SAML": ["XMLSecurity", "CZlib", "Foundation"],
        "TOTP": ["COath", "CQRencode", "Glibc"],
        "Domain": ["PRECIS", "StrictJSON", "Foundation"],
        "Persistence": ["Foundation", "Domain", "Postgres", "Migrations", "StrictJSON", "Crypto"],
        "Edge": [
            "CArgon2", "CZxcvbn", "StrictJSON", "Domain", "Foundation", "Crypto", "Synchronization", "Hummingbird",
            "HummingbirdCore",
            "HTTPTypes", "NIOCore", "NIOPosix",
            "NIOHTTP1", "NIOHTTPTypesHTTP1", "Logging", "CoreMetrics", "ServiceLifecycle", "DequeModule",
        ],
        "Download": ["Domain", "Foundation", "NIOCore", "NIOPosix", "NIOHTTP1", "AsyncHTTPClient"],
        "SMTP": ["CCurl", "Domain", "Foundation", "NIOPosix"],
        "DNS": ["CUnbound", "Glibc", "NIOPosix"],
        "SCIMAdapter": [
            "SCIM", "StrictJSON", "Synchronization", "Domain", "Edge", "Hummingbird", "HTTPTypes", "NIOCore", "Logging",
        ],
        "Manage": [
            "StrictJSON", "TOTP", "Foundation", "Domain", "Edge", "Hummingbird", "HTTPTypes", "NIOCore", "Logging",
            "Mustache",
            "SwiftCSV",
            "Synchronization",
        ],
        "SAMLAdapter": [
            "SAML", "XMLSecurity", "StrictJSON", "Domain", "Edge", "Foundation", "Hummingbird", "HTTPTypes", "NIOCore",
            "NIOPosix", "Logging", "Synchronization",
        ],
        "OAuthAdapter": [
            "StrictJSON", "Domain", "Edge", "Foundation", "Synchronization", "Hummingbird", "HTTPTypes", "NIOCore",
            "Logging", "JWTKit",
        ],
    ]

    @Test func `there are sources to look at`() { #expect(Self.sources.count > 60) }

    @Test func `every room imports only what lies below it`() {
        for file in Self.sources where file.room != "Lectern" {
            let strangers = file.imports.subtracting(Self.allowed[file.room] ?? [])
            #expect(strangers.isEmpty, "\(file.path) imports \(strangers.sorted())")
        }
    }

    @Test func `SQL lies in Persistence and nowhere else`() throws {
        let sql = try Regex(
            #"(?i)"[^"\n]*\b(select|insert into|update|delete from)\b[^"\n]*\b(from|values|set|where)\b"#)
        // The client's own words, the look at a role before any tenant exists, and the operator's doctor.
        let exceptions: Set<String> = ["Lectern/DatabaseReadiness.swift", "Lectern/Commands/DoctorCommand.swift"]
        for file in Self.sources where file.room != "Persistence" && !exceptions.contains(file.path) {
            let code = file.text.split(separator: "\n").filter { !$0.contains("///") }.joined(separator: "\n")
            #expect(code.firstMatch(of: sql) == nil, "\(file.path)")
        }
    }

    @Test func `time and randomness come from the edge`() throws {
        let sources = try Regex(
            #"Date\(\)|Date\.now|SystemRandomNumberGenerator|\.random\(in|UUID\(\)|clock_gettime\(CLOCK_REALTIME"#)
        for file in Self.sources where !["Edge", "Lectern"].contains(file.room) {
            #expect(file.text.firstMatch(of: sources) == nil, "\(file.path)")
        }
    }

    @Test func `what a distributed PostgreSQL cannot run is in no statement`() throws {
        let directory = Self.repository.appendingPathComponent("migrations/sql")
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path).map {
            directory.appendingPathComponent($0)
        }
        let migrations = try files.map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
        let statements = migrations + Self.sources.filter { $0.room == "Persistence" }.map { ($0.path, $0.text) }
        for forbidden in [
            "create trigger", "create rule", " as enum", "citext", "on delete set null", "on delete set default",
            "set_config(", "listen ", "prepare transaction", "merge into", "tablesample", "pg_try_advisory_lock(",
            "clock_timestamp()",
        ] {
            for (name, text) in statements { #expect(!text.lowercased().contains(forbidden), "\(name): \(forbidden)") }
        }
    }

    /// The rooms that are libraries, and those whose types appear in what the libraries offer.
    private static let publicRooms: Set<String> = ["SCIM", "StrictJSON", "SAML", "XMLSecurity"]

    @Test func `the rooms that are products alone are public`() {
        for file in Self.sources where !Self.publicRooms.contains(file.room) {
            let isPublic = file.text.split(separator: "\n").contains { line in
                line.contains("public ") && !line.hasPrefix("public import") && !line.drop { $0 == " " }.hasPrefix("//")
            }
            #expect(!isPublic, "\(file.path)")
        }
    }

    @Test func `whatever is public is documented`() throws {
        var count = 0
        for file in Self.sources where Self.publicRooms.contains(file.room) {
            let declarations = try PublicDeclarations(of: file.text)
            count += declarations.count
            #expect(declarations.undocumented.isEmpty, "\(file.path): \(declarations.undocumented)")
        }
        #expect(count > 500)
    }

    @Test func `a public declaration without a comment of its own is found`() throws {
        let declarations = try PublicDeclarations(
            of: """
                public import Foundation
                /// Documented.
                @available(*, deprecated)
                public indirect enum Documented: Error {
                    /// Documented.
                    case one
                    case two, three
                    /// Documented.
                    @discardableResult public static func four() -> Self { .one }

                    // No documentation.
                    public private(set) var five: Int
                    /// Of something else.

                    @inlinable
                    public init() { switch self { case .one: break } }
                    private enum Hidden {
                        case six
                    }
                    static public let seven = 7
                    func eight(_ eight: Hidden) {
                        switch eight {
                        case .six: break
                        }
                    }
                    var nine = "public key"
                }
                extension Documented: Hashable {}
                private enum Hidden {
                    case ten
                }
                """)
        #expect(
            declarations.undocumented == [
                "case two, three", "public private(set) var five: Int",
                "public init() { switch self { case .one: break } }", "static public let seven = 7",
            ])
        #expect(declarations.count == 7)
    }

    @Test func `no file is so long that it holds more than one idea`() {
        for file in Self.sources {
            #expect(file.text.split(separator: "\n", omittingEmptySubsequences: false).count <= 340, "\(file.path)")
        }
    }

    @Test func `a test that expects an error says which`() throws {
        let root = Self.repository.appendingPathComponent("Tests")
        let files = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        // An error that is kept in a constant is looked at afterwards.
        let blind = try Regex(#"(?m)^(?!.*\blet\b).*#(expect|require)\(throws: DomainError\.self\)"#)
        #expect(files.count > 60)
        for file in files where file.hasSuffix(".swift") && !file.hasPrefix("TidyTests") {
            let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
            let found = text.matches(of: blind).map { String(text[$0.range]) }
            #expect(found.isEmpty, "\(file): \(found)")
        }
    }

    @Test func `every key of the configuration is documented, and no other`() throws {
        let settings = try #require(Self.sources.first { $0.path == "Lectern/Configuration/Setting.swift" })
        let key = try Regex(#"name: "([A-Z_]+)""#)
        let keys = Set(settings.text.matches(of: key).compactMap { $0.output[1].substring.map(String.init) })
        #expect(keys.count > 20)
        for name in ["config/README.md", "config/lectern.env.example"] {
            let text = try String(contentsOf: Self.repository.appendingPathComponent(name), encoding: .utf8)
            for key in keys { #expect(text.contains(key), "\(name) lacks \(key)") }
        }
    }
}
