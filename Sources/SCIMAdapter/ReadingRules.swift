import SCIM

/// How the bodies of requests are read: leniently where clients are known to need it, see `Quirks/` for single ones.
enum ReadingRules {
    /// A picture is not worth refusing its user for.
    private static let droppedWhenLong: Set<String> = ["photos"]

    static let user = ReadOptions(schemas: .ifGiven, droppedWhenLong: droppedWhenLong)
    /// As many members as the body can hold.
    static let group = ReadOptions(schemas: .ifGiven, maxValues: .max)

    static let userPatch = PatchOptions(
        values: ReadOptions(acceptsSingleValues: true, droppedWhenLong: droppedWhenLong),
        fillsEmptyPlaces: EntraEmptyPlaces.areFilled)
    static let groupPatch = PatchOptions.standard
}
