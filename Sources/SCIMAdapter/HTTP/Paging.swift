import Domain
import Hummingbird
import SCIM

extension PageRequest {
    /// Index paging (RFC 7644 §3.4.2.4): `startIndex` counts from 1, `count` is capped.
    init(_ query: ListQuery, limits: SCIMLimits) {
        self.init(offset: query.startIndex - 1, limit: min(query.count ?? limits.pageSize, limits.pageMaximum))
    }
}

extension SCIMResponse {
    static func list(_ resources: [[UInt8]], total: Int, startIndex: Int) -> Response {
        let list = ListResponse(
            totalResults: total, startIndex: startIndex, resources: resources)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(resources.reduce(200) { $0 + $1.count + 1 })
        list.write(into: &bytes)
        return json(bytes)
    }
}
