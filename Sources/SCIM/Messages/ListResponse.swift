public import StrictJSON

/// A page of resources (RFC 7644 §3.4.2, RFC 9865 §2), written from resources that are JSON text already.
public struct ListResponse: Sendable, Hashable {
    /// The number of matches in all; nil where a cursor page does not count them.
    public var totalResults: Int?
    /// The place of the first resource, from 1; nil for cursor pages.
    public var startIndex: Int?
    /// The cursor of the next page, or nil on the last.
    public var nextCursor: String?
    /// The cursor of the page before, or nil on the first.
    public var previousCursor: String?
    /// The resources, each as JSON text.
    public var resources: [[UInt8]]

    /// A page of the given parts.
    public init(
        totalResults: Int?, startIndex: Int? = nil, nextCursor: String? = nil, previousCursor: String? = nil,
        resources: [[UInt8]]
    ) {
        self.totalResults = totalResults
        self.startIndex = startIndex
        self.nextCursor = nextCursor
        self.previousCursor = previousCursor
        self.resources = resources
    }

    /// A full list, as discovery gives it.
    public init(all resources: [JSON]) {
        self.init(totalResults: resources.count, startIndex: 1, resources: resources.map(\.utf8))
    }

    /// The number of resources on this page.
    public var itemsPerPage: Int { resources.count }

    /// Appends the page as JSON text; `Resources` is there even when it is empty.
    public func write(into output: inout [UInt8]) {
        output.reserveCapacity(output.count + resources.reduce(256) { $0 + $1.count + 1 })
        output.append(contentsOf: "{\"schemas\":[\"\(SchemaURN.listResponse)\"]".utf8)
        func member(_ name: String, _ value: Int?) {
            guard let value else { return }
            output.append(contentsOf: ",\"\(name)\":\(value)".utf8)
        }
        func member(_ name: String, _ value: String?) {
            guard let value else { return }
            output.append(contentsOf: ",\"\(name)\":".utf8)
            JSON.write(value, into: &output)
        }
        member("totalResults", totalResults)
        member("startIndex", startIndex)
        member("itemsPerPage", itemsPerPage)
        member("nextCursor", nextCursor)
        member("previousCursor", previousCursor)
        output.append(contentsOf: ",\"Resources\":[".utf8)
        var isFirst = true
        for resource in resources {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            output.append(contentsOf: resource)
        }
        output.append(contentsOf: "]}".utf8)
    }

    /// The page as JSON text.
    public var utf8: [UInt8] {
        var output: [UInt8] = []
        write(into: &output)
        return output
    }
}
