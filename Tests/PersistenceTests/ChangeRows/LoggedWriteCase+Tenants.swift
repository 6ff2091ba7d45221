import Domain
import LecternTesting
import Persistence
import StrictJSON

extension LoggedWriteCase {
    static let tenants: [LoggedWriteCase] = [
        LoggedWriteCase("TenantStore.create(_:change:)", "a tenant is created") { site in
            var tenant = site.tenant
            tenant.id = ChangeRowSite.id()
            tenant.slug = Slug("n" + String(UInt64.random(in: 0...UInt64.max), radix: 36))!
            let change = site.change(.create, .tenant(tenant.id), "slug", from: .null, to: "new")
            var write = LoggedWrite("tenant", tenant.id, .create, ["slug": [.null, "new"]]) { [tenant] in
                try await site.test.tenants.create(tenant, change: change)
            }
            write.tenant = tenant.id
            return write
        },
        LoggedWriteCase("TenantStore.update(_:change:in:)", "a setting of a tenant is changed", isRepeatable: true) {
            site in
            LoggedWrite("tenant", site.tenant.id, .update, ["default_language": ["en", "de"]]) {
                try await site.update()
            }
        },
        LoggedWriteCase("TenantStore.setStatus(_:of:change:)", "a tenant is suspended") { site in
            let tenant = site.tenant.id
            let change = site.change(.suspend, .tenant(tenant), "status", from: "active", to: "suspended")
            return LoggedWrite("tenant", tenant, .suspend, ["status": ["active", "suspended"]]) {
                try await site.test.tenants.setStatus(.suspended, of: tenant, change: change)
            }
        },
        LoggedWriteCase("CustomAttributeStore.create(_:change:in:)", "an attribute is defined") { site in
            let change = site.change(.update, .tenant(site.tenant.id), "attributes.floor", from: .null, to: "integer")
            let attribute = CustomAttribute(name: "floor", kind: .integer)!
            return LoggedWrite("tenant", site.tenant.id, .update, ["attributes.floor": [.null, "integer"]]) {
                try await site.test.customAttributes.create(attribute, change: change, in: site.scope)
            }
        },
        LoggedWriteCase("CustomAttributeStore.delete(_:of:change:in:)", "a definition is removed") { site in
            let tenant = site.tenant.id
            try await site.test.customAttributes.create(
                CustomAttribute(name: "floor", kind: .integer)!,
                change: TestDatabase.change(.update, .tenant(tenant)), in: site.scope)
            let change = site.change(.update, .tenant(tenant), "attributes.floor", from: "integer", to: .null)
            return LoggedWrite("tenant", tenant, .update, ["attributes.floor": ["integer", .null]]) {
                try await site.test.customAttributes.delete(
                    "floor", of: "urn:example", change: change, in: site.scope)
            }
        },
        LoggedWriteCase("DomainStore.add(_:change:in:)", "a mail domain is added") { site in
            LoggedWrite("tenant", site.tenant.id, .update, ["domains.x.example": [.null, "waiting"]]) {
                _ = try await site.addDomain()
            }
        },
        LoggedWriteCase("DomainStore.verify(_:by:change:in:)", "a mail domain is verified") { site in
            let domain = try await site.addDomain()
            return LoggedWrite("tenant", site.tenant.id, .update, ["domains.x.example": ["waiting", "verified"]]) {
                _ = try await site.domains.check(domain, in: site.scope) { _ in [domain.challenge.text] }
            }
        },
        LoggedWriteCase("DomainStore.remove(_:change:in:)", "a mail domain is removed") { site in
            let domain = try await site.addDomain()
            return LoggedWrite("tenant", site.tenant.id, .update, ["domains.x.example": ["waiting", .null]]) {
                try await site.domains.remove(domain, in: site.scope)
            }
        },
    ]
}

extension ChangeRowSite {
    fileprivate func update() async throws {
        var changed = tenant
        changed.defaultLanguage = "de"
        try await test.tenants.update(
            changed, change: change(.update, .tenant(tenant.id), "default_language", from: "en", to: "de"), in: scope)
    }

    fileprivate func addDomain() async throws -> TenantDomain {
        try await domains.add(
            MailDomain("x.example")!, challenge: DomainChallenge(random: TestDatabase.identifiers.next()),
            now: Timestamp(microseconds: 0), in: scope)
    }
}
