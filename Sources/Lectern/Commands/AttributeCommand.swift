import ArgumentParser
import Domain
import Persistence
import SCIM
import SCIMAdapter
import StrictJSON

struct AttributeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attribute", abstract: "Attributes of users that a tenant defines itself.",
        discussion: "They are in the schema \(SchemaURN.customUser). Running servers know of a change within a minute.",
        subcommands: [Create.self, List.self, Delete.self])

    struct Create: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "A letter, then letters, digits, - and _.") var name: String
        @Option(help: "string, boolean, integer, decimal, dateTime or reference.") var type = "string"
        @Flag(help: "A user can have several values.") var multiValued = false
        @Flag(help: "Case counts when values are compared.") var caseExact = false
        @Option(help: "What it is for.") var description = ""
        @OptionGroup var output: OutputOptions

        func run() async throws {
            guard let kind = CustomAttribute.Kind(rawValue: type) else {
                throw CommandFailure(
                    "--type is one of \(CustomAttribute.Kind.allCases.map(\.rawValue).joined(separator: ", ")), not “\(type)”."
                )
            }
            guard
                let attribute = CustomAttribute(
                    name: name, kind: kind, isMultiValued: multiValued, isCaseExact: caseExact, description: description
                )
            else { throw CommandFailure("A name has 1 to 64 characters: a letter, then letters, digits, - and _.") }
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            var difference = Difference()
            difference.set("customAttributes", from: .null, to: .object(JSONObject(attribute.fields)))
            try await services.customAttributes.create(
                attribute, change: services.operatorChange(.update, .tenant(tenant.id), difference),
                in: TenantScope(tenant: tenant.id, admission: .operator))
            output.show(attribute.fields)
        }
    }

    struct List: AsyncParsableCommand {
        @Option(help: "The tenant's slug.") var tenant: String
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let attributes = try await services.customAttributes.attributes(
                in: TenantScope(tenant: tenant.id, admission: .operator))
            output.list(attributes.map(\.fields), empty: "The tenant has no attributes of its own.")
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove an attribute that no user has a value of.")
        @Option(help: "The tenant's slug.") var tenant: String
        @Option(help: "The attribute's name.") var name: String

        func run() async throws {
            let services = try Services.forTools()
            let tenant = try await services.tenant(tenant)
            let scope = TenantScope(tenant: tenant.id, admission: .operator)
            guard
                let attribute = try await services.customAttributes.attributes(in: scope)
                    .first(where: { FoldedKey($0.name) == FoldedKey(name) })
            else { throw CommandFailure("There is no attribute “\(name)”.") }
            var difference = Difference()
            difference.set("customAttributes", from: .object(JSONObject(attribute.fields)), to: .null)
            try await services.customAttributes.delete(
                attribute.name, of: SchemaURN.customUser,
                change: services.operatorChange(.update, .tenant(tenant.id), difference), in: scope)
        }
    }
}

extension CustomAttribute {
    fileprivate var fields: [(String, JSON)] {
        [
            ("name", .string(name)), ("type", .string(kind.rawValue)), ("multi_valued", .bool(isMultiValued)),
            ("case_exact", .bool(isCaseExact)), ("description", .string(description)),
        ]
    }
}
