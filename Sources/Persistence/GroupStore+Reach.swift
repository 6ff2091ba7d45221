import Domain
import Postgres

extension Reach {
    /// `and …`, true of the rows of `app.groups` within reach; nothing where all are. Those of a connection that works
    /// are guarded when it is the active provider, or gives roles by the group.
    func groups(_ tenant: TenantID) -> PostgresFragment {
        switch self {
        case .everybody: ""
        case .own(let plugin): "and (groups.plugin_id is null or groups.plugin_id = \(plugin))"
        case .unguarded(let plugin):
            """
            and (groups.plugin_id is null or groups.plugin_id = \(plugin) or not exists (
                select from app.plugins o where o.tenant_id = \(tenant) and o.id = groups.plugin_id and o.enabled
                    and (o.active_provider or exists (
                        select from app.role_mappings m where m.tenant_id = o.tenant_id and m.plugin_id = o.id
                            and m.origin = 'group' and (m.group_id = groups.id
                                or m.group_id is null and m.value_key = groups.display_name_key)))))
            """
        }
    }
}
